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

    /** By topic: all of them, also those below its low water. */
    private final TreeMap<Long, Long> counts = new TreeMap<>();

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
        Long before = in.put(range.first(), range.count());
        if (before == null) {
            stretches++;
        }
        counts.merge(range.topic(), range.count() - (before == null ? 0 : before), Long::sum);
        assert in.higherKey(range.first()) == null || in.higherKey(range.first()) >= range.end() : range + " overlaps";
    }

    void remove(long topic, long first) {
        TreeMap<Long, Long> in = topics.get(topic);
        Long gone = in == null ? null : in.remove(first);
        assert gone != null : "no dead letters from " + first + " in topic " + topic;
        stretches--;
        counts.merge(topic, -gone, Long::sum);
        if (in.isEmpty()) {
            topics.remove(topic);
            counts.remove(topic);
        }
    }

    void removeAll(long topic) {
        TreeMap<Long, Long> gone = topics.remove(topic);
        stretches -= gone == null ? 0 : gone.size();
        counts.remove(topic);
    }

    /** How many there are in a topic at or above its low water: those below are looked at. */
    long count(long topic, long lowWater) {
        long count = counts.getOrDefault(topic, 0L);
        for (Map.Entry<Long, Long> below : in(topic).headMap(lowWater, false).entrySet()) {
            count -= Math.min(below.getValue(), lowWater - below.getKey());
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
