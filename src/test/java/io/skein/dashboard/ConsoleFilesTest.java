package io.skein.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a build step would check, had the page one. */
class ConsoleFilesTest {
    private static final Path CONSOLE = Path.of("src/main/resources/console");
    private static final Path VENDOR = CONSOLE.resolve("vendor");
    private static final String VENDOR_LIST = "VENDOR.csv";

    private static final Pattern IMPORT = Pattern.compile("(?<![-'\\w])(?:from|import)\\s*\\(?\\s*'([^'\\n]+)'");
    private static final Pattern REFERENCE = Pattern.compile("(?:src|href)=\"([^\"]+)\"");
    private static final Pattern ELEMENT_ID = Pattern.compile("byId\\('([a-z-]+)'\\)");

    @Test
    void everythingInTheDirectoryIsServedAndNothingElse() throws IOException {
        try (Stream<Path> files = Files.walk(CONSOLE)) {
            Set<String> there = files.filter(Files::isRegularFile)
                    .map(file -> CONSOLE.relativize(file).toString().replace('\\', '/'))
                    .filter(name -> !name.endsWith(VENDOR_LIST))
                    .collect(Collectors.toCollection(TreeSet::new));
            assertEquals(there, new TreeSet<>(Assets.CONSOLE));
        }
    }

    @Test
    void whatOthersMadeIsListedWithItsLicenceAndUnchanged() throws IOException {
        List<String[]> listed = Files.readAllLines(VENDOR.resolve(VENDOR_LIST)).stream()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split(", "))
                .toList();
        for (String[] entry : listed) {
            assertEquals(6, entry.length, String.join(", ", entry));
            assertEquals(entry[5], Assets.sha256(Files.readAllBytes(VENDOR.resolve(entry[0]))), entry[0]);
        }
        try (Stream<Path> files = Files.list(VENDOR)) {
            Set<String> there = files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.equals(VENDOR_LIST))
                    .collect(Collectors.toSet());
            assertEquals(there, listed.stream().map(entry -> entry[0]).collect(Collectors.toSet()));
        }
        assertTrue(Files.readString(VENDOR.resolve("uPlot-LICENSE.txt")).startsWith("The MIT License"));
    }

    @Test
    void everyImportExistsAndIsServed() throws IOException {
        int imports = 0;
        for (Path script : ownScripts()) {
            for (String imported : find(IMPORT, script)) {
                Path target = script.getParent().resolve(imported).normalize();
                assertTrue(Files.isRegularFile(target), script + " imports " + imported);
                assertTrue(Assets.CONSOLE.contains(CONSOLE.relativize(target).toString()), imported + " is not served");
                imports++;
            }
        }
        assertTrue(imports > 10, "only " + imports + " imports found: the test looks for the wrong thing");
    }

    @Test
    void everyFileThatThePageNamesIsServed() throws IOException {
        List<String> files = find(REFERENCE, CONSOLE.resolve(Assets.INDEX)).stream()
                .filter(reference -> reference.startsWith("console/"))
                .toList();
        assertTrue(files.size() >= 6, files.toString());
        for (String file : files) {
            assertTrue(Assets.CONSOLE.contains(file.substring("console/".length())), file);
        }
    }

    @Test
    void everyPageOfTheNavigationHasItsModuleAndItsOwnKey() throws IOException {
        Path index = CONSOLE.resolve(Assets.INDEX);
        List<String> pages = find(Pattern.compile("data-page=\"([a-z]+)\""), index);
        for (String page : pages) {
            assertTrue(Assets.CONSOLE.contains("pages/" + page + ".js"), page);
        }
        Set<String> keys = new TreeSet<>(find(Pattern.compile("data-key=\"([a-z])\""), index));
        assertEquals(pages.size(), keys.size(), keys.toString());
        assertEquals(
                pages.size(),
                Assets.CONSOLE.stream()
                        .filter(name -> name.startsWith("pages/"))
                        .count());
    }

    @Test
    void everyElementThatAScriptAsksForIsOnThePage() throws IOException {
        String page = Files.readString(CONSOLE.resolve(Assets.INDEX));
        for (Path script : ownScripts()) {
            for (String id : find(ELEMENT_ID, script)) {
                assertTrue(page.contains("id=\"" + id + "\""), script + " asks for #" + id);
            }
        }
    }

    @Test
    void noScriptMakesMarkupOrCodeOfText() throws IOException {
        for (Path script : ownScripts()) {
            String source = Files.readString(script);
            for (String danger : List.of(
                    "innerHTML",
                    "outerHTML",
                    "insertAdjacentHTML",
                    "document.write",
                    "eval(",
                    "new Function",
                    "srcdoc")) {
                assertFalse(source.contains(danger), script + " uses " + danger);
            }
        }
    }

    @Test
    void thePageHasNoInlineScriptOrStyleAndAsksNobodyElse() throws IOException {
        String page = Files.readString(CONSOLE.resolve(Assets.INDEX));
        assertFalse(Pattern.compile("<script(?![^>]*\\ssrc=)").matcher(page).find(), "inline script");
        assertFalse(Pattern.compile("\\s(?:on[a-z]+|style)=\"").matcher(page).find(), "inline handler or style");
        for (String name : List.of(Assets.INDEX, "theme.css", "console.css", "app.js", "stream.js")) {
            String text = Files.readString(CONSOLE.resolve(name));
            assertFalse(text.contains("https://") || text.contains("http://"), name + " names another site");
        }
    }

    /** WCAG 2 AA: text 4.5 to 1, what shows where a field or a line is 3 to 1. */
    @Test
    void bothThemesHaveEnoughContrast() throws IOException {
        String css = Files.readString(CONSOLE.resolve("theme.css"));
        for (Palette theme : Palette.both(css)) {
            for (String ground : List.of("--paper", "--surface", "--sunk")) {
                for (String text : List.of("--ink", "--muted", "--accent", "--good", "--bad", "--warn")) {
                    theme.assertContrast(4.5, text, ground);
                }
            }
            theme.assertContrast(4.5, "--bad", "--bad-wash");
            theme.assertContrast(4.5, "--warn", "--warn-wash");
            theme.assertContrast(4.5, "--accent-ink", "--accent");
            theme.assertContrast(3, "--field", "--surface");
            theme.assertContrast(3, "--second", "--surface");
        }
    }

    private static List<Path> ownScripts() throws IOException {
        try (Stream<Path> files = Files.walk(CONSOLE)) {
            return files.filter(file -> file.toString().endsWith(".js") && !file.startsWith(VENDOR))
                    .sorted()
                    .toList();
        }
    }

    private static List<String> find(Pattern pattern, Path file) throws IOException {
        return pattern.matcher(Files.readString(file))
                .results()
                .map((MatchResult result) -> result.group(1))
                .toList();
    }
}
