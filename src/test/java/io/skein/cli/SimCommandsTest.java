package io.skein.cli;

import static io.skein.cli.Said.say;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.node.RunningNode;
import io.skein.sim.Sim;
import io.skein.sim.SkeinTest;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code skein sim ...} as a person types it, towards a simulated cluster. */
@Timeout(60)
@SkeinTest(nodes = 3, shared = true)
class SimCommandsTest {
    private static String at(Sim sim) {
        return sim.url().toString();
    }

    @Test
    void theClockIsMovedAndSaysWhatComesNext(Sim sim) {
        say("", "publish", "later", "hi", "--delay", "5d", "--url", at(sim));

        Said moved = say("", "sim", "clock", "3d", "--url", at(sim));

        assertEquals(0, moved.exitCode(), moved.err());
        assertTrue(moved.out().contains("something falls due in "), moved.out());
    }

    @Test
    void aNodeIsKilledAndTheClusterIsHealed(Sim sim) {
        String gone = sim.nodes().stream()
                .filter(node -> !sim.url(node).equals(sim.url()) && !node.equals(sim.leader()))
                .findFirst()
                .orElseThrow();

        assertTrue(say("", "sim", "kill", gone, "--url", at(sim)).out().contains("fault: killed " + gone));
        assertTrue(say("", "sim", "cut", "n1", "*", "--both", "--url", at(sim))
                .out()
                .contains("fault: cut n1 to n3"));
        Said healed = say("", "sim", "heal", "--url", at(sim), "--json");

        assertTrue(healed.json().getJsonArray("faults").isEmpty(), healed.out());
    }

    @Test
    void aNodeOutsideSaysThatItIsNoSimulation(@TempDir Path directory) throws Exception {
        try (RunningNode real = new RunningNode(directory)) {
            Said refused = say("", "sim", "status", "--url", "localhost:" + real.httpPort());

            assertEquals(1, refused.exitCode());
            assertTrue(refused.err().contains("this is no simulated cluster"), refused.err());
        }
    }
}
