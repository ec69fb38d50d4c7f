package io.skein.replica;

import io.skein.machine.Change;
import io.skein.machine.Lineage;
import io.skein.raft.Configuration;
import io.skein.raft.Entry;
import io.skein.raft.HardState;
import java.util.List;

/**
 * What a node finds on its disk at start. The simulator's disk makes the same.
 *
 * @param lastBatch number of the last batch written
 * @param compacted index and term below which the log is gone; 0, 0 when it is whole
 * @param terms where each term begins in the log, ascending, from the compacted index on
 * @param entries of the log above the settled index, contiguous; older ones stay on disk
 * @param lastIndex of the log; at least the settled index
 * @param commitHint everything up to here was committed and durable here
 * @param configuration the last one in the log, committed or not; without members when the node is empty
 * @param clusterId of the cluster this node belongs to; 0 when the node is empty
 * @param lineage of the log (DESIGN D6)
 * @param rows the changes that rebuild the machines as of the settled index, bodies excepted
 */
public record Image(
        long lastBatch,
        HardState hardState,
        TermStart compacted,
        List<TermStart> terms,
        List<Entry> entries,
        long lastIndex,
        WriteBatch.Settled settled,
        long commitHint,
        Configuration configuration,
        long clusterId,
        Lineage lineage,
        Iterable<Change> rows) {
    /** Index of the first entry of a term. */
    public record TermStart(long index, long term) {}
}
