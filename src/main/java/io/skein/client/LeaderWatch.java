package io.skein.client;

import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Whether the server that serves is without a leader for too long: it may be cut off from the others, and is left. It says so
 * to whoever subscribes; whoever only publishes learns it from the answers. Used on the client's context only.
 */
final class LeaderWatch {
    private final Vertx vertx;
    private final LongSupplier nanos;
    private final long patienceMs;
    private final Runnable leave;
    private long timer = -1;
    private boolean isRefusing;
    /** When the first publish was refused, with none decided since. */
    private long refusingSince;

    /**
     * @param nanos as {@code System.nanoTime()}
     * @param leave called once this has lasted for the patience; again if that changes nothing
     */
    LeaderWatch(Vertx vertx, LongSupplier nanos, long patienceMs, Runnable leave) {
        this.vertx = vertx;
        this.nanos = nanos;
        this.patienceMs = patienceMs;
        this.leave = leave;
    }

    /** What the server says of itself, and then nothing until that changes. */
    void health(String health) {
        if (health.equals("ok")) {
            forget();
        } else if (timer < 0) {
            arm();
        }
    }

    private void arm() {
        timer = vertx.setTimer(patienceMs, id -> {
            leave.run();
            if (timer == id) {
                // There was no other. One may be learned meanwhile, and the server does not say it again.
                arm();
            }
        });
    }

    /** A publish was refused for want of a leader. Nobody says when that is over: only one that comes later counts. */
    void refused() {
        long now = nanos.getAsLong();
        if (!isRefusing) {
            isRefusing = true;
            refusingSince = now;
        } else if (now - refusingSince >= TimeUnit.MILLISECONDS.toNanos(patienceMs)) {
            leave.run();
        }
    }

    /** A leader has taken a publish, or has refused it for a reason of its own. */
    void decided() {
        if (isRefusing || timer >= 0) {
            forget();
        }
    }

    /** Nothing is known: it is well, or another one. */
    void forget() {
        isRefusing = false;
        vertx.cancelTimer(timer);
        timer = -1;
    }
}
