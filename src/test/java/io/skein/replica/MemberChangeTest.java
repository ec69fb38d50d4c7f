package io.skein.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.skein.raft.Configuration;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MemberChangeTest {
    private static final Configuration TWO = new Configuration(
            List.of(member("n1", 1, "h1:6000", true, false), member("n2", 2, "h2:6000", true, false)));

    private static Member member(String id, long incarnation, String address, boolean voter, boolean promote) {
        return new Member(new NodeId(id), incarnation, address, voter, promote);
    }

    private static Optional<Configuration> added(Member comes) {
        return new MemberChange.Add(comes).to(TWO);
    }

    @Test
    void aVoterThatIsAddedAgainChangesNothing() {
        assertEquals(Optional.of(TWO), added(member("n2", 2, "h2:6000", false, true)));
    }

    @Test
    void aChangeThatIsAskedForAgainBeforeItIsCommittedIsAnsweredWithIt() {
        LoneReplica alone = new LoneReplica();
        MemberChange learner = new MemberChange.Add(member("n2", 2, "h2:6000", false, false));
        alone.slowDisk();
        alone.feed(new Input.ChangeMembers(1, learner));
        alone.feed(new Input.ChangeMembers(2, learner));
        assertEquals(List.of(), alone.answers());

        long index = alone.replica.lastIndex();
        assertEquals(List.of(new Effect.Reconfigured(1, index), new Effect.Reconfigured(2, index)), alone.written());
    }

    @Test
    void aVoterThatIsFoundElsewhereKeepsItsVote() {
        assertEquals(
                Optional.of(member("n2", 2, "h9:6000", true, false)),
                added(member("n2", 2, "h9:6000", false, true)).flatMap(next -> next.member(new NodeId("n2"))));
    }

    @Test
    void aVoterThatWasWipedBeginsAsALearner() {
        assertEquals(
                Optional.of(member("n2", 3, "h2:6000", false, true)),
                added(member("n2", 3, "h2:6000", false, true)).flatMap(next -> next.member(new NodeId("n2"))));
    }
}
