package io.skein.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.skein.broker.Allowances;
import io.skein.broker.Broker;
import io.skein.broker.NodeStatus;
import io.skein.broker.Throttled;
import io.skein.broker.WallClock;
import io.skein.cluster.ClusterListener;
import io.skein.cluster.PeerListener;
import io.skein.machine.FeatureLevel;
import io.skein.store.StoreListener;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * The node's meters. Made before everything else, because Vert.x and the store report from their first moment; what is only
 * known later is given by {@link #watch}. What is the process's, not the node's, see {@link ProcessMeters}.
 */
public final class Metrics implements AutoCloseable {
    /** Of an answer in OpenMetrics. */
    private static final String END = "# EOF\n";

    /** What {@link NodeStatus#health} can be. */
    private static final List<String> HEALTH =
            List.of("ok", "no-leader", "catching-up", "amnesiac", "corrupt", "disk-full", "draining", "removed");

    private final PrometheusMeterRegistry registry;
    private final WallClock clock;
    private final StoreMeters store;
    private final ClusterMeters cluster;
    private final PeerMeters peers;
    private final HttpMeters http;
    private final DoorMeters doors;
    private final SubscriptionMeters subscriptions;
    private volatile Supplier<NodeStatus> watched;

    public Metrics(PrometheusMeterRegistry registry) {
        this(registry, WallClock.SYSTEM);
    }

    /** @param clock by which ages are told */
    public Metrics(PrometheusMeterRegistry registry, WallClock clock) {
        this.registry = registry;
        this.clock = clock;
        this.store = new StoreMeters(registry);
        this.cluster = new ClusterMeters(registry);
        peers = new PeerMeters(registry);
        this.http = new HttpMeters(registry);
        this.doors = new DoorMeters(registry);
        this.subscriptions = new SubscriptionMeters(registry, clock);
    }

    public static PrometheusMeterRegistry newRegistry() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        // Its unit is the nanosecond, which is no base unit; ProcessMeters has the same in seconds.
        registry.config().meterFilter(MeterFilter.denyNameStartsWith("process.cpu.time"));
        return registry;
    }

    public PrometheusMeterRegistry registry() {
        return registry;
    }

    public StoreListener store() {
        return store;
    }

    public ClusterListener cluster() {
        return cluster;
    }

    public PeerListener peers() {
        return peers;
    }

    public HttpMeters http() {
        return http;
    }

    public DoorMeters doors() {
        return doors;
    }

    WallClock clock() {
        return clock;
    }

    SubscriptionMeters subscriptions() {
        return subscriptions;
    }

    /** The broker as doors shall see it: everything that passes is counted. */
    public Broker metered(Broker broker) {
        return new MeteredBroker(broker, registry, doors, subscriptions);
    }

    /** For a node that makes backups by itself; once. */
    public BackupMeters backups() {
        return new BackupMeters(registry);
    }

    /** The node's own id: what peers call it, where Prometheus knows an address. */
    public void name(String node) {
        Gauge.builder("skein.node.info", () -> 1)
                .description("1; the label is this node's id")
                .tag("node", node)
                .register(registry);
    }

    /** To be deployed once for each event loop; measures how late it runs. */
    public VerticleBase eventLoopLag() {
        return new EventLoopLag(registry);
    }

    /** @param revision of the source, empty when unknown */
    public void build(String version, String revision) {
        Gauge.builder("skein.build.info", () -> 1)
                .description("1; the labels say what runs")
                .tag("version", version)
                .tag("revision", revision.isEmpty() ? "unknown" : revision)
                .tag("java", Runtime.version().toString())
                .register(registry);
    }

    /** Gauges over what the node says of itself; read on every scrape. */
    public void watch(Supplier<NodeStatus> status) {
        peers.watch(status);
        watched = status;
        for (String state : HEALTH) {
            Gauge.builder("skein.health", () -> state.equals(status.get().health()) ? 1 : 0)
                    .description("1 for the state this node is in; in any other than ok it is not ready")
                    .tag("state", state)
                    .register(registry);
        }
        gauge(
                status,
                "start.time",
                "seconds",
                "When the node started, Unix time",
                s -> s.figures().startedAtMs() / 1e3);
        for (boolean voter : new boolean[] {true, false}) {
            Gauge.builder("skein.cluster.members", () -> members(status.get(), voter))
                    .description("Members of the cluster as this node knows it")
                    .tag("role", voter ? "voter" : "learner")
                    .register(registry);
            Gauge.builder("skein.cluster.members.reachable", () -> reachable(status.get(), voter))
                    .description("Members this node has a connection to, and itself")
                    .tag("role", voter ? "voter" : "learner")
                    .register(registry);
        }
        for (String role : new String[] {"leader", "follower", "candidate", "learner"}) {
            Gauge.builder("skein.raft.role", () -> role.equals(role(status.get())) ? 1 : 0)
                    .description("1 for the role this node has")
                    .tag("role", role)
                    .register(registry);
        }
        gauge(status, "raft.is.leader", "", "1 when this node leads", s -> role(s).equals("leader") ? 1 : 0);
        gauge(status, "feature.level", "", "Feature level of the cluster", NodeStatus::featureLevel);
        gauge(status, "feature.level.possible", "", "The highest that this build knows", s -> FeatureLevel.NEWEST);
        gauge(
                status,
                "raft.leader.known",
                "",
                "1 when this node knows who leads",
                s -> s.leader().isEmpty() ? 0 : 1);
        gauge(status, "raft.term", "", "Current term", NodeStatus::term);
        gauge(status, "raft.commit.index", "", "Highest entry known to be committed", NodeStatus::commitIndex);
        gauge(status, "raft.applied.index", "", "Highest entry applied in memory", NodeStatus::appliedIndex);
        gauge(
                status,
                "raft.settled.index",
                "",
                "Highest entry whose changes are in the rows on the disk",
                NodeStatus::settledIndex);
        gauge(status, "raft.last.log.index", "", "Highest entry in the log", NodeStatus::lastLogIndex);
        gauge(
                status,
                "raft.snapshot.index",
                "",
                "Highest entry no longer in the log: its changes are in the rows",
                s -> s.firstLogIndex() - 1);
        gauge(
                status,
                "sqlite.database",
                "bytes",
                "Size of the database file",
                s -> s.figures().databaseBytes());
        gauge(
                status,
                "sqlite.wal",
                "bytes",
                "Size of the write-ahead log",
                s -> s.figures().walBytes());
        gauge(status, "topics", "", "Topics", s -> s.figures().topics());
        gauge(
                status,
                "subscribers",
                "",
                "Live subscribers of this node",
                s -> s.figures().subscribers());
        gauge(
                status,
                "messages.scheduled",
                "",
                "Delayed messages that are not due",
                s -> s.figures().scheduled());
        gauge(
                status,
                "messages.stored",
                "",
                "Messages kept, all topics",
                s -> s.figures().stored());
        gauge(
                status,
                "messages.stored.bytes",
                "bytes",
                "Bytes of the messages kept",
                s -> s.figures().storedBytes());
    }

    /** @param unanswered from any thread */
    public void watchProposals(IntSupplier unanswered) {
        Gauge.builder("skein.raft.proposals.inflight", unanswered::getAsInt)
                .description("Proposals that reached this node's replica and wait for their answer")
                .register(registry);
    }

    /** Who had to go because all clients together held too much. */
    public void watch(Allowances allowances) {
        doors.watch(allowances);
    }

    /** What limits did not let through. */
    public void watch(Throttled throttled) {
        doors.watch(throttled);
    }

    /** The space that is left where the data is. */
    public void watchDisk(Path dataDirectory) {
        Gauge.builder("skein.disk.free", () -> dataDirectory.toFile().getUsableSpace())
                .description("Bytes free where the data directory is")
                .baseUnit("bytes")
                .register(registry);
        Gauge.builder("skein.disk.total", () -> dataDirectory.toFile().getTotalSpace())
                .description("Bytes there are where the data directory is")
                .baseUnit("bytes")
                .register(registry);
    }

    /**
     * Everything, as the asker wants it. Takes some milliseconds: not for an event loop.
     *
     * @param accept the header's value, empty when there is none
     */
    public Exposition scrape(String accept) {
        watched().ifPresent(peers::see);
        String contentType = Exposition.contentType(accept);
        String text = registry.scrape(contentType);
        int end = text.endsWith(END) ? text.length() - END.length() : text.length();
        return new Exposition(
                contentType, text.substring(0, end) + doors.openedText(contentType) + text.substring(end));
    }

    private Optional<NodeStatus> watched() {
        return Optional.ofNullable(watched).map(Supplier::get);
    }

    /** @param open {@code /metrics} asks nobody who it is */
    public MetricsRoutes routes(Vertx vertx, Broker broker, boolean open, MetricsRoutes.Door door) {
        return new MetricsRoutes(vertx, this, broker, open, door);
    }

    /** The meters of a closed node must not be asked again: they would ask the node. */
    @Override
    public void close() {
        registry.close();
    }

    private void gauge(
            Supplier<NodeStatus> status, String name, String unit, String help, ToDoubleFunction<NodeStatus> figure) {
        Gauge.Builder<?> gauge = Gauge.builder("skein." + name, () -> figure.applyAsDouble(status.get()))
                .description(help);
        (unit.isEmpty() ? gauge : gauge.baseUnit(unit)).register(registry);
    }

    private static long members(NodeStatus status, boolean voter) {
        return status.members().stream()
                .filter(member -> member.voter() == voter)
                .count();
    }

    private static long reachable(NodeStatus status, boolean voter) {
        return status.members().stream()
                .filter(member -> member.voter() == voter && member.reachable())
                .count();
    }

    private static String role(NodeStatus status) {
        return status.role().name().toLowerCase(Locale.ROOT);
    }
}
