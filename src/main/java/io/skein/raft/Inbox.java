package io.skein.raft;

/** What other nodes say: who is heard, the rules for terms in one place, and who in here it is for. */
final class Inbox {
    private final Raft raft;

    Inbox(Raft raft) {
        this.raft = raft;
    }

    void receive(NodeId from, long incarnation, Rpc rpc) {
        if (from.equals(raft.self()) || isEvidence(rpc) && raft.membership().isStranger(from, incarnation)) {
            return;
        }
        raft.checkQuorum();
        // Thesis §9.6: neither the question nor the answer makes anybody enter a term.
        if (rpc instanceof Rpc.PreVote request) {
            raft.election().onPreVote(from, incarnation, request);
        } else if (rpc instanceof Rpc.PreVoteReply reply && reply.granted()) {
            raft.election().onPreVoteReply(from, reply);
        } else if (isHeard(from, rpc)) {
            dispatch(from, incarnation, rpc);
        }
    }

    /**
     * §5.1: "If one server's current term is smaller than the other's, then it updates its current term to the larger
     * value. If a candidate or leader discovers that its term is out of date, it immediately reverts to follower state.
     * If a server receives a request with a stale term number, it rejects the request."
     */
    private boolean isHeard(NodeId from, Rpc rpc) {
        if (rpc.term() < raft.term()) {
            rejectStale(from, rpc);
            return false;
        }
        if (rpc.term() > raft.term()) {
            if (isDisturbance(rpc)) {
                return false;
            }
            raft.standing().enterTerm(rpc.term());
        }
        return true;
    }

    /** It is of the current term. */
    private void dispatch(NodeId from, long incarnation, Rpc rpc) {
        if (rpc instanceof Rpc.AppendEntries append) {
            raft.following().onAppendEntries(from, append);
        } else if (rpc instanceof Rpc.AppendEntriesReply reply) {
            raft.replication().onAppendEntriesReply(from, incarnation, reply);
        } else if (rpc instanceof Rpc.RequestVote request) {
            raft.election().onRequestVote(from, incarnation, request);
        } else if (rpc instanceof Rpc.RequestVoteReply reply) {
            raft.election().onRequestVoteReply(from, reply);
        } else if (rpc instanceof Rpc.Amnesia word) {
            raft.following().onAmnesia(from, word);
        } else if (rpc instanceof Rpc.ReadIndex request) {
            raft.reading().onReadIndex(from, request);
        } else if (rpc instanceof Rpc.ReadIndexReply reply) {
            raft.reading().onReadIndexReply(from, reply);
        } else if (rpc instanceof Rpc.TimeoutNow) {
            raft.election().onTimeoutNow();
        } else {
            assert rpc instanceof Rpc.PreVoteReply : "unhandled " + rpc; // a refusal: it has said its term
        }
    }

    /**
     * What counts towards a majority. Only that is asked for its incarnation: a node whose log is behind may know a member
     * by an old one, and must hear it all the same when it leads, and may give it the vote that it needs.
     */
    private static boolean isEvidence(Rpc rpc) {
        return rpc instanceof Rpc.AppendEntriesReply
                || rpc instanceof Rpc.RequestVoteReply
                || rpc instanceof Rpc.PreVoteReply;
    }

    /**
     * Thesis §4.2.3: "if a server receives a RequestVote request within the minimum election timeout of hearing from a
     * current leader, it does not update its term or grant its vote". Whoever asks may have been removed and not know.
     */
    private boolean isDisturbance(Rpc rpc) {
        return rpc instanceof Rpc.RequestVote request
                && !request.transfer()
                && raft.election().hearsLeader();
    }

    /**
     * The answer carries the higher term, which frees a deposed leader or a late candidate; and this node, when it has
     * a higher term than a leader that works: nobody listens to its questions, but this deposes the leader.
     */
    private void rejectStale(NodeId from, Rpc rpc) {
        long write = raft.durability().hardStateWrite();
        if (rpc instanceof Rpc.RequestVote) {
            raft.promise(write, from, new Rpc.RequestVoteReply(raft.term(), false));
        } else if (rpc instanceof Rpc.AppendEntries) {
            raft.promise(write, from, Rpc.AppendEntriesReply.refused(raft.term(), 0, 0, 0));
        }
    }
}
