package io.skein.cluster;

import io.skein.machine.FeatureLevel;
import io.skein.machine.Lineage;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import io.skein.replica.Effect.Refuse.Reason;
import io.skein.replica.Input;
import io.skein.replica.MemberChange;
import io.skein.replica.Now;
import io.skein.replica.PeerMessage;
import io.skein.store.StoreFailure;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
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
    /** How long a node that stops waits for its rows. */
    private static final long LAST_ROWS_MS = 2_000;

    private static final long LOOK_MS = 5;

    private final Clock clock;
    private final Opening opening;
    private final Proposer proposer;
    private final AppliedListener applied;
    private final ClusterListener listener;
    private final PeerListener peerListener;
    private final long deadlineNanos;
    private final Consumer<StoreFailure> broken;

    private final Membership membership = new Membership(this);
    private final PeerQuestion questions = new PeerQuestion();
    private final Replies replies = new Replies();
    private Peers peers;
    private volatile Roster roster;
    private volatile Forwarding forwarding;
    private volatile LifeCycle life;
    private int raftPort;

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

    /** This node's word on itself, from any thread; null until something is known of it. */
    public ReplicaStatus status() {
        LifeCycle mine = life;
        return mine == null ? null : mine.status();
    }

    /** Of this node's cluster; 0 until it belongs to one; from any thread. */
    public long clusterId() {
        Roster mine = roster;
        return mine == null ? 0 : mine.clusterId();
    }

    /** Commands that somebody waits for, those that were handed on too; from any thread. */
    public int unanswered() {
        RunningReplica one = running();
        Forwarding passed = forwarding;
        return (one == null ? 0 : one.unanswered()) + (passed == null ? 0 : passed.unanswered());
    }

    /**
     * What a node knows of time.
     *
     * @param status as of now
     * @param nextDueMs the stamp at which something falls due here next; {@link Long#MAX_VALUE} when nothing does
     */
    public record Outlook(ReplicaStatus status, long nextDueMs) {}

    /**
     * Looks at the clock now, which somebody may have moved: a leader begins what has fallen due by it. From any thread;
     * completes on the replica's context; fails with {@link NotExecuted} while no replica runs here.
     */
    public Future<Outlook> look() {
        Promise<Outlook> looked = Promise.promise();
        context.runOnContext(v -> {
            RunningReplica one = running();
            if (one == null) {
                looked.fail(new NotExecuted(Reason.NOT_LEADER));
            } else {
                one.feed(new Input.Tick());
                looked.complete(new Outlook(one.status(), one.replica().nextDue()));
            }
        });
        return looked.future();
    }

    /** Completes when the disk is open and others can ask; the rest may have to wait for them. */
    @Override
    public Future<?> start() {
        peers = new Peers(vertx, opening.peers(), new FromPeers(), peerListener);
        roster = new Roster(
                opening.peers().node(), opening.httpAddress(), opening.peers().build(), peers);
        forwarding = new Forwarding(peers, opening.commandBytes(), replies, proposer);
        Surroundings surroundings =
                new Surroundings(context, clock, opening, peers, roster, replies, applied, listener, broken);
        life = new LifeCycle(surroundings, peerListener, proposer, this::turn, deadlineNanos);
        Whereabouts whereabouts = new Whereabouts(opening.peers().node(), roster, membership);
        vertx.setPeriodic(SWEEP_MS, id -> {
            life.sweep();
            if (leader().isPresent()) {
                whereabouts.look(life.incarnation(), address(), this::facts);
            }
        });
        return life.open().compose(v -> listen()).map(port -> {
            raftPort = port;
            life.arrive(address());
            return null;
        });
    }

    /** Without its port the node does not start, and its data is closed in order. */
    private Future<Integer> listen() {
        return peers.listen().recover(failure -> life.close().transform(closed -> Future.failedFuture(failure)));
    }

    /**
     * Takes no more commands of other nodes and lets what is under way be answered; completes when nobody waits any more.
     * Those who still do after {@code ms} hear that nobody can say, and then this node has nothing more to do with its
     * peers. From any context, before a stop; clients should be refused already.
     */
    public Future<Void> drain(long ms) {
        Promise<Void> done = Promise.promise();
        context.runOnContext(v -> {
            forwarding.close();
            long until = System.nanoTime() + ms * NANOS_PER_MS;
            vertx.setPeriodic(LOOK_MS, timer -> {
                boolean isLate = System.nanoTime() - until > 0;
                if (unanswered() > 0 && !isLate) {
                    return;
                }
                vertx.cancelTimer(timer);
                if (isLate) {
                    life.end();
                    answersAreOut().compose(out -> peers.close()).onComplete(done);
                } else {
                    done.complete();
                }
            });
        });
        return done.future();
    }

    /** What was said on this loop for other nodes is on its way. */
    private Future<Void> answersAreOut() {
        return Future.future(out -> context.runOnContext(v -> out.complete()));
    }

    @Override
    public Future<?> stop() {
        life.end();
        return answersAreOut().compose(v -> peers.close()).eventually(life::close);
    }

    /** Null as long as none runs; from any thread. */
    RunningReplica running() {
        LifeCycle mine = life;
        return mine == null ? null : mine.running();
    }

    /** Takes what was proposed since the last turn. */
    private void turn() {
        RunningReplica one = running();
        if (one == null) {
            // Came just before the way was closed.
            for (Proposer.Waiting late : proposer.drain()) {
                replies.fail(late.home(), late.promise(), new NotExecuted(Reason.NOT_LEADER));
            }
            replies.flush();
        } else {
            List<Proposer.Waiting> taken =
                    forwarding.pass(gated(one, proposer.drain()), one.leads() ? Optional.empty() : one.leader());
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

    /** Without those that the cluster's feature level does not allow: they are answered. */
    private List<Proposer.Waiting> gated(RunningReplica one, List<Proposer.Waiting> proposed) {
        List<Proposer.Waiting> allowed = null;
        for (int i = 0; i < proposed.size(); i++) {
            Proposer.Waiting next = proposed.get(i);
            Optional<NotExecuted> refusal = LevelGate.refusal(
                    next.command(), one.replica().featureLevel(), one.replica().isCaughtUp(), roster.status());
            if (refusal.isPresent()) {
                allowed = allowed == null ? new ArrayList<>(proposed.subList(0, i)) : allowed;
                listener.refused(refusal.get().reason().name());
                replies.fail(next.home(), next.promise(), refusal.get());
            } else if (allowed != null) {
                allowed.add(next);
            }
        }
        if (allowed == null) {
            return proposed;
        }
        replies.flush();
        return allowed;
    }

    private final class FromPeers implements PeerHandler {
        @Override
        public void message(NodeId from, long incarnation, PeerMessage message) {
            RunningReplica one = running();
            if (one != null) {
                one.feed(new Input.Received(from, incarnation, message));
            }
        }

        @Override
        public void connected(PeerFacts peer) {
            roster.runs(peer.node(), peer.build());
            peers.ask(peer.node(), new Ask(Membership.FACTS, new byte[0]))
                    .compose(Membership::facts)
                    .onSuccess(facts -> roster.found(facts.node(), facts.httpAddress()))
                    .onFailure(silent -> LOG.debug("{} does not say where its clients find it", peer.node(), silent));
        }

        /** Its word is that of this node's cluster: what was committed there will not be taken back. */
        @Override
        public void refused(NodeId peer, PeerFacts answered, HelloRefusal why) {
            if (why == HelloRefusal.FEATURE_LEVEL && answered.isBeyond(peers.facts())) {
                broken.accept(new StoreFailure(
                        StoreFailure.Kind.OTHER_LEVEL,
                        new OtherLevel(
                                peer,
                                answered.clusterLevel(),
                                answered.build(),
                                opening.peers().build())));
            }
        }

        @Override
        public Future<ForwardReply> forward(NodeId from, Forward forward) {
            return forwarding.take(forward);
        }

        @Override
        public Future<Answer> ask(PeerFacts from, Ask ask) {
            return questions.answer(peers.facts(), roster, from, ask).orElseGet(() -> membership.answer(ask));
        }

        @Override
        public Future<SnapshotAck> chunk(NodeId from, SnapshotChunk chunk) {
            return life.snapshots().chunk(chunk);
        }
    }

    /** What this node says of itself to whoever asks. */
    Facts facts() {
        RunningReplica one = running();
        return new Facts(
                opening.peers().node(),
                life.incarnation(),
                roster.clusterId(),
                roster.isEmpty(),
                one != null && one.replica().lastIndex() == 1,
                one == null ? 0 : one.replica().term(),
                roster.members().members(),
                // What is not committed may be taken back, and who hears that it is not counted may give up its data.
                one != null && one.leads() && one.replica().isConfigurationCommitted(),
                leader().map(roster::address).orElse(""),
                address(),
                opening.httpAddress(),
                roster.lineage().ancestors().stream().map(Lineage.Ancestor::id).toList(),
                opening.peers().build(),
                featureLevel());
    }

    /** Of this node's cluster, as far as it is applied here. */
    int featureLevel() {
        RunningReplica one = running();
        return one == null ? FeatureLevel.FIRST : one.replica().featureLevel();
    }

    /** Where peers find this node. */
    private String address() {
        return opening.advertise() + ":" + raftPort;
    }

    /** Members and leadership; on the replica's context. */
    public Membership membership() {
        return membership;
    }

    /** What other members may ask of this node beside the log; from any thread. */
    public PeerQuestion questions() {
        return questions;
    }

    /** See {@link PeerQuestion}. On the replica's context. */
    public Future<List<byte[]>> askMembers(String kind, byte[] payload) {
        return PeerQuestion.askMembers(peers, roster, kind, payload);
    }

    Optional<String> whyAlone() {
        return opening.whyAlone();
    }

    boolean leads() {
        RunningReplica one = running();
        return one != null && one.leads();
    }

    Optional<NodeId> leader() {
        RunningReplica one = running();
        return one == null ? Optional.empty() : one.leader();
    }

    /**
     * Completes, on the replica's context, when what is applied here holds all that was committed when this was asked;
     * fails with {@link NotExecuted}. To be called there.
     */
    public Future<Long> confirmRead() {
        RunningReplica one = running();
        return one == null ? Future.failedFuture(new NotExecuted(Reason.NOT_LEADER)) : one.confirmRead();
    }

    /**
     * Completes, on the replica's context, when rows up to what is applied now are visible to readers; fails with
     * {@link NotExecuted}. To be called there.
     */
    public Future<Long> settle() {
        RunningReplica one = running();
        return one == null ? Future.failedFuture(new NotExecuted(Reason.NOT_LEADER)) : one.settle();
    }

    /** Completes with the index of the entry that says so, when it is committed. On the replica's context. */
    Future<Long> change(MemberChange change) {
        RunningReplica one = running();
        return one == null ? Future.failedFuture(new NotExecuted(Reason.NOT_LEADER)) : one.change(change);
    }

    Future<Long> transfer(NodeId to) {
        RunningReplica one = running();
        if (one == null) {
            return Future.failedFuture(new NotExecuted(Reason.NOT_LEADER));
        }
        if (roster.members().member(to).filter(Member::voter).isEmpty()) {
            return Future.failedFuture(new NotExecuted(Reason.UNKNOWN_MEMBER));
        }
        return one.transfer(to);
    }

    /** Fails with {@link Reason#NO_SUCCESSOR} when there is none. */
    Future<Long> transferToSuccessor() {
        RunningReplica one = running();
        return one == null
                ? Future.failedFuture(new NotExecuted(Reason.NOT_LEADER))
                : one.replica()
                        .successor()
                        .map(one::transfer)
                        .orElseGet(() -> Future.failedFuture(new NotExecuted(Reason.NO_SUCCESSOR)));
    }

    /**
     * Hands leadership over, if this node has it and the others could go on without it; completes when it did, when it
     * cannot, or after a moment. From any context, before a stop.
     */
    public Future<Void> handOver() {
        Promise<Void> done = Promise.promise();
        context.runOnContext(v -> {
            RunningReplica one = running();
            (one == null ? Future.<Void>succeededFuture() : one.handOver()).onComplete(done);
        });
        return done.future();
    }

    /**
     * Has rows of all that is applied. The log has what is not in rows yet, so nothing is lost without them; with them the
     * next start has nothing to do again, and who opens the database of a stopped node finds all of it. A disk that does
     * not take them is not waited for. From any context, before a stop.
     */
    public Future<Void> lastRows() {
        Promise<Void> done = Promise.promise();
        context.runOnContext(v -> {
            RunningReplica one = running();
            (one == null
                            ? Future.<Void>succeededFuture()
                            : one.settle()
                                    .timeout(LAST_ROWS_MS, TimeUnit.MILLISECONDS)
                                    .<Void>mapEmpty())
                    .onComplete(done);
        });
        return done.future();
    }

    Peers peers() {
        return peers;
    }

    Roster roster() {
        return roster;
    }
}
