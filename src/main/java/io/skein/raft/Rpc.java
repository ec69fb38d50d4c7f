package io.skein.raft;

import java.util.List;

/** What one node says to another (Raft §5). Unknown and stale terms are handled in one place, {@link Raft#step}. */
public sealed interface Rpc {
    /** The sender's term; never 0. */
    long term();

    /** Asks for a vote (Raft §5.2, §5.4.1). */
    record RequestVote(long term, NodeId candidate, long lastLogIndex, long lastLogTerm) implements Rpc {}

    record RequestVoteReply(long term, boolean granted) implements Rpc {}

    /** Replicates entries; empty means heartbeat (Raft §5.3). Indexes of entries follow prevLogIndex. */
    record AppendEntries(
            long term, NodeId leader, long prevLogIndex, long prevLogTerm, List<Entry> entries, long leaderCommit)
            implements Rpc {
        public AppendEntries {
            entries = List.copyOf(entries);
            assert entries.isEmpty() || entries.get(0).index() == prevLogIndex + 1 : "gap after " + prevLogIndex;
        }
    }

    /**
     * @param matchIndex when successful: the sender's log equals the leader's up to here, durably
     * @param hintIndex when refused: no entry above this index can match; the leader goes on from here
     * @param hintTerm when refused: term of the sender's entry at hintIndex, so that the leader, too, can step over
     *     whole terms: it goes on at its last entry at or below hintIndex of no higher term
     */
    record AppendEntriesReply(long term, boolean success, long matchIndex, long hintIndex, long hintTerm)
            implements Rpc {
        static AppendEntriesReply accepted(long term, long matchIndex) {
            return new AppendEntriesReply(term, true, matchIndex, 0, 0);
        }

        static AppendEntriesReply refused(long term, long hintIndex, long hintTerm) {
            return new AppendEntriesReply(term, false, 0, hintIndex, hintTerm);
        }
    }
}
