package io.skein.topic;

import java.util.Arrays;

/**
 * A time for each of many places that come in ascending order and go in any: arrays, because there may be a million.
 * What is left of one that went is swept up once the gaps are the larger part.
 */
final class Timetable {
    private static final long GONE = -1;
    private static final long[] NO_LONGS = {};
    private static final int[] NO_INTS = {};

    /** Takes what {@link #forEach} finds. */
    interface Each {
        void accept(long high, int low, long time);
    }

    private long[] highs = NO_LONGS;
    private int[] lows = NO_INTS;
    private long[] times = NO_LONGS;
    private int from;
    private int to;
    private int size;

    int size() {
        return size;
    }

    void add(long high, int low, long time) {
        assert time >= 0 : "time " + time;
        assert to == from || compare(to - 1, high, low) < 0 : high + "." + low + " does not come last";
        if (to == times.length) {
            resize(Math.max(8, 2 * size));
        }
        highs[to] = high;
        lows[to] = low;
        times[to] = time;
        to++;
        size++;
    }

    /** The time at this place; -1 when there is none. */
    long time(long high, int low) {
        int i = firstNotBelow(high, low);
        return i < to && compare(i, high, low) == 0 ? times[i] : GONE;
    }

    /** @return whether there was one */
    boolean remove(long high, int low) {
        int i = firstNotBelow(high, low);
        if (i == to || compare(i, high, low) != 0 || times[i] == GONE) {
            return false;
        }
        times[i] = GONE;
        size--;
        sweep();
        return true;
    }

    /** Removes all below this place. */
    void removeBelow(long high) {
        int end = firstNotBelow(high, 0);
        for (; from < end; from++) {
            if (times[from] != GONE) {
                size--;
            }
        }
        sweep();
    }

    void forEach(Each each) {
        for (int i = from; i < to; i++) {
            if (times[i] != GONE) {
                each.accept(highs[i], lows[i], times[i]);
            }
        }
    }

    private void sweep() {
        while (from < to && times[from] == GONE) {
            from++;
        }
        if (from == to) {
            from = 0;
            to = 0;
        }
        if (to - from > 2 * size + 32 || times.length > 4 * size + 64) {
            resize(Math.max(8, 2 * size));
        }
    }

    private void resize(int capacity) {
        long[] newHighs = new long[capacity];
        int[] newLows = new int[capacity];
        long[] newTimes = new long[capacity];
        int n = 0;
        for (int i = from; i < to; i++) {
            if (times[i] != GONE) {
                newHighs[n] = highs[i];
                newLows[n] = lows[i];
                newTimes[n] = times[i];
                n++;
            }
        }
        highs = newHighs;
        lows = newLows;
        times = newTimes;
        from = 0;
        to = n;
    }

    private int firstNotBelow(long high, int low) {
        int lo = from;
        int hi = to;
        while (lo < hi) {
            int mid = (lo + hi) >>> 1;
            if (compare(mid, high, low) < 0) {
                lo = mid + 1;
            } else {
                hi = mid;
            }
        }
        return lo;
    }

    private int compare(int i, long high, int low) {
        int byHigh = Long.compare(highs[i], high);
        return byHigh != 0 ? byHigh : Integer.compare(lows[i], low);
    }

    @Override
    public String toString() {
        return Arrays.toString(Arrays.copyOfRange(times, from, to));
    }
}
