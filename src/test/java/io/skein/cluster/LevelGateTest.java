package io.skein.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Command;
import io.skein.replica.Effect.Refuse.Reason;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LevelGateTest {
    private record Novel(int needs) implements Command {}

    private static MemberStatus member(String id, String version, int level) {
        return new MemberStatus(id, id + ":1", true, 0, "", true, version, level);
    }

    private static MemberStatus down(String id, String version, int level) {
        return new MemberStatus(id, id + ":1", true, 0, "", false, version, level);
    }

    private static Optional<NotExecuted> refusal(int needs, int level, List<MemberStatus> members) {
        return LevelGate.refusal(new Novel(needs), level, true, members);
    }

    @Test
    void whatTheClustersLevelAllowsPasses() {
        assertEquals(Optional.empty(), refusal(1, 1, List.of()));
        assertEquals(Optional.empty(), refusal(2, 3, List.of(member("n1", "0.1.0", 1))));
    }

    @Test
    void aRefusalNamesWhoIsBehindAndWhatToDo() {
        NotExecuted no = refusal(2, 1, List.of(member("n1", "0.2.0", 2), member("n2", "0.1.0", 1), down("n3", "", 0)))
                .orElseThrow();

        assertEquals(Reason.FEATURE_LEVEL, no.reason());
        assertEquals(
                "this needs feature level 2, and the cluster is at 1: start a newer Skein on n2 (0.1.0), and"
                        + " start or remove n3 (not reachable), then it rises by itself",
                no.getMessage());
    }

    @Test
    void whereNobodyIsBehindItOnlyTakesAMoment() {
        String said =
                refusal(2, 1, List.of(member("n1", "0.2.0", 2))).orElseThrow().getMessage();

        assertTrue(said.endsWith("it is about to rise, ask again"), said);
    }

    @Test
    void aMemberThatIsDownIsNamedThoughItsBuildIsNewEnough() {
        String said = refusal(2, 1, List.of(member("n1", "0.2.0", 2), down("n3", "0.2.0", 2)))
                .orElseThrow()
                .getMessage();

        assertTrue(said.endsWith(": start or remove n3 (not reachable), then it rises by itself"), said);
    }

    @Test
    void aNodeThatHasNotAppliedAllDoesNotKnowTheLevelYet() {
        NotExecuted no = LevelGate.refusal(new Novel(2), 1, false, List.of(member("n1", "0.2.0", 2)))
                .orElseThrow();

        assertEquals(Reason.CATCHING_UP, no.reason());
    }
}
