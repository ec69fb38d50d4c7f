package io.skein.raft;

import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/** Counts by the current configuration: what a majority of its voters has, this leader among them only if it is one. */
final class Majority {
    private final Raft raft;
    private final Map<NodeId, Progress> peers;
    private long[] values = new long[8];

    Majority(Raft raft, Map<NodeId, Progress> peers) {
        this.raft = raft;
        this.peers = peers;
    }

    /** The highest value that a majority has at least. */
    long holds(long own, ToLongFunction<Progress> ofPeer) {
        List<NodeId> voters = raft.membership().voters();
        int count = voters.size();
        if (values.length < count) {
            values = new long[2 * count];
        }
        // A handful of voters: insertion sort, ascending.
        for (int i = 0; i < count; i++) {
            NodeId voter = voters.get(i);
            long value = valueOf(voter, own, ofPeer);
            int j = i - 1;
            for (; j >= 0 && values[j] > value; j--) {
                values[j + 1] = values[j];
            }
            values[j + 1] = value;
        }
        return values[count - raft.membership().majority()];
    }

    private long valueOf(NodeId voter, long own, ToLongFunction<Progress> ofPeer) {
        if (!voter.equals(raft.self())) {
            return ofPeer.applyAsLong(peers.get(voter));
        }
        // Perhaps only another incarnation of it is a voter.
        return raft.membership().isVoter() ? own : Long.MIN_VALUE;
    }
}
