package io.skein.broker;

import io.skein.cluster.ReplicaStatus;
import io.skein.raft.Role;

/**
 * What clients of the Raft REST message queue are told of this node's role (API.md sections 1 and 4): a leader that heard
 * no majority stops leading at once, but is still called one for a while, or until a higher term, another leader or its
 * own removal is seen. A label only; nobody acts on it. {@link #moved} on the replica's context, {@link #role} from any
 * thread.
 */
final class Tenure {
    /** When it stopped leading that term. */
    private record Lost(long term, long nanos) {}

    private final long graceNanos;
    private volatile Lost lost = new Lost(-1, 0);
    /** Of which term this node is leader; -1: of none. */
    private long leads = -1;

    Tenure(long graceNanos) {
        this.graceNanos = graceNanos;
    }

    void moved(ReplicaStatus now, long nanos) {
        if (leads >= 0 && now.role() != Role.LEADER) {
            lost = new Lost(leads, nanos);
        }
        leads = now.role() == Role.LEADER ? now.term() : -1;
    }

    Role role(ReplicaStatus now, long nanos) {
        Lost last = lost;
        boolean isStillCalledLeader = last.term() == now.term()
                && now.leader().isEmpty()
                && now.standing() == ReplicaStatus.Standing.MEMBER
                && nanos - last.nanos() < graceNanos;
        return isStillCalledLeader ? Role.LEADER : now.role();
    }
}
