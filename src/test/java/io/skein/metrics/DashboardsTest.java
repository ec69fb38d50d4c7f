package io.skein.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whether Grafana will show the dashboards as they are meant; what they ask a real Prometheus answers in PrometheusIT. */
class DashboardsTest {
    private static final int WIDTH = 24;
    private static final JsonObject SOURCE =
            new JsonObject().put("type", "prometheus").put("uid", "${datasource}");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{?([a-z]+)");
    /** A job or an instance by its name. */
    private static final Pattern FIXED = Pattern.compile("\\b(job|instance|node|cluster)\\s*=~?\\s*\"(?!\\$)[^\"]+\"");

    static Set<String> files() {
        return Dashboards.all().keySet();
    }

    private static JsonObject dashboard(String file) {
        return Dashboards.all().get(file);
    }

    private static boolean isRow(JsonObject panel) {
        return panel.getString("type").equals("row");
    }

    private static List<JsonObject> charts(String file) {
        return Dashboards.panels(dashboard(file)).stream()
                .filter(panel -> !isRow(panel))
                .toList();
    }

    private static List<JsonObject> targets(JsonObject panel) {
        return Dashboards.objects(panel.getJsonArray("targets"));
    }

    @Test
    void thereAreThree() {
        assertEquals(Set.of("skein-overview.json", "skein-node.json", "skein-topics.json"), files());
    }

    @Test
    void titlesAreUnlikeEachOther() {
        List<String> titles = Dashboards.all().values().stream()
                .map(dashboard -> dashboard.getString("title"))
                .toList();
        assertEquals(titles.size(), new HashSet<>(titles).size());
    }

    @ParameterizedTest
    @MethodSource("files")
    void aDashboardCanBeImportedAndFound(String file) {
        JsonObject dashboard = dashboard(file);
        assertTrue(dashboard.containsKey("id"));
        assertNull(dashboard.getValue("id"), "Grafana gives the id");
        assertEquals(file, dashboard.getString("uid") + ".json");
        assertTrue(dashboard.getString("title").startsWith("Skein: "));
        assertFalse(dashboard.getString("description").isBlank());
        assertTrue(dashboard.getInteger("schemaVersion") >= 36);
        assertTrue(dashboard.getJsonArray("tags").contains("skein"));
    }

    @ParameterizedTest
    @MethodSource("files")
    void aDashboardLeadsToTheOthersAndTakesItsVariablesAlong(String file) {
        JsonObject link = dashboard(file).getJsonArray("links").getJsonObject(0);
        assertEquals("dashboards", link.getString("type"));
        assertEquals(List.of("skein"), link.getJsonArray("tags").getList());
        assertTrue(link.getBoolean("includeVars"));
        assertTrue(link.getBoolean("keepTime"));
    }

    @Test
    void whatIsLinkedByItsUidIsThere() {
        Matcher link = Pattern.compile("/d/([a-z-]+)\\?")
                .matcher(Dashboards.all().values().stream()
                        .map(JsonObject::encode)
                        .collect(Collectors.joining()));
        int found = 0;
        while (link.find()) {
            assertTrue(files().contains(link.group(1) + ".json"), link.group(1));
            found++;
        }
        assertTrue(found > 0);
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyVariableIsDeclaredAndEachDeclaredOneIsUsed(String file) {
        JsonObject dashboard = dashboard(file);
        List<JsonObject> variables =
                Dashboards.objects(dashboard.getJsonObject("templating").getJsonArray("list"));
        Set<String> declared =
                variables.stream().map(variable -> variable.getString("name")).collect(Collectors.toSet());
        assertEquals("datasource", variables.get(0).getString("type"), "the first is where the others ask");
        assertTrue(declared.contains("cluster"));
        Set<String> used = new HashSet<>();
        for (JsonObject panel : Dashboards.panels(dashboard)) {
            Matcher variable = VARIABLE.matcher(panel.encode());
            while (variable.find()) {
                used.add(variable.group(1));
            }
        }
        used.remove("__rate_interval");
        assertEquals(new TreeSet<>(declared), new TreeSet<>(used));
        for (JsonObject variable : variables.subList(1, variables.size())) {
            assertEquals(SOURCE, variable.getJsonObject("datasource"));
            assertEquals(".*", variable.getString("allValue"), "also those without the label");
            assertTrue(variable.getBoolean("includeAll"));
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void panelsHaveIdsOfTheirOwn(String file) {
        List<Integer> ids = Dashboards.panels(dashboard(file)).stream()
                .map(panel -> panel.getInteger("id"))
                .toList();
        assertEquals(ids.size(), new HashSet<>(ids).size());
    }

    @ParameterizedTest
    @MethodSource("files")
    void panelsLieBesideEachOtherWithinTheWidth(String file) {
        Set<String> taken = new HashSet<>();
        for (JsonObject panel : Dashboards.panels(dashboard(file))) {
            JsonObject place = panel.getJsonObject("gridPos");
            int x = place.getInteger("x");
            int y = place.getInteger("y");
            int right = x + place.getInteger("w");
            int bottom = y + place.getInteger("h");
            assertTrue(x >= 0 && y >= 0 && right > x && bottom > y && right <= WIDTH, panel.getString("title"));
            for (int column = x; column < right; column++) {
                for (int line = y; line < bottom; line++) {
                    assertTrue(taken.add(column + " " + line), "lies on another: " + panel.getString("title"));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyPanelSaysWhatItShowsInWhichUnitAndFromWhere(String file) {
        for (JsonObject panel : charts(file)) {
            String title = panel.getString("title");
            assertFalse(title.isBlank());
            assertTrue(panel.getString("description", "").length() > 5, title);
            assertEquals(SOURCE, panel.getJsonObject("datasource"), title);
            assertFalse(
                    panel.getJsonObject("fieldConfig")
                            .getJsonObject("defaults")
                            .getString("unit", "")
                            .isBlank(),
                    title);
            assertFalse(targets(panel).isEmpty(), title);
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyTargetAsksSomethingAndSaysWhatItIs(String file) {
        for (JsonObject panel : charts(file)) {
            Set<String> references = new HashSet<>();
            for (JsonObject target : targets(panel)) {
                String where = panel.getString("title");
                assertFalse(target.getString("expr", "").isBlank(), where);
                assertFalse(target.getString("legendFormat", "").isBlank(), where);
                assertEquals(SOURCE, target.getJsonObject("datasource"), where);
                assertTrue(references.add(target.getString("refId")), where);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void noJobAndNoInstanceIsNamed(String file) {
        for (JsonObject panel : charts(file)) {
            for (JsonObject target : targets(panel)) {
                assertFalse(FIXED.matcher(target.getString("expr")).find(), target.getString("expr"));
            }
        }
    }

    /** Rates over a fixed time are wrong for whoever scrapes more seldom; trends over a longer one are not. */
    @ParameterizedTest
    @MethodSource("files")
    void ratesAreTakenOverWhatGrafanaSays(String file) {
        Pattern rate = Pattern.compile("\\b(?:rate|irate|increase)\\([^\\[]*\\[([^]]*)]");
        for (JsonObject panel : charts(file)) {
            for (JsonObject target : targets(panel)) {
                Matcher range = rate.matcher(target.getString("expr"));
                while (range.find()) {
                    assertEquals("$__rate_interval", range.group(1), target.getString("expr"));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyMetricIsOneOfTheReadme(String file) {
        Map<String, Catalogue.Family> known = Catalogue.documented("/metrics");
        known.putAll(Catalogue.documented("/metrics/detailed"));
        List<String> unknown = new ArrayList<>();
        for (JsonObject panel : charts(file)) {
            for (JsonObject target : targets(panel)) {
                Promql.families(target.getString("expr"), known.keySet()).stream()
                        .filter(name -> !known.containsKey(name))
                        .forEach(name -> unknown.add(panel.getString("title") + ": " + name));
            }
        }
        assertEquals(List.of(), unknown);
    }

    @Test
    void everyExpressionIsOneThatPrometheusUnderstands(@TempDir Path directory) throws Exception {
        assumeTrue(Promtool.isInstalled(), Promtool.ABSENT);
        StringBuilder rules = new StringBuilder("groups:\n  - name: expressions\n    rules:\n");
        List<Dashboards.Query> queries = new ArrayList<>(Dashboards.queries());
        queries.addAll(Dashboards.annotations());
        for (int i = 0; i < queries.size(); i++) {
            String expression = queries.get(i).expression().replace("$__rate_interval", "1m");
            rules.append("      - record: expression:").append(i).append("\n        expr: '");
            rules.append(expression.replace("'", "''")).append("'\n");
        }
        Promtool.Verdict verdict =
                Promtool.check("rules", Files.writeString(directory.resolve("rules.yml"), rules.toString()));
        assertEquals(0, verdict.code(), verdict.said());
    }

    /** As Grafana's documentation wants them; no Grafana reads them here. */
    @Test
    void grafanaIsToldWhereToAskAndWhatToShow() {
        Path provisioning = Path.of("grafana", "provisioning");
        Map<String, Object> sources =
                AlertRules.read(provisioning.resolve("datasources").resolve("prometheus.yml"));
        assertEquals(1, sources.get("apiVersion"));
        Map<String, Object> source = AlertRules.maps(sources.get("datasources")).get(0);
        assertEquals("prometheus", source.get("type"));
        assertEquals("http://127.0.0.1:9090", source.get("url"));
        Map<String, Object> shows =
                AlertRules.read(provisioning.resolve("dashboards").resolve("skein.yml"));
        assertEquals(1, shows.get("apiVersion"));
        Map<String, Object> provider = AlertRules.maps(shows.get("providers")).get(0);
        assertEquals("file", provider.get("type"));
        assertEquals("/var/lib/grafana/dashboards/skein", ((Map<?, ?>) provider.get("options")).get("path"));
    }

    @Test
    void theRowsAreThoseOfAnOperatorsDay() {
        List<String> rows = Dashboards.panels(dashboard("skein-overview.json")).stream()
                .filter(DashboardsTest::isRow)
                .map(row -> row.getString("title"))
                .toList();
        assertEquals(List.of("Health", "Traffic", "Latency", "Consumers", "Raft", "Storage", "Runtime"), rows);
    }

    @ParameterizedTest
    @MethodSource("files")
    void rowsAreOpen(String file) {
        for (JsonObject panel : Dashboards.panels(dashboard(file))) {
            if (isRow(panel)) {
                assertEquals(new JsonArray(), panel.getJsonArray("panels"));
                assertFalse(panel.getBoolean("collapsed"));
            }
        }
    }
}
