package io.skein.cluster;

import io.vertx.core.Context;
import io.vertx.core.Vertx;

/**
 * Goes off at the time the replica asks for; the newest wish counts. A timer that goes off too early costs less than
 * arming anew with every batch. On the replica's context.
 */
final class Alarm {
    private static final long NANOS_PER_MS = 1_000_000;
    /** Waits below this are too short for a timer. */
    private static final long FINE_NANOS = 900_000;

    private final Vertx vertx;
    private final Context context;
    private final ReplicaVerticle.Clock clock;
    private final Runnable ring;
    private boolean isFine;
    private long timer = -1;
    private long timerNanos = Long.MAX_VALUE;
    private long wakeNanos = Long.MAX_VALUE;

    /** @param ring is to wish anew by {@link #set}; a wish that has passed and stays is asked for again in a while */
    Alarm(Context context, ReplicaVerticle.Clock clock, Runnable ring) {
        this.vertx = context.owner();
        this.context = context;
        this.clock = clock;
        this.ring = ring;
    }

    /** @param nanos of the clock; {@link Long#MAX_VALUE} for never */
    void set(long nanos) {
        wakeNanos = nanos;
        arm();
    }

    void off() {
        wakeNanos = Long.MAX_VALUE;
        if (timer >= 0) {
            vertx.cancelTimer(timer);
            timer = -1;
        }
    }

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
            ring.run();
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
                    ring.run();
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
