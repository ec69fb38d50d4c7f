package io.skein.raft;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.raft.Simulation.Happening;
import java.util.EnumMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Some hundred histories of Raft alone, as a quick answer while working on it; the simulator of whole replicas runs the
 * large numbers. {@code -Dskein.seeds=100000} runs more; a failure names its seed.
 */
class SimulationTest {
    private static final int SEEDS = Integer.getInteger("skein.seeds", 80);
    private static final long FIRST = Long.getLong("skein.seed", 1);
    private static final int STEPS_PER_NODE = 500;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void noHistoryBreaksWhatRaftPromises(int voters) {
        long committed = 0;
        long configurations = 0;
        long reads = 0;
        var happened = new EnumMap<Happening, Integer>(Happening.class);
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            Simulation simulation = run(seed, voters);
            committed += simulation.checks().highestCommitted();
            configurations += simulation.checks().configurationsCommitted();
            reads += simulation.checks().readsAnswered();
            for (Happening what : Happening.values()) {
                happened.merge(what, simulation.happened(what), Integer::sum);
            }
        }
        // A simulation in which nothing happens proves nothing.
        assertTrue(committed > SEEDS * 5L, committed + " entries committed in " + SEEDS + " histories");
        assertTrue(configurations > SEEDS, configurations + " configurations committed");
        assertTrue(reads > SEEDS * 5L, reads + " reads answered");
        if (SEEDS >= 80) {
            happened.forEach(
                    (what, times) -> assertTrue(times > 0 || what == Happening.WIPE && voters < 3, "no " + what));
        }
    }

    /** Seeds that found something once: voters, seed. */
    @ParameterizedTest
    @CsvSource({"2, 24", "1, 16", "2, 59"})
    void whatWasFoundOnceStaysMended(int voters, long seed) {
        run(seed, voters);
    }

    private static Simulation run(long seed, int voters) {
        try {
            var simulation = new Simulation(seed, voters);
            simulation.run(STEPS_PER_NODE * (voters + 1));
            return simulation;
        } catch (AssertionError violated) {
            throw new AssertionError("seed " + seed + " of " + voters + " voters: " + violated.getMessage(), violated);
        }
    }
}
