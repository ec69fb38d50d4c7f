package io.skein.broker;

/** How many a second, over the last ten whole seconds. Confined to one thread. */
final class Rate {
    private static final int SECONDS = 10;
    private static final long NANOS = 1_000_000_000;

    private final int[] counts = new int[SECONDS + 1];
    private long second = Long.MIN_VALUE;

    void add(int count, long nanos) {
        advance(nanos);
        counts[slot(second)] += count;
    }

    double perSecond(long nanos) {
        advance(nanos);
        long sum = 0;
        for (int i = 1; i <= SECONDS; i++) {
            sum += counts[slot(second - i)];
        }
        return sum / (double) SECONDS;
    }

    private void advance(long nanos) {
        long to = Math.floorDiv(nanos, NANOS);
        long from = Math.max(second, to - counts.length);
        for (long s = from + 1; s <= to; s++) {
            counts[slot(s)] = 0;
        }
        second = to;
    }

    private int slot(long s) {
        return (int) Math.floorMod(s, (long) counts.length);
    }
}
