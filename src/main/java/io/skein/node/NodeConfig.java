package io.skein.node;

import io.skein.broker.GateConfig;
import io.skein.broker.IssuerConfig;
import io.skein.cluster.ClusterSecret;
import io.skein.protocol.http.RrmqProfile;
import io.skein.protocol.http.SettingInForce;
import io.skein.raft.NodeId;
import io.skein.raft.RaftTiming;
import io.skein.store.StoreConfig.Durability;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a node is told at its start; read once, cut into pieces for the rooms.
 *
 * @param raftPortSaid somebody spoke of the port for peers
 * @param gate who is let in
 * @param adminToken what the admin shows, if the operator says so
 * @param metricsOpen metrics ask nobody who it is
 * @param sql admins may ask the rows of this node in SQL
 * @param tls what clients are shown, if they are to speak TLS
 * @param peerTls what peers are shown, and which authority theirs must be of
 * @param log how this node logs, until it is told otherwise
 * @param insecure the operator takes the risk of serving others without what keeps strangers out
 * @param backups those that the node makes by itself, if it does
 * @param inForce every setting, for people to look at
 * @param peers by id, host:port of their Raft ports; empty for a cluster of one
 */
public record NodeConfig(
        NodeId nodeId,
        Path dataDir,
        ListenAddress listen,
        int httpPort,
        int tcpPort,
        int raftPort,
        boolean raftPortSaid,
        String advertise,
        Map<NodeId, String> peers,
        boolean join,
        RaftTiming timing,
        long stepDownAfterMs,
        RrmqProfile rrmqProfile,
        Durability durability,
        long logBudget,
        boolean autoCreateTopics,
        int maxMessageBytes,
        List<String> allowedOrigins,
        long publishTimeoutMs,
        GateConfig gate,
        Optional<String> adminToken,
        boolean metricsOpen,
        boolean sql,
        Optional<CertificateFiles> tls,
        Optional<CertificateFiles> peerTls,
        Optional<PeerSecret> peerSecret,
        boolean insecure,
        LogConfig log,
        Optional<BackupPlan> backups,
        List<SettingInForce> inForce) {
    public NodeConfig {
        inForce = List.copyOf(inForce);
        peers = Collections.unmodifiableMap(new TreeMap<>(peers));
        allowedOrigins = List.copyOf(allowedOrigins);
    }

    /** @throws ConfigurationProblem with a sentence for the operator */
    public static NodeConfig of(Settings settings) {
        return of(settings, GateConfig.ITERATIONS);
    }

    /** @param iterations of the hash of each password */
    public static NodeConfig of(Settings settings, int iterations) {
        return of(settings, iterations, ListenAddress.of(settings.text(Setting.HOST)));
    }

    static NodeConfig of(Settings settings, int iterations, ListenAddress listen) {
        NodeId id;
        try {
            id = new NodeId(settings.text(Setting.NODE_ID));
        } catch (IllegalArgumentException notId) {
            throw settings.problem(Setting.NODE_ID, notId.getMessage());
        }
        String advertise = settings.text(Setting.ADVERTISE);
        String durability = settings.text(Setting.DURABILITY);
        if (!durability.equals("fsync") && !durability.equals("relaxed")) {
            throw settings.problem(Setting.DURABILITY, "fsync or relaxed");
        }
        String origins = settings.text(Setting.ALLOWED_ORIGINS);
        return new NodeConfig(
                        id,
                        Path.of(settings.text(Setting.DATA_DIR)),
                        listen,
                        settings.port(Setting.HTTP_PORT),
                        settings.port(Setting.TCP_PORT),
                        settings.port(Setting.RAFT_PORT),
                        settings.isSaid(Setting.RAFT_PORT),
                        advertise.isEmpty() ? listen.text() : advertise,
                        peers(settings),
                        settings.flag(Setting.JOIN),
                        timing(settings),
                        settings.millis(Setting.STEP_DOWN_AFTER, 0, 3_600_000),
                        profile(settings),
                        durability.equals("fsync") ? Durability.FSYNC : Durability.RELAXED,
                        settings.bytes(Setting.LOG_BUDGET, 1 << 20, 1L << 40),
                        settings.flag(Setting.AUTO_CREATE_TOPICS),
                        (int) settings.bytes(Setting.MAX_MESSAGE, 1, 4 << 20),
                        origins.isEmpty() ? List.of() : Arrays.asList(origins.split("\\s*,\\s*")),
                        settings.millis(Setting.PUBLISH_TIMEOUT, 100, 600_000),
                        gate(settings, iterations),
                        adminToken(settings),
                        settings.flag(Setting.METRICS_OPEN),
                        settings.flag(Setting.SQL),
                        tls(settings),
                        peerTls(settings),
                        peerSecret(settings),
                        settings.flag(Setting.INSECURE),
                        log(settings),
                        backups(settings),
                        settings.inForce())
                .checked();
    }

    /** Whoever reaches the Raft port of a node that believes everybody can make it forget everything. */
    private NodeConfig checked() {
        if (listen.isWide() && !gate.locked() && !insecure) {
            throw new ConfigurationProblem(
                    "with --host " + host() + " others than this machine reach this node, and nobody"
                            + " is asked who it is: give it --auth, or take the risk with --insecure");
        }
        if (mustFindPeers() && believesAnybody() && !insecure) {
            wayIn().ifPresent(way -> {
                throw new ConfigurationProblem("with " + way + " others than this machine reach the Raft port, and"
                        + " nothing keeps strangers out: give all nodes the same --peer-secret (SKEIN_PEER_SECRET_FILE),"
                        + " or --peer-cert, --peer-key and --peer-ca; or take the risk with --insecure");
            });
        }
        return this;
    }

    /** What says that peers are not all on this machine: then they find some way, past what this node listens on, too. */
    private Optional<String> wayIn() {
        if (listen.isWide()) {
            return Optional.of("--host " + host());
        }
        if (!advertise.equals(host()) && ListenAddress.of(advertise).isWide()) {
            return Optional.of("--advertise " + advertise);
        }
        return peers.entrySet().stream()
                .filter(peer -> ListenAddress.of(hostOf(peer.getValue())).isWide())
                .map(peer -> "--peers " + peer.getKey() + "=" + peer.getValue())
                .findFirst();
    }

    private static String hostOf(String address) {
        String host = address.substring(0, address.lastIndexOf(':'));
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    private boolean mustFindPeers() {
        return !peers.isEmpty() || join;
    }

    private boolean believesAnybody() {
        return peerSecret.isEmpty() && peerTls.isEmpty();
    }

    /** As the operator gave it. */
    public String host() {
        return listen.text();
    }

    /** Others than this machine reach it. */
    public boolean isWide() {
        return listen.isWide();
    }

    /** A node that has no peers yet and would believe anybody lets nobody come, unless its operator wants just that. */
    public boolean isRaftPortKept() {
        return listen.isWide() && !mustFindPeers() && believesAnybody() && !(insecure && raftPortSaid);
    }

    /** What the Raft port is bound to. */
    public String raftHost() {
        return isRaftPortKept() ? "127.0.0.1" : listen.bound();
    }

    /** What is to be done where {@link #isRaftPortKept} and that is not wanted. */
    static String openingTheRaftPort() {
        return "give all nodes the same --peer-secret (SKEIN_PEER_SECRET_FILE), or --peer-cert, --peer-key and --peer-ca;"
                + " or take the risk with --insecure and --raft-port";
    }

    private static Optional<PeerSecret> peerSecret(Settings settings) {
        String current = settings.text(Setting.PEER_SECRET);
        String previous = settings.text(Setting.PEER_SECRET_PREVIOUS);
        if (current.isEmpty()) {
            if (!previous.isEmpty()) {
                throw settings.problem(Setting.PEER_SECRET_PREVIOUS, "--peer-secret beside it");
            }
            return Optional.empty();
        }
        mustBeLong(settings, Setting.PEER_SECRET);
        if (!previous.isEmpty()) {
            mustBeLong(settings, Setting.PEER_SECRET_PREVIOUS);
        }
        return Optional.of(new PeerSecret(current, Optional.of(previous).filter(text -> !text.isEmpty())));
    }

    private static void mustBeLong(Settings settings, Setting secret) {
        if (settings.text(secret).length() < ClusterSecret.MIN_CHARACTERS) {
            throw settings.problem(secret, "a secret has at least " + ClusterSecret.MIN_CHARACTERS + " characters");
        }
    }

    private static Optional<BackupPlan> backups(Settings settings) {
        long everyMs = settings.millis(Setting.BACKUP_EVERY, 60_000, 366L * 86_400_000);
        int keep = settings.count(Setting.BACKUP_KEEP, 1, 10_000);
        Optional<String> said = given(settings, Setting.BACKUP_DIR);
        if (said.isEmpty()) {
            for (Setting lonely : List.of(Setting.BACKUP_EVERY, Setting.BACKUP_KEEP)) {
                if (settings.isSaid(lonely)) {
                    throw settings.problem(lonely, "--backup-dir beside it");
                }
            }
            return Optional.empty();
        }
        Path directory = Path.of(said.get()).toAbsolutePath().normalize();
        Path data = Path.of(settings.text(Setting.DATA_DIR)).toAbsolutePath().normalize();
        if (directory.startsWith(data)) {
            throw settings.problem(
                    Setting.BACKUP_DIR, "a directory outside of --data-dir: what takes the one would take the other");
        }
        if (Files.exists(directory) && !Files.isDirectory(directory)) {
            throw settings.problem(Setting.BACKUP_DIR, "a directory, and it is a file");
        }
        return Optional.of(new BackupPlan(directory, everyMs, keep));
    }

    private static Optional<CertificateFiles> tls(Settings settings) {
        return files(settings, Setting.TLS_CERT, Setting.TLS_KEY)
                .map(files -> new CertificateFiles("--tls", files.get(0), files.get(1), Optional.empty()));
    }

    private static Optional<CertificateFiles> peerTls(Settings settings) {
        return files(settings, Setting.PEER_CERT, Setting.PEER_KEY, Setting.PEER_CA)
                .map(files -> new CertificateFiles("--peer", files.get(0), files.get(1), Optional.of(files.get(2))));
    }

    /** All or none of them. */
    private static Optional<List<Path>> files(Settings settings, Setting... named) {
        List<Setting> missing = Arrays.stream(named)
                .filter(setting -> settings.text(setting).isEmpty())
                .toList();
        if (missing.size() == named.length) {
            return Optional.empty();
        }
        if (!missing.isEmpty()) {
            throw new ConfigurationProblem("--" + missing.get(0).key() + " is missing: "
                    + Arrays.stream(named).map(setting -> "--" + setting.key()).collect(Collectors.joining(", "))
                    + " are given together or not at all");
        }
        return Optional.of(Arrays.stream(named)
                .map(setting -> Path.of(settings.text(setting)))
                .toList());
    }

    /** Without what is secret in it. */
    @Override
    public String toString() {
        return "NodeConfig[" + nodeId + ", " + dataDir + ", " + host() + ":" + httpPort + "]";
    }

    private static GateConfig gate(Settings settings, int iterations) {
        boolean locked = settings.flag(Setting.AUTH);
        boolean registrationOpen = switch (settings.text(Setting.REGISTRATION)) {
            case "open" -> true;
            case "closed" -> false;
            case "" -> !locked;
            default -> throw settings.problem(Setting.REGISTRATION, "open or closed");
        };
        return new GateConfig(locked, registrationOpen, iterations, issuer(settings));
    }

    private static Optional<IssuerConfig> issuer(Settings settings) {
        Optional<String> secret = given(settings, Setting.JWT_SECRET);
        Optional<Path> keys = given(settings, Setting.JWT_KEYS).map(Path::of);
        Optional<String> issuer = given(settings, Setting.JWT_ISSUER);
        Optional<String> audience = given(settings, Setting.JWT_AUDIENCE);
        if (secret.isEmpty() && keys.isEmpty()) {
            if (issuer.isPresent() || audience.isPresent()) {
                throw settings.problem(
                        issuer.isPresent() ? Setting.JWT_ISSUER : Setting.JWT_AUDIENCE,
                        "--jwt-secret or --jwt-keys beside it");
            }
            return Optional.empty();
        }
        if (secret.isPresent()
                && secret.get().getBytes(StandardCharsets.UTF_8).length < IssuerConfig.MIN_SECRET_BYTES) {
            throw settings.problem(Setting.JWT_SECRET, "at least " + IssuerConfig.MIN_SECRET_BYTES + " bytes");
        }
        return Optional.of(new IssuerConfig(secret, keys, issuer, audience));
    }

    private static Optional<String> given(Settings settings, Setting setting) {
        return Optional.of(settings.text(setting)).filter(text -> !text.isEmpty());
    }

    private static Optional<String> adminToken(Settings settings) {
        String token = settings.text(Setting.ADMIN_TOKEN);
        if (!token.isEmpty() && !token.matches("[\\x21-\\x7E]{16,256}")) {
            throw settings.problem(Setting.ADMIN_TOKEN, "16 to 256 printable characters without spaces");
        }
        return Optional.of(token).filter(text -> !text.isEmpty());
    }

    private static LogConfig log(Settings settings) {
        LogFormat format = switch (settings.text(Setting.LOG_FORMAT)) {
            case "text" -> LogFormat.TEXT;
            case "json" -> LogFormat.JSON;
            default -> throw settings.problem(Setting.LOG_FORMAT, "text or json");
        };
        String level = settings.text(Setting.LOG_LEVEL);
        try {
            LiveLevels.level(level);
        } catch (IllegalArgumentException noLevel) {
            throw settings.problem(Setting.LOG_LEVEL, noLevel.getMessage());
        }
        return new LogConfig(format, level, settings.isSaid(Setting.LOG_LEVEL));
    }

    private static RrmqProfile profile(Settings settings) {
        return switch (settings.text(Setting.RRMQ_PROFILE)) {
            case "lenient" -> RrmqProfile.LENIENT;
            case "strict" -> RrmqProfile.STRICT;
            default -> throw settings.problem(Setting.RRMQ_PROFILE, "lenient or strict");
        };
    }

    private static RaftTiming timing(Settings settings) {
        long heartbeat = settings.millis(Setting.HEARTBEAT, 1, 60_000);
        long election = settings.millis(Setting.ELECTION_TIMEOUT, 2, 600_000);
        if (election < 2 * heartbeat) {
            throw settings.problem(Setting.ELECTION_TIMEOUT, "at least twice --heartbeat");
        }
        return RaftTiming.ofMillis(heartbeat, election);
    }

    private static Map<NodeId, String> peers(Settings settings) {
        Map<NodeId, String> peers = new TreeMap<>();
        String list = settings.text(Setting.PEERS).strip();
        if (list.isEmpty()) {
            return peers;
        }
        for (String peer : list.split("\\s*,\\s*")) {
            int equals = peer.indexOf('=');
            int colon = peer.lastIndexOf(':');
            if (equals < 1 || colon <= equals + 1 || !peer.substring(colon + 1).matches("[1-9][0-9]{0,4}")) {
                throw settings.problem(Setting.PEERS, "id=host:port, separated by commas");
            }
            try {
                if (peers.put(new NodeId(peer.substring(0, equals)), peer.substring(equals + 1)) != null) {
                    throw settings.problem(Setting.PEERS, "each id once");
                }
            } catch (IllegalArgumentException notId) {
                throw settings.problem(Setting.PEERS, notId.getMessage());
            }
        }
        return peers;
    }
}
