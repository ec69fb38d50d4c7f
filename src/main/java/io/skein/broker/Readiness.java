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
 * forgotten, and of those who wait there is a limit, in number and in bytes: without a leader it may be long. From any
 * thread.
 */
final class Readiness {
    static final int MAX_WAITING = 65_536;
    /** Of what those who wait bring with them: 64 MiB, less in a small heap. */
    static final long MAX_WAITING_BYTES =
            Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 8);

    private record Waiter(Context context, Promise<Void> promise, boolean anyway, long bytes) {
        void goesOn() {
            context.runOnContext(v -> promise.tryComplete());
        }
    }

    private final Vertx vertx;
    private final long waitMs;
    private final long aloneAfterMs;
    private final BooleanSupplier isLeaderless;
    /** In the order in which they came; guarded by this. */
    private final Set<Waiter> waiting = new LinkedHashSet<>();

    private long waitingBytes;
    /** Somebody will look when this node is taken to be alone. */
    private boolean isLookDue;

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
            waitingBytes = 0;
        }
        all.forEach(Waiter::goesOn);
    }

    /** Another state takes the place of all there was; who waits already waits for that one. */
    void left() {
        sinceNanos = System.nanoTime();
        isReady = false;
    }

    /** The node has lost or found a leader, or can say now whether it has one: whoever takes what there is may go on. */
    void look() {
        if (isReady || !isAlone()) {
            return;
        }
        List<Waiter> content;
        synchronized (this) {
            content = waiting.stream().filter(Waiter::anyway).toList();
        }
        content.forEach(Waiter::goesOn);
    }

    /**
     * Completes on the caller's context; fails with {@link Refusal} in the end.
     *
     * @param anyway who asks takes what there is when the node found no leader in time
     * @param bytes that are kept in memory meanwhile
     */
    Future<Void> await(boolean anyway, long bytes) {
        if (isReady || anyway && isAlone()) {
            return Future.succeededFuture();
        }
        Waiter waiter = new Waiter(vertx.getOrCreateContext(), Promise.promise(), anyway, bytes);
        synchronized (this) {
            if (isReady) {
                return Future.succeededFuture();
            }
            if (waiting.size() >= MAX_WAITING || waitingBytes + bytes > MAX_WAITING_BYTES) {
                return Future.failedFuture(Refusal.unavailable(
                        "overloaded",
                        waiting.size() + " wait already for this node to catch up, with " + waitingBytes + " bytes"));
            }
            waiting.add(waiter);
            waitingBytes += bytes;
        }
        long timer = vertx.setTimer(waitMs, id -> waiter.promise().tryFail(notReady()));
        if (anyway) {
            // It may have come to be alone since.
            look();
            lookLater();
        }
        return waiter.promise().future().onComplete(done -> {
            vertx.cancelTimer(timer);
            forget(waiter);
        });
    }

    /** It found no leader for so long that there may be none. */
    private boolean isAlone() {
        return untilAloneMs() <= 0 && isLeaderless.getAsBoolean();
    }

    private long untilAloneMs() {
        return aloneAfterMs - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sinceNanos);
    }

    /** Once, however many wait: from then on it is only a leader that matters. */
    private void lookLater() {
        long inMs = untilAloneMs();
        synchronized (this) {
            if (inMs <= 0 || isLookDue) {
                return;
            }
            isLookDue = true;
        }
        vertx.setTimer(inMs, id -> {
            synchronized (this) {
                isLookDue = false;
            }
            look();
            // The state may have been replaced meanwhile.
            if (waiting() > 0) {
                lookLater();
            }
        });
    }

    private Refusal notReady() {
        return isLeaderless.getAsBoolean()
                ? Refusal.unavailable("no-leader", "the node has started and found no leader yet")
                : Refusal.unavailable("catching-up", "the node has just started and catches up");
    }

    private synchronized void forget(Waiter waiter) {
        if (waiting.remove(waiter)) {
            waitingBytes -= waiter.bytes();
        }
    }
}
