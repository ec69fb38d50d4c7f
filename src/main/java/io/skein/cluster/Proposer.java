package io.skein.cluster;

import io.skein.machine.Command;
import io.skein.machine.IdempotencyKey;
import io.skein.replica.Effect.Refuse.Reason;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * The way of commands, from any context, to the replica. What is proposed while the replica is busy reaches it in one
 * turn: the first half of natural batching.
 */
public final class Proposer {
    /** What waits to reach the replica's context, in bytes; above it proposals are refused at once. Less in a small heap. */
    static final long MAX_QUEUED_BYTES =
            Math.min(64L << 20, Math.max(16L << 20, Runtime.getRuntime().maxMemory() / 8));
    /**
     * Questions that wait to reach the replica's context; above it they are refused at once. More than a node has streams,
     * each of which asks one thing at a time.
     */
    static final int MAX_QUEUED_TASKS = 1 << 18;
    /** Questions answered in one turn: what they read is little, but the replica has other things to do. */
    private static final int TASKS_A_TURN = 1024;

    /**
     * A proposal and who waits for it.
     *
     * @param passed another node handed it on: it goes no further
     */
    record Waiting(
            Command command,
            int size,
            Optional<IdempotencyKey> key,
            boolean passed,
            Replies.Home home,
            Promise<Committed> promise,
            long sinceNanos) {}

    private final Vertx vertx;
    private final ConcurrentLinkedQueue<Waiting> queue = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final AtomicInteger queuedTasks = new AtomicInteger();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private volatile Context replica;
    private volatile Runnable turn;

    public Proposer(Vertx vertx) {
        this.vertx = vertx;
    }

    /** Called by the replica's verticle when it takes proposals. */
    void bind(Context context, Runnable drain) {
        turn = drain;
        replica = context;
    }

    void unbind() {
        replica = null;
    }

    /**
     * Completes on the caller's context when the command is committed and decided; fails with {@link NotExecuted} or
     * {@link Indeterminate} and nothing else.
     */
    public Future<Committed> propose(Command command, Optional<IdempotencyKey> key) {
        return propose(command, key, false);
    }

    /** The same for what only this node may decide: refused when it does not lead, never handed on. */
    public Future<Committed> proposeHere(Command command) {
        return propose(command, Optional.empty(), true);
    }

    /** What another node handed on, as it takes this one for the leader. */
    Future<Committed> proposePassed(Command command, Optional<IdempotencyKey> key) {
        return propose(command, key, true);
    }

    private Future<Committed> propose(Command command, Optional<IdempotencyKey> key, boolean passed) {
        Context target = replica;
        if (target == null) {
            return Future.failedFuture(new NotExecuted(Reason.NOT_LEADER));
        }
        int size = command.size();
        if (queuedBytes.addAndGet(size) > MAX_QUEUED_BYTES) {
            queuedBytes.addAndGet(-size);
            return Future.failedFuture(new NotExecuted(Reason.OVERLOADED));
        }
        Promise<Committed> promise = Promise.promise();
        queue.add(new Waiting(command, size, key, passed, Replies.Home.here(vertx), promise, System.nanoTime()));
        schedule(target);
        return promise.future();
    }

    /**
     * Runs on the replica's context, after what was proposed before it; completes on the caller's. Fails with
     * {@link NotExecuted} when there is no replica, or too many ask.
     */
    public <T> Future<T> ask(Supplier<T> question) {
        return askFor(() -> Future.succeededFuture(question.get()));
    }

    /** The same for a question that takes its time. */
    public <T> Future<T> askFor(Supplier<Future<T>> question) {
        Context target = replica;
        if (target == null) {
            return Future.failedFuture(new NotExecuted(Reason.NOT_LEADER));
        }
        if (queuedTasks.incrementAndGet() > MAX_QUEUED_TASKS) {
            queuedTasks.decrementAndGet();
            return Future.failedFuture(new NotExecuted(Reason.OVERLOADED));
        }
        Context caller = vertx.getOrCreateContext();
        Promise<T> promise = Promise.promise();
        tasks.add(() -> {
            try {
                question.get().onComplete(answer -> caller.runOnContext(v -> promise.handle(answer)));
            } catch (RuntimeException | AssertionError failure) {
                caller.runOnContext(v -> promise.tryFail(failure));
                if (failure instanceof AssertionError broken) {
                    throw broken;
                }
            }
        });
        schedule(target);
        return promise.future();
    }

    private void schedule(Context target) {
        if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
            target.runOnContext(v -> turn.run());
        }
    }

    /** Everything proposed so far; on the replica's context. */
    List<Waiting> drain() {
        scheduled.set(false);
        List<Waiting> taken = new ArrayList<>();
        long bytes = 0;
        for (Waiting next = queue.poll(); next != null; next = queue.poll()) {
            bytes += next.size();
            taken.add(next);
        }
        queuedBytes.addAndGet(-bytes);
        return taken;
    }

    /** What was asked so far, or one turn's share of it; when nobody will come again, all of it. */
    void runTasks() {
        try {
            for (int i = 0; i < TASKS_A_TURN || replica == null; i++) {
                Runnable next = tasks.poll();
                if (next == null) {
                    return;
                }
                queuedTasks.decrementAndGet();
                next.run();
            }
        } finally {
            Context target = replica;
            if (target != null && !tasks.isEmpty()) {
                schedule(target);
            }
        }
    }
}
