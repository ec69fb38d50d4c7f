package io.skein.broker;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/**
 * How far this node has applied the log, and who waits until it has come to an index that a client has seen elsewhere. Of
 * those who wait there is a limit. {@link #moved} on the replica's context, the rest from any thread.
 */
final class AppliedIndex {
    private static final long MIN_WAIT_MS = 1000;

    private record Waiter(long index, long number, Context context, Promise<Void> promise) {}

    private final Vertx vertx;
    private final LongSupplier applied;
    private final int limit;
    /** Guarded by this. */
    private final TreeSet<Waiter> waiting =
            new TreeSet<>(Comparator.comparingLong(Waiter::index).thenComparingLong(Waiter::number));

    private long nextNumber;
    /** The lowest that somebody waits for: most turns concern nobody. */
    private volatile long lowest = Long.MAX_VALUE;

    /**
     * @param applied as of now
     * @param limit more than this may not wait
     */
    AppliedIndex(Vertx vertx, LongSupplier applied, int limit) {
        this.vertx = vertx;
        this.applied = applied;
        this.limit = limit;
    }

    /** Completes on the caller's context; fails with {@link Refusal} when it takes longer than a second and this. */
    Future<Void> reached(long index, long waitMs) {
        if (applied.getAsLong() >= index) {
            return Future.succeededFuture();
        }
        Waiter waiter;
        synchronized (this) {
            if (waiting.size() >= limit) {
                return Future.failedFuture(
                        Refusal.unavailable("overloaded", limit + " reads wait already for what is not here yet"));
            }
            waiter = new Waiter(index, nextNumber++, vertx.getOrCreateContext(), Promise.promise());
            waiting.add(waiter);
            lowest = waiting.first().index();
        }
        // It may have moved since it was asked.
        moved(applied.getAsLong());
        long timer = vertx.setTimer(
                Math.max(waitMs, MIN_WAIT_MS),
                id -> waiter.promise()
                        .tryFail(Refusal.unavailable(
                                "behind", "this node has applied " + applied.getAsLong() + ", not yet " + index)));
        return waiter.promise().future().onComplete(done -> {
            vertx.cancelTimer(timer);
            forget(waiter);
        });
    }

    /** Everything up to and with this index is applied. */
    void moved(long index) {
        if (index < lowest) {
            return;
        }
        List<Waiter> there;
        synchronized (this) {
            var upTo = waiting.headSet(new Waiter(index, Long.MAX_VALUE, null, null), true);
            there = List.copyOf(upTo);
            upTo.clear();
            lowest = waiting.isEmpty() ? Long.MAX_VALUE : waiting.first().index();
        }
        there.forEach(
                waiter -> waiter.context().runOnContext(v -> waiter.promise().tryComplete()));
    }

    synchronized int waiting() {
        return waiting.size();
    }

    private synchronized void forget(Waiter waiter) {
        if (waiting.remove(waiter)) {
            lowest = waiting.isEmpty() ? Long.MAX_VALUE : waiting.first().index();
        }
    }
}
