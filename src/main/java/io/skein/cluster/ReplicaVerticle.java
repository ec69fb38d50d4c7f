package io.skein.cluster;

import io.skein.cluster.ReplicaStatus.Standing;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import io.skein.replica.Effect.Refuse.Reason;
import io.skein.replica.Image;
import io.skein.replica.Input;
import io.skein.replica.MemberChange;
import io.skein.replica.Now;
import io.skein.replica.PeerMessage;
import io.skein.store.DataDirectory;
import io.skein.store.SnapshotFile;
import io.skein.store.Store;
import io.skein.store.StoreFailure;
import io.skein.store.StoreHandler;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one event loop on which this node's {@link io.skein.replica.Replica} lives, and the life of the node on it: it
 * arrives (opens its store, finds its cluster), runs ({@link RunningReplica}), is renewed when another state takes the
 * place of its own, and stops. Decides nothing about the protocol (DESIGN D1). One instance for each node.
 */
public final class ReplicaVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaVerticle.class);
    private static final long NANOS_PER_MS = 1_000_000;
    private static final long SWEEP_MS = 100;

    private final Clock clock;
    private final Opening opening;
    private final Proposer proposer;
    private final AppliedListener applied;
    private final ClusterListener listener;
    private final PeerListener peerListener;
    private final long deadlineNanos;
    private final Consumer<StoreFailure> broken;

    private final Membership membership = new Membership(this);
    private final Replies replies = new Replies();
    private Peers peers;
    private Roster roster;
    private Forwarding forwarding;
    private SnapshotExchange snapshots;
    private Surroundings surroundings;
    private Store store;
    private boolean isStopped;
    private int raftPort;
    /** Null while there is none to feed: until the node knows what to start from, and after its end. */
    private volatile RunningReplica running;

    /** What is said of this node while none runs. */
    private volatile ReplicaStatus away;

    /** Where the verticle takes its time from. */
    public interface Clock {
        Clock SYSTEM = () -> new Now(System.nanoTime(), System.currentTimeMillis());

        Now now();
    }

    /**
     * @param deadlineMs after which a proposal's outcome is said to be unknown
     * @param broken is told when the node must not go on
     */
    public ReplicaVerticle(
            Opening opening,
            Proposer proposer,
            AppliedListener applied,
            ClusterListener listener,
            PeerListener peerListener,
            Clock clock,
            long deadlineMs,
            Consumer<StoreFailure> broken) {
        this.opening = opening;
        this.proposer = proposer;
        this.applied = applied;
        this.listener = listener;
        this.peerListener = peerListener;
        this.clock = clock;
        this.deadlineNanos = deadlineMs * NANOS_PER_MS;
        this.broken = broken;
    }

    /** This node's word on itself, from any thread; null until it has found out what it starts from. */
    public ReplicaStatus status() {
        RunningReplica one = running;
        return one == null ? away : one.status();
    }

    /** Proposals that somebody waits for; from any thread. */
    public int unanswered() {
        RunningReplica one = running;
        return one == null ? 0 : one.unanswered();
    }

    /** Completes when the disk is open and others can ask; the rest may have to wait for them. */
    @Override
    public Future<?> start() {
        peers = new Peers(vertx, opening.peers(), new FromPeers(), peerListener);
        roster = new Roster(opening.peers().node(), opening.httpAddress(), peers);
        forwarding = new Forwarding(peers, opening.commandBytes(), replies, proposer);
        snapshots = new SnapshotExchange(vertx, peers, peerListener, opening.incoming(), new FromSnapshots());
        surroundings = new Surroundings(
                context,
                clock,
                opening,
                peers,
                roster,
                snapshots,
                replies,
                applied,
                listener,
                this::quarantine,
                broken);
        vertx.setPeriodic(SWEEP_MS, id -> {
            if (running != null) {
                running.sweep();
            }
        });
        return opening.store()
                .compose(opened -> {
                    use(opened);
                    peers.identity(0, store.incarnation(), true);
                    return peers.listen();
                })
                .map(port -> {
                    raftPort = port;
                    enter();
                    return null;
                });
    }

    private void use(Store opened) {
        store = opened;
        store.handler(new NobodyRuns());
    }

    /** Nothing is written and nothing counts before a replica runs; a disk that fails does. */
    private final class NobodyRuns implements StoreHandler {
        @Override
        public void written(long number) {}

        @Override
        public void diskFull(long number) {}

        @Override
        public void failed(StoreFailure failure) {
            broken.accept(failure);
        }
    }

    /** Finds out what to start from, and starts. */
    private void enter() {
        opening.image(store, peers, address()).onComplete(found -> {
            if (isStopped) {
                return;
            }
            if (found.failed()) {
                broken.accept(new StoreFailure(StoreFailure.Kind.DISK, found.cause()));
            } else {
                begin(found.result());
            }
        });
    }

    private void begin(Image image) {
        roster.begin(image, store.incarnation());
        RunningReplica next = new RunningReplica(surroundings, store, image, deadlineNanos);
        running = next;
        if (roster.clusterId() != 0) {
            opening.entered(store, image.lineage());
        }
        snapshots.await();
        proposer.bind(context, this::turn);
        next.begin();
    }

    /**
     * Puts another database in the place of this one, and a new replica in the place of this one, as after a restart.
     * What was proposed here and waits is unknown.
     *
     * @param meanwhile what is said of this node
     * @param change of a closed store's directory; when it fails the node goes on with what is there
     */
    private void renew(Standing meanwhile, Function<DataDirectory, Future<Void>> change) {
        DataDirectory directory = store.directory();
        leave("its state was replaced by a snapshot", meanwhile);
        store.closeKeepingDirectory()
                .compose(closed -> change.apply(directory))
                .onFailure(failure -> LOG.error("the data could not be replaced", failure))
                .transform(changed -> opening.store())
                .onComplete(opened -> {
                    if (isStopped) {
                        return;
                    }
                    if (opened.failed()) {
                        broken.accept(new StoreFailure(StoreFailure.Kind.DISK, opened.cause()));
                    } else {
                        use(opened.result());
                        enter();
                    }
                });
    }

    private void leave(String why, Standing meanwhile) {
        RunningReplica last = running;
        proposer.unbind();
        snapshots.forget();
        applied.left();
        if (last != null) {
            away = last.status().away(meanwhile);
            running = null;
            last.end(why);
        }
    }

    /**
     * This node's state cannot be trusted: it lays its data aside and comes back as a new one (DESIGN D10). Alone there
     * is nothing to come back from.
     */
    private void quarantine(String why) {
        if (isStopped) {
            return;
        }
        LOG.error("{}", why);
        if (roster.members().voters().size() < 3 || !opening.mayReturn()) {
            broken.accept(new StoreFailure(StoreFailure.Kind.DISK, new IllegalStateException(why)));
            return;
        }
        renew(
                Standing.CORRUPT,
                directory -> vertx.executeBlocking(
                        () -> {
                            Store.setAside(directory);
                            return null;
                        },
                        false));
    }

    @Override
    public Future<?> stop() {
        isStopped = true;
        leave("the node stopped", Standing.MEMBER);
        return snapshots
                .close()
                .eventually(peers::close)
                .eventually(() -> store == null ? Future.succeededFuture() : store.close());
    }

    /** Takes what was proposed since the last turn. */
    private void turn() {
        RunningReplica one = running;
        if (one == null) {
            // Came just before the way was closed.
            for (Proposer.Waiting late : proposer.drain()) {
                replies.fail(late.home(), late.promise(), new NotExecuted(Reason.NOT_LEADER));
            }
            replies.flush();
        } else {
            List<Proposer.Waiting> taken =
                    forwarding.pass(proposer.drain(), one.leads() ? Optional.empty() : one.leader());
            if (!taken.isEmpty()) {
                one.propose(taken);
            }
        }
        try {
            proposer.runTasks();
        } catch (AssertionError defect) {
            broken.accept(new StoreFailure(StoreFailure.Kind.INVARIANT, defect));
        }
    }

    private final class FromPeers implements PeerHandler {
        @Override
        public void message(NodeId from, long incarnation, PeerMessage message) {
            if (running != null) {
                running.feed(new Input.Received(from, incarnation, message));
            }
        }

        @Override
        public void connected(PeerFacts peer) {
            peers.ask(peer.node(), new Ask(Membership.FACTS, new byte[0]))
                    .compose(Membership::facts)
                    .onSuccess(facts -> roster.found(facts.node(), facts.httpAddress()))
                    .onFailure(silent -> LOG.debug("{} does not say where its clients find it", peer.node(), silent));
        }

        @Override
        public Future<ForwardReply> forward(NodeId from, Forward forward) {
            return forwarding.take(forward);
        }

        @Override
        public Future<Answer> ask(PeerFacts from, Ask ask) {
            return membership.answer(ask);
        }

        @Override
        public Future<SnapshotAck> chunk(NodeId from, SnapshotChunk chunk) {
            return running == null
                    ? Future.succeededFuture(new SnapshotAck(chunk.snapshot(), 0, SnapshotAck.Code.BUSY))
                    : snapshots.chunk(chunk);
        }
    }

    private final class FromSnapshots implements SnapshotExchange.Taker {
        @Override
        public boolean wants(long index, long term) {
            return running != null && running.replica().wants(index, term);
        }

        @Override
        public void take(SnapshotFile snapshot) {
            renew(Standing.MEMBER, directory -> opening.install(directory, snapshot));
        }
    }

    /** What this node says of itself to whoever asks. */
    Facts facts() {
        RunningReplica one = running;
        return new Facts(
                opening.peers().node(),
                store.incarnation(),
                roster.clusterId(),
                roster.isEmpty(),
                one != null && one.replica().lastIndex() == 1,
                one == null ? 0 : one.replica().term(),
                roster.members().members(),
                leader().map(roster::address).orElse(""),
                address(),
                opening.httpAddress());
    }

    /** Where peers find this node. */
    private String address() {
        return opening.advertise() + ":" + raftPort;
    }

    /** Members and leadership; on the replica's context. */
    public Membership membership() {
        return membership;
    }

    boolean leads() {
        RunningReplica one = running;
        return one != null && one.leads();
    }

    Optional<NodeId> leader() {
        RunningReplica one = running;
        return one == null ? Optional.empty() : one.leader();
    }

    /**
     * Completes, on the replica's context, when what is applied here holds all that was committed when this was asked;
     * fails with {@link NotExecuted}. To be called there.
     */
    public Future<Long> confirmRead() {
        RunningReplica one = running;
        return one == null ? Future.failedFuture(new NotExecuted(Reason.NOT_LEADER)) : one.confirmRead();
    }

    /** Completes when rows up to what is applied now are visible to readers; on the replica's context. */
    public void settle(Runnable done) {
        RunningReplica one = running;
        if (one != null) {
            one.settle(done);
        }
    }

    /** Completes with the index of the entry that says so, when it is committed. On the replica's context. */
    Future<Long> change(MemberChange change) {
        RunningReplica one = running;
        return one == null ? Future.failedFuture(new NotExecuted(Reason.NOT_LEADER)) : one.change(change);
    }

    Future<Long> transfer(NodeId to) {
        RunningReplica one = running;
        if (one == null) {
            return Future.failedFuture(new NotExecuted(Reason.NOT_LEADER));
        }
        if (roster.members().member(to).filter(Member::voter).isEmpty()) {
            return Future.failedFuture(new NotExecuted(Reason.UNKNOWN_MEMBER));
        }
        return one.transfer(to);
    }

    /**
     * Hands leadership over, if this node has it and the others could go on without it; completes when it did, when it
     * cannot, or after a moment. From any context, before a stop.
     */
    public Future<Void> handOver() {
        Promise<Void> done = Promise.promise();
        context.runOnContext(v -> {
            RunningReplica one = running;
            (one == null ? Future.<Void>succeededFuture() : one.handOver()).onComplete(done);
        });
        return done.future();
    }

    Peers peers() {
        return peers;
    }
}
