package io.skein.replica;

import io.skein.machine.Change;
import io.skein.replica.WriteBatch.Settled;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is applied in memory and not yet in rows (DESIGN D16): changes by entry, oldest first. Taken whole entries at a
 * time, because rows only ever stand at the end of one.
 */
final class Backlog {
    /** What one entry came to. */
    private record Applied(Settled settled, List<Change> changes, long weight, long sinceNanos) {}

    /** The changes of some entries, and where rows stand once they are written. */
    record Taken(List<Change> changes, Settled settled) {}

    private final ArrayDeque<Applied> entries = new ArrayDeque<>();
    private long bytes;

    void add(Settled settled, List<Change> changes, long sinceNanos) {
        long weight = 16;
        for (Change change : changes) {
            weight += change.weight();
        }
        entries.add(new Applied(settled, changes, weight, sinceNanos));
        bytes += weight;
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    long bytes() {
        return bytes;
    }

    /** The first entry whose changes are not taken; only if not empty. */
    long oldestIndex() {
        return entries.peekFirst().settled().index();
    }

    /** When the oldest was applied; only if not empty. */
    long oldestNanos() {
        return entries.peekFirst().sinceNanos();
    }

    /**
     * Takes at least one entry, and more up to {@code maxBytes}; empty when none is at or below {@code maxIndex}: rows
     * never stand above the durable log.
     */
    Optional<Taken> take(long maxBytes, long maxIndex) {
        List<Change> changes = new ArrayList<>();
        long taken = 0;
        Settled settled = null;
        while (!entries.isEmpty()) {
            Applied next = entries.peekFirst();
            if (next.settled().index() > maxIndex || taken > 0 && taken + next.weight() > maxBytes) {
                break;
            }
            entries.pollFirst();
            taken += next.weight();
            changes.addAll(next.changes());
            settled = next.settled();
        }
        bytes -= taken;
        return settled == null ? Optional.empty() : Optional.of(new Taken(changes, settled));
    }
}
