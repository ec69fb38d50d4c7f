package io.skein.replica;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Reads whose index a leader has confirmed (thesis §6.4), until this node has applied it. Raft bounds how many wait. */
final class Reads {
    private final TreeMap<Long, List<Long>> waiting = new TreeMap<>();

    void confirmed(long id, long index) {
        waiting.computeIfAbsent(index, i -> new ArrayList<>()).add(id);
    }

    void answer(long applied, Consumer<Effect> effects) {
        while (!waiting.isEmpty() && waiting.firstKey() <= applied) {
            long index = waiting.firstKey();
            waiting.pollFirstEntry().getValue().forEach(id -> effects.accept(new Effect.ReadReady(id, index)));
        }
    }
}
