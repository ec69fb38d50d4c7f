package io.skein.raft;

import static io.skein.raft.OneNode.accepted;
import static io.skein.raft.OneNode.append;
import static io.skein.raft.OneNode.entries;
import static io.skein.raft.OneNode.id;
import static io.skein.raft.OneNode.log;
import static io.skein.raft.OneNode.refused;
import static io.skein.raft.OneNode.requestVote;
import static io.skein.raft.OneNode.sentTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sentences of the paper (extended version), each as a test of one node among peers that the test plays. */
class PaperTest {
    /** §5.1: "If a candidate or leader discovers that its term is out of date, it immediately reverts to follower". */
    @Test
    void aLeaderOfAnOldTermReverts() {
        var node = OneNode.of(3);
        node.becomeLeader();

        node.receive(2, refused(9, 0, 0));

        assertEquals(Role.FOLLOWER, node.raft().role());
        assertEquals(9, node.raft().term());
        assertEquals(Optional.empty(), node.raft().leader());
    }

    @Test
    void aCandidateOfAnOldTermReverts() {
        var node = OneNode.of(3);
        node.becomeCandidate();

        node.receive(2, new Rpc.RequestVoteReply(9, false));

        assertEquals(Role.FOLLOWER, node.raft().role());
        assertEquals(9, node.raft().term());
    }

    /** §5.1: "If a server receives a request with a stale term number, it rejects the request." */
    @Test
    void requestsOfAStaleTermAreRejected() {
        var node = OneNode.withLog(3, 4);

        var toAppend = node.receive(2, append(3, id(2), 1, 4, entries(2, 4), 2));
        var toVote = node.receive(3, requestVote(3, id(3), 9, 3));

        assertEquals(List.of(refused(4, 0, 0)), sentTo(2, toAppend));
        assertEquals(List.of(new Rpc.RequestVoteReply(4, false)), sentTo(3, toVote));
        assertEquals(1, node.raft().lastIndex());
        assertEquals(Optional.empty(), node.raft().leader());
    }

    /** §5.2: "When servers start up, they begin as followers." */
    @Test
    void aNodeStartsAsFollower() {
        assertEquals(Role.FOLLOWER, OneNode.of(3).raft().role());
    }

    /** §5.2: "A server remains in follower state as long as it receives valid RPCs from a leader or candidate." */
    @Test
    void aFollowerThatHearsItsLeaderStaysOne() {
        var node = OneNode.of(3);
        for (int i = 0; i < 50; i++) {
            node.pass(100);
            node.receive(2, append(1, id(2), 0, 0, List.of(), 0));
        }
        assertEquals(Role.FOLLOWER, node.raft().role());
        assertEquals(1, node.raft().term());
    }

    /**
     * §5.2: "To begin an election, a follower increments its current term and transitions to candidate state. It then
     * votes for itself and issues RequestVote RPCs in parallel to each of the other servers in the cluster."
     */
    @Test
    void aFollowerThatHearsNobodyBeginsAnElection() {
        var node = OneNode.withLog(3, 1, 1, 2);

        var effects = node.becomeCandidate();

        assertEquals(Role.CANDIDATE, node.raft().role());
        assertEquals(3, node.raft().term());
        assertEquals(new HardState(3, Optional.of(OneNode.SELF)), node.node.diskHardState());
        for (int voter : List.of(2, 3)) {
            // Thesis §9.6 comes first.
            assertEquals(List.of(new Rpc.PreVote(3, 3, 2), requestVote(3, id(1), 3, 2)), sentTo(voter, effects));
        }
    }

    /** §5.2: "A candidate wins an election if it receives votes from a majority of the servers in the full cluster". */
    @ParameterizedTest
    @CsvSource({"2, 1", "3, 1", "4, 2", "5, 2", "7, 3"})
    void aCandidateNeedsAMajority(int clusterSize, int votesOfOthers) {
        var node = OneNode.of(clusterSize);
        node.becomeCandidate();
        long term = node.raft().term();

        for (int voter = 2; voter < 2 + votesOfOthers - 1; voter++) {
            node.receive(voter, new Rpc.RequestVoteReply(term, true));
            node.receive(voter, new Rpc.RequestVoteReply(term, true)); // the same vote again
        }
        assertEquals(Role.CANDIDATE, node.raft().role());

        node.receive(1 + votesOfOthers, new Rpc.RequestVoteReply(term, true));
        assertEquals(Role.LEADER, node.raft().role());
    }

    /** §5.2: "Each server will vote for at most one candidate in a given term, on a first-come-first-served basis". */
    @Test
    void aVoterVotesOnceInATerm() {
        var node = OneNode.of(3);

        var first = node.receive(2, requestVote(1, id(2), 0, 0));
        var second = node.receive(3, requestVote(1, id(3), 0, 0));
        var repeated = node.receive(2, requestVote(1, id(2), 0, 0));

        assertEquals(List.of(new Rpc.RequestVoteReply(1, true)), sentTo(2, first));
        assertEquals(List.of(new Rpc.RequestVoteReply(1, false)), sentTo(3, second));
        assertEquals(List.of(new Rpc.RequestVoteReply(1, true)), sentTo(2, repeated));
    }

    /** §5.2: "If the leader's term [...] is at least as large as the candidate's current term, then the candidate
     * recognizes the leader as legitimate and returns to follower state." */
    @ParameterizedTest
    @CsvSource({"1", "2"})
    void aCandidateYieldsToALeader(long leadersTerm) {
        var node = OneNode.of(3);
        node.becomeCandidate();

        node.receive(2, append(leadersTerm, id(2), 0, 0, List.of(), 0));

        assertEquals(Role.FOLLOWER, node.raft().role());
        assertEquals(Optional.of(id(2)), node.raft().leader());
    }

    /** §5.2: "If the term in the RPC is smaller than the candidate's current term, then the candidate rejects the RPC and
     * continues in candidate state." */
    @Test
    void aCandidateStaysOneWhenTheLeaderIsOfAnOldTerm() {
        var node = OneNode.withLog(3, 4);
        node.becomeCandidate();

        node.receive(2, append(4, id(2), 0, 0, List.of(), 0));

        assertEquals(Role.CANDIDATE, node.raft().role());
    }

    /** §5.2: "election timeouts are chosen randomly from a fixed interval". */
    @Test
    void electionTimeoutsDiffer() {
        var node = OneNode.of(3);
        Set<Long> timeouts = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            long start = node.nowNanos;
            node.becomeCandidate();
            long timeoutMs = (node.nowNanos - start) / 1_000_000;
            assertTrue(timeoutMs >= 300 && timeoutMs <= 620, timeoutMs + " ms");
            timeouts.add(timeoutMs);
        }
        assertTrue(timeouts.size() > 5, "only " + timeouts);
    }

    /** §5.2: "Leaders send periodic heartbeats [...] to all followers in order to maintain their authority." */
    @Test
    void aLeaderSendsHeartbeats() {
        var node = OneNode.of(3);
        node.becomeLeader();

        var effects = node.pass(160);

        assertEquals(3, sentTo(2, effects).size());
        assertEquals(3, sentTo(3, effects).size());
    }

    /**
     * §5.3: "When sending an AppendEntries RPC, the leader includes the index and term of the entry in its log that
     * immediately precedes the new entries. If the follower does not find an entry in its log with the same index and
     * term, then it refuses the new entries."
     */
    @ParameterizedTest
    @CsvSource({"0, 0, true", "1, 1, true", "2, 2, true", "2, 1, false", "3, 2, false", "9, 2, false"})
    void aFollowerTakesWhatFitsItsLog(long prevLogIndex, long prevLogTerm, boolean accepted) {
        var node = OneNode.withLog(3, 1, 2);

        var effects = node.receive(2, append(3, id(2), prevLogIndex, prevLogTerm, List.of(), 0));

        var reply = (Rpc.AppendEntriesReply) sentTo(2, effects).get(0);
        assertEquals(accepted, reply.success());
    }

    /** §5.3: "If an existing entry conflicts with a new one [...], delete the existing entry and all that follow it". */
    @Test
    void aFollowerGivesUpWhatConflicts() {
        var node = OneNode.withLog(3, 1, 2, 2, 2);

        node.receive(2, append(3, id(2), 1, 1, entries(2, 2, 3), 0));

        assertEquals(List.of(1L, 2L, 3L), terms(node));
        assertEquals(3, node.node.diskLog().size());
    }

    /**
     * §5.3, Figure 7: the leader of term 8 brings every kind of follower log to its own. "a follower's log [...] may be
     * missing entries, may have extra entries, or both."
     */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1 1 1 4 4 5 5 6 6",
                "1 1 1 4",
                "1 1 1 4 4 5 5 6 6 6 6",
                "1 1 1 4 4 5 5 6 6 6 7 7",
                "1 1 1 4 4 4 4",
                "1 1 1 2 2 2 3 3 3 3 3",
                "2"
            })
    void aLeaderMakesEveryFollowersLogItsOwn(String followersTerms) {
        var leader = OneNode.withLog(2, 1, 1, 1, 4, 4, 5, 5, 6, 6, 6);
        long[] terms = List.of(followersTerms.split(" ")).stream()
                .mapToLong(Long::parseLong)
                .toArray();
        var follower =
                new SimulatedNode(id(2), SimulatedNode.voters(2), OneNode.TIMING, RaftLimits.DEFAULT, new Random(1));
        follower.disk(new HardState(7, Optional.empty()), log(terms));
        follower.start();
        leader.becomeCandidate();
        leader.becomeCandidate();
        assertEquals(8, leader.raft().term());

        // Whether it would be elected is another matter (§5.4.1).
        leader.receive(2, new Rpc.RequestVoteReply(leader.raft().term(), true));
        List<Rpc> messages = sentTo(2, leader.pass(50));
        int roundTrips = 0;
        while (!messages.isEmpty()) {
            assertTrue(++roundTrips < 10, "still busy after " + roundTrips + " round trips");
            Rpc message = messages.get(messages.size() - 1);
            var effects = new ArrayList<>(follower.step(new Input.Received(id(1), 1, message), 0));
            if (follower.underway() > 0) {
                effects.addAll(follower.finishWrites(follower.underway(), 0));
            }
            List<Rpc> replies = sentTo(1, effects);
            messages = sentTo(2, leader.receive(2, replies.get(replies.size() - 1)));
        }

        assertEquals(Trace.of(leader.node.diskLog()), Trace.of(follower.diskLog()));
        assertEquals(11, leader.raft().commitIndex());
    }

    /**
     * §5.4.1: "If the logs have last entries with different terms, then the log with the later term is more up-to-date.
     * If the logs end with the same term, then whichever log is longer is more up-to-date."
     */
    @ParameterizedTest
    @CsvSource({"3, 3, true", "4, 3, true", "1, 4, true", "2, 3, false", "9, 2, false", "0, 0, false"})
    void aVoterDeniesItsVoteToACandidateThatHasLess(long lastLogIndex, long lastLogTerm, boolean granted) {
        var node = OneNode.withLog(3, 1, 3, 3);

        var effects = node.receive(2, requestVote(5, id(2), lastLogIndex, lastLogTerm));

        assertEquals(List.of(new Rpc.RequestVoteReply(5, granted)), sentTo(2, effects));
    }

    /** §5.4.2: "Raft never commits log entries from previous terms by counting replicas." */
    @Test
    void aLeaderCommitsOldEntriesOnlyWithOneOfItsOwnTerm() {
        var node = OneNode.withLog(3, 1, 2, 2);
        node.becomeLeader();

        node.receive(2, accepted(3, 3));
        assertEquals(0, node.raft().commitIndex());
        assertFalse(node.raft().hasCommittedInTerm());

        node.receive(2, accepted(3, 4));
        assertEquals(4, node.raft().commitIndex());
        assertTrue(node.raft().hasCommittedInTerm());
    }

    /** Figure 2: "If leaderCommit > commitIndex, set commitIndex = min(leaderCommit, index of last new entry)". */
    @Test
    void aFollowerCommitsNoFurtherThanItKnowsItsLogToBeTheLeaders() {
        var node = OneNode.withLog(3, 1, 1, 2, 2);

        node.receive(2, append(3, id(2), 1, 1, entries(2, 1), 9));

        assertEquals(2, node.raft().commitIndex());
    }

    private static List<Long> terms(OneNode node) {
        return node.node.diskLog().stream().map(Entry::term).toList();
    }
}
