package io.skein.broker;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Whether this node has caught up with what was served before it started, and who waits until it has. Whoever gives up is
 * forgotten, and of those who wait there is a limit: without a leader it may be long. From any thread.
 */
final class Readiness {
    static final int MAX_WAITING = 65_536;
    /** How often one who takes what there is looks whether it may. */
    private static final long LOOK_MS = 10;

    private record Waiter(Context context, Promise<Void> promise) {}

    private final Vertx vertx;
    private final long waitMs;
    private final long aloneAfterMs;
    private final BooleanSupplier isLeaderless;
    /** In the order in which they came; guarded by this. */
    private final Set<Waiter> waiting = new LinkedHashSet<>();

    private volatile boolean isReady;
    /** Since when this node is not ready. */
    private volatile long sinceNanos = System.nanoTime();

    /**
     * @param waitMs after which one who waits is refused
     * @param aloneAfterMs after which a node that found no leader is taken to be alone (DESIGN D16)
     * @param isLeaderless false also when this node cannot say
     */
    Readiness(Vertx vertx, long waitMs, long aloneAfterMs, BooleanSupplier isLeaderless) {
        this.vertx = vertx;
        this.waitMs = waitMs;
        this.aloneAfterMs = aloneAfterMs;
        this.isLeaderless = isLeaderless;
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
        sinceNanos = System.nanoTime();
        isReady = false;
    }

    /**
     * Completes on the caller's context; fails with {@link Refusal} in the end.
     *
     * @param anyway who asks takes what there is when the node found no leader in time
     */
    Future<Void> await(boolean anyway) {
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
        long timer = vertx.setTimer(waitMs, id -> waiter.promise().tryFail(notReady()));
        if (anyway) {
            completeWhenAlone(waiter.promise());
        }
        return waiter.promise().future().onComplete(done -> {
            vertx.cancelTimer(timer);
            forget(waiter);
        });
    }

    private void completeWhenAlone(Promise<Void> waiting) {
        if (waiting.future().isComplete()) {
            return;
        }
        long inMs = aloneAfterMs - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sinceNanos);
        if (inMs <= 0 && isLeaderless.getAsBoolean()) {
            waiting.tryComplete();
        } else {
            vertx.setTimer(Math.max(LOOK_MS, inMs), id -> completeWhenAlone(waiting));
        }
    }

    private Refusal notReady() {
        return isLeaderless.getAsBoolean()
                ? Refusal.unavailable("no-leader", "the node has started and found no leader yet")
                : Refusal.unavailable("catching-up", "the node has just started and catches up");
    }

    private synchronized void forget(Waiter waiter) {
        waiting.remove(waiter);
    }
}
