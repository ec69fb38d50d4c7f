package io.skein.replica;

import io.skein.raft.NodeId;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Compares what healthy nodes must have in common: the hash of their state at every so many entries (DESIGN D10). Each
 * node reports its own; the leader counts, and what a majority of the voters has is the truth, for itself too.
 */
final class StateHashes {
    /** Indexes that are remembered; a report that comes later is not compared. */
    private static final int REMEMBERED = 64;

    /** What a majority had at an index. */
    record Truth(long index, long hash) {}

    private final NodeId self;
    private final int every;
    private final TreeMap<Long, Long> own = new TreeMap<>();
    private final TreeMap<Long, Map<NodeId, Long>> reports = new TreeMap<>();
    private Optional<Truth> newest = Optional.empty();

    StateHashes(NodeId self, int every) {
        this.self = self;
        this.every = every;
    }

    /** This node's own state after an entry. */
    void applied(long index, long hash) {
        if (index % every == 0) {
            own.put(index, hash);
            trim(own);
        }
    }

    /** The newest that this node can report; empty when there is none. */
    Optional<Truth> mine() {
        return own.isEmpty()
                ? Optional.empty()
                : Optional.of(new Truth(own.lastKey(), own.lastEntry().getValue()));
    }

    /** On a leader: a peer's report. Returns the truth at that index when this report makes it known. */
    Optional<Truth> reported(NodeId from, long index, long hash, Collection<NodeId> voters) {
        if (index <= 0 || index % every != 0 || !own.containsKey(index)) {
            return Optional.empty();
        }
        Map<NodeId, Long> here = reports.computeIfAbsent(index, i -> new HashMap<>());
        here.put(from, hash);
        here.put(self, own.get(index));
        trim(reports);
        for (long candidate : new long[] {hash, own.get(index)}) {
            long having = voters.stream()
                    .filter(voter -> Long.valueOf(candidate).equals(here.get(voter)))
                    .count();
            if (having > voters.size() / 2) {
                if (newest.isEmpty() || newest.get().index() <= index) {
                    newest = Optional.of(new Truth(index, candidate));
                }
                return Optional.of(new Truth(index, candidate));
            }
        }
        return Optional.empty();
    }

    /** The newest that this leader may tell its followers. */
    Optional<Truth> newestTruth() {
        return newest;
    }

    /** No longer, or newly, the leader: what others reported to this node is of another time. */
    void forgetReports() {
        reports.clear();
        newest = Optional.empty();
    }

    /** Whether this node has something else than a majority at the same index. */
    boolean contradicts(Truth truth) {
        Long mine = own.get(truth.index());
        return mine != null && mine != truth.hash();
    }

    private static void trim(TreeMap<Long, ?> map) {
        while (map.size() > REMEMBERED) {
            map.pollFirstEntry();
        }
    }
}
