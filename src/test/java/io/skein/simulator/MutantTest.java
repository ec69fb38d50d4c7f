package io.skein.simulator;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The simulator sees: a deliberate mistake in a copy of the product is found (CLAIMS.md). Five in every build; all with
 * {@code -Dskein.mutants=all}, or those whose names match a regular expression in its place.
 */
class MutantTest {
    private static final Path PATCHES = Path.of("src/test/resources/simulator/mutants");
    private static final List<String> EVERY_BUILD = List.of(
            "leader-counts-itself-early",
            "acknowledges-before-durable",
            "commits-old-terms",
            "keys-not-kept",
            "old-lease-after-redelivery");
    private static final int SEEDS = Integer.getInteger("skein.mutant.seeds", 1000);
    private static final int STEPS = 3000;

    private static final String CHOSEN = System.getProperty("skein.mutants", "");

    static Stream<String> mutants() throws IOException {
        return CHOSEN.isEmpty()
                ? EVERY_BUILD.stream()
                : all().filter(name -> CHOSEN.equals("all") || name.matches(CHOSEN));
    }

    private static Stream<String> all() throws IOException {
        try (Stream<Path> files = Files.list(PATCHES)) {
            return files.map(file -> file.getFileName().toString().replace(".patch", "")).sorted().toList().stream();
        }
    }

    /** The source moves on, and most of them are only looked for now and then. */
    @Test
    void everyMistakeHasItsPlaceInTheSource() throws IOException {
        for (String name : all().toList()) {
            assertFalse(Mutant.sources(PATCHES.resolve(name + ".patch")).isEmpty(), name);
        }
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void theSimulatorFindsTheMistake(String name) throws Exception {
        Mutant mutant = Mutant.of(PATCHES.resolve(name + ".patch"));
        OptionalLong seed = firstSeedThatFails(seedOfCluster(mutant));
        String simulator = "";
        if (seed.isEmpty()) {
            // What needs a leader that was deposed in no time is a matter of the simulator of Raft alone.
            seed = firstSeedThatFails(seedOfRaft(mutant));
            simulator = " of Raft alone";
        }
        assertTrue(seed.isPresent(), name + " was not found by " + SEEDS + " seeds of " + STEPS + " steps");
        System.out.println(name + " is found by seed " + seed.getAsLong() + simulator);
    }

    /** Runs one seed. */
    private interface Run {
        void of(long seed) throws ReflectiveOperationException;
    }

    private static Run seedOfCluster(Mutant mutant) throws ReflectiveOperationException {
        Class<?> simulation = mutant.loadClass(Simulation.class.getName());
        var make = simulation.getDeclaredConstructor(long.class);
        var run = simulation.getDeclaredMethod("run", int.class);
        make.setAccessible(true);
        run.setAccessible(true);
        return seed -> run.invoke(make.newInstance(seed), STEPS);
    }

    private static Run seedOfRaft(Mutant mutant) throws ReflectiveOperationException {
        Class<?> simulation = mutant.loadClass("io.skein.raft.Simulation");
        var make = simulation.getDeclaredConstructor(long.class, int.class);
        var run = simulation.getDeclaredMethod("run", int.class);
        make.setAccessible(true);
        run.setAccessible(true);
        return seed -> run.invoke(make.newInstance(seed, 3), 2000);
    }

    private static OptionalLong firstSeedThatFails(Run run) throws ReflectiveOperationException {
        for (long seed = 1; seed <= SEEDS; seed++) {
            try {
                run.of(seed);
            } catch (InvocationTargetException failure) {
                return OptionalLong.of(seed);
            }
        }
        return OptionalLong.empty();
    }
}
