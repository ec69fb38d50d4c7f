package io.skein.replica;

import io.skein.machine.Change;
import io.skein.machine.FeatureLevel;
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
 * @param configurations the last at or below the settled index and all later ones, ascending; none when the node is empty
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
        List<ConfigurationStart> configurations,
        Iterable<Change> rows) {
    /** Index of the first entry of a term. */
    public record TermStart(long index, long term) {}

    /** A configuration and the index of its entry. */
    public record ConfigurationStart(long index, ClusterConfiguration cluster) {}

    public Image {
        configurations = List.copyOf(configurations);
    }

    /** The last one, committed or not; without members when the node is empty. */
    public ClusterConfiguration cluster() {
        return configurations.isEmpty()
                ? ClusterConfiguration.NONE
                : configurations.get(configurations.size() - 1).cluster();
    }

    public Configuration configuration() {
        return cluster().configuration();
    }

    /** Of the cluster this node belongs to; 0 when it is empty. */
    public long clusterId() {
        return cluster().clusterId();
    }

    /** Of the cluster as of the settled index. */
    public int featureLevel() {
        return configurations.stream()
                .filter(start -> start.index() <= settled.index())
                .mapToInt(start -> start.cluster().featureLevel())
                .max()
                .orElse(FeatureLevel.FIRST);
    }

    /** Of the log (DESIGN D6). */
    public Lineage lineage() {
        return cluster().lineage();
    }
}
