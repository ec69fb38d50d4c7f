package io.skein.raft;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Some hundred histories of Raft alone, as a quick answer while working on it; the simulator of whole replicas runs the
 * large numbers. {@code -Dskein.seeds=100000} runs more; a failure names its seed.
 */
class SimulationTest {
    private static final int SEEDS = Integer.getInteger("skein.seeds", 80);
    private static final int STEPS_PER_NODE = 500;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void noHistoryBreaksWhatRaftPromises(int size) {
        long committed = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            try {
                var simulation = new Simulation(seed, size);
                simulation.run(STEPS_PER_NODE * size);
                committed += simulation.committed();
            } catch (AssertionError violated) {
                throw new AssertionError("seed " + seed + " of " + size + " nodes: " + violated.getMessage(), violated);
            }
        }
        // A simulation in which nothing happens proves nothing.
        assertTrue(committed > SEEDS * 5L, committed + " entries committed in " + SEEDS + " histories");
    }
}
