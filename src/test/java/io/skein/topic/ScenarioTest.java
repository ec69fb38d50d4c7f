package io.skein.topic;

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
 * Walks {@code scenarios/topic}: each file tells what it shows, then commands ({@link Scenario}), {@code ----}, and the
 * exact outcomes and changes they give. {@code -Dskein.rewrite=true} writes what happens now into the files; the diff is
 * the review.
 */
class ScenarioTest {
    private static final Path FOLDER = Path.of("src/test/resources/scenarios/topic");
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
            List<String> lines = block.lines().takeWhile(l -> !l.equals("----")).toList();
            List<String> commands =
                    lines.stream().filter(l -> !l.startsWith("#")).toList();
            var told = new ArrayList<>(lines);
            if (!commands.isEmpty()) {
                told.add("----");
                told.addAll(scenario.run(commands));
            }
            played.add(String.join("\n", told));
        }
        return String.join("\n\n", played) + "\n";
    }
}
