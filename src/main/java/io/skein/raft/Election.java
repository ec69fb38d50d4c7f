package io.skein.raft;

import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * How a leader is found (§5.2) and who may be one (§5.4.1), without disturbing one that is there (thesis §4.2.3, §9.6).
 *
 * <p>A candidate asks for votes, and counts its own, only when its new term and its vote for itself are durable (DESIGN
 * D2). The paper does not say so for the request. But a candidate that asks before, is elected by the others, appends,
 * and forgets all that in a crash would campaign in the same term again, be given the same votes, and lead the term a
 * second time with another entry at the same index.
 *
 * <p>Before that it asks whether it would be elected (pre-vote). Such a question changes nothing and promises nothing.
 */
final class Election {
    private final Raft raft;
    private final RaftTiming timing;
    private final RandomGenerator random;

    private boolean preVoting;
    private final Set<NodeId> preVotes = new TreeSet<>();

    private final Set<NodeId> votes = new TreeSet<>();
    private boolean asked;
    /** The campaign was asked for by the leader. */
    private boolean transfer;

    private long deadlineNanos;
    private long heardLeaderNanos;

    Election(Raft raft, RaftTiming timing, RandomGenerator random) {
        this.raft = raft;
        this.timing = timing;
        this.random = random;
    }

    /** §5.2: "election timeouts are chosen randomly from a fixed interval", here one to two times the base. */
    void restartTimer() {
        deadlineNanos = raft.now() + timing.electionTimeoutNanos() + random.nextLong(timing.electionTimeoutNanos());
    }

    void heardLeader() {
        heardLeaderNanos = raft.now();
        preVoting = false;
        restartTimer();
    }

    void termBegins() {
        preVoting = false;
    }

    /**
     * Whether there is a leader that works, as far as this node can tell: its word is less than the shortest election
     * timeout old, or it is the leader and has its majority ({@link Replication#checkQuorum} was asked just before).
     */
    boolean hearsLeader() {
        return raft.isLeader()
                || raft.leader().isPresent() && raft.now() - heardLeaderNanos < timing.electionTimeoutNanos();
    }

    /** When this node needs its next tick, {@link Raft#NEVER} for none. */
    long nextDeadlineNanos() {
        if (!raft.membership().mayCampaign()) {
            return Raft.NEVER;
        }
        if (isAlone()) {
            return raft.role() == Role.CANDIDATE ? Raft.NEVER : raft.now();
        }
        // At the deadline, and often enough before that a stopped process is noticed as such (see Raft.step).
        return Math.min(deadlineNanos, raft.now() + timing.electionTimeoutNanos() / 2);
    }

    void onTick() {
        if (!raft.membership().mayCampaign()) {
            return;
        }
        if (isAlone()) {
            // No timeout, no question. A candidate waits for its write.
            if (raft.role() != Role.CANDIDATE) {
                campaign(false);
            }
        } else if (raft.now() >= deadlineNanos) {
            if (!raft.durability().isHardStateWritten()) {
                // The disk is behind; one more term would only be one more write in its queue.
                restartTimer();
            } else if (raft.membership().isOnlyVoter()) {
                campaign(false);
            } else {
                preVote();
            }
        }
    }

    /** Nobody else can lead, nobody leads that was removed and has not heard so yet, and nobody can object. */
    private boolean isAlone() {
        return raft.membership().isOnlyVoter() && raft.leader().isEmpty();
    }

    /** Thesis §9.6: "a candidate only increments its term if it first learns from a majority [...] that they would be
     * willing to grant the candidate their votes". */
    private void preVote() {
        preVoting = true;
        preVotes.clear();
        raft.standing().loseLeader();
        restartTimer();
        if (raft.membership().isVoter()) {
            preVotes.add(raft.self());
        }
        Log log = raft.log();
        for (NodeId voter : raft.membership().voters()) {
            if (!voter.equals(raft.self())) {
                raft.send(voter, new Rpc.PreVote(raft.term() + 1, log.lastIndex(), log.lastTerm()));
            }
        }
    }

    /** Never makes this node enter a term, so it is judged beside the rules for terms. */
    void onPreVote(NodeId from, long incarnation, Rpc.PreVote request) {
        boolean granted;
        if (request.term() > raft.term()) {
            if (hearsLeader()) {
                return;
            }
            granted = isUpToDate(request.lastLogIndex(), request.lastLogTerm());
        } else {
            granted = request.term() == raft.term()
                    && raft.standing().couldVoteFor(from, incarnation)
                    && isUpToDate(request.lastLogIndex(), request.lastLogTerm());
        }
        raft.send(from, new Rpc.PreVoteReply(granted ? request.term() : raft.term(), granted));
    }

    void onPreVoteReply(NodeId from, Rpc.PreVoteReply reply) {
        if (preVoting
                && reply.granted()
                && reply.term() == raft.term() + 1
                && raft.membership().isVoter(from)) {
            preVotes.add(from);
            if (isMajority(preVotes)) {
                campaign(false);
            }
        }
    }

    /** Thesis §3.10: the leader says that this node has all that it has, and shall not wait. */
    void onTimeoutNow() {
        if (raft.role() == Role.FOLLOWER) {
            campaign(true);
        }
    }

    /** The only voter ended its term itself: nobody need be asked. */
    void campaignAgain() {
        campaign(false);
    }

    /** §5.2: "a follower increments its current term and transitions to candidate state". */
    private void campaign(boolean forTransfer) {
        votes.clear();
        asked = false;
        transfer = forTransfer;
        raft.standing().becomeCandidate();
        restartTimer();
    }

    /** Term and vote may have become durable: then the candidate votes for itself and asks the others. */
    void onWritten() {
        if (raft.role() != Role.CANDIDATE || asked || !raft.durability().isHardStateWritten()) {
            return;
        }
        asked = true;
        Log log = raft.log();
        for (NodeId voter : raft.membership().voters()) {
            if (!voter.equals(raft.self())) {
                raft.send(
                        voter,
                        new Rpc.RequestVote(raft.term(), raft.self(), log.lastIndex(), log.lastTerm(), transfer));
            }
        }
        if (raft.membership().isVoter()) {
            count(raft.self());
        }
    }

    /**
     * The request is of the current term. It is answered also when this node does not know that it is a voter: it may
     * have been made one by an entry that it does not have yet, and the majority may need it (thesis §4.2.1).
     */
    void onRequestVote(NodeId from, long incarnation, Rpc.RequestVote request) {
        boolean granted = raft.standing().couldVoteFor(from, incarnation)
                && isUpToDate(request.lastLogIndex(), request.lastLogTerm());
        if (granted && raft.standing().votedFor().isEmpty()) {
            raft.standing().voteFor(from, incarnation);
            restartTimer();
        }
        raft.promise(raft.durability().hardStateWrite(), from, new Rpc.RequestVoteReply(raft.term(), granted));
    }

    void onRequestVoteReply(NodeId from, Rpc.RequestVoteReply reply) {
        // An answer that comes before the question is out belongs to an earlier life of this node.
        if (raft.role() == Role.CANDIDATE
                && asked
                && reply.granted()
                && raft.membership().isVoter(from)) {
            count(from);
        }
    }

    /** §5.2: "a candidate wins an election if it receives votes from a majority of the servers". */
    private void count(NodeId voter) {
        votes.add(voter);
        if (isMajority(votes)) {
            preVoting = false; // it may have been asking about the next term already
            raft.standing().becomeLeader();
        }
    }

    private boolean isMajority(Set<NodeId> voters) {
        return voters.size() >= raft.membership().majority();
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
