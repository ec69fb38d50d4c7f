package io.skein.simulator;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The simulator sees: a deliberate mistake in a copy of the product is found (CLAIMS.md). Five in every build; all with
 * {@code -Dskein.mutants=all}.
 */
class MutantTest {
    private static final Path PATCHES = Path.of("src/test/resources/simulator/mutants");
    private static final List<String> EVERY_BUILD = List.of(
            "leader-counts-itself-early",
            "acknowledges-before-durable",
            "commits-old-terms",
            "read-before-no-op",
            "keys-not-kept");
    private static final int SEEDS = Integer.getInteger("skein.mutant.seeds", 1000);
    private static final int STEPS = 3000;

    static Stream<String> mutants() throws IOException {
        if (!System.getProperty("skein.mutants", "").equals("all")) {
            return EVERY_BUILD.stream();
        }
        try (Stream<Path> files = Files.list(PATCHES)) {
            return files.map(file -> file.getFileName().toString().replace(".patch", "")).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void theSimulatorFindsTheMistake(String name) throws Exception {
        OptionalLong seed = firstSeedThatFails(Mutant.of(PATCHES.resolve(name + ".patch")));
        assertTrue(seed.isPresent(), name + " was not found by " + SEEDS + " seeds of " + STEPS + " steps");
    }

    private static OptionalLong firstSeedThatFails(Mutant mutant) throws ReflectiveOperationException {
        Class<?> simulation = mutant.loadClass(Simulation.class.getName());
        var make = simulation.getDeclaredConstructor(long.class);
        var run = simulation.getDeclaredMethod("run", int.class);
        make.setAccessible(true);
        run.setAccessible(true);
        for (long seed = 1; seed <= SEEDS; seed++) {
            try {
                run.invoke(make.newInstance(seed), STEPS);
            } catch (InvocationTargetException failure) {
                return OptionalLong.of(seed);
            }
        }
        return OptionalLong.empty();
    }
}
