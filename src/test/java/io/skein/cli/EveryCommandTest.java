package io.skein.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** What all commands have in common. */
class EveryCommandTest {
    /** They print nothing that is an answer, or stay. */
    private static final Set<String> WITHOUT_JSON =
            Set.of("serve", "sim", "openapi", "completion", "help", "archive", "cluster");

    private static final Map<String, CommandSpec> ALL = all();

    private static Map<String, CommandSpec> all() {
        Map<String, CommandSpec> all = new TreeMap<>();
        collect("", SkeinCommand.line(), all);
        return all;
    }

    private static void collect(String path, CommandLine at, Map<String, CommandSpec> all) {
        at.getSubcommands().forEach((name, command) -> {
            if (!command.getCommandSpec().usageMessage().hidden()) {
                all.put(path + name, command.getCommandSpec());
                collect(path + name + " ", command, all);
            }
        });
    }

    private static Set<String> those(Predicate<Map.Entry<String, CommandSpec>> which) {
        Set<String> names = new TreeSet<>();
        ALL.entrySet().stream().filter(which).forEach(one -> names.add(one.getKey()));
        return names;
    }

    private static boolean has(CommandSpec command, String option) {
        return command.optionsMap().containsKey(option);
    }

    @Test
    void whateverPrintsAnAnswerPrintsItAsJson() {
        assertEquals(Set.of(), those(one -> !WITHOUT_JSON.contains(one.getKey()) && !has(one.getValue(), "--json")));
    }

    @Test
    void whateverShowsAStateCanBeWatched() {
        assertEquals(
                Set.of(),
                those(one -> one.getKey().matches("(.* )?(list|show|status|rules|unread|why|history|settings|trace)")
                        && !has(one.getValue(), "--watch")));
    }

    @Test
    void whoeverAsksANodeIsToldWhichAndAsWhomInTheSameWords() {
        Set<String> asks = those(one -> has(one.getValue(), "--url") || has(one.getValue(), "--server"));
        assertEquals(
                asks,
                those(one -> Set.of("--url", "--server", "--token", "--ca").stream()
                        .allMatch(option -> has(one.getValue(), option))));
        assertEquals(true, asks.size() > 50);
    }

    @Test
    void nothingIsSaidTwiceAndEveryFlagSaysWhatItDoes() {
        assertEquals(
                Set.of(),
                those(one -> one.getValue().options().stream()
                        .anyMatch(option -> option.description().length == 0 && !option.hidden())));
    }

    @Test
    void readmeListsEveryCommandAsItDescribesItself() throws IOException {
        List<String> readme = Files.readAllLines(Path.of("README.md"));
        List<String> rows = readme.subList(readme.indexOf("| command | does |") + 2, readme.size()).stream()
                .takeWhile(line -> line.startsWith("|"))
                .toList();
        assertEquals(String.join("\n", rows()), String.join("\n", rows));
    }

    /** Of README's table. */
    static List<String> rows() {
        List<String[]> all = HelpCommand.rows(SkeinCommand.line());
        return all.subList(1, all.size()).stream()
                .map(row -> "| `" + row[0] + "` | " + row[1].replace("|", "\\|") + " |")
                .toList();
    }
}
