package io.skein.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.skein.cli.SkeinCommand;
import io.skein.metrics.AlertRules.Rule;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Whether alerts come when they should and say what to do. */
class AlertRulesTest {
    private static final Path TESTS = Path.of("grafana", "alerts_test.yml");
    private static final Pattern ASKED = Pattern.compile("ALERTS\\{alertname=\"(\\w+)\", alertstate=\"firing\"}");
    /** Up to what ends it in a sentence. */
    private static final Pattern COMMAND = Pattern.compile(
            "\\./skein ([a-z][^;:,()]*?)(?=[;:,()]|\\. |\\.$| (?:or|on|for|of|tells|gives|takes|explains|in) |$)");

    private static final Set<String> SEVERITIES = Set.of("critical", "warning");

    @TempDir
    private Path directory;

    static List<Rule> rules() {
        return AlertRules.all();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void anAlertSaysHowBadItIsAndWhatToDo(Rule rule) {
        assertTrue(rule.name().matches("Skein[A-Z][A-Za-z0-9]+"), rule.name());
        assertTrue(rule.hold().matches("[0-9]+[sm]"), rule.name() + " holds for " + rule.hold());
        assertTrue(SEVERITIES.contains(rule.severity()), rule.name());
        for (String text : List.of("summary", "description", "runbook")) {
            assertFalse(rule.annotations().getOrDefault(text, "").isBlank(), rule.name() + " has no " + text);
        }
        for (String part : List.of("What it means: ", "Look at: ", "Do: ")) {
            assertTrue(rule.annotations().get("runbook").contains(part), rule.name() + " does not say " + part);
        }
    }

    @ParameterizedTest
    @MethodSource("rules")
    void theCommandsOfARunbookAreThere(Rule rule) {
        Matcher command = COMMAND.matcher(rule.annotations().get("runbook").replaceAll("\\s+", " "));
        while (command.find()) {
            CommandSpec spec = new CommandLine(new SkeinCommand()).getCommandSpec();
            for (String word : command.group(1).strip().split(" ")) {
                if (word.startsWith("--")) {
                    assertNotNull(spec.findOption(word), command.group() + ": no " + word);
                } else if (!spec.subcommands().isEmpty()) {
                    assertTrue(spec.subcommands().containsKey(word), command.group() + ": no " + word);
                    spec = spec.subcommands().get(word).getCommandSpec();
                }
            }
        }
    }

    @Test
    void noNameIsThereTwice() {
        List<String> names = rules().stream().map(Rule::name).toList();
        assertEquals(names.size(), new HashSet<>(names).size());
    }

    @Test
    void theReadmeNamesEveryAlertWithItsSeverity() {
        Map<String, String> severities = new TreeMap<>();
        rules().forEach(rule -> severities.put(rule.name(), rule.severity()));
        assertEquals(severities, Catalogue.alerts());
    }

    @ParameterizedTest
    @MethodSource("rules")
    void anAlertLooksAtWhatTheReadmeTells(Rule rule) {
        Set<String> known = new TreeSet<>(Catalogue.documented("/metrics").keySet());
        known.addAll(Catalogue.documented("/metrics/detailed").keySet());
        Set<String> unknown = Promql.families(rule.expression(), known);
        unknown.removeAll(known);
        assertEquals(Set.of(), unknown);
    }

    /** Of each alert a case where it fires, and one where it does not. */
    @Test
    void everyAlertHasItsTests() {
        Set<String> fire = new TreeSet<>();
        Set<String> stayQuiet = new TreeSet<>();
        for (Map<String, Object> test : AlertRules.maps(AlertRules.read(TESTS).get("tests"))) {
            for (Map<String, Object> question : AlertRules.maps(test.get("promql_expr_test"))) {
                Matcher asked = ASKED.matcher((String) question.get("expr"));
                assertTrue(asked.matches(), () -> "asks for something else: " + question);
                (AlertRules.maps(question.get("exp_samples")).isEmpty() ? stayQuiet : fire).add(asked.group(1));
            }
        }
        Set<String> names = new TreeSet<>(rules().stream().map(Rule::name).toList());
        assertEquals(names, fire, "fire in a test");
        assertEquals(names, stayQuiet, "stay quiet in a test");
    }

    @Test
    void theRulesAreWhatPrometheusTakesForRules() throws Exception {
        assumeTrue(Promtool.isInstalled(), Promtool.ABSENT);
        Promtool.Verdict verdict = Promtool.check("rules", AlertRules.FILE);
        assertEquals(0, verdict.code(), verdict.said());
    }

    @Test
    void theConfigurationIsWhatPrometheusTakesForOne() throws Exception {
        assumeTrue(Promtool.isInstalled(), Promtool.ABSENT);
        Promtool.Verdict verdict = Promtool.check("config", Path.of("grafana", "prometheus.yml"));
        assertEquals(0, verdict.code(), verdict.said());
    }

    @Test
    void theyFireWhenTheyShouldAndOnlyThen() throws Exception {
        assumeTrue(Promtool.isInstalled(), Promtool.ABSENT);
        Promtool.Verdict verdict = Promtool.run("", "test", "rules", TESTS.toString());
        assertEquals(0, verdict.code(), verdict.said());
    }

    /** The tests see: with any comparison turned round one of them fails. */
    @ParameterizedTest
    @MethodSource("rules")
    void noComparisonCanBeTurnedRoundUnseen(Rule rule) throws Exception {
        assumeTrue(Promtool.isInstalled(), Promtool.ABSENT);
        assertEquals(0, tested(rule, rule.expression()).code(), rule.name());
        int comparisons = Promql.comparisons(rule.expression());
        assertTrue(comparisons > 0, rule.name());
        for (int i = 0; i < comparisons; i++) {
            String turned = Promql.turned(rule.expression(), i);
            assertNotEquals(0, tested(rule, turned).code(), turned);
        }
    }

    /** The tests of this rule alone, with another expression. JSON is YAML too. */
    private Promtool.Verdict tested(Rule rule, String expression) throws Exception {
        JsonObject alone = new JsonObject()
                .put("alert", rule.name())
                .put("expr", expression)
                .put("for", rule.hold())
                .put("labels", new JsonObject().put("severity", rule.severity()));
        JsonObject group = new JsonObject().put("name", "alone").put("rules", new JsonArray().add(alone));
        Files.writeString(
                directory.resolve("alerts.yml"),
                new JsonObject().put("groups", new JsonArray().add(group)).encode());
        Map<String, Object> tests = new TreeMap<>(AlertRules.read(TESTS));
        tests.put(
                "tests",
                AlertRules.maps(tests.get("tests")).stream()
                        .filter(test -> AlertRules.maps(test.get("promql_expr_test")).stream()
                                .anyMatch(question ->
                                        question.get("expr").toString().contains(rule.name())))
                        .toList());
        Path file = Files.writeString(directory.resolve("alerts_test.yml"), new JsonObject(tests).encode());
        return Promtool.run("", "test", "rules", file.toString());
    }
}
