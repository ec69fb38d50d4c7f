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
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * The way of commands, from any context, to the replica. What is proposed while the replica is busy reaches it in one
 * turn: the first half of natural batching.
 */
public final class Proposer {
    /** What waits to reach the replica's context, in bytes; above it proposals are refused at once. */
    private static final long MAX_QUEUED_BYTES = 64L << 20;

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

    /** Runs on the replica's context, after what was proposed before it; completes on the caller's. */
    public <T> Future<T> ask(Supplier<T> question) {
        Context target = replica;
        if (target == null) {
            return Future.failedFuture(new NotExecuted(Reason.NOT_LEADER));
        }
        Context caller = vertx.getOrCreateContext();
        Promise<T> promise = Promise.promise();
        tasks.add(() -> {
            try {
                T answer = question.get();
                caller.runOnContext(v -> promise.tryComplete(answer));
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

    /** Runs on the replica's context. */
    public void tell(Runnable task) {
        Context target = replica;
        if (target != null) {
            tasks.add(task);
            schedule(target);
        }
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

    void runTasks() {
        for (Runnable next = tasks.poll(); next != null; next = tasks.poll()) {
            next.run();
        }
    }
}
