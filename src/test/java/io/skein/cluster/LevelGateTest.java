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

    @Test
    void whatTheClustersLevelAllowsPasses() {
        assertEquals(Optional.empty(), LevelGate.refusal(new Novel(1), 1, List.of()));
        assertEquals(Optional.empty(), LevelGate.refusal(new Novel(2), 3, List.of(member("n1", "0.1.0", 1))));
    }

    @Test
    void aRefusalNamesWhoIsBehindAndWhatToDo() {
        NotExecuted no = LevelGate.refusal(
                        new Novel(2),
                        1,
                        List.of(member("n1", "0.2.0", 2), member("n2", "0.1.0", 1), member("n3", "", 0)))
                .orElseThrow();

        assertEquals(Reason.FEATURE_LEVEL, no.reason());
        assertEquals(
                "this needs feature level 2, and the cluster is at 1: start a newer Skein on n2 (0.1.0), n3 (not heard),"
                        + " then it rises by itself",
                no.getMessage());
    }

    @Test
    void whereNobodyIsBehindItOnlyTakesAMoment() {
        String said = LevelGate.refusal(new Novel(2), 1, List.of(member("n1", "0.2.0", 2)))
                .orElseThrow()
                .getMessage();

        assertTrue(said.endsWith("it is about to rise, ask again"), said);
    }
}
