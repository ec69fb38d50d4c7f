package io.skein.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** One node under every fault of CLAIMS.md; a failure names its seed, which reproduces it. */
class SimulationTest {
    private static final int SEEDS = Integer.getInteger("skein.seeds", 300);
    private static final int STEPS = Integer.getInteger("skein.steps", 1500);
    private static final long FIRST = Long.getLong("skein.seed", 1);

    @Test
    void nothingAcknowledgedIsLostAndNothingIsThereTwice() {
        long acknowledged = 0;
        long crashes = 0;
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            Simulation simulation = run(seed);
            acknowledged += simulation.acknowledged();
            crashes += simulation.crashes();
        }
        assertTrue(acknowledged > SEEDS * 20L, "too little was acknowledged to show anything: " + acknowledged);
        assertTrue(crashes > SEEDS, "too few crashes to show anything: " + crashes);
    }

    @Test
    void theSameSeedGivesTheSameTrace() {
        for (long seed = 1; seed <= 5; seed++) {
            assertEquals(run(seed).trace(), run(seed).trace(), "seed " + seed);
        }
    }

    private static Simulation run(long seed) {
        Simulation simulation = null;
        try {
            simulation = new Simulation(seed);
            simulation.run(STEPS);
            return simulation;
        } catch (AssertionError | RuntimeException failure) {
            throw new AssertionError(
                    "seed " + seed + ": " + failure.getMessage() + "\nagain: ./mvnw test -Dtest=SimulationTest"
                            + " -Dskein.seed=" + seed + " -Dskein.seeds=1 -Dskein.steps=" + STEPS
                            + "\nlast events: " + (simulation == null ? "" : simulation.lastEvents()),
                    failure);
        }
    }
}
