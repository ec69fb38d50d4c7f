package io.skein.node;

import io.skein.raft.NodeId;
import io.skein.store.StoreConfig.Durability;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** What a node is told at its start; read once, cut into pieces for the rooms. */
public record NodeConfig(
        NodeId nodeId,
        Path dataDir,
        String host,
        int httpPort,
        int tcpPort,
        int raftPort,
        String advertise,
        Durability durability,
        long logBudget,
        boolean autoCreateTopics,
        int maxMessageBytes,
        List<String> allowedOrigins,
        long publishTimeoutMs) {
    public NodeConfig {
        allowedOrigins = List.copyOf(allowedOrigins);
    }

    /** @throws ConfigurationProblem with a sentence for the operator */
    public static NodeConfig of(Settings settings) {
        NodeId id;
        try {
            id = new NodeId(settings.text(Setting.NODE_ID));
        } catch (IllegalArgumentException notId) {
            throw settings.problem(Setting.NODE_ID, notId.getMessage());
        }
        String host = settings.text(Setting.HOST);
        String advertise = settings.text(Setting.ADVERTISE);
        String durability = settings.text(Setting.DURABILITY);
        if (!durability.equals("fsync") && !durability.equals("relaxed")) {
            throw settings.problem(Setting.DURABILITY, "fsync or relaxed");
        }
        String origins = settings.text(Setting.ALLOWED_ORIGINS);
        return new NodeConfig(
                id,
                Path.of(settings.text(Setting.DATA_DIR)),
                host,
                settings.port(Setting.HTTP_PORT),
                settings.port(Setting.TCP_PORT),
                settings.port(Setting.RAFT_PORT),
                advertise.isEmpty() ? host : advertise,
                durability.equals("fsync") ? Durability.FSYNC : Durability.RELAXED,
                settings.bytes(Setting.LOG_BUDGET, 1 << 20, 1L << 40),
                settings.flag(Setting.AUTO_CREATE_TOPICS),
                (int) settings.bytes(Setting.MAX_MESSAGE, 1, 4 << 20),
                origins.isEmpty() ? List.of() : Arrays.asList(origins.split("\\s*,\\s*")),
                settings.millis(Setting.PUBLISH_TIMEOUT, 100, 600_000));
    }
}
