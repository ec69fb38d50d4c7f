package io.skein.topic;

import java.util.Arrays;

/** The earliest of many times: a binary heap ordered by time, then by the two numbers that say whose time it is. */
final class DueHeap {
    private long[] times = new long[16];
    private long[] highs = new long[16];
    private long[] lows = new long[16];
    private int size;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    long time() {
        return times[0];
    }

    long high() {
        return highs[0];
    }

    long low() {
        return lows[0];
    }

    void clear() {
        size = 0;
    }

    void push(long time, long high, long low) {
        if (size == times.length) {
            times = Arrays.copyOf(times, 2 * size);
            highs = Arrays.copyOf(highs, 2 * size);
            lows = Arrays.copyOf(lows, 2 * size);
        }
        int i = size++;
        while (i > 0) {
            int parent = (i - 1) >>> 1;
            if (compare(parent, time, high, low) <= 0) {
                break;
            }
            move(parent, i);
            i = parent;
        }
        set(i, time, high, low);
    }

    void pop() {
        int end = --size;
        long time = times[end];
        long high = highs[end];
        long low = lows[end];
        int i = 0;
        while (true) {
            int child = 2 * i + 1;
            if (child >= end) {
                break;
            }
            if (child + 1 < end && compare(child + 1, times[child], highs[child], lows[child]) < 0) {
                child++;
            }
            if (compare(child, time, high, low) >= 0) {
                break;
            }
            move(child, i);
            i = child;
        }
        set(i, time, high, low);
        if (times.length > 1_024 && size < times.length / 8) {
            int smaller = times.length / 4;
            times = Arrays.copyOf(times, smaller);
            highs = Arrays.copyOf(highs, smaller);
            lows = Arrays.copyOf(lows, smaller);
        }
    }

    private int compare(int i, long time, long high, long low) {
        int byTime = Long.compare(times[i], time);
        if (byTime != 0) {
            return byTime;
        }
        int byHigh = Long.compare(highs[i], high);
        return byHigh != 0 ? byHigh : Long.compare(lows[i], low);
    }

    private void move(int from, int to) {
        set(to, times[from], highs[from], lows[from]);
    }

    private void set(int i, long time, long high, long low) {
        times[i] = time;
        highs[i] = high;
        lows[i] = low;
    }
}
