package io.skein.cluster;

import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.machine.Delivery;
import io.skein.machine.Outcome;
import io.skein.raft.NodeId;
import io.skein.replica.Effect;
import io.skein.replica.Input;
import io.skein.replica.Now;
import io.skein.replica.Proposal;
import io.skein.replica.Replica;
import io.skein.store.Reader;
import io.skein.store.Store;
import io.skein.store.StoreFailure;
import io.skein.store.StoreHandler;
import io.skein.store.StoredMessage;
import io.skein.store.Tail;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one event loop on which this node's {@link Replica} lives: feeds it what happens, carries out what it wants, and
 * decides nothing itself (DESIGN D1). One instance for each node.
 */
public final class ReplicaVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaVerticle.class);
    private static final long NANOS_PER_MS = 1_000_000;
    private static final long SWEEP_MS = 100;
    /** Waits below this are too short for a timer. */
    private static final long FINE_NANOS = 900_000;

    private final Clock clock;
    private final Opening opening;
    private final Proposer proposer;
    private final AppliedListener applied;
    private final ClusterListener listener;
    private final long deadlineNanos;
    private final Consumer<StoreFailure> broken;

    private Store store;
    private Replica replica;
    private final Map<Long, Proposer.Waiting> waiting = new HashMap<>();
    /** In order of proposal, so that the oldest deadline is at the front. */
    private final ArrayDeque<Long> deadlines = new ArrayDeque<>();

    private final Map<Long, Runnable> settles = new HashMap<>();
    /** Since when entries are being written, by the number of their batch; at most two. */
    private final Map<Long, Long> appending = new HashMap<>();

    private final Replies replies = new Replies();
    private final List<StoredMessage> delivered = new ArrayList<>();
    private long nextProposal;
    private long nextSettle;
    private long appliedTime;
    private long appliedIndex;
    private boolean isFine;
    private boolean appliedMoved;
    private long timer = -1;
    private long timerNanos = Long.MAX_VALUE;
    private long wakeNanos = Long.MAX_VALUE;
    private volatile ReplicaStatus status;
    private volatile int unanswered;

    /** Where the verticle takes its time from. */
    public interface Clock {
        Clock SYSTEM = () -> new Now(System.nanoTime(), System.currentTimeMillis());

        Now now();
    }

    /** What the assembly of the node hands in: the verticle knows no machine. */
    public interface Opening {
        /** On the replica's context, which the store will be confined to. */
        Future<Store> store();

        /** Called once, with the store open; whoever asks the replica may be told of it here. */
        Future<Replica> replica(Store store);

        /** Encodes what subscribers want, once, into the tail. */
        List<StoredMessage> append(Tail tail, Delivery delivery);

        /** Reads a body that fell due and makes the command that carries it; fails when it cannot be read now. */
        Future<Command> dueBody(Reader reader, Cursor place);

        /** Decodes an answer that was kept as a row. */
        Outcome outcome(byte[] row);
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
            Clock clock,
            long deadlineMs,
            Consumer<StoreFailure> broken) {
        this.opening = opening;
        this.proposer = proposer;
        this.applied = applied;
        this.listener = listener;
        this.clock = clock;
        this.deadlineNanos = deadlineMs * NANOS_PER_MS;
        this.broken = broken;
    }

    /** This node's word on itself, from any thread; null until the verticle has started. */
    public ReplicaStatus status() {
        return status;
    }

    /** Completes when rows up to what is applied now are visible to readers; on the replica's context. */
    public void settle(Runnable done) {
        long id = nextSettle++;
        settles.put(id, done);
        feed(new Input.Settle(id));
    }

    @Override
    public Future<?> start() {
        return opening.store()
                .compose(opened -> {
                    store = opened;
                    return opening.replica(opened);
                })
                .map(mind -> {
                    replica = mind;
                    begin();
                    return null;
                });
    }

    private void begin() {
        store.handler(new StoreHandler() {
            @Override
            public void written(long number) {
                Long since = appending.remove(number);
                if (since != null) {
                    listener.appended(System.nanoTime() - since);
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
                broken.accept(failure);
            }
        });
        refreshStatus();
        proposer.bind(context, this::turn);
        vertx.setPeriodic(SWEEP_MS, id -> sweep());
        feed(new Input.Started());
    }

    @Override
    public Future<?> stop() {
        proposer.unbind();
        for (Proposer.Waiting pending : waiting.values()) {
            replies.fail(pending.home(), pending.promise(), new Indeterminate("the node stopped"));
        }
        waiting.clear();
        replies.flush();
        return store == null ? Future.succeededFuture() : store.close();
    }

    /** On the replica's context. */
    public Store store() {
        return store;
    }

    /** Takes what was proposed since the last turn. */
    private void turn() {
        List<Proposer.Waiting> taken = proposer.drain();
        if (!taken.isEmpty()) {
            List<Proposal> proposals = new ArrayList<>(taken.size());
            for (Proposer.Waiting pending : taken) {
                long id = nextProposal++;
                waiting.put(id, pending);
                deadlines.add(id);
                proposals.add(new Proposal(id, pending.command(), pending.key(), pending.size()));
            }
            feed(new Input.Proposed(proposals));
        }
        try {
            proposer.runTasks();
        } catch (AssertionError defect) {
            broken.accept(new StoreFailure(StoreFailure.Kind.INVARIANT, defect));
        }
    }

    private void feed(Input input) {
        try {
            List<Effect> effects = replica.on(input, clock.now());
            for (Effect effect : effects) {
                carryOut(effect);
            }
            refreshStatus();
            // Who waits for an answer comes before who listens.
            replies.flush();
            if (appliedMoved) {
                appliedMoved = false;
                List<StoredMessage> messages = List.copyOf(delivered);
                delivered.clear();
                applied.applied(appliedIndex, appliedTime, messages);
            }
        } catch (RuntimeException | AssertionError defect) {
            broken.accept(new StoreFailure(StoreFailure.Kind.INVARIANT, defect));
        }
    }

    private void carryOut(Effect effect) {
        if (effect instanceof Effect.Persist persist) {
            var batch = persist.batch();
            if (!batch.entries().isEmpty()) {
                // A batch that met a full disk comes again: the first time counts.
                appending.putIfAbsent(batch.number(), System.nanoTime());
            }
            store.write(batch);
        } else if (effect instanceof Effect.Deliver deliver) {
            for (Delivery change : deliver.changes()) {
                delivered.addAll(opening.append(store.tail(), change));
            }
        } else if (effect instanceof Effect.Applied moved) {
            appliedMoved = true;
            appliedIndex = moved.index();
            appliedTime = moved.time();
        } else if (effect instanceof Effect.Reply reply) {
            Proposer.Waiting pending = waiting.remove(reply.proposal());
            if (pending != null) {
                listener.committed(System.nanoTime() - pending.sinceNanos());
                replies.complete(
                        pending.home(),
                        pending.promise(),
                        new Committed(reply.outcome(), reply.index(), reply.term(), reply.time(), reply.replayed()));
            }
        } else if (effect instanceof Effect.ReplyStored stored) {
            replyFromRow(stored);
        } else if (effect instanceof Effect.Refuse refuse) {
            Proposer.Waiting pending = waiting.remove(refuse.proposal());
            if (pending != null) {
                listener.refused(refuse.reason().name());
                replies.fail(pending.home(), pending.promise(), new NotExecuted(refuse.reason()));
            }
        } else if (effect instanceof Effect.Fetch fetch) {
            fetch(fetch.place());
        } else if (effect instanceof Effect.Settled settled) {
            Runnable done = settles.remove(settled.id());
            if (done != null) {
                done.run();
            }
        } else if (effect instanceof Effect.RoleChanged changed) {
            LOG.info("{} in term {}", changed.role().name().toLowerCase(Locale.ROOT), changed.term());
            listener.roleChanged(changed.role(), changed.term());
        } else if (effect instanceof Effect.CaughtUp) {
            applied.caughtUp();
        } else if (effect instanceof Effect.Wake wake) {
            wakeNanos = wake.nanos();
            arm();
        } else if (effect instanceof Effect.Send) {
            throw new AssertionError("a cluster of one has nobody to send to");
        } else {
            throw new AssertionError("unhandled " + effect);
        }
    }

    /** A body that fell due is read beside the log and comes back as a command (DESIGN D17). */
    private void fetch(Cursor place) {
        afterThisTurn(() -> opening.dueBody(store.reader(), place)
                .onSuccess(command -> context.runOnContext(v -> feed(new Input.Fetched(command))))
                .onFailure(failure -> {
                    LOG.warn("the body due at {} could not be read", place, failure);
                    context.runOnContext(v -> feed(new Input.FetchFailed(place)));
                }));
    }

    /** Settles and then does it; an input in the middle of another's effects would take its batch before theirs. */
    private void afterThisTurn(Runnable then) {
        context.runOnContext(v -> settle(then));
    }

    /** The first answer was too large for memory: it is a row, once rows are up to date. Its deadline stands meanwhile. */
    private void replyFromRow(Effect.ReplyStored stored) {
        afterThisTurn(() -> store.reader()
                .answer(stored.index(), stored.place())
                .onComplete(row -> context.runOnContext(v -> replyFromRow(stored, row))));
    }

    private void replyFromRow(Effect.ReplyStored stored, AsyncResult<Optional<byte[]>> row) {
        Proposer.Waiting pending = waiting.remove(stored.proposal());
        if (pending == null) {
            return;
        }
        if (row.succeeded() && row.result().isPresent()) {
            Outcome outcome = opening.outcome(row.result().get());
            replies.complete(
                    pending.home(),
                    pending.promise(),
                    new Committed(outcome, stored.index(), stored.term(), stored.time(), true));
        } else {
            LOG.warn("the answer kept at {} could not be read", stored.index(), row.cause());
            replies.fail(
                    pending.home(),
                    pending.promise(),
                    new Indeterminate("the answer of the first request could not be read"));
        }
        replies.flush();
    }

    /** Says "unknown" to those whose deadline passed; what they proposed may still be executed. */
    private void sweep() {
        long now = System.nanoTime();
        while (!deadlines.isEmpty()) {
            Proposer.Waiting oldest = waiting.get(deadlines.peekFirst());
            if (oldest != null && now - oldest.sinceNanos() < deadlineNanos) {
                break;
            }
            if (oldest != null) {
                waiting.remove(deadlines.peekFirst());
                replies.fail(
                        oldest.home(),
                        oldest.promise(),
                        new Indeterminate("not committed within " + deadlineNanos / NANOS_PER_MS + " ms"));
            }
            deadlines.pollFirst();
        }
        unanswered = waiting.size();
        replies.flush();
    }

    /** Proposals that somebody waits for; from any thread. */
    public int unanswered() {
        return unanswered;
    }

    private void refreshStatus() {
        unanswered = waiting.size();
        status = new ReplicaStatus(
                replica.role(),
                replica.leader().map(NodeId::value).orElse(""),
                replica.term(),
                replica.commitIndex(),
                replica.appliedIndex(),
                replica.settledIndex(),
                replica.firstIndex(),
                replica.lastIndex(),
                replica.stateHash(),
                replica.appliedTime(),
                replica.isCaughtUp(),
                replica.isDiskFull());
    }

    /** A timer that goes off too early costs less than arming anew with every batch. */
    private void arm() {
        if (wakeNanos == Long.MAX_VALUE || timer >= 0 && timerNanos <= wakeNanos) {
            return;
        }
        if (timer >= 0) {
            vertx.cancelTimer(timer);
            timer = -1;
        }
        long nanos = wakeNanos - clock.now().nanos();
        if (nanos < FINE_NANOS) {
            fine();
            return;
        }
        timerNanos = wakeNanos;
        long ms = Math.max(1, (nanos + NANOS_PER_MS - 1) / NANOS_PER_MS);
        timer = vertx.setTimer(ms, id -> {
            timer = -1;
            feed(new Input.Tick());
            armAgain();
        });
    }

    /** Timers are of milliseconds; for less the loop goes round, doing what comes, and lets others run meanwhile. */
    private void fine() {
        if (!isFine) {
            isFine = true;
            context.runOnContext(v -> {
                isFine = false;
                if (wakeNanos - clock.now().nanos() > 0) {
                    Thread.yield();
                    arm();
                } else {
                    feed(new Input.Tick());
                    armAgain();
                }
            });
        }
    }

    /** A time that has passed and is still wanted is not asked for more often than a timer would. */
    private void armAgain() {
        if (wakeNanos - clock.now().nanos() <= 0) {
            wakeNanos = clock.now().nanos() + NANOS_PER_MS;
        }
        arm();
    }
}
