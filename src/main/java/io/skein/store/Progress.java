package io.skein.store;

import io.skein.raft.HardState;
import io.skein.replica.Image.TermStart;
import io.skein.replica.WriteBatch.Settled;
import java.util.List;

/**
 * Where the database stands after its last transaction. A value, so that a transaction that is rolled back leaves the
 * one before.
 *
 * @param oldestIndex of the log rows that are there; rows at or below the compacted index go in small steps
 * @param lastIndex of the log; the compacted index when the log is empty
 * @param terms where terms begin, ascending, the first at or below {@code compacted + 1}; empty when the log is
 */
record Progress(
        long batch,
        HardState hardState,
        TermStart compacted,
        long oldestIndex,
        long lastIndex,
        List<TermStart> terms,
        Settled settled,
        long commitHint) {
    Progress {
        terms = List.copyOf(terms);
    }

    long lastTerm() {
        return terms.isEmpty() ? compacted.term() : terms.get(terms.size() - 1).term();
    }

    /** The term of an entry from the compacted one on. */
    long termOf(long index) {
        for (int i = terms.size() - 1; i >= 0; i--) {
            if (terms.get(i).index() <= index) {
                return terms.get(i).term();
            }
        }
        return compacted.term();
    }
}
