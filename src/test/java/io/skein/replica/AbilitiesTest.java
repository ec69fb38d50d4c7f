package io.skein.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.skein.raft.Configuration;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import java.util.List;
import org.junit.jupiter.api.Test;

class AbilitiesTest {
    private static final NodeId SELF = new NodeId("n1");
    private static final NodeId VOTER = new NodeId("n2");
    private static final NodeId LEARNER = new NodeId("n3");
    private static final Configuration THREE = new Configuration(List.of(
            new Member(SELF, 1, "a:1", true), new Member(VOTER, 2, "b:1", true), new Member(LEARNER, 3, "c:1", false)));

    private final Abilities abilities = new Abilities(SELF, 5);

    @Test
    void theLevelIsThatOfTheOldestBuildAmongVotersAndLearners() {
        abilities.heard(VOTER, 2, 4);
        abilities.heard(LEARNER, 3, 3);

        assertEquals(3, abilities.common(THREE));
    }

    @Test
    void itIsTheOwnWhereAllOthersKnowMore() {
        abilities.heard(VOTER, 2, 9);
        abilities.heard(LEARNER, 3, 9);

        assertEquals(5, abilities.common(THREE));
    }

    @Test
    void whoWasNotHeardKeepsItAtTheFirst() {
        abilities.heard(VOTER, 2, 5);

        assertEquals(1, abilities.common(THREE));
    }

    @Test
    void anotherNodeOfThatNameIsNotHeard() {
        abilities.heard(VOTER, 2, 5);
        abilities.heard(LEARNER, 99, 5);

        assertEquals(1, abilities.common(THREE));
    }

    @Test
    void theLastWordCounts() {
        abilities.heard(LEARNER, 3, 5);
        abilities.heard(VOTER, 2, 5);
        abilities.heard(VOTER, 2, 1);

        assertEquals(1, abilities.common(THREE));
    }

    @Test
    void aNewTermHasHeardNobody() {
        abilities.heard(VOTER, 2, 5);
        abilities.heard(LEARNER, 3, 5);
        abilities.forget();

        assertEquals(1, abilities.common(THREE));
    }

    @Test
    void aClusterOfOneNeedsNobody() {
        assertEquals(5, abilities.common(new Configuration(List.of(new Member(SELF, 1, "a:1", true)))));
    }
}
