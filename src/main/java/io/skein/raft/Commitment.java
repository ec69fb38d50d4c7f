package io.skein.raft;

/**
 * How far the log is committed (§5.3, §5.4.2).
 *
 * <p>Invariant: the index only grows.
 */
final class Commitment {
    private static final long NO_TERM_BEGUN = Long.MAX_VALUE;

    private long commitIndex;
    /** Index of the no-op that begins the term this node leads. */
    private long termStart = NO_TERM_BEGUN;

    Commitment(long commitIndex) {
        this.commitIndex = commitIndex;
    }

    long commitIndex() {
        return commitIndex;
    }

    boolean hasCommittedInTerm() {
        return commitIndex >= termStart;
    }

    void leads(long noopIndex) {
        assert noopIndex > commitIndex : "no-op at " + noopIndex + ", committed " + commitIndex;
        termStart = noopIndex;
    }

    void leadsNoMore() {
        termStart = NO_TERM_BEGUN;
    }

    /** A majority has the leader's log durably up to this index. Returns whether more is committed. */
    boolean majorityHas(long index) {
        // Raft §5.4.2: "Raft never commits log entries from previous terms by counting replicas. Only log entries from
        // the leader's current term are committed by counting replicas."
        if (index < termStart || index <= commitIndex) {
            return false;
        }
        commitIndex = index;
        return true;
    }

    /**
     * Figure 2, AppendEntries, rule 5; the index is at most the last one known to be the leader's. Returns whether more
     * is committed.
     */
    boolean leaderHas(long index) {
        if (index <= commitIndex) {
            return false;
        }
        commitIndex = index;
        return true;
    }
}
