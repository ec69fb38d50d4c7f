package io.skein.node;

import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says when the disk is slow: once a minute at most, and then how often it was since. On the writer's thread. */
final class SlowCommits {
    /** Whoever waits for an acknowledgement notices this. */
    static final long SLOW_NANOS = 500_000_000;

    private static final Logger LOG = LoggerFactory.getLogger(SlowCommits.class);
    private static final long MINUTE_NANOS = 60_000_000_000L;

    private final LongSupplier nanoTime;
    private boolean hasSaid;
    private long saidNanos;
    private int others;

    SlowCommits(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** @param commitNanos of these: COMMIT with its fsync */
    void committed(long nanos, long commitNanos) {
        if (nanos < SLOW_NANOS) {
            return;
        }
        long now = nanoTime.getAsLong();
        if (hasSaid && now - saidNanos < MINUTE_NANOS) {
            others++;
            return;
        }
        LOG.warn(
                "the disk is slow: a transaction took {} ms, {} ms of them its flush{}",
                nanos / 1_000_000,
                commitNanos / 1_000_000,
                others > 0 ? "; " + others + " others were slow since the last line" : "");
        hasSaid = true;
        saidNanos = now;
        others = 0;
    }
}
