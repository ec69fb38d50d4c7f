package io.skein.sim;

import io.skein.broker.WallClock;
import io.skein.replica.Now;
import io.vertx.core.Context;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The one time of a simulated cluster. It goes on as fast as the machine's monotonic clock, and forward at once when somebody
 * moves it; never back. From any thread.
 */
final class SimClock implements WallClock {
    private static final long NANOS_PER_MS = 1_000_000;
    /** It is moved no further, all in all: nanoseconds are counted in a long, which has 292 years. */
    static final Duration MAX_AHEAD = Duration.ofDays(36_525);

    /**
     * @param aheadMs of where it would be if nobody had moved it
     * @param floorMs what it was moved to last
     */
    private record Moved(long aheadMs, long floorMs) {}

    /** Somebody who wants to be told. */
    private static final class Appointment {
        final Context context;
        final long epochMs;
        final Runnable then;
        final AtomicBoolean isOver = new AtomicBoolean();
        volatile long timer = -1;

        Appointment(Context context, long epochMs, Runnable then) {
            this.context = context;
            this.epochMs = epochMs;
            this.then = then;
        }
    }

    private final long beganMs = System.currentTimeMillis();
    private final long beganNanos = System.nanoTime();
    private final Set<Appointment> appointments = ConcurrentHashMap.newKeySet();
    private volatile Moved moved = new Moved(0, Now.NO_FLOOR);

    @Override
    public long millis() {
        return millis(moved, System.nanoTime());
    }

    private long millis(Moved by, long nanos) {
        return beganMs + (nanos - beganNanos) / NANOS_PER_MS + by.aheadMs();
    }

    @Override
    public long nanos() {
        return System.nanoTime() + moved.aheadMs() * NANOS_PER_MS;
    }

    /** How far it was moved, all in all. */
    long aheadMs() {
        return moved.aheadMs();
    }

    /**
     * As a replica reads it: what Raft does by time it does by the machine's.
     *
     * @param impatienceNanos by which this node's monotonic clock is ahead of the machine's
     */
    Now now(long impatienceNanos) {
        long nanos = System.nanoTime();
        Moved by = moved;
        return new Now(nanos + impatienceNanos, millis(by, nanos), by.floorMs());
    }

    /**
     * The time as a move may have it.
     *
     * @throws IllegalArgumentException with a sentence when that is further than {@link #MAX_AHEAD}
     */
    long reachable(Instant time) {
        Instant last =
                Instant.ofEpochMilli(millis(new Moved(0, 0), System.nanoTime())).plus(MAX_AHEAD);
        if (time.isAfter(last)) {
            throw new IllegalArgumentException("a clock can be moved by 100 years, all in all");
        }
        return time.toEpochMilli();
    }

    /** Forward only. What was to happen at that time or before happens now. */
    synchronized void moveTo(long epochMs) {
        Moved by = moved;
        long forward = Math.max(0, epochMs - millis(by, System.nanoTime()));
        moved = new Moved(by.aheadMs() + forward, Math.max(by.floorMs(), epochMs));
        for (Appointment appointment : appointments) {
            if (appointment.epochMs <= epochMs) {
                keep(appointment);
            }
        }
    }

    @Override
    public Runnable at(Context context, long epochMs, Runnable then) {
        Appointment appointment = new Appointment(context, epochMs, then);
        appointments.add(appointment);
        long inMs = epochMs - millis();
        if (inMs <= 0) {
            keep(appointment);
        } else {
            appointment.timer = context.owner().setTimer(inMs, id -> keep(appointment));
        }
        return () -> {
            appointment.isOver.set(true);
            forget(appointment);
        };
    }

    private void keep(Appointment appointment) {
        if (appointment.isOver.compareAndSet(false, true)) {
            forget(appointment);
            appointment.context.runOnContext(v -> appointment.then.run());
        }
    }

    private void forget(Appointment appointment) {
        appointments.remove(appointment);
        if (appointment.timer >= 0) {
            appointment.context.owner().cancelTimer(appointment.timer);
        }
    }
}
