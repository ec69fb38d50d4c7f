package io.skein.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.skein.raft.NodeId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RosterTest {
    private static final NodeId LEADER = new NodeId("n1");
    private static final NodeId SECOND = new NodeId("n2");
    private static final NodeId THIRD = new NodeId("n3");
    private static final NodeId LEARNER = new NodeId("n4");
    private static final List<NodeId> VOTERS = List.of(LEADER, SECOND, THIRD);

    @Test
    void whoAsksIsTheHeirOfALeaderThatCannotFindOne() {
        assertEquals(Optional.of(THIRD), Roster.heir(LEADER, THIRD, VOTERS, any -> true));
    }

    @Test
    void whereWhoAsksDoesNotVoteAnotherVoterThatCanBeReachedIsTheHeir() {
        assertEquals(Optional.of(THIRD), Roster.heir(LEADER, LEARNER, VOTERS, node -> !node.equals(SECOND)));
        assertEquals(Optional.empty(), Roster.heir(LEADER, LEARNER, VOTERS, LEADER::equals));
    }
}
