package io.skein.simulator;

import java.util.Arrays;

/** What happens when: one queue for the whole cluster, by virtual time, and at one time in the order of entry. */
final class Agenda {
    private long[] times = new long[1024];
    private long[] orders = new long[1024];
    private Runnable[] tasks = new Runnable[1024];
    private int size;
    private long order;
    private long now;

    /** Virtual nanoseconds since the beginning. */
    long now() {
        return now;
    }

    void after(long nanos, Runnable task) {
        if (size == times.length) {
            times = Arrays.copyOf(times, 2 * size);
            orders = Arrays.copyOf(orders, 2 * size);
            tasks = Arrays.copyOf(tasks, 2 * size);
        }
        long time = now + nanos;
        int at = size++;
        while (at > 0 && time < times[(at - 1) / 2]) {
            move((at - 1) / 2, at);
            at = (at - 1) / 2;
        }
        times[at] = time;
        orders[at] = order++;
        tasks[at] = task;
    }

    /** The next thing happens; there is always one. */
    void proceed() {
        Runnable task = tasks[0];
        now = times[0];
        int last = --size;
        long time = times[last];
        long rank = orders[last];
        Runnable moved = tasks[last];
        tasks[last] = null;
        if (last > 0) {
            int at = 0;
            while (true) {
                int child = 2 * at + 1;
                if (child >= last) {
                    break;
                }
                if (child + 1 < last && isBefore(child + 1, times[child], orders[child])) {
                    child++;
                }
                if (!isBefore(child, time, rank)) {
                    break;
                }
                move(child, at);
                at = child;
            }
            times[at] = time;
            orders[at] = rank;
            tasks[at] = moved;
        }
        task.run();
    }

    private boolean isBefore(int a, long time, long rank) {
        return times[a] < time || times[a] == time && orders[a] < rank;
    }

    private void move(int from, int to) {
        times[to] = times[from];
        orders[to] = orders[from];
        tasks[to] = tasks[from];
    }
}
