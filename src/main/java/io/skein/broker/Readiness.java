package io.skein.broker;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Whether this node has caught up with what was served before it started, and who waits until it has. Whoever gives up is
 * forgotten, and of those who wait there is a limit: without a leader it may be long. From any thread.
 */
final class Readiness {
    static final int MAX_WAITING = 65_536;

    private record Waiter(Context context, Promise<Void> promise) {}

    private final Vertx vertx;
    private final long waitMs;
    /** In the order in which they came; guarded by this. */
    private final Set<Waiter> waiting = new LinkedHashSet<>();

    private volatile boolean isReady;

    /** @param waitMs after which one who waits is refused */
    Readiness(Vertx vertx, long waitMs) {
        this.vertx = vertx;
        this.waitMs = waitMs;
    }

    boolean isReady() {
        return isReady;
    }

    synchronized int waiting() {
        return waiting.size();
    }

    /** Whoever waits goes on, in the order in which they came. */
    void caughtUp() {
        List<Waiter> all;
        synchronized (this) {
            isReady = true;
            all = List.copyOf(waiting);
            waiting.clear();
        }
        all.forEach(
                waiter -> waiter.context().runOnContext(v -> waiter.promise().tryComplete()));
    }

    /** Another state takes the place of all there was; who waits already waits for that one. */
    void left() {
        isReady = false;
    }

    /** Completes on the caller's context; fails with {@link Refusal} in the end. */
    Future<Void> await() {
        if (isReady) {
            return Future.succeededFuture();
        }
        Waiter waiter = new Waiter(vertx.getOrCreateContext(), Promise.promise());
        synchronized (this) {
            if (isReady) {
                return Future.succeededFuture();
            }
            if (waiting.size() >= MAX_WAITING) {
                return Future.failedFuture(
                        Refusal.unavailable("overloaded", MAX_WAITING + " wait already for this node to catch up"));
            }
            waiting.add(waiter);
        }
        long timer = vertx.setTimer(
                waitMs,
                id -> waiter.promise()
                        .tryFail(Refusal.unavailable("catching-up", "the node has just started and catches up")));
        return waiter.promise().future().onComplete(done -> {
            vertx.cancelTimer(timer);
            forget(waiter);
        });
    }

    private synchronized void forget(Waiter waiter) {
        waiting.remove(waiter);
    }
}
