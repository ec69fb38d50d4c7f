package io.skein.cluster;

import io.skein.raft.NodeId;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * How this node speaks with others. Times are milliseconds.
 *
 * @param host what the Raft port is bound to
 * @param port 0: any free one
 * @param group the Raft group; one so far
 * @param overrides addresses that win over those in the cluster's configuration (proxies, changed addresses)
 * @param maxQueueBytes what may wait for one connection, in this process's memory; above it messages are dropped and
 *     counted, commands and questions are not sent
 * @param maxConnections that others may have open to this node; one more is closed
 * @param connectMs until a connection stands
 * @param helloMs until both ends said who they are, and before that proved that they may
 * @param minRetryMs wait after the second attempt to connect that failed; it doubles, the first is repeated at once
 * @param maxRetryMs to which it doubles
 * @param refusedRetryMs wait after one who answered does not want to speak with us
 * @param pingMs between two questions whether the other is still there
 * @param silentMs after which one of whom nothing was heard is taken for gone: the connection is made anew, as TCP
 *     itself would go on trying for minutes, ever more rarely
 * @param build what others are told runs here
 * @param answerMs after which a command, a question or a piece of a snapshot is taken for unanswered
 */
public record PeerConfig(
        NodeId node,
        String host,
        int port,
        long group,
        Map<NodeId, String> overrides,
        long maxQueueBytes,
        int maxConnections,
        int connectMs,
        long helloMs,
        long minRetryMs,
        long maxRetryMs,
        long refusedRetryMs,
        long pingMs,
        long silentMs,
        long answerMs,
        PeerSecurity security,
        Build build) {
    public PeerConfig {
        overrides = Map.copyOf(overrides);
        if (maxQueueBytes < 1
                || maxConnections < 1
                || connectMs < 1
                || helloMs < 1
                || minRetryMs < 1
                || maxRetryMs < minRetryMs
                || refusedRetryMs < 1
                || pingMs < 1
                || silentMs <= pingMs
                || answerMs < 1) {
            throw new IllegalArgumentException("limits and times between nodes must be above 0 and in their order");
        }
    }

    /** @param answerMs as long as a proposal may wait for its answer */
    public static PeerConfig of(NodeId node, String host, int port, long answerMs) {
        return new PeerConfig(
                node,
                host,
                port,
                0,
                Map.of(),
                32L << 20,
                256,
                500,
                2_000,
                20,
                200,
                1_000,
                300,
                1_500,
                answerMs,
                PeerSecurity.NONE,
                Build.ofThis("development"));
    }

    /** Addresses of others that the operator gave. */
    Set<String> othersListed() {
        Set<String> others = new TreeSet<>();
        overrides.forEach((id, address) -> {
            if (!id.equals(node)) {
                others.add(address);
            }
        });
        return others;
    }

    public PeerConfig withOverrides(Map<NodeId, String> addresses) {
        return new PeerConfig(
                node,
                host,
                port,
                group,
                addresses,
                maxQueueBytes,
                maxConnections,
                connectMs,
                helloMs,
                minRetryMs,
                maxRetryMs,
                refusedRetryMs,
                pingMs,
                silentMs,
                answerMs,
                security,
                build);
    }

    public PeerConfig withMaxQueueBytes(long bytes) {
        return new PeerConfig(
                node,
                host,
                port,
                group,
                overrides,
                bytes,
                maxConnections,
                connectMs,
                helloMs,
                minRetryMs,
                maxRetryMs,
                refusedRetryMs,
                pingMs,
                silentMs,
                answerMs,
                security,
                build);
    }

    public PeerConfig withSilence(long pingMs, long silentMs) {
        return new PeerConfig(
                node,
                host,
                port,
                group,
                overrides,
                maxQueueBytes,
                maxConnections,
                connectMs,
                helloMs,
                minRetryMs,
                maxRetryMs,
                refusedRetryMs,
                pingMs,
                silentMs,
                answerMs,
                security,
                build);
    }

    public PeerConfig with(PeerSecurity other) {
        return new PeerConfig(
                node,
                host,
                port,
                group,
                overrides,
                maxQueueBytes,
                maxConnections,
                connectMs,
                helloMs,
                minRetryMs,
                maxRetryMs,
                refusedRetryMs,
                pingMs,
                silentMs,
                answerMs,
                other,
                build);
    }

    /** As that build. */
    public PeerConfig with(Build other) {
        return new PeerConfig(
                node,
                host,
                port,
                group,
                overrides,
                maxQueueBytes,
                maxConnections,
                connectMs,
                helloMs,
                minRetryMs,
                maxRetryMs,
                refusedRetryMs,
                pingMs,
                silentMs,
                answerMs,
                security,
                other);
    }
}
