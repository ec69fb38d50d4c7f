package io.skein.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Clusters of one to seven nodes under every fault of CLAIMS.md; a failure names its seed, which reproduces it. */
class SimulationTest {
    private static final int SEEDS = Integer.getInteger("skein.seeds", 2000);
    private static final int STEPS = Integer.getInteger("skein.steps", 3000);
    private static final long FIRST = Long.getLong("skein.seed", 1);

    /** What once found something (see the comments in the file), each with its own number of steps. */
    @Test
    void whatOnceFailedHolds() throws IOException {
        try (InputStream file = SimulationTest.class.getResourceAsStream("/simulator/seeds.txt")) {
            new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> line.replaceAll("#.*", "").trim())
                    .filter(line -> !line.isEmpty())
                    .map(line -> line.split("\\s+"))
                    .forEach(seed -> run(
                            seed.length > 2
                                    ? new Simulation(Long.parseLong(seed[0]))
                                    : Simulation.ofOneBuild(Long.parseLong(seed[0])),
                            Long.parseLong(seed[0]),
                            Integer.parseInt(seed[1])));
        }
    }

    @Test
    void nothingAcknowledgedIsLostAndNothingIsThereTwice() {
        long acknowledged = 0;
        long crashes = 0;
        long elections = 0;
        long reads = 0;
        long installs = 0;
        long configurations = 0;
        long amnesiacs = 0;
        long corrupt = 0;
        long lent = 0;
        long buried = 0;
        long followed = 0;
        long mails = 0;
        long ended = 0;
        long raises = 0;
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            Simulation simulation = run(seed, STEPS);
            acknowledged += simulation.acknowledged();
            crashes += simulation.crashes();
            elections += simulation.history().elections();
            reads += simulation.reads();
            installs += simulation.installs();
            configurations += simulation.history().configurations();
            amnesiacs += simulation.amnesiacs();
            corrupt += simulation.corrupt();
            lent += simulation.custody().lent();
            buried += simulation.custody().buried();
            followed += simulation.followed();
            mails += simulation.people().sent();
            ended += simulation.people().ended();
            raises += simulation.upgrades().raises();
        }
        shows("acknowledged messages", acknowledged, 40);
        shows("crashes", crashes, 1_000);
        shows("elections", elections, 1_000);
        shows("reads", reads, 500);
        shows("snapshots installed", installs, 10_000);
        shows("changes of members", configurations, 10_000);
        shows("nodes that forgot", amnesiacs, 1_000_000);
        shows("states that differ", corrupt, 1_000_000);
        shows("messages handed out", lent, 100);
        shows("dead letters", buried, 1_000);
        shows("messages followed", followed, 100);
        shows("mails", mails, 500);
        shows("raises of the feature level", raises, 20_000);
        shows("sessions and tokens that ended", ended, 2_000);
    }

    /** At least one in so many steps; a single seed shows nothing. */
    private static void shows(String what, long count, int oneIn) {
        assertTrue(SEEDS < 100 || count > (long) SEEDS * STEPS / oneIn, "too few " + what + ": " + count);
    }

    @Test
    void theSameSeedGivesTheSameTrace() {
        for (long seed = 1; seed <= 20; seed++) {
            assertEquals(run(seed, STEPS).trace(), run(seed, STEPS).trace(), "seed " + seed);
        }
        assertNotEquals(run(1, STEPS).trace(), run(2, STEPS).trace());
    }

    private static Simulation run(long seed, int steps) {
        return run(new Simulation(seed), seed, steps);
    }

    private static Simulation run(Simulation simulation, long seed, int steps) {
        try {
            simulation.run(steps);
            return simulation;
        } catch (AssertionError | RuntimeException failure) {
            throw new AssertionError(
                    "seed " + seed + ": " + failure.getMessage()
                            + "\nlast events:\n" + String.join("\n", simulation.lastEvents())
                            + "\n" + simulation.options()
                            + "\nagain: ./mvnw test -Dtest=SimulationTest -Dskein.seed=" + seed
                            + " -Dskein.seeds=1 -Dskein.steps=" + steps,
                    failure);
        }
    }
}
