package io.skein.client;

import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;

/**
 * Whether the server that serves is without a leader for too long: it may be cut off from the others, and is left. It says so
 * to whoever subscribes; whoever only publishes learns it from the answers. Used on the client's context only.
 */
final class LeaderWatch {
    private final Vertx vertx;
    private final long patienceMs;
    private final Runnable leave;
    private long timer = -1;
    private boolean isRefusing;
    /** {@code System.nanoTime()} of the first publish that was refused, with none stored since. */
    private long refusingSince;

    /** @param leave called once this has lasted for the patience; again if that changes nothing */
    LeaderWatch(Vertx vertx, long patienceMs, Runnable leave) {
        this.vertx = vertx;
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
        long now = System.nanoTime();
        if (!isRefusing) {
            isRefusing = true;
            refusingSince = now;
        } else if (now - refusingSince >= TimeUnit.MILLISECONDS.toNanos(patienceMs)) {
            leave.run();
        }
    }

    /** A majority has stored something. */
    void stored() {
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
