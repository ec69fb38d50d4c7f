package io.skein.node;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.skein.account.AccountMachine;
import io.skein.broker.Allowances;
import io.skein.broker.Broker;
import io.skein.broker.BrokerConfig;
import io.skein.broker.DueBodies;
import io.skein.broker.LocalBroker;
import io.skein.broker.LocalGate;
import io.skein.broker.Refusal;
import io.skein.broker.TraceLog;
import io.skein.cluster.Arrival;
import io.skein.cluster.Build;
import io.skein.cluster.PeerConfig;
import io.skein.cluster.Peers;
import io.skein.cluster.Proposer;
import io.skein.cluster.ReplicaStatus.Standing;
import io.skein.cluster.ReplicaVerticle;
import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.machine.Delivery;
import io.skein.machine.FeatureLevel;
import io.skein.machine.Lineage;
import io.skein.machine.Outcome;
import io.skein.mailbox.MailChange;
import io.skein.mailbox.MailMachine;
import io.skein.metrics.BackupMeters;
import io.skein.metrics.Metrics;
import io.skein.replica.CommandBytes;
import io.skein.replica.Image;
import io.skein.replica.Replica;
import io.skein.replica.ReplicaConfig;
import io.skein.store.Damaged;
import io.skein.store.DataDirectory;
import io.skein.store.Reader;
import io.skein.store.SnapshotFile;
import io.skein.store.Store;
import io.skein.store.StoreConfig;
import io.skein.store.StoreFailure;
import io.skein.store.StoredMessage;
import io.skein.store.Tail;
import io.skein.store.WentBackwards;
import io.skein.subscription.SubscriptionMachine;
import io.skein.topic.TopicChange;
import io.skein.topic.TopicMachine;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node, assembled by hand, top to bottom: doors over the broker over the replica over the store. The HTTP door
 * opens first, so that who asks early is answered; the node is ready when its data is.
 */
public final class Node {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);
    /** How long a read waits for a node that has just started. */
    private static final long CATCH_UP_WAIT_MS = 10_000;
    /** How long a node that stops waits for the answers under way. */
    private static final long LAST_ANSWERS_MS = 500;
    /** Between two tries to make the first admin. */
    private static final long ADMIN_RETRY_MS = 500;
    /** Between two looks whether certificates were renewed. */
    private static final long READ_AGAIN_MS = 10_000;

    private final Vertx vertx;
    private final NodeConfig config;
    private final World world;
    private final String version;
    private final DataDirectory directory;
    private final Metrics metrics;
    private final Measured figures;
    private final Proposer proposer;
    private final LocalBroker broker;
    private final LocalGate gate;
    private final Doors doors;
    private final ReplicaVerticle replica;
    private final PeerAccess peers;
    private final Optional<BackupSchedule> backups;
    private volatile String replicaDeployment;
    private volatile Optional<CertificateWatch> certificates = Optional.empty();

    private Node(
            Vertx vertx,
            NodeConfig config,
            World world,
            String version,
            DataDirectory directory,
            PrometheusMeterRegistry registry,
            Consumer<StoreFailure> broken) {
        this.world = world;
        this.metrics = new Metrics(registry, world.clock());
        this.figures = new Measured(metrics.store(), metrics.cluster());
        this.vertx = vertx;
        this.config = config;
        this.version = version;
        this.directory = directory;
        this.peers = new PeerAccess(vertx, config);
        this.proposer = new Proposer(vertx);
        Allowances allowances = Allowances.ofHeap(config.maxMessageBytes());
        this.broker = new LocalBroker(
                vertx,
                new BrokerConfig(
                        config.nodeId().value(),
                        this::httpAddress,
                        config.advertise() + ":" + config.raftPort(),
                        config.maxMessageBytes(),
                        config.autoCreateTopics(),
                        config.durability() == StoreConfig.Durability.FSYNC ? "quorum" : "memory",
                        CATCH_UP_WAIT_MS,
                        2 * config.timing().electionTimeoutNanos() / 1_000_000,
                        config.stepDownAfterMs(),
                        BrokerConfig.MAX_STREAMS,
                        BrokerConfig.MAX_CONNECTIONS,
                        allowances,
                        config.sql()),
                proposer,
                world.clock());
        Broker hall = metrics.metered(broker);
        this.gate = new LocalGate(vertx, broker, hall, config.gate());
        this.doors = new Doors(vertx, config, gate, hall, allowances, version, figures, metrics, world);
        metrics.build(version, "");
        metrics.name(config.nodeId().value());
        metrics.watch(broker::status);
        metrics.watch(allowances);
        metrics.watch(broker.throttled());
        metrics.watchDisk(directory.path());
        this.replica = new ReplicaVerticle(
                new Opening(),
                proposer,
                broker.applied(),
                figures,
                metrics.peers(),
                world.replicaClock(),
                config.publishTimeoutMs(),
                broken);
        metrics.watchProposals(replica::unanswered);
        Optional<BackupMeters> made = config.backups().map(plan -> metrics.backups());
        this.backups = config.backups()
                .map(plan -> new BackupSchedule(
                        vertx, plan, config.nodeId(), replica::clusterId, broker::backupIn, made.orElseThrow()));
        figures.watch(
                directory.path(),
                made,
                look -> vertx.executeBlocking(
                                () -> {
                                    look.run();
                                    return null;
                                },
                                false)
                        .onFailure(unseen -> LOG.warn("nobody knows how full the disk is", unseen)));
    }

    /**
     * Completes when the doors and the data are open; {@code /readyz} may need a moment more.
     *
     * @param directory locked; let go when the node has stopped
     * @param registry where the node's figures go; Vert.x's own may go there too
     * @param broken is told when the node must not go on; it ends the process
     */
    public static Future<Node> start(
            Vertx vertx,
            NodeConfig config,
            String version,
            DataDirectory directory,
            PrometheusMeterRegistry registry,
            Consumer<StoreFailure> broken) {
        return start(vertx, config, World.real(), version, directory, registry, broken);
    }

    /** The same in another world than the one outside. */
    public static Future<Node> start(
            Vertx vertx,
            NodeConfig config,
            World world,
            String version,
            DataDirectory directory,
            PrometheusMeterRegistry registry,
            Consumer<StoreFailure> broken) {
        Node node = new Node(vertx, config, world, version, directory, registry, broken);
        // Takes a moment; the doors open meanwhile.
        Future<Void> peersReady = node.peers.prepare();
        return node.readCertificates()
                .compose(v -> node.doors.open())
                .compose(v -> peersReady)
                .compose(v -> PortTaken.said(
                        vertx.deployVerticle(node.replica, new DeploymentOptions()),
                        "--raft-port",
                        config.raftHost(),
                        config.raftPort()))
                .map(deployment -> {
                    node.replicaDeployment = deployment;
                    node.sayWhere();
                    node.backups.ifPresent(BackupSchedule::start);
                    return node;
                });
    }

    private void sayWhere() {
        LOG.info(
                "takes clients at {}{}{}",
                httpAddress(),
                tcpPort() > 0 ? ", TCP " + tcpPort() : "",
                config.raftPort() > 0 ? ", peers at " + config.advertise() + ":" + config.raftPort() : "");
    }

    private Future<Void> readCertificates() {
        if (config.listen().isWide() && config.gate().locked() && config.tls().isEmpty()) {
            LOG.warn(
                    "passwords and tokens go over the network in clear, as there is no --tls-cert, unless something in front"
                            + " of this node speaks TLS");
        }
        return Future.join(
                        config.tls().map(this::watchDoors).orElseGet(Future::succeededFuture),
                        peers.readCertificates(READ_AGAIN_MS))
                .mapEmpty();
    }

    private Future<Void> watchDoors(CertificateFiles files) {
        return CertificateWatch.begin(vertx, files, READ_AGAIN_MS, doors::show).compose(watch -> {
            certificates = Optional.of(watch);
            return doors.show(watch.current());
        });
    }

    /** With its scheme where that is not the usual one: who is told it may speak something else with the node that told. */
    private String httpAddress() {
        return (config.tls().isPresent() ? "https://" : "") + config.advertise() + ":" + httpPort();
    }

    /** What the replica's room may not know: which machines there are, and what they keep where. */
    private final class Opening implements io.skein.cluster.Opening {
        private Lineage lineage;
        /** What the store that was opened last found. */
        private Image found;

        private TopicMachine topics;
        private SubscriptionMachine subscriptions;
        private AccountMachine accounts;
        private MailMachine mails;

        @Override
        public Future<Store> store() {
            return open().recover(failure -> {
                boolean lost = failure instanceof WentBackwards || failure instanceof Damaged;
                // Only others can say what is missing: this node lays aside what it has and comes back as a new one.
                if (!lost || !mayReturn() || config.durability() != StoreConfig.Durability.FSYNC) {
                    return Future.failedFuture(failure);
                }
                LOG.error("{}; this node comes back from its peers", failure.getMessage());
                return vertx.executeBlocking(() -> Store.setAside(directory)).compose(aside -> open());
            });
        }

        private Future<Store> open() {
            return opened().compose(opened -> {
                found = opened.image();
                sign();
                return peers.problem(found.configuration())
                        .map(problem -> opened.close().transform(closed -> Future.<Store>failedFuture(problem)))
                        .orElse(Future.succeededFuture(opened));
            });
        }

        private Future<Store> opened() {
            return world.disk()
                    .map(disk -> Store.open(vertx, directory, storeConfig(), config.nodeId(), figures, disk))
                    .orElseGet(() -> Store.open(vertx, directory, storeConfig(), config.nodeId(), figures));
        }

        private void sign() {
            try {
                directory.signed("Skein " + version + " (feature level " + FeatureLevel.NEWEST + ")");
            } catch (IOException failed) {
                LOG.warn("the data directory is not signed with this build", failed);
            }
        }

        private StoreConfig storeConfig() {
            return StoreConfig.at(config.dataDir()).with(config.durability());
        }

        @Override
        public Future<Void> install(DataDirectory closed, SnapshotFile snapshot) {
            return Store.install(vertx, closed, storeConfig(), config.nodeId(), snapshot);
        }

        /** An empty node that had data once waits for its cluster; it must not begin a new one with nothing in it. */
        private boolean wasLaidAside() {
            try (Stream<Path> files = Files.list(config.dataDir())) {
                return files.anyMatch(file -> file.getFileName().toString().startsWith("aside-"));
            } catch (IOException unreadable) {
                throw new UncheckedIOException(unreadable);
            }
        }

        @Override
        public boolean mayReturn() {
            return config.peers().size() > 1;
        }

        @Override
        public boolean mayJoin() {
            boolean isListed = config.peers().isEmpty() || config.peers().containsKey(config.nodeId());
            return config.join() || !isListed;
        }

        @Override
        public Path incoming() {
            return directory.temporary().resolve("incoming");
        }

        @Override
        public Future<Image> image(Store store, Peers others, String address, Consumer<Standing> told) {
            return Arrival.of(
                    vertx,
                    store,
                    others,
                    new Arrival.Plan(
                            config.nodeId(),
                            address,
                            config.peers(),
                            config.join() || wasLaidAside(),
                            Build.ofThis(version)),
                    found,
                    told);
        }

        @Override
        public Replica replica(Store store, Image image) {
            topics = new TopicMachine();
            subscriptions = new SubscriptionMachine(topics);
            accounts = new AccountMachine();
            mails = new MailMachine(accounts);
            if (image.clusterId() != 0) {
                LOG.atInfo()
                        .addKeyValue("term", image.hardState().term())
                        .addKeyValue("index", image.settled().index())
                        .log(
                                "belongs to cluster {}: term {}, rows up to entry {}",
                                Long.toHexString(image.clusterId()),
                                image.hardState().term(),
                                image.settled().index());
            }
            return new Replica(
                    config.nodeId(),
                    store.incarnation(),
                    image,
                    List.of(topics, subscriptions, accounts, mails),
                    ReplicaConfig.DEFAULT
                            .withLogBytes(config.logBudget())
                            .withMemory(Runtime.getRuntime().maxMemory()),
                    config.timing(),
                    world.random());
        }

        @Override
        public void entered(Store store, Lineage logLineage) {
            lineage = logLineage;
            broker.attach(store, replica, topics, subscriptions, accounts, mails, logLineage);
        }

        @Override
        public List<StoredMessage> append(Tail tail, Delivery delivery) {
            if (delivery instanceof MailChange mail) {
                broker.happened(mail);
                return List.of();
            }
            TopicChange.Appended appended = (TopicChange.Appended) delivery;
            TraceLog.committed(appended, lineage);
            return tail.append(lineage, appended);
        }

        @Override
        public Future<Command> dueBody(Reader reader, Cursor place) {
            return DueBodies.read(reader, subscriptions, place);
        }

        /** Of topics, subscriptions and mail: those of accounts are never kept as rows. */
        @Override
        public Outcome outcome(byte[] row) {
            return MailMachine.isOutcome(row) ? mails.decode(row) : subscriptions.decode(row);
        }

        @Override
        public CommandBytes commandBytes() {
            TopicMachine ofTopics = new TopicMachine();
            AccountMachine ofAccounts = new AccountMachine();
            return new CommandBytes(
                    List.of(ofTopics, new SubscriptionMachine(ofTopics), ofAccounts, new MailMachine(ofAccounts)));
        }

        @Override
        public PeerConfig peers() {
            return peers.config().with(Build.ofThis(version));
        }

        @Override
        public Optional<String> whyAlone() {
            return peers.whyAlone();
        }

        @Override
        public String httpAddress() {
            return Node.this.httpAddress();
        }

        @Override
        public String advertise() {
            return config.advertise();
        }
    }

    public LocalBroker broker() {
        return broker;
    }

    /**
     * Sees to it that there is an admin, where a token is asked for or the operator gave one; tries until it is known.
     * Completes with the token that was drawn for the first one, which nobody will show again.
     */
    public Future<Optional<String>> firstAdmin() {
        if (!config.gate().locked() && config.adminToken().isEmpty()) {
            return Future.succeededFuture(Optional.empty());
        }
        return gate.firstAdmin(config.adminToken()).recover(failure -> {
            boolean passes = failure instanceof Refusal refusal
                    && (refusal.kind() == Refusal.Kind.UNAVAILABLE || refusal.kind() == Refusal.Kind.INDETERMINATE);
            return passes
                    ? vertx.timer(ADMIN_RETRY_MS, TimeUnit.MILLISECONDS).compose(v -> firstAdmin())
                    : Future.failedFuture(failure);
        });
    }

    public int httpPort() {
        return doors.httpPort();
    }

    /** 0 when there is no TCP door. */
    public int tcpPort() {
        return doors.tcpPort();
    }

    /** Ends without a word, as far as a process can that goes on: nothing is handed over, no row more is written. Never fails. */
    public Future<Void> halt() {
        certificates.ifPresent(CertificateWatch::close);
        peers.close();
        return Future.<Void>succeededFuture()
                .compose(v -> replicaDeployment == null ? Future.succeededFuture() : vertx.undeploy(replicaDeployment))
                .otherwiseEmpty();
    }

    /** See {@link ReplicaVerticle#look}. */
    public Future<ReplicaVerticle.Outlook> look() {
        return replica.look();
    }

    /** Says so, lets another lead, lets what is under way end, closes the doors, has its last rows written, then closes the store. */
    public Future<Void> stop() {
        broker.drain();
        certificates.ifPresent(CertificateWatch::close);
        peers.close();
        Future<Void> backupsEnd = backups.map(BackupSchedule::close).orElseGet(Future::succeededFuture);
        return replica.handOver()
                .eventually(() -> replica.drain(LAST_ANSWERS_MS))
                .eventually(doors::close)
                .eventually(() -> backupsEnd)
                .eventually(replica::lastRows)
                .eventually(
                        () -> replicaDeployment == null ? Future.succeededFuture() : vertx.undeploy(replicaDeployment))
                .mapEmpty();
    }
}
