package io.skein.node;

import io.skein.broker.BrokerConfig;
import io.skein.broker.LocalBroker;
import io.skein.cluster.ClusterListener;
import io.skein.cluster.Proposer;
import io.skein.cluster.ReplicaVerticle;
import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.raft.RaftTiming;
import io.skein.replica.Replica;
import io.skein.replica.ReplicaConfig;
import io.skein.store.DataDirectory;
import io.skein.store.Store;
import io.skein.store.StoreConfig;
import io.skein.store.StoreListener;
import io.skein.topic.TopicCommand;
import io.skein.topic.TopicMachine;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * One node, assembled by hand, top to bottom: doors over the broker over the replica over the store. The HTTP door
 * opens first, so that who asks early is answered; the node is ready when its data is.
 */
public final class Node {
    private final Vertx vertx;
    private final NodeConfig config;
    private final LocalBroker broker;
    private final Proposer proposer;
    private final Doors doors;
    private Store store;

    private Node(Vertx vertx, NodeConfig config, Consumer<Throwable> broken) {
        this.vertx = vertx;
        this.config = config;
        this.proposer = new Proposer(vertx);
        this.broker = new LocalBroker(
                vertx,
                new BrokerConfig(
                        config.nodeId().value(),
                        config.advertise() + ":" + config.httpPort(),
                        config.advertise() + ":" + config.raftPort(),
                        config.maxMessageBytes(),
                        config.autoCreateTopics(),
                        config.durability() == StoreConfig.Durability.FSYNC ? "quorum" : "memory",
                        10_000),
                proposer);
        this.doors = new Doors(vertx, config, broker);
    }

    /**
     * Completes when the doors are open and the data is: {@code /readyz} may need a moment more.
     *
     * @param directory held by the caller, and given back by him after {@link #stop}
     * @param broken is told when the node must not go on; it ends the process
     */
    public static Future<Node> start(
            Vertx vertx, NodeConfig config, DataDirectory directory, Consumer<Throwable> broken) {
        Node node = new Node(vertx, config, broken);
        return node.doors.open().compose(v -> node.openStore(directory, broken)).map(node);
    }

    private Future<Void> openStore(DataDirectory directory, Consumer<Throwable> broken) {
        StoreConfig storeConfig = StoreConfig.at(config.dataDir()).with(config.durability());
        return Store.open(vertx, directory, storeConfig, config.nodeId(), StoreListener.NONE)
                .compose(opened -> {
                    store = opened;
                    return Bootstrap.isNeeded(opened.image())
                            ? opened.begin(Bootstrap.firstBatch(
                                    config, opened.incarnation(), System.currentTimeMillis(), new SecureRandom()))
                            : Future.succeededFuture();
                })
                .compose(v -> startReplica(broken));
    }

    private Future<Void> startReplica(Consumer<Throwable> broken) {
        TopicMachine topics = new TopicMachine();
        Replica replica = new Replica(
                config.nodeId(),
                store.image(),
                List.of(topics),
                ReplicaConfig.DEFAULT.withLogBytes(config.logBudget()),
                RaftTiming.DEFAULT,
                RandomGenerator.getDefault());
        ReplicaVerticle verticle = new ReplicaVerticle(
                replica,
                store,
                proposer,
                broker.applied(),
                ClusterListener.NONE,
                topics::decode,
                this::dueBody,
                ReplicaVerticle.Clock.SYSTEM,
                config.publishTimeoutMs(),
                broken);
        broker.attach(store, verticle, topics, store.image().lineage());
        return vertx.deployVerticle(verticle, new DeploymentOptions()).mapEmpty();
    }

    private Future<Command> dueBody(Cursor place) {
        return store.reader().fetchScheduled(place).map(publication -> new TopicCommand.Release(place, publication));
    }

    public LocalBroker broker() {
        return broker;
    }

    public int httpPort() {
        return doors.httpPort();
    }

    /** 0 when there is no TCP door. */
    public int tcpPort() {
        return doors.tcpPort();
    }

    /** Says so, lets what is under way end, closes doors, then replica, then store. */
    public Future<Void> stop() {
        broker.drain();
        return doors.close()
                .eventually(() -> proposer.stopped())
                .eventually(() -> store == null ? Future.succeededFuture() : store.close())
                .eventually(vertx::close);
    }
}
