package io.skein.store;

import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * How a copy shares processor and disk with what commits beside it: it works for a moment and rests in proportion. For
 * the thread that copies.
 */
final class CopyPace {
    /** Shorter work is not worth a rest of its own. */
    private static final long WORK_NANOS = 4_000_000;

    /** Of a backup: three quarters of the time it stands still. */
    private static final double REST = 3;

    private static final long LONGEST_REST_NANOS = 200_000_000;

    private final double rest;
    private final BooleanSupplier hurry;
    private long since = System.nanoTime();

    /** @param rest time at rest for each time at work; 0 never rests */
    CopyPace(double rest) {
        this(rest, () -> false);
    }

    private CopyPace(double rest, BooleanSupplier hurry) {
        this.rest = rest;
        this.hurry = hurry;
    }

    /** Somebody waits for it: as fast as can be. */
    static CopyPace urgent() {
        return new CopyPace(0);
    }

    /** Nobody waits for it, or should have thought so. */
    static CopyPace leisurely() {
        return leisurely(() -> false);
    }

    /** @param hurry somebody waits until it is done: there is no rest as long as this is so */
    static CopyPace leisurely(BooleanSupplier hurry) {
        return new CopyPace(REST, hurry);
    }

    /** Between two pieces of work, outside of any transaction. */
    void breathe() {
        long worked = System.nanoTime() - since;
        if (rest == 0 || worked < WORK_NANOS || hurry.getAsBoolean()) {
            return;
        }
        try {
            TimeUnit.NANOSECONDS.sleep(Math.min(LONGEST_REST_NANOS, (long) (worked * rest)));
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            throw new CancellationException("the store closes");
        }
        since = System.nanoTime();
    }
}
