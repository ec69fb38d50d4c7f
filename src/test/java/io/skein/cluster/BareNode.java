package io.skein.cluster;

import io.skein.cluster.ReplicaStatus.Standing;
import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.machine.Delivery;
import io.skein.machine.Lineage;
import io.skein.machine.Outcome;
import io.skein.node.RunningNode;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import io.skein.raft.RaftTiming;
import io.skein.raft.Role;
import io.skein.replica.CommandBytes;
import io.skein.replica.Image;
import io.skein.replica.MemberChange;
import io.skein.replica.Replica;
import io.skein.replica.ReplicaConfig;
import io.skein.store.DataDirectory;
import io.skein.store.Reader;
import io.skein.store.SnapshotFile;
import io.skein.store.Store;
import io.skein.store.StoreConfig;
import io.skein.store.StoreListener;
import io.skein.store.StoredMessage;
import io.skein.store.Tail;
import io.skein.topic.TopicChange;
import io.skein.topic.TopicMachine;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** A real replica over a real store, without a broker: what happens to it can be held and watched. */
final class BareNode implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    final Proposer proposer = new Proposer(vertx);
    private final NodeId id;
    private final DataDirectory directory;
    private final Map<NodeId, String> peers;
    private final AtomicReference<Throwable> broken = new AtomicReference<>();
    private final String deployment;
    private final boolean join;
    private volatile Lineage lineage;

    final ReplicaVerticle replica;
    /** With each turn that moved memory, on the replica's loop. */
    volatile Runnable whenDecided = () -> {};
    /** What was said of this node at each time when its replica was about to be left. */
    final List<ReplicaStatus> left = new CopyOnWriteArrayList<>();
    /** What those who listen had been told last at each of these times. */
    final List<Standing> toldBefore = new CopyOnWriteArrayList<>();
    /** A snapshot is about to be installed. */
    final Promise<Void> installing = Promise.promise();

    /** @param install waited for before a snapshot is installed */
    BareNode(Path path, String name, RunningNode known, Future<Void> install) throws TimeoutException {
        this(
                path,
                name,
                Map.of(new NodeId(known.id()), known.raftAddress(), new NodeId("silent"), "127.0.0.1:1"),
                true,
                install);
    }

    /** One that waits until somebody adds it. */
    static BareNode waiting(Path path, String name, RunningNode known) throws TimeoutException {
        return new BareNode(
                path,
                name,
                Map.of(new NodeId(known.id()), known.raftAddress(), new NodeId(name), "127.0.0.1:1"),
                false,
                Future.succeededFuture());
    }

    /** The only voter of its cluster. */
    static BareNode alone(Path path, String name) throws TimeoutException {
        return new BareNode(path, name, Map.of(new NodeId(name), "127.0.0.1:1"), false, Future.succeededFuture());
    }

    private BareNode(Path path, String name, Map<NodeId, String> listed, boolean mayJoin, Future<Void> install)
            throws TimeoutException {
        id = new NodeId(name);
        directory = DataDirectory.lock(path);
        peers = listed;
        join = mayJoin;
        replica = new ReplicaVerticle(
                new Premises(install),
                proposer,
                new Watch(),
                ClusterListener.NONE,
                PeerListener.NONE,
                ReplicaVerticle.Clock.SYSTEM,
                10_000,
                failure -> broken.set(failure.cause()));
        deployment = vertx.deployVerticle(replica).await(20, TimeUnit.SECONDS);
    }

    private final class Watch implements AppliedListener {
        private Standing last = Standing.MEMBER;

        @Override
        public void moved(ReplicaStatus now) {
            last = now.standing();
        }

        @Override
        public void decided(long time) {
            whenDecided.run();
        }

        @Override
        public void applied(long index, long time, List<StoredMessage> messages) {}

        @Override
        public void caughtUp() {}

        @Override
        public void left() {
            if (replica.status() != null) {
                left.add(replica.status());
                toldBefore.add(last);
            }
        }
    }

    private final class Premises implements Opening {
        private final Future<Void> install;
        private TopicMachine topics;

        Premises(Future<Void> install) {
            this.install = install;
        }

        private StoreConfig config() {
            return StoreConfig.at(directory.path()).with(StoreConfig.Durability.RELAXED);
        }

        @Override
        public Future<Store> store() {
            return Store.open(vertx, directory, config(), id, StoreListener.NONE);
        }

        @Override
        public Future<Image> image(Store store, Peers others, String address, Consumer<Standing> told) {
            return Arrival.of(
                    vertx,
                    store,
                    others,
                    new Arrival.Plan(id, address, peers, join, Build.ofThis("test")),
                    store.image(),
                    told);
        }

        @Override
        public Replica replica(Store store, Image image) {
            topics = new TopicMachine();
            return new Replica(
                    id,
                    store.incarnation(),
                    image,
                    List.of(topics),
                    ReplicaConfig.DEFAULT,
                    RaftTiming.DEFAULT,
                    new Random(1));
        }

        @Override
        public void entered(Store store, Lineage log) {
            lineage = log;
        }

        @Override
        public List<StoredMessage> append(Tail tail, Delivery delivery) {
            return tail.append(lineage, (TopicChange.Appended) delivery);
        }

        @Override
        public Future<Command> dueBody(Reader reader, Cursor place) {
            return Future.failedFuture("no message is delayed here");
        }

        @Override
        public Outcome outcome(byte[] row) {
            return topics.decode(row);
        }

        @Override
        public CommandBytes commandBytes() {
            return new CommandBytes(List.of(new TopicMachine()));
        }

        @Override
        public Future<Void> install(DataDirectory closed, SnapshotFile snapshot) {
            installing.tryComplete();
            return install.compose(now -> Store.install(vertx, closed, config(), id, snapshot));
        }

        @Override
        public boolean mayReturn() {
            return true;
        }

        @Override
        public boolean mayJoin() {
            return join;
        }

        @Override
        public Path incoming() {
            return directory.temporary().resolve("incoming");
        }

        @Override
        public PeerConfig peers() {
            return PeerConfig.of(id, "127.0.0.1", 0, 10_000).withOverrides(peers);
        }

        @Override
        public String httpAddress() {
            return "";
        }

        @Override
        public String advertise() {
            return "127.0.0.1";
        }
    }

    /** What the disk would say when it finds that a row is not what was written. */
    void findsDamage() {
        proposer.ask(() -> {
                    replica.running().damaged("a row is not what was written");
                    return true;
                })
                // The node may lose its context for it before it says so.
                .onFailure(gone -> {});
    }

    /** Why the node must not go on; to be heard of once. */
    Throwable awaitBroken() {
        Awaitility.await().atMost(30, TimeUnit.SECONDS).until(() -> broken.get() != null);
        return broken.getAndSet(null);
    }

    void awaitVoter() {
        awaitMember(MemberStatus::voter);
    }

    /** A voter or a learner. */
    void awaitMember() {
        awaitMember(member -> true);
    }

    private void awaitMember(Predicate<MemberStatus> as) {
        Awaitility.await()
                .atMost(30, TimeUnit.SECONDS)
                .until(() -> replica.status() != null
                        && replica.status().standing() == Standing.MEMBER
                        && replica.status().members().stream()
                                .anyMatch(member -> member.id().equals(id.value()) && as.test(member)));
    }

    /** How its own log knows it, once it is there as another incarnation than that. */
    Member awaitOtherThan(long incarnation) {
        AtomicReference<Member> itself = new AtomicReference<>();
        Awaitility.await().atMost(30, TimeUnit.SECONDS).until(() -> {
            Facts facts = replica.facts();
            facts.member(id)
                    .filter(member -> member.incarnation() == facts.incarnation())
                    .filter(member -> member.incarnation() != incarnation)
                    .ifPresent(itself::set);
            return itself.get() != null;
        });
        return itself.get();
    }

    /** One that nobody can reach. */
    void addLearner(String name) throws TimeoutException {
        Awaitility.await()
                .atMost(30, TimeUnit.SECONDS)
                .until(() -> replica.status() != null && replica.status().role() == Role.LEADER);
        Member learner = new Member(new NodeId(name), 77, "127.0.0.1:1", false);
        proposer.askFor(() -> replica.change(new MemberChange.Add(learner))).await(20, TimeUnit.SECONDS);
    }

    void awaitReplica() {
        Awaitility.await().atMost(30, TimeUnit.SECONDS).until(() -> replica.running() != null);
    }

    /** host:port where others find this node. */
    String address() {
        return replica.facts().address();
    }

    Future<Void> stop() {
        return vertx.undeploy(deployment);
    }

    @Override
    public void close() throws TimeoutException {
        if (vertx.deploymentIDs().contains(deployment)) {
            stop().await(20, TimeUnit.SECONDS);
        }
        vertx.close().await(20, TimeUnit.SECONDS);
        if (broken.get() != null) {
            throw new AssertionError("the node broke", broken.get());
        }
    }
}
