package io.skein.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Walks {@code scenarios/raft}: each file tells what it shows, then commands ({@link Scenario}), {@code ----}, and the
 * exact trace they give. {@code -Dskein.rewrite=true} writes what happens now into the files; the diff is the review.
 */
class ScenarioTest {
    private static final Path FOLDER = Path.of("src/test/resources/scenarios/raft");
    private static final boolean REWRITE = Boolean.getBoolean("skein.rewrite");

    @TestFactory
    Stream<DynamicTest> eachScenarioGivesItsTrace() throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.list(FOLDER)) {
            files = found.filter(f -> f.toString().endsWith(".txt")).sorted().toList();
        }
        assertFalse(files.isEmpty(), "no scenarios in " + FOLDER);
        return files.stream().map(f -> DynamicTest.dynamicTest(f.getFileName().toString(), () -> check(f)));
    }

    private static void check(Path file) throws IOException {
        String expected = Files.readString(file);
        assertTrue(expected.startsWith("# "), "a scenario begins with what it shows");
        String actual = play(expected);
        if (REWRITE) {
            Files.writeString(file, actual);
        } else {
            assertEquals(expected, actual);
        }
    }

    /** The same text with the traces as they are. */
    private static String play(String text) {
        var scenario = new Scenario();
        var played = new ArrayList<String>();
        for (String block : text.strip().split("\n\n+")) {
            var lines = new ArrayList<String>();
            var traces = new ArrayList<String>();
            for (String line : block.lines().takeWhile(l -> !l.equals("----")).toList()) {
                lines.add(line);
                if (!line.startsWith("#")) {
                    String trace = scenario.run(line);
                    if (!trace.equals("ok")) {
                        traces.add(trace);
                    }
                }
            }
            boolean commands = lines.stream().anyMatch(l -> !l.startsWith("#"));
            String trace = commands ? "\n----\n" + (traces.isEmpty() ? "ok" : String.join("\n", traces)) : "";
            played.add(String.join("\n", lines) + trace);
        }
        return String.join("\n\n", played) + "\n";
    }
}
