package io.skein.raft;

import java.util.List;

/**
 * What one node says to another (Raft §5; thesis §3.10, §6.4, §9.6). Unknown and stale terms are handled in one place,
 * {@link Raft#step}.
 */
public sealed interface Rpc {
    /** The sender's term, unless said otherwise. */
    long term();

    /**
     * Asks whether a vote could be had, before anybody's term is disturbed (thesis §9.6).
     *
     * @param term the one in which the sender would campaign: its own + 1. It makes nobody enter a term.
     */
    record PreVote(long term, long lastLogIndex, long lastLogTerm) implements Rpc {}

    /** @param term when granted: the one that was asked about; when refused: the sender's own */
    record PreVoteReply(long term, boolean granted) implements Rpc {}

    /**
     * Asks for a vote (Raft §5.2, §5.4.1).
     *
     * @param transfer the leader itself wants the candidate to lead: it is heard although there is a leader
     */
    record RequestVote(long term, NodeId candidate, long lastLogIndex, long lastLogTerm, boolean transfer)
            implements Rpc {}

    record RequestVoteReply(long term, boolean granted) implements Rpc {}

    /**
     * Replicates entries; empty means heartbeat (Raft §5.3). Indexes of entries follow prevLogIndex.
     *
     * @param round number of the leader's last question, from 1 in each term: whether it still leads (thesis §6.4), or
     *     whether a follower still has what it acknowledged (DESIGN D10); the answer repeats it. 0 when it never asked.
     */
    record AppendEntries(
            long term,
            NodeId leader,
            long prevLogIndex,
            long prevLogTerm,
            List<Entry> entries,
            long leaderCommit,
            long round)
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
     * @param round as in the AppendEntries that is answered, or a later one of the same term
     */
    record AppendEntriesReply(long term, boolean success, long matchIndex, long hintIndex, long hintTerm, long round)
            implements Rpc {
        static AppendEntriesReply accepted(long term, long matchIndex, long round) {
            return new AppendEntriesReply(term, true, matchIndex, 0, 0, round);
        }

        static AppendEntriesReply refused(long term, long hintIndex, long hintTerm, long round) {
            return new AppendEntriesReply(term, false, 0, hintIndex, hintTerm, round);
        }
    }

    /** The leader asks a voter whose log is complete to campaign at once (thesis §3.10). */
    record TimeoutNow(long term) implements Rpc {}

    /**
     * The leader says that a follower lacks what it acknowledged (DESIGN D10). Instead of appends, until the follower
     * has come back as another.
     *
     * @param incarnation of the follower that is meant; a later one acknowledged nothing of it
     * @param index up to which it acknowledged
     */
    record Amnesia(long term, long incarnation, long index) implements Rpc {}

    /**
     * Asks the leader for an index that a read must not be older than (thesis §6.4).
     *
     * @param id made by the sender, never the same in two of its lives; the answer repeats it
     */
    record ReadIndex(long term, long id) implements Rpc {}

    /** @param index -1 when refused: ask again */
    record ReadIndexReply(long term, long id, long index) implements Rpc {}
}
