package io.skein.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.skein.raft.Configuration;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import java.util.List;
import org.junit.jupiter.api.Test;

class AbilitiesTest {
    private static final long STALE_NANOS = 300;
    private static final Now NOW = new Now(1_000, 0);
    private static final NodeId SELF = new NodeId("n1");
    private static final NodeId VOTER = new NodeId("n2");
    private static final NodeId LEARNER = new NodeId("n3");
    private static final Configuration THREE = new Configuration(List.of(
            new Member(SELF, 1, "a:1", true), new Member(VOTER, 2, "b:1", true), new Member(LEARNER, 3, "c:1", false)));

    private final Abilities abilities = new Abilities(SELF, 5, STALE_NANOS);

    @Test
    void theLevelIsThatOfTheOldestBuildAmongVotersAndLearners() {
        abilities.heard(VOTER, 2, 4, NOW);
        abilities.heard(LEARNER, 3, 3, NOW);

        assertEquals(3, abilities.common(THREE, NOW));
    }

    @Test
    void itIsTheOwnWhereAllOthersKnowMore() {
        abilities.heard(VOTER, 2, 9, NOW);
        abilities.heard(LEARNER, 3, 9, NOW);

        assertEquals(5, abilities.common(THREE, NOW));
    }

    @Test
    void whoWasNotHeardKeepsItAtTheFirst() {
        abilities.heard(VOTER, 2, 5, NOW);

        assertEquals(1, abilities.common(THREE, NOW));
    }

    @Test
    void anotherNodeOfThatNameIsNotHeard() {
        abilities.heard(VOTER, 2, 5, NOW);
        abilities.heard(LEARNER, 99, 5, NOW);

        assertEquals(1, abilities.common(THREE, NOW));
    }

    @Test
    void theLastWordCounts() {
        abilities.heard(LEARNER, 3, 5, NOW);
        abilities.heard(VOTER, 2, 5, NOW);
        abilities.heard(VOTER, 2, 1, NOW);

        assertEquals(1, abilities.common(THREE, NOW));
    }

    @Test
    void whoFellSilentKeepsItAtTheFirstUntilItIsHeardAgain() {
        Now later = new Now(NOW.nanos() + STALE_NANOS, 0);
        abilities.heard(VOTER, 2, 5, later);
        abilities.heard(LEARNER, 3, 5, NOW);

        assertEquals(1, abilities.common(THREE, later));

        abilities.heard(LEARNER, 3, 5, later);

        assertEquals(5, abilities.common(THREE, later));
    }

    @Test
    void aNewTermHasHeardNobody() {
        abilities.heard(VOTER, 2, 5, NOW);
        abilities.heard(LEARNER, 3, 5, NOW);
        abilities.forget();

        assertEquals(1, abilities.common(THREE, NOW));
    }

    @Test
    void aClusterOfOneNeedsNobody() {
        assertEquals(5, abilities.common(new Configuration(List.of(new Member(SELF, 1, "a:1", true))), NOW));
    }
}
