package io.skein.cluster;

import io.skein.cluster.ReplicaStatus.Standing;
import io.skein.machine.Cursor;
import io.skein.machine.Delivery;
import io.skein.machine.Outcome;
import io.skein.raft.Configuration;
import io.skein.raft.Entry;
import io.skein.raft.NodeId;
import io.skein.raft.Role;
import io.skein.replica.Effect;
import io.skein.replica.Image;
import io.skein.replica.Input;
import io.skein.replica.MemberChange;
import io.skein.replica.Replica;
import io.skein.replica.WriteBatch;
import io.skein.store.Store;
import io.skein.store.StoreFailure;
import io.skein.store.StoreHandler;
import io.skein.store.StoredMessage;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link Replica} over an open store, from what the store holds until {@link #end}: is fed what happens, and what it
 * wants is carried out, in its order (DESIGN D2). Another state of the node is another one of these; what comes late for
 * an earlier one changes nothing. On the replica's context.
 */
final class RunningReplica implements StoreHandler {
    private static final Logger LOG = LoggerFactory.getLogger(RunningReplica.class);

    /** How long a node that stops, or is in doubt of its state, waits for another to take over. */
    private static final long HAND_OVER_MS = 700;

    private final Surroundings node;
    private final LifeCycle life;
    private final Context context;
    private final Opening opening;
    private final Peers peers;
    private final Roster roster;
    private final Store store;
    private final Replica replica;
    private final PendingAnswers pending;
    private final AwaitedRows rows;
    private final Alarm alarm;
    private final Announcer word;

    /** Since when entries are being written, by the number of their batch; at most two. */
    private final Map<Long, Long> appending = new HashMap<>();

    private final List<StoredMessage> delivered = new ArrayList<>();
    private long appliedTime;
    private long appliedIndex;
    private boolean appliedMoved;
    private boolean isEnded;
    private Optional<Promise<Void>> handingOver = Optional.empty();

    /**
     * Begins with {@link #begin}.
     *
     * @param deadlineNanos after which a proposal's outcome is said to be unknown
     */
    RunningReplica(Surroundings node, LifeCycle life, Store store, Image image, long deadlineNanos) {
        this.node = node;
        this.life = life;
        this.context = node.context();
        this.opening = node.opening();
        this.peers = node.peers();
        this.roster = node.roster();
        this.store = store;
        this.replica = opening.replica(store, image);
        this.pending = new PendingAnswers(node.replies(), node.listener(), deadlineNanos);
        this.rows = new AwaitedRows(
                after -> context.runOnContext(v -> after.run()),
                question -> feed(new Input.Settle(question)),
                deadlineNanos);
        this.alarm = new Alarm(context, node.clock(), () -> feed(new Input.Tick()));
        this.word = new Announcer(node, store.incarnation(), image.featureLevel());
        word.refresh(replica, pending.unanswered());
    }

    void begin() {
        store.handler(this);
        word.begin();
        feed(new Input.Started());
    }

    /** Nothing is fed any more; whoever waits hears that nobody can say. */
    void end(String why) {
        isEnded = true;
        handingOver.ifPresent(Promise::tryComplete);
        alarm.off();
        rows.end();
        pending.end(why);
    }

    /** As of the last turn; from any thread. */
    ReplicaStatus status() {
        return word.status();
    }

    /** Proposals that somebody waits for; from any thread. */
    int unanswered() {
        return word.unanswered();
    }

    boolean leads() {
        return replica.role() == Role.LEADER;
    }

    Optional<NodeId> leader() {
        return replica.leader();
    }

    Replica replica() {
        return replica;
    }

    void propose(List<Proposer.Waiting> taken) {
        feed(new Input.Proposed(pending.propose(taken)));
    }

    Future<Long> confirmRead() {
        return pending.read(id -> feed(new Input.Read(id)));
    }

    Future<Long> change(MemberChange change) {
        return pending.change(id -> feed(new Input.ChangeMembers(id, change)));
    }

    Future<Long> transfer(NodeId to) {
        feed(new Input.Transfer(to));
        return Future.succeededFuture(replica.lastIndex());
    }

    /**
     * Hands leadership over, if this node has it and the others could go on without it; completes when it did, when it
     * cannot, or after a moment.
     */
    Future<Void> handOver() {
        if (handingOver.isPresent()) {
            return handingOver.get().future();
        }
        Optional<NodeId> to = leads() ? replica.successor() : Optional.empty();
        if (to.isEmpty() || !roster.couldGoOnWithoutThisNode()) {
            return Future.succeededFuture();
        }
        LOG.info("hands over to {}", to.get());
        Promise<Void> over = Promise.promise();
        handingOver = Optional.of(over);
        long timer = context.owner().setTimer(HAND_OVER_MS, late -> over.tryComplete());
        Future<Void> done = over.future().onComplete(either -> {
            context.owner().cancelTimer(timer);
            handingOver = Optional.empty();
        });
        feed(new Input.Transfer(to.get()));
        return done;
    }

    /** Completes when rows up to what is applied now are there; fails with {@link NotExecuted} when they do not come. */
    Future<Long> settle() {
        return rows.forClient();
    }

    /** Now and then. */
    void sweep() {
        roster.refresh(replica);
        pending.sweep();
        rows.sweep();
        word.unanswered(pending.unanswered());
    }

    void feed(Input input) {
        if (isEnded) {
            return;
        }
        try {
            List<Effect> effects = replica.on(input, node.clock().now());
            for (Effect effect : effects) {
                carryOut(effect);
            }
            if (appliedMoved) {
                // Before any status says that it is so.
                node.applied().decided(appliedTime);
            }
            word.refresh(replica, pending.unanswered());
            word.sayFeatureLevel(replica.featureLevel());
            // Who waits for an answer comes before who listens.
            node.replies().flush();
            word.tell();
            if (appliedMoved) {
                appliedMoved = false;
                List<StoredMessage> messages = List.copyOf(delivered);
                delivered.clear();
                node.applied().applied(appliedIndex, appliedTime, messages);
            }
        } catch (RuntimeException | AssertionError defect) {
            node.broken().accept(new StoreFailure(StoreFailure.Kind.INVARIANT, defect));
        }
    }

    private void carryOut(Effect effect) {
        if (effect instanceof Effect.Persist persist) {
            persist(persist.batch());
        } else if (effect instanceof Effect.Deliver deliver) {
            for (Delivery change : deliver.changes()) {
                delivered.addAll(opening.append(store.tail(), change));
            }
        } else if (effect instanceof Effect.Applied moved) {
            appliedMoved = true;
            appliedIndex = moved.index();
            appliedTime = moved.time();
        } else if (effect instanceof Effect.Reply reply) {
            pending.on(reply);
        } else if (effect instanceof Effect.ReplyStored stored) {
            replyFromRow(stored);
        } else if (effect instanceof Effect.Refuse refuse) {
            pending.on(refuse);
        } else if (effect instanceof Effect.Forget forget) {
            pending.on(forget);
        } else if (effect instanceof Effect.Fetch fetch) {
            fetch(fetch.place());
        } else if (effect instanceof Effect.Settled settled) {
            rows.settled(settled.id(), settled.index());
        } else if (effect instanceof Effect.RoleChanged changed) {
            word.sayRole(changed);
            node.listener().roleChanged(changed.role(), changed.term());
            if (changed.role() != Role.LEADER) {
                // Not in the middle of a turn: who waits for it may end this replica.
                handingOver.ifPresent(over -> context.runOnContext(v -> over.tryComplete()));
            }
        } else if (effect instanceof Effect.CaughtUp) {
            node.applied().caughtUp();
        } else if (effect instanceof Effect.Wake wake) {
            alarm.set(wake.nanos());
        } else if (effect instanceof Effect.Send send) {
            peers.send(send.to(), send.message());
        } else if (effect instanceof Effect.ReadReady ready) {
            pending.on(ready);
        } else if (effect instanceof Effect.ReadFailed failed) {
            pending.on(failed);
        } else if (effect instanceof Effect.Reconfigured reconfigured) {
            pending.on(reconfigured);
        } else if (effect instanceof Effect.MembersChanged changed) {
            Configuration before = roster.members();
            if (roster.changed(changed, store.incarnation())) {
                opening.entered(store, changed.lineage());
                LOG.info("belongs to cluster {}", Long.toHexString(changed.clusterId()));
            }
            word.sayMembers(before, changed);
            roster.refresh(replica);
        } else if (effect instanceof Effect.Load load) {
            load(load);
        } else if (effect instanceof Effect.SendSnapshot snapshot) {
            sendSnapshot(snapshot.peer());
        } else if (effect instanceof Effect.Corrupt corrupt) {
            doubt(Standing.CORRUPT, "the state at index " + corrupt.index() + " is not what a majority has");
        } else if (effect instanceof Effect.Amnesiac amnesiac) {
            doubt(Standing.AMNESIAC, "this node lacks what it acknowledged, up to entry " + amnesiac.index());
        } else {
            throw new AssertionError("unhandled " + effect);
        }
    }

    private void persist(WriteBatch batch) {
        if (!batch.entries().isEmpty()) {
            // A batch that met a full disk comes again: the first time counts.
            appending.putIfAbsent(batch.number(), System.nanoTime());
        }
        store.write(batch);
    }

    @Override
    public void written(long number) {
        Long since = appending.remove(number);
        if (since != null) {
            node.listener().appended(System.nanoTime() - since);
        }
        feed(new Input.Persisted(number));
    }

    @Override
    public void diskFull(long number) {
        feed(new Input.DiskFull(number));
    }

    @Override
    public void diskTight(boolean tight) {
        feed(new Input.DiskTight(tight));
    }

    @Override
    public void failed(StoreFailure failure) {
        node.broken().accept(failure);
    }

    @Override
    public void damaged(String what) {
        if (!isEnded) {
            life.doubt(Standing.CORRUPT, what);
        }
    }

    /** Once this turn has ended. */
    private void doubt(Standing found, String what) {
        context.runOnContext(v -> {
            if (!isEnded) {
                life.doubt(found, what);
            }
        });
    }

    /** Entries that a peer lacks and that are no longer in memory. */
    private void load(Effect.Load load) {
        rows.forItself()
                .compose(v -> store.reader().entries(load.from(), replica.lastIndex(), load.maxBytes()))
                .onComplete(read -> {
                    if (read.failed()) {
                        LOG.warn("the log from {} on could not be read for {}", load.from(), load.peer(), read.cause());
                    }
                    List<Entry> entries = read.succeeded() ? read.result() : List.<Entry>of();
                    context.runOnContext(v -> feed(new Input.Loaded(load.peer(), entries)));
                });
    }

    /** What is applied now is in the snapshot, also the entry that added the peer (DESIGN D16). */
    private void sendSnapshot(NodeId peer) {
        rows.forItself()
                .compose(v -> life.snapshots().send(peer, store))
                .onComplete(sent -> context.runOnContext(v ->
                        feed(new Input.SnapshotSent(peer, sent.succeeded() ? sent.result() : 0, sent.succeeded()))));
    }

    /** A body that fell due is read beside the log and comes back as a command (DESIGN D17). */
    private void fetch(Cursor place) {
        rows.forItself()
                .compose(v -> opening.dueBody(store.reader(), place))
                .onSuccess(command -> context.runOnContext(v -> feed(new Input.Fetched(command))))
                .onFailure(failure -> {
                    LOG.warn("the body due at {} could not be read", place, failure);
                    context.runOnContext(v -> feed(new Input.FetchFailed(place)));
                });
    }

    /** The first answer was too large for memory: it is a row, once rows are up to date. Its deadline stands meanwhile. */
    private void replyFromRow(Effect.ReplyStored stored) {
        rows.forItself()
                .compose(v -> store.reader().answer(stored.index(), stored.place()))
                .map(this::outcome)
                .onComplete(outcome -> context.runOnContext(v -> pending.on(stored, outcome)));
    }

    private Outcome outcome(Optional<byte[]> row) {
        return opening.outcome(row.orElseThrow(() -> new NoSuchElementException("there is no such row")));
    }

    /** This node was found to be otherwise than its log says: whoever listens hears so. */
    void standsOtherwise() {
        word.refresh(replica, pending.unanswered());
        word.tell();
    }
}
