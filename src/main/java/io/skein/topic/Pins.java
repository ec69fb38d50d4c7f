package io.skein.topic;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/** Offsets of a topic from which on nothing may go, each as often as somebody asked. */
final class Pins {
    private final TreeMap<Long, Integer> counts = new TreeMap<>();

    void add(long offset, int times) {
        counts.merge(offset, times, (a, b) -> a + b == 0 ? null : a + b);
    }

    /** The lowest; {@link Long#MAX_VALUE} when there is none. */
    long lowest() {
        return counts.isEmpty() ? Long.MAX_VALUE : counts.firstKey();
    }

    /** The lowest when the other's are added, of which some may be negative. */
    long lowest(Pins more) {
        long lowest = Long.MAX_VALUE;
        for (Map.Entry<Long, Integer> pin : more.counts.entrySet()) {
            if (pin.getValue() + counts.getOrDefault(pin.getKey(), 0) > 0) {
                lowest = pin.getKey();
                break;
            }
        }
        for (Map.Entry<Long, Integer> pin : counts.entrySet()) {
            if (pin.getValue() + more.counts.getOrDefault(pin.getKey(), 0) > 0) {
                return Math.min(lowest, pin.getKey());
            }
        }
        return lowest;
    }

    /** Each as often as it was asked for, ascending. */
    void forEach(LongConsumer each) {
        counts.forEach((offset, times) -> {
            for (int i = 0; i < times; i++) {
                each.accept(offset);
            }
        });
    }
}
