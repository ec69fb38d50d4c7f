package io.skein.replica;

import io.skein.machine.Change;
import io.skein.raft.Entry;
import io.skein.raft.HardState;
import java.util.List;
import java.util.Optional;

/**
 * One transaction, one fsync (DESIGN D3): truncation, new entries, term and vote, the changes of applied entries with
 * the settled index.
 *
 * @param number counts up by one over the life of the database
 * @param truncateFrom log rows at and above it go first; 0 when none go
 * @param entries contiguous
 * @param changes of all entries above the previous settled index up to {@code settled}, in log order
 * @param settled empty when the batch carries no changes and the settled index stays
 * @param compactTo log rows at and below it go; 0 when none go; never above the settled index
 * @param commitHint commit index as far as it is durable here, including this batch (DESIGN D16)
 */
public record WriteBatch(
        long number,
        long truncateFrom,
        List<Entry> entries,
        Optional<HardState> hardState,
        List<Change> changes,
        Optional<Settled> settled,
        long compactTo,
        long commitHint) {
    /**
     * Where the rows stand once the batch is written.
     *
     * @param index settled index
     * @param term of that entry
     * @param time stamp of that entry
     * @param hash state hash after it
     */
    public record Settled(long index, long term, long time, long hash) {
        public static final Settled NOTHING = new Settled(0, 0, 0, 0);
    }

    public WriteBatch {
        entries = List.copyOf(entries);
        changes = List.copyOf(changes);
    }

    /** Bytes, roughly, towards limits. */
    public long size() {
        long size = 64;
        for (Entry entry : entries) {
            size += entry.size();
        }
        for (Change change : changes) {
            size += change.weight();
        }
        return size;
    }
}
