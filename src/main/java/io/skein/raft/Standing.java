package io.skein.raft;

import java.util.Optional;

/**
 * What this node is in its current term: its vote, its role, whom it follows; and the changes of role, as in Figure 4.
 *
 * <p>Invariants: the term only grows; one vote in a term; one leader in a term; a leader has voted for itself, durably.
 */
final class Standing {
    /** The vote is on disk from an earlier life, which knew the incarnation that it was given to. */
    private static final long UNKNOWN_INCARNATION = 0;

    private final Raft raft;

    private long term;
    private Optional<NodeId> votedFor;
    private long votedIncarnation = UNKNOWN_INCARNATION;
    private Role role;
    private Optional<NodeId> leader = Optional.empty();

    Standing(Raft raft, HardState hardState) {
        this.raft = raft;
        this.term = hardState.term();
        this.votedFor = hardState.votedFor();
        this.role = passiveRole();
    }

    long term() {
        return term;
    }

    Optional<NodeId> votedFor() {
        return votedFor;
    }

    Role role() {
        return role;
    }

    boolean isLeader() {
        return role == Role.LEADER;
    }

    /** Of the current term, as far as known. */
    Optional<NodeId> leader() {
        return leader;
    }

    void enterTerm(long newTerm) {
        assert newTerm > term : "term " + newTerm + " after " + term;
        term = newTerm;
        votedFor = Optional.empty();
        votedIncarnation = UNKNOWN_INCARNATION;
        raft.durability().hardStateChanged();
        raft.promises().forget();
        raft.following().forgetLeader();
        raft.election().termBegins();
        becomeFollower();
    }

    private void becomeFollower() {
        boolean led = isLeader();
        role = passiveRole();
        loseLeader();
        if (led) {
            raft.replication().stop();
            raft.transfer().stop();
            raft.commitment().leadsNoMore();
            raft.election().restartTimer();
        }
    }

    void becomeCandidate() {
        assert role == Role.FOLLOWER || role == Role.CANDIDATE : role + " campaigns";
        enterTerm(term + 1);
        voteFor(raft.self(), raft.incarnation());
        role = Role.CANDIDATE;
    }

    void becomeLeader() {
        assert role == Role.CANDIDATE
                        && votedFor.equals(Optional.of(raft.self()))
                        && raft.durability().isHardStateWritten()
                : role + " of term " + term + " that voted for " + votedFor + " leads";
        role = Role.LEADER;
        leader = votedFor;
        raft.replication().start();
        raft.reading().start();
        raft.beginTerm();
    }

    /** The term goes on without a leader that hears no majority, or is no member; whoever is elected begins the next. */
    void stopLeading() {
        assert isLeader() : role + " stops leading";
        becomeFollower();
    }

    /** Somebody leads this term and has just been heard. */
    void follow(NodeId from) {
        assert !isLeader() && (leader.isEmpty() || leader.get().equals(from))
                : "two leaders in term " + term + ": " + leader + " and " + from;
        if (leader.isEmpty()) {
            role = passiveRole();
            leader = Optional.of(from);
        }
        raft.election().heardLeader();
    }

    /** Nobody is known to lead; what was asked of the leader gets no answer any more. */
    void loseLeader() {
        leader = Optional.empty();
        raft.reading().leaderLost();
    }

    void voteFor(NodeId candidate, long incarnation) {
        assert votedFor.isEmpty() : "voted for " + votedFor + " and " + candidate + " in term " + term;
        votedFor = Optional.of(candidate);
        votedIncarnation = incarnation;
        raft.durability().hardStateChanged();
    }

    /**
     * Figure 2, RequestVote, rule 2: "votedFor is null or candidateId". The disk keeps the name alone: a vote from an
     * earlier life is not given again, as it may have been for another incarnation.
     */
    boolean couldVoteFor(NodeId candidate, long incarnation) {
        return votedFor.isEmpty()
                ? leader.isEmpty()
                : votedFor.get().equals(candidate)
                        && votedIncarnation == incarnation
                        && incarnation != UNKNOWN_INCARNATION;
    }

    /** Another configuration holds, or one is committed. A leader stays one until then, whatever it says of it. */
    void configurationChanged() {
        if (role == Role.FOLLOWER || role == Role.LEARNER) {
            role = passiveRole();
        }
    }

    private Role passiveRole() {
        return raft.membership().mayCampaign() ? Role.FOLLOWER : Role.LEARNER;
    }
}
