package io.skein.raft;

import static io.skein.raft.OneNode.accepted;
import static io.skein.raft.OneNode.append;
import static io.skein.raft.OneNode.entries;
import static io.skein.raft.OneNode.id;
import static io.skein.raft.OneNode.log;
import static io.skein.raft.OneNode.raft;
import static io.skein.raft.OneNode.refused;
import static io.skein.raft.OneNode.requestVote;
import static io.skein.raft.OneNode.sentTo;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the callers of Raft rely on beside the paper. */
class RaftTest {
    private static final RaftLimits SMALL = new RaftLimits(2, 1_000, 3, 1_000_000, 8);

    @Test
    void aProposalToTheOnlyVoterIsOneWriteAndItsCompletionOneCommit() {
        var node = OneNode.of(1);
        node.holdDisk();
        assertTrue(node.raft().hasCommittedInTerm());

        List<Effect> proposed = node.propose("x");
        List<Effect> written = node.node.finishWrites(1, node.nowNanos);

        assertEquals(1, proposed.size());
        assertEquals(2, ((Effect.Write) proposed.get(0)).entries().get(0).index());
        assertEquals(List.of(new Effect.Committed(2)), written);
    }

    @Test
    void theOnlyVoterCampaignsAtOnceAndThenNeedsNoTick() {
        var raft = raft(id(1), SimulatedNode.voters(1), HardState.INITIAL, LogStart.EMPTY);
        assertTrue(raft.nextDeadlineNanos() < 0);

        raft.step(new Input.Tick(), 77);
        assertEquals(Role.CANDIDATE, raft.role());
        assertEquals(Raft.NEVER, raft.nextDeadlineNanos());

        raft.step(new Input.Written(1), 78);
        assertTrue(raft.isLeader());
        assertEquals(Raft.NEVER, raft.nextDeadlineNanos());
        assertFalse(raft.hasCommittedInTerm());
    }

    @Test
    void aNodeThatIsNoVoterNeverCampaignsButVotes() {
        var raft = raft(id(9), SimulatedNode.voters(3), HardState.INITIAL, LogStart.EMPTY);
        for (long second = 1; second < 100; second++) {
            assertEquals(List.of(), raft.step(new Input.Tick(), second * 1_000_000_000));
        }
        assertEquals(Role.LEARNER, raft.role());
        assertEquals(Raft.NEVER, raft.nextDeadlineNanos());

        // Perhaps it was made a voter by an entry that it does not have yet.
        raft.step(new Input.Received(id(2), 2, requestVote(1, id(2), 0, 0)), 100_000_000_000L);
        List<Effect> effects = raft.step(new Input.Written(1), 100_000_000_000L);
        assertEquals(List.of(new Effect.Send(id(2), new Rpc.RequestVoteReply(1, true))), effects);
    }

    @Test
    void aNodeWithoutAConfigurationWaitsForALeader() {
        var raft = raft(id(1), new Configuration(List.of()), HardState.INITIAL, LogStart.EMPTY);

        raft.step(new Input.Tick(), 0);
        raft.step(new Input.Received(id(2), 2, append(1, id(2), 0, 0, log(1), 1)), 0);

        assertEquals(Role.LEARNER, raft.role());
        assertEquals(Optional.of(id(2)), raft.leader());
        assertEquals(1, raft.commitIndex());
    }

    @Test
    void whatTheDiskKnowsToBeCommittedIsNotAnnouncedAgain() {
        var start = new LogStart(0, 0, List.of(new LogStart.TermStart(1, 1)), List.of(), entries(3, 1), 3, 2);
        var raft = raft(id(1), SimulatedNode.voters(1), new HardState(1, Optional.of(id(1))), start);
        assertEquals(2, raft.commitIndex());
        assertEquals(3, raft.firstInMemory());

        raft.step(new Input.Tick(), 0);
        raft.step(new Input.Written(1), 0);
        List<Effect> effects = raft.step(new Input.Written(2), 0);

        assertEquals(List.of(new Effect.Committed(4)), effects);
    }

    @Test
    void appendsLeaveBeforeTheLeadersOwnWrite() {
        var node = OneNode.of(3);
        node.becomeLeader();
        node.receive(2, accepted(1, 1));
        node.receive(3, accepted(1, 1));
        node.holdDisk();

        List<Effect> effects = node.propose("x");

        assertEquals(
                List.of(Effect.Send.class, Effect.Send.class, Effect.Write.class),
                effects.stream().map(Object::getClass).toList());
    }

    @Test
    void aCandidateWhoseDiskIsBehindBeginsNoFurtherTerm() {
        var node = OneNode.of(3);
        node.holdDisk();
        node.becomeCandidate();

        node.pass(10_000);

        assertEquals(1, node.raft().term());
        assertEquals(1, node.raft().writesUnderway());
    }

    @Test
    void theWindowToAPeerIsBounded() {
        var node = OneNode.of(3, SMALL);
        node.becomeLeader();
        node.receive(2, accepted(1, 1));

        var sent = new ArrayList<Rpc>();
        for (int i = 0; i < 20; i++) {
            sent.addAll(sentTo(2, node.propose("p" + i)));
        }
        assertEquals(3, sent.size());

        // As much as one append may carry, for each that was acknowledged.
        List<Rpc> more = sentTo(2, node.receive(2, accepted(1, 3)));
        assertEquals(
                List.of(2, 2),
                more.stream().map(m -> ((Rpc.AppendEntries) m).entries().size()).toList());
    }

    @Test
    void aLeaderTakesNoProposalWhileTooManyWritesAreUnderWay() {
        var node = OneNode.of(1, SMALL);
        node.holdDisk();
        for (int i = 0; i < 8; i++) {
            assertTrue(node.raft().mayPropose());
            node.propose("p" + i);
        }
        assertFalse(node.raft().mayPropose());

        node.node.finishWrites(1, node.nowNanos);
        assertTrue(node.raft().mayPropose());
    }

    @Test
    void aFollowerDropsAppendsWhileTooManyWritesAreUnderWay() {
        var node = OneNode.of(3, SMALL);
        node.holdDisk();
        for (int i = 0; i < 20; i++) {
            node.receive(2, append(1, id(2), i, i == 0 ? 0 : 1, entries(i + 1, 1), 0));
        }
        assertEquals(8, node.raft().writesUnderway());
        assertEquals(8, node.raft().lastIndex());
    }

    @Test
    void forgottenEntriesKeepTheirTermsAndGiveBackTheirMemory() {
        var node = OneNode.of(1);
        for (int i = 0; i < 100; i++) {
            node.propose("x");
        }
        long before = node.raft().memoryBytes();

        node.raft().compact(91);

        assertEquals(92, node.raft().firstInMemory());
        assertEquals(1, node.raft().termOf(5));
        assertEquals(before - 91 * 33 - 3, node.raft().memoryBytes());
        assertEquals("x", new String(node.raft().entry(92).payload(), UTF_8));
        assertThrows(AssertionError.class, () -> node.raft().entry(91));

        node.raft().compactedTo(50);
        assertEquals(1, node.raft().termOf(50));
        assertEquals(-1, node.raft().termOf(49));
        assertEquals(-1, node.raft().termOf(102));
    }

    @Test
    void onlyWhatIsCommittedAndDurableMayBeForgotten() {
        var node = OneNode.of(1);
        node.holdDisk();
        node.propose("x");
        assertThrows(AssertionError.class, () -> node.raft().compact(2));
    }

    @Test
    void aPeerThatNeedsForgottenEntriesGetsHeartbeatsOnly() {
        var node = OneNode.of(3);
        node.becomeLeader();
        node.propose("x");
        node.receive(2, accepted(1, 2));
        node.raft().compact(2);
        node.raft().compactedTo(2);

        // Node 3 has nothing. It is answered once, with a probe at the place where our log begins, and not for ever.
        List<Rpc> answer = sentTo(3, node.receive(3, refused(1, 0, 0)));
        assertEquals(List.of(), answer);
        List<Rpc> heartbeats = sentTo(3, node.pass(60));
        assertEquals(List.of(append(1, id(1), 2, 1, List.of(), 2)), heartbeats);
        assertEquals(List.of(), sentTo(3, node.receive(3, refused(1, 0, 0))));

        assertTrue(sentTo(2, node.propose("y")).size() == 1, "the others go on");
    }

    @Test
    void messagesThatNoLeaderMakesAreDropped() {
        var node = OneNode.withLog(3, 1, 1);
        var gap = new ArrayList<>(entries(3, 2));
        gap.addAll(entries(5, 2));
        var fallingTerms = entries(3, 2, 1);
        var futureTerm = entries(3, 9);

        for (List<Entry> entries : List.of(gap, fallingTerms, futureTerm)) {
            var effects = node.receive(2, append(2, id(2), 2, 1, entries, 9));
            assertEquals(List.of(), sentTo(2, effects));
        }
        node.receive(2, append(2, id(2), -1, 0, List.of(), 9));

        assertEquals(2, node.raft().lastIndex());
        assertEquals(0, node.raft().commitIndex());
    }

    @Test
    void anAcknowledgementOfMoreThanThereIsCommitsNothing() {
        var node = OneNode.of(3);
        node.becomeLeader();
        node.holdDisk();
        node.propose("x");

        node.receive(2, accepted(1, 99));

        assertEquals(0, node.raft().commitIndex());
        assertEquals(0, node.raft().matchIndex(id(2)));
    }

    @Test
    void twoLeadersInOneTermStopTheNode() {
        var node = OneNode.of(3);
        node.receive(2, append(1, id(2), 0, 0, List.of(), 0));
        assertThrows(AssertionError.class, () -> node.receive(3, append(1, id(3), 0, 0, List.of(), 0)));
    }

    @Test
    void aCommittedEntryThatWouldBeOverwrittenStopsTheNode() {
        var node = OneNode.withLog(3, 1, 1);
        node.receive(2, append(2, id(2), 2, 1, List.of(), 2));
        assertThrows(AssertionError.class, () -> node.receive(3, append(3, id(3), 1, 1, entries(2, 3), 0)));
    }

    @Test
    void matchIndexIsKnownToLeadersOnly() {
        var node = OneNode.of(3);
        assertEquals(-1, node.raft().matchIndex(id(2)));
        node.becomeLeader();
        assertEquals(0, node.raft().matchIndex(id(2)));
        node.receive(2, accepted(1, 1));
        assertEquals(1, node.raft().matchIndex(id(2)));
        assertEquals(-1, node.raft().matchIndex(id(9)));
    }

    @Test
    void aConfigurationThatCannotBeReadIsDropped() {
        var node = OneNode.of(3);
        var unreadable = new Entry(1, 1, Entry.Kind.CONFIGURATION, "1 2 1".getBytes(UTF_8));

        var effects = node.receive(2, append(1, id(2), 0, 0, List.of(unreadable), 1));

        assertEquals(List.of(), sentTo(2, effects));
        assertEquals(0, node.raft().lastIndex());
    }

    @Test
    void twoStepsAtOnceAreNoConfigurationToPropose() {
        var node = OneNode.of(3);
        node.becomeLeader();
        node.receive(2, accepted(1, 1));
        assertTrue(node.raft().mayChangeConfiguration());
        assertThrows(AssertionError.class, () -> node.proposeMembers("1 2 3 4 5"));
    }

    @Test
    void aConfigurationIsKnownAtOnceAndCommittedLater() {
        var node = OneNode.of(3);
        node.becomeLeader();
        node.receive(2, accepted(1, 1));

        List<Effect> effects = node.proposeMembers("1 2 3 +4");

        assertEquals(
                new Effect.ConfigurationChanged(SimulatedNode.configuration("1 2 3 +4".getBytes(UTF_8)), 2),
                effects.get(0));
        assertEquals(2, node.raft().configurationIndex());
        assertFalse(node.raft().isConfigurationCommitted());
        assertFalse(node.raft().mayChangeConfiguration());
        node.receive(2, accepted(1, 2));
        assertTrue(node.raft().isConfigurationCommitted());
        assertTrue(node.raft().mayChangeConfiguration());
    }

    @Test
    void aRestartKnowsTheConfigurationsThatMayBeTakenBack() {
        var first = new Entry(1, 1, Entry.Kind.CONFIGURATION, "1 2 3".getBytes(UTF_8));
        var second = new Entry(2, 1, Entry.Kind.CONFIGURATION, "1 2 3 4".getBytes(UTF_8));
        var start = new LogStart(0, 0, List.of(new LogStart.TermStart(1, 1)), List.of(), List.of(first, second), 2, 1);
        var raft = raft(id(1), SimulatedNode.voters(1), new HardState(1, Optional.empty()), start);
        assertEquals(2, raft.configurationIndex());
        assertFalse(raft.isConfigurationCommitted());

        raft.step(new Input.Received(id(2), 2, append(2, id(2), 1, 1, entries(2, 2), 1)), 0);

        assertEquals(SimulatedNode.voters(3), raft.configuration());
        assertEquals(1, raft.configurationIndex());
        assertTrue(raft.isConfigurationCommitted());
    }

    @Test
    void readersAboveTheBoundFailAtOnce() {
        var node = OneNode.of(3);
        node.becomeLeader();
        for (int id = 0; id < Reading.MAX_WAITING; id++) {
            assertFalse(node.step(new Input.ReadIndex(id)).contains(new Effect.ReadFailed(id)));
        }
        assertEquals(List.of(new Effect.ReadFailed(-7)), node.step(new Input.ReadIndex(-7)));
    }

    @Test
    void aLeaderThatHandsOverTakesNoProposal() {
        var node = OneNode.of(3);
        node.becomeLeader();
        assertEquals(Optional.empty(), node.raft().transferee());

        node.step(new Input.Transfer(id(2)));

        assertEquals(Optional.of(id(2)), node.raft().transferee());
        assertFalse(node.raft().mayPropose());
    }

    @Test
    void theBestSuccessorHasMostOfTheLogAndWasHeardLately() {
        var node = OneNode.of(4);
        node.becomeLeader();
        node.propose("x");
        node.receive(3, accepted(1, 2));
        node.receive(2, accepted(1, 1));
        assertEquals(Optional.of(id(3)), node.raft().successor());

        node.pass(200);
        node.receive(2, accepted(1, 1));
        node.receive(4, accepted(1, 0));
        node.pass(200);
        assertEquals(Optional.of(id(2)), node.raft().successor());
        assertEquals(
                List.of(true, false, true),
                node.raft().peers().stream().map(Peer::reachable).toList());
    }

    @Test
    void aLeaderKnowsUntilWhenItHasItsMajority() {
        var node = OneNode.of(3);
        assertEquals(Raft.NEVER, node.raft().quorumUntilNanos());
        node.becomeLeader();
        long elected = node.nowNanos;
        node.pass(100);
        assertEquals(
                elected + OneNode.TIMING.electionTimeoutNanos(), node.raft().quorumUntilNanos());
        node.receive(3, accepted(1, 1));
        assertEquals(
                node.nowNanos + OneNode.TIMING.electionTimeoutNanos(),
                node.raft().quorumUntilNanos());
    }

    @Test
    void aSnapshotIsWantedThatBringsWhatTheLogDoesNotHold() {
        var node = OneNode.withLog(3, 1, 1, 2, 2);
        node.receive(2, append(3, id(2), 2, 1, List.of(), 2));

        assertFalse(node.raft().wants(1, 1), "committed");
        assertFalse(node.raft().wants(4, 2), "in the log");
        assertTrue(node.raft().wants(4, 3), "another entry");
        assertTrue(node.raft().wants(5, 3), "beyond the log");
    }

    /** Java 17 does not check a chain of instanceof for completeness. */
    @Test
    void everyInputAndEveryRpcIsHandled() {
        var inputs = List.of(
                new Input.Tick(),
                new Input.Received(id(2), 2, requestVote(1, id(2), 0, 0)),
                new Input.Propose(Entry.Kind.COMMANDS, new byte[0]),
                new Input.Written(1),
                new Input.ReadIndex(1),
                new Input.Transfer(id(2)),
                new Input.Resign(),
                new Input.Loaded(id(2), List.of()),
                new Input.SnapshotSent(id(2), 1, true));
        assertEquals(Set.of(Input.class.getPermittedSubclasses()), classesOf(inputs.stream()));

        var rpcs = List.of(
                requestVote(1, id(2), 0, 0),
                new Rpc.RequestVoteReply(1, false),
                append(1, id(2), 0, 0, List.of(), 0),
                accepted(1, 0),
                new Rpc.PreVote(1, 0, 0),
                new Rpc.PreVoteReply(0, false),
                new Rpc.TimeoutNow(1),
                new Rpc.Amnesia(1, 1, 1),
                new Rpc.ReadIndex(1, 1),
                new Rpc.ReadIndexReply(1, 1, 1));
        assertEquals(Set.of(Rpc.class.getPermittedSubclasses()), classesOf(rpcs.stream()));
        for (Rpc rpc : rpcs) {
            OneNode.of(3).receive(2, rpc);
        }
    }

    private static Set<Class<?>> classesOf(Stream<? extends Record> records) {
        return records.map(Object::getClass).collect(Collectors.toSet());
    }
}
