package io.skein.raft;

/** A follower's side of log replication (§5.3; Figure 2, AppendEntries, receiver implementation). */
final class Following {
    private final Raft raft;
    private final RaftLimits limits;

    /** What the leader of this term said last; -1 when it has said nothing in this life of the node. */
    private long leaderCommit = -1;

    Following(Raft raft, RaftLimits limits) {
        this.raft = raft;
        this.limits = limits;
    }

    /** A leader's word is good for its own term. */
    void forgetLeader() {
        leaderCommit = -1;
    }

    /** Whether all that the leader of this term knows to be committed, at least its no-op, is known here too. */
    boolean knowsCommitOfTerm() {
        return leaderCommit > 0
                && raft.commitment().commitIndex() >= leaderCommit
                && raft.log().termOf(leaderCommit) == raft.term();
    }

    /** The message is of the current term: its sender leads it. */
    void onAppendEntries(NodeId from, Rpc.AppendEntries append) {
        raft.standing().follow(from);
        if (!isWellFormed(append)
                || !append.entries().isEmpty() && raft.durability().underway() >= limits.maxWritesUnderway()) {
            return;
        }
        Log log = raft.log();
        long commitIndex = raft.commitIndex();
        long prevLogIndex = append.prevLogIndex();
        // Rule 2. What is committed is in every later leader's log (§5.4.3), whether or not its term is known here.
        if (prevLogIndex > commitIndex && log.termOf(prevLogIndex) != append.prevLogTerm()) {
            refuse(from, append);
            return;
        }
        for (Entry entry : append.entries()) {
            accept(entry, commitIndex);
        }
        long matchIndex = Math.max(prevLogIndex + append.entries().size(), commitIndex);
        leaderCommit = Math.max(leaderCommit, append.leaderCommit());
        if (raft.commitment().leaderHas(Math.min(append.leaderCommit(), matchIndex))) {
            raft.committed();
        }
        acknowledge(from, append, matchIndex);
    }

    /** Rules 3 and 4. An entry that is here already stays: a late message must not cut off what came after it. */
    private void accept(Entry entry, long commitIndex) {
        Log log = raft.log();
        if (entry.index() <= log.lastIndex()) {
            long term = log.termOf(entry.index());
            if (term == entry.term() || entry.index() <= commitIndex) {
                assert term == entry.term() || term == Log.UNKNOWN
                        : "committed entry " + entry.index() + " is of term " + term + ", the leader's of "
                                + entry.term();
                return;
            }
            raft.truncateFrom(entry.index());
        }
        raft.append(entry);
    }

    private void acknowledge(NodeId leader, Rpc.AppendEntries append, long matchIndex) {
        Durability durability = raft.durability();
        if (append.entries().isEmpty() || matchIndex <= durability.durableIndex()) {
            // Says what is durable now, so that a slow disk does not look like a dead node.
            long durable = Math.min(matchIndex, durability.durableIndex());
            raft.promise(
                    durability.hardStateWrite(),
                    leader,
                    Rpc.AppendEntriesReply.accepted(raft.term(), durable, append.round()));
        } else {
            raft.promise(
                    durability.newestWrite(),
                    leader,
                    Rpc.AppendEntriesReply.accepted(raft.term(), matchIndex, append.round()));
        }
    }

    /**
     * §5.3: "If desired, the protocol can be optimized to reduce the number of rejected AppendEntries RPCs." The leader's
     * terms up to prevLogIndex are at most prevLogTerm, so whatever is of a higher term here cannot match.
     */
    private void refuse(NodeId leader, Rpc.AppendEntries append) {
        Log log = raft.log();
        long hint = log.lastIndexWithTermAtMost(append.prevLogIndex() - 1, append.prevLogTerm());
        hint = Math.max(hint, raft.commitIndex());
        raft.promise(
                raft.durability().hardStateWrite(),
                leader,
                Rpc.AppendEntriesReply.refused(raft.term(), hint, log.termOf(hint), append.round()));
    }

    void onAmnesia(NodeId from, Rpc.Amnesia word) {
        raft.standing().follow(from);
        if (word.incarnation() == raft.incarnation()) {
            raft.emit(new Effect.Amnesiac(word.index()));
        }
    }

    /** Nothing that a peer sends may stop a node; a message that no leader makes is dropped. */
    private boolean isWellFormed(Rpc.AppendEntries append) {
        long index = append.prevLogIndex();
        long term = append.prevLogTerm();
        boolean wellFormed = index >= 0 && term >= 0;
        for (Entry entry : append.entries()) {
            wellFormed &= entry.index() == index + 1
                    && entry.term() >= term
                    && raft.membership().canRead(entry);
            index = entry.index();
            term = entry.term();
        }
        return wellFormed && term <= append.term();
    }
}
