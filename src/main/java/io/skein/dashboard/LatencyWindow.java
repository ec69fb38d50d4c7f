package io.skein.dashboard;

import io.skein.dashboard.ConsoleFigures.Latency;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Times since somebody last asked, as percentiles. Recorded from any thread without waiting; asked by one. Fixed size: 16
 * buckets for each doubling, so that a percentile is at most 1/16 too high.
 */
public final class LatencyWindow {
    private static final int SUB_BITS = 4;
    private static final int SUB_BUCKETS = 1 << SUB_BITS;
    /** Up to 2^42 ns, more than an hour; what is longer counts as that. */
    private static final int MAX_BITS = 42;

    private final AtomicLongArray counts = new AtomicLongArray((MAX_BITS - SUB_BITS + 1) * SUB_BUCKETS);

    public void record(long nanos) {
        counts.getAndIncrement(bucket(Math.min(Math.max(nanos, 0), (1L << MAX_BITS) - 1)));
    }

    /** What was recorded since the last call. */
    public Latency take() {
        long[] taken = new long[counts.length()];
        long total = 0;
        for (int i = 0; i < taken.length; i++) {
            taken[i] = counts.getAndSet(i, 0);
            total += taken[i];
        }
        return total == 0
                ? Latency.NONE
                : new Latency(total, percentileMs(taken, total, 0.50), percentileMs(taken, total, 0.99));
    }

    /** Nearest rank, as the bucket's highest value. */
    private static double percentileMs(long[] taken, long total, double percentile) {
        long rank = (long) Math.ceil(total * percentile);
        long seen = 0;
        for (int i = 0; i < taken.length; i++) {
            seen += taken[i];
            if (seen >= rank) {
                return highest(i) / 1e6;
            }
        }
        throw new AssertionError("rank " + rank + " of " + seen);
    }

    /** Below 16 exact; above, four bits after the leading one. */
    private static int bucket(long nanos) {
        int bits = Long.SIZE - Long.numberOfLeadingZeros(nanos);
        if (bits <= SUB_BITS) {
            return (int) nanos;
        }
        int shift = bits - SUB_BITS - 1;
        return ((shift + 1) << SUB_BITS) + (int) (nanos >>> shift) - SUB_BUCKETS;
    }

    private static long highest(int bucket) {
        if (bucket < SUB_BUCKETS) {
            return bucket;
        }
        int shift = (bucket >>> SUB_BITS) - 1;
        return ((long) (SUB_BUCKETS + (bucket & SUB_BUCKETS - 1)) + 1 << shift) - 1;
    }
}
