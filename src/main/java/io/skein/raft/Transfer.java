package io.skein.raft;

import java.util.Optional;

/**
 * How a leader hands over to another voter (thesis §3.10): it takes no more proposals, brings the other up to date, tells
 * it to campaign at once, and goes on as before when that came to nothing within one election timeout.
 */
final class Transfer {
    private final Raft raft;
    private final RaftTiming timing;

    private Optional<NodeId> transferee = Optional.empty();
    private boolean told;
    private long deadlineNanos = Raft.NEVER;

    Transfer(Raft raft, RaftTiming timing) {
        this.raft = raft;
        this.timing = timing;
    }

    Optional<NodeId> transferee() {
        return transferee;
    }

    long nextDeadlineNanos() {
        return deadlineNanos;
    }

    /** Another one than before replaces it; the same one gets no more time. */
    void begin(NodeId to) {
        if (!raft.isLeader()
                || to.equals(raft.self())
                || !raft.membership().isVoter(to)
                || transferee.equals(Optional.of(to))) {
            return;
        }
        transferee = Optional.of(to);
        told = false;
        deadlineNanos = raft.now() + timing.electionTimeoutNanos();
        caughtUp();
    }

    /** The transferee may have become complete. */
    void caughtUp() {
        if (transferee.isPresent() && !told) {
            tell();
        }
    }

    /** Words get lost: with each heartbeat it is told again. */
    void onHeartbeat() {
        if (transferee.isPresent()) {
            tell();
        }
    }

    void onTick() {
        if (raft.now() >= deadlineNanos) {
            stop();
        }
    }

    void stop() {
        transferee = Optional.empty();
        deadlineNanos = Raft.NEVER;
    }

    private void tell() {
        NodeId to = transferee.get();
        if (raft.replication().matchIndex(to) == raft.log().lastIndex()) {
            told = true;
            raft.send(to, new Rpc.TimeoutNow(raft.term()));
        }
    }
}
