package io.skein.subscription;

import io.skein.machine.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The dead letters of one subscription: stretches of offsets in the topics they were copied to. */
final class DeadLetters {
    /** By topic and first offset: the count. */
    private final TreeMap<Long, TreeMap<Long, Long>> topics = new TreeMap<>();

    private int stretches;

    int stretches() {
        return stretches;
    }

    /** Those in one topic, by first offset. */
    NavigableMap<Long, Long> in(long topic) {
        TreeMap<Long, Long> found = topics.get(topic);
        return found == null ? new TreeMap<>() : found;
    }

    List<Long> topics() {
        return new ArrayList<>(topics.keySet());
    }

    void set(OffsetRange range) {
        TreeMap<Long, Long> in = topics.computeIfAbsent(range.topic(), id -> new TreeMap<>());
        if (in.put(range.first(), range.count()) == null) {
            stretches++;
        }
        assert in.higherKey(range.first()) == null || in.higherKey(range.first()) >= range.end() : range + " overlaps";
    }

    void remove(long topic, long first) {
        TreeMap<Long, Long> in = topics.get(topic);
        Long gone = in == null ? null : in.remove(first);
        assert gone != null : "no dead letters from " + first + " in topic " + topic;
        stretches--;
        if (in.isEmpty()) {
            topics.remove(topic);
        }
    }

    void removeAll(long topic) {
        TreeMap<Long, Long> gone = topics.remove(topic);
        stretches -= gone == null ? 0 : gone.size();
    }

    /** How many there are in a topic at or above its low water. */
    long count(long topic, long lowWater) {
        NavigableMap<Long, Long> in = in(topic);
        long count = 0;
        Map.Entry<Long, Long> across = in.lowerEntry(lowWater);
        if (across != null) {
            count += Math.max(0, across.getKey() + across.getValue() - lowWater);
        }
        for (long one : in.tailMap(lowWater, true).values()) {
            count += one;
        }
        return count;
    }

    /** The stretches of a topic that end above an offset, ascending. */
    Iterable<OffsetRange> from(long topic, long offset) {
        NavigableMap<Long, Long> in = in(topic);
        Map.Entry<Long, Long> across = in.floorEntry(offset);
        boolean isAcross = across != null && across.getKey() + across.getValue() > offset;
        return () -> in.tailMap(isAcross ? across.getKey() : offset, isAcross).entrySet().stream()
                .map(entry -> new OffsetRange(topic, entry.getKey(), entry.getValue()))
                .iterator();
    }

    boolean contains(long topic, long offset) {
        Map.Entry<Long, Long> entry = in(topic).floorEntry(offset);
        return entry != null && entry.getKey() + entry.getValue() > offset;
    }

    void snapshot(long subscription, Consumer<Change> into) {
        topics.forEach((topic, in) -> in.forEach((first, count) ->
                into.accept(new SubscriptionChange.DeadSet(subscription, new OffsetRange(topic, first, count)))));
    }
}
