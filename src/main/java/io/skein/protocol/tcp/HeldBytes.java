package io.skein.protocol.tcp;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Bytes that all connections of one event loop hold, and who waits for them to become fewer. */
final class HeldBytes {
    private final long limit;
    private final Set<Runnable> waiting = new LinkedHashSet<>();
    private long held;

    HeldBytes(long limit) {
        this.limit = limit;
    }

    long bytes() {
        return held;
    }

    boolean isFull() {
        return held >= limit;
    }

    void add(long bytes) {
        held += bytes;
        assert held >= 0 : "gave back more than was held";
        if (bytes < 0 && !isFull() && !waiting.isEmpty()) {
            List<Runnable> woken = List.copyOf(waiting);
            waiting.clear();
            woken.forEach(Runnable::run);
        }
    }

    /** Calls once when it is no longer full. */
    void whenFree(Runnable wake) {
        waiting.add(wake);
    }

    void forget(Runnable wake) {
        waiting.remove(wake);
    }
}
