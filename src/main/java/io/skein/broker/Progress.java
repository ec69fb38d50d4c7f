package io.skein.broker;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * Who waits until this node has applied an entry that it knows to be committed. How many wait is bounded by those who
 * propose. On the replica's context.
 */
final class Progress {
    private final LongSupplier applied;
    private final TreeMap<Long, List<Promise<Void>>> waiting = new TreeMap<>();

    /** @param applied index of the last entry that this node has applied */
    Progress(LongSupplier applied) {
        this.applied = applied;
    }

    /** Fails with {@link Refusal} when another state takes the place of this one. */
    Future<Void> reach(long index) {
        if (index <= applied.getAsLong()) {
            return Future.succeededFuture();
        }
        Promise<Void> promise = Promise.promise();
        waiting.computeIfAbsent(index, i -> new ArrayList<>(1)).add(promise);
        return promise.future();
    }

    void reached(long index) {
        while (!waiting.isEmpty() && waiting.firstKey() <= index) {
            waiting.pollFirstEntry().getValue().forEach(Promise::complete);
        }
    }

    void left() {
        List<List<Promise<Void>>> all = List.copyOf(waiting.values());
        waiting.clear();
        all.forEach(some -> some.forEach(promise -> promise.fail(Refusal.of(
                Refusal.Kind.INDETERMINATE,
                "indeterminate",
                "it was done, but this node is given another state before it could read the answer"))));
    }
}
