package io.skein.raft;

import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * How a leader is found (§5.2) and who may be one (§5.4.1).
 *
 * <p>A candidate asks for votes, and counts its own, only when its new term and its vote for itself are durable (DESIGN
 * D2). The paper does not say so for the request. But a candidate that asks before, is elected by the others, appends,
 * and forgets all that in a crash would campaign in the same term again, be given the same votes, and lead the term a
 * second time with another entry at the same index.
 */
final class Election {
    private final Raft raft;
    private final RaftTiming timing;
    private final RandomGenerator random;

    private final Set<NodeId> votes = new TreeSet<>();
    private boolean asked;
    private long deadlineNanos;

    Election(Raft raft, RaftTiming timing, RandomGenerator random) {
        this.raft = raft;
        this.timing = timing;
        this.random = random;
    }

    /** §5.2: "election timeouts are chosen randomly from a fixed interval", here one to two times the base. */
    void restartTimer() {
        deadlineNanos = raft.now() + timing.electionTimeoutNanos() + random.nextLong(timing.electionTimeoutNanos());
    }

    /**
     * When a follower or candidate needs its next tick: at the deadline, and often enough before that a stopped process
     * is noticed as such (see {@link Raft#step}).
     */
    long nextDeadlineNanos() {
        return Math.min(deadlineNanos, raft.now() + timing.electionTimeoutNanos() / 2);
    }

    void onTick() {
        if (!raft.isVoter()) {
            return;
        }
        if (raft.isOnlyVoter()) {
            // Nobody else can lead and nobody can object: no timeout. A candidate waits for its write.
            if (raft.role() != Role.CANDIDATE) {
                campaign();
            }
        } else if (raft.now() >= deadlineNanos) {
            if (raft.durability().isHardStateWritten()) {
                campaign();
            } else {
                // The disk is behind; one more term would only be one more write in its queue.
                restartTimer();
            }
        }
    }

    /** §5.2: "a follower increments its current term and transitions to candidate state". */
    private void campaign() {
        votes.clear();
        asked = false;
        raft.becomeCandidate();
        restartTimer();
    }

    /** Term and vote may have become durable: then the candidate votes for itself and asks the others. */
    void onWritten() {
        if (raft.role() != Role.CANDIDATE || asked || !raft.durability().isHardStateWritten()) {
            return;
        }
        asked = true;
        Log log = raft.log();
        for (NodeId voter : raft.voters()) {
            if (!voter.equals(raft.self())) {
                raft.send(voter, new Rpc.RequestVote(raft.term(), raft.self(), log.lastIndex(), log.lastTerm(), false));
            }
        }
        count(raft.self());
    }

    void onRequestVote(NodeId from, Rpc.RequestVote request) {
        // Figure 2, RequestVote, rule 2. Also when this node does not know that it is a voter: it may have been made
        // one by an entry that it does not have yet, and the majority may need it.
        boolean voted = raft.votedFor().isPresent();
        boolean granted =
                (voted ? raft.votedFor().get().equals(from) : raft.leader().isEmpty())
                        && isUpToDate(request.lastLogIndex(), request.lastLogTerm());
        if (granted && !voted) {
            raft.voteFor(from);
            restartTimer();
        }
        raft.promise(raft.durability().hardStateWrite(), from, new Rpc.RequestVoteReply(raft.term(), granted));
    }

    void onRequestVoteReply(NodeId from, Rpc.RequestVoteReply reply) {
        // An answer that comes before the question is out belongs to an earlier life of this node.
        if (raft.role() == Role.CANDIDATE && asked && reply.granted() && raft.isVoter(from)) {
            count(from);
        }
    }

    /** §5.2: "a candidate wins an election if it receives votes from a majority of the servers". */
    private void count(NodeId voter) {
        votes.add(voter);
        if (votes.size() >= raft.majority() && votes.contains(raft.self())) {
            raft.becomeLeader();
        }
    }

    /**
     * §5.4.1: "If the logs have last entries with different terms, then the log with the later term is more up-to-date.
     * If the logs end with the same term, then whichever log is longer is more up-to-date."
     */
    private boolean isUpToDate(long lastLogIndex, long lastLogTerm) {
        Log log = raft.log();
        return lastLogTerm > log.lastTerm() || lastLogTerm == log.lastTerm() && lastLogIndex >= log.lastIndex();
    }
}
