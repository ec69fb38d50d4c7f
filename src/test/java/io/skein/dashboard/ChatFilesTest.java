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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a build step would check, had the chat one. */
class ChatFilesTest {
    private static final Path CHAT = Path.of("src/main/resources/chat");
    private static final Path CONSOLE = Path.of("src/main/resources/console");
    private static final Pattern IMPORT = Pattern.compile("from '([^']+)'");
    private static final Pattern REFERENCE = Pattern.compile("(?:src|href)=\"([^\"#]+)\"");
    private static final Pattern ELEMENT_ID = Pattern.compile("(?:byId|getElementById)\\('([a-z-]+)'\\)");

    @Test
    void everythingInTheDirectoryIsServedAndNothingElse() throws IOException {
        try (Stream<Path> files = Files.walk(CHAT)) {
            Set<String> there = files.filter(Files::isRegularFile)
                    .map(file -> CHAT.relativize(file).toString())
                    .collect(Collectors.toCollection(TreeSet::new));
            assertEquals(there, new TreeSet<>(Assets.CHAT));
        }
    }

    @Test
    void everyImportIsAFileOfTheChatOrOneThatItSharesWithTheConsole() throws IOException {
        for (Path script : scripts()) {
            for (String imported : find(IMPORT, script)) {
                Path target = CHAT.resolve(imported).normalize();
                boolean isServed = target.startsWith(CHAT)
                        ? Assets.CHAT.contains(CHAT.relativize(target).toString())
                        : Assets.CONSOLE.contains(CONSOLE.relativize(target).toString());
                assertTrue(isServed, script + " imports " + imported);
            }
        }
    }

    @Test
    void everyFileThatThePageNamesIsServed() throws IOException {
        List<String> named = find(REFERENCE, CHAT.resolve(Assets.INDEX));
        assertTrue(named.size() >= 5, named.toString());
        for (String file : named) {
            assertTrue(
                    file.startsWith("chat/")
                            ? Assets.CHAT.contains(file.substring("chat/".length()))
                            : Assets.CONSOLE.contains(file.substring("console/".length())),
                    file);
        }
    }

    @Test
    void everyElementThatAScriptAsksForIsOnThePage() throws IOException {
        String page = Files.readString(CHAT.resolve(Assets.INDEX));
        for (Path script : Stream.concat(
                        scripts().stream(), Stream.of(CONSOLE.resolve("confirm.js"), CONSOLE.resolve("theme.js")))
                .toList()) {
            for (String id : find(ELEMENT_ID, script)) {
                assertTrue(page.contains("id=\"" + id + "\""), script + " asks for #" + id);
            }
        }
    }

    @Test
    void noIdIsThereTwiceAndEveryDescriptionNamesOne() throws IOException {
        String page = Files.readString(CHAT.resolve(Assets.INDEX));
        List<String> ids = find(Pattern.compile("\\sid=\"([^\"]+)\""), CHAT.resolve(Assets.INDEX));
        assertEquals(ids.size(), Set.copyOf(ids).size(), "an id twice");
        Matcher named = Pattern.compile("(?:aria-(?:labelledby|describedby|controls)|for)=\"([^\"]+)\"")
                .matcher(page);
        while (named.find()) {
            for (String id : named.group(1).split(" ")) {
                assertTrue(ids.contains(id), "nothing is #" + id);
            }
        }
    }

    @Test
    void noScriptMakesMarkupOrCodeOfTextAndThePageHasNoneInline() throws IOException {
        for (Path script : scripts()) {
            String source = Files.readString(script);
            for (String danger :
                    List.of("innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "new Function", "srcdoc")) {
                assertFalse(source.contains(danger), script + " uses " + danger);
            }
        }
        String page = Files.readString(CHAT.resolve(Assets.INDEX));
        assertFalse(Pattern.compile("<script(?![^>]*\\ssrc=)").matcher(page).find(), "inline script");
        assertFalse(Pattern.compile("\\s(?:on[a-z]+|style)=\"").matcher(page).find(), "inline handler or style");
        assertFalse(page.contains("://"), "names another site");
    }

    /** WCAG 2 AA, for what the chat adds to the common colours. */
    @Test
    void bothThemesHaveEnoughContrast() throws IOException {
        List<Palette> common = Palette.both(Files.readString(CONSOLE.resolve("theme.css")));
        List<Palette> own = Palette.both(Files.readString(CHAT.resolve("chat.css")));
        for (int i = 0; i < 2; i++) {
            Palette theme = common.get(i).with(own.get(i)).mix("--mine", "--accent", 0.15, "--surface");
            for (String text : List.of("--ink", "--muted", "--accent")) {
                theme.assertContrast(4.5, text, "--mine");
            }
            for (int tint = 0; tint < 6; tint++) {
                String name = "--tint-" + tint;
                theme.mix("--face", name, 0.14, "--surface").assertContrast(4.5, name, "--face");
            }
            theme.mix("--wash", "--good", 0.10, "--surface").assertContrast(4.5, "--good", "--wash");
            theme.mix("--current", "--accent", 0.12, "--surface").assertContrast(4.5, "--muted", "--current");
        }
    }

    private static List<Path> scripts() throws IOException {
        try (Stream<Path> files = Files.list(CHAT)) {
            return files.filter(file -> file.toString().endsWith(".js"))
                    .sorted()
                    .toList();
        }
    }

    private static List<String> find(Pattern pattern, Path file) throws IOException {
        return pattern.matcher(Files.readString(file))
                .results()
                .map(result -> result.group(1))
                .toList();
    }
}
