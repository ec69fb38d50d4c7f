package io.skein.dashboard;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Of all that are seen the highest, so many at most: as they came when they are no more than that, else these first. */
final class Foremost<T> {
    private final Comparator<T> order;
    private final int limit;
    private final List<T> first = new ArrayList<>();
    /** The lowest at its head; used once there are too many. */
    private final PriorityQueue<T> best;

    private long seen;

    Foremost(Comparator<T> order, int limit) {
        this.order = order;
        this.limit = limit;
        this.best = new PriorityQueue<>(order);
    }

    Foremost<T> add(List<T> some) {
        for (T item : some) {
            seen++;
            if (seen <= limit) {
                first.add(item);
                best.add(item);
            } else if (order.compare(item, best.peek()) > 0) {
                best.poll();
                best.add(item);
            }
        }
        return this;
    }

    long seen() {
        return seen;
    }

    List<T> inOrder() {
        return seen <= limit
                ? List.copyOf(first)
                : best.stream().sorted(order.reversed()).toList();
    }
}
