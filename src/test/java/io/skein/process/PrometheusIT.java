package io.skein.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.skein.metrics.AlertRules;
import io.skein.metrics.Catalogue;
import io.skein.metrics.Catalogue.Family;
import io.skein.metrics.Dashboards;
import io.skein.metrics.Promql;
import io.skein.metrics.Promtool;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Prometheus looks at a cluster under load, with the configuration and the rules of {@code grafana/}: whatever the
 * dashboards and the alerts ask for must be there, or a metric was renamed and nobody noticed.
 */
class PrometheusIT {
    /** A backup that could not be made is tried again after a minute. */
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final int NODES = 3;

    @TempDir
    private static Path directory;

    private static ClusterUnderTest cluster;
    private static Workload work;
    private static PrometheusUnderTest prometheus;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(PrometheusUnderTest.isInstalled(), PrometheusUnderTest.ABSENT);
        cluster = ClusterUnderTest.startDirect(
                directory, NODES, "--backup-dir", directory.resolve("backups").toString());
        work = Workload.start(cluster);
        prometheus = PrometheusUnderTest.start(directory, configuration());
        cluster.await("Prometheus", PATIENCE, prometheus::isReady);
    }

    @AfterAll
    static void stop() {
        for (AutoCloseable part : new AutoCloseable[] {prometheus, work, cluster}) {
            try {
                if (part != null) {
                    part.close();
                }
            } catch (Exception failed) {
                throw new AssertionError(failed);
            }
        }
    }

    /** The one of the repository; other are only where the nodes are, and how often they are looked at. */
    private static Path configuration() throws Exception {
        String text = Files.readString(Path.of("grafana", "prometheus.yml"))
                .replaceAll("(scrape_interval|evaluation_interval): \\d+s", "$1: 1s");
        for (int i = 0; i < NODES; i++) {
            text = text.replace(
                    "127.0.0.1:808" + i, cluster.node("n" + (i + 1)).uri("").getAuthority());
        }
        Files.copy(AlertRules.FILE, directory.resolve("alerts.yml"));
        return Files.writeString(directory.resolve("prometheus.yml"), text);
    }

    @Test
    void everyTargetIsUp() throws Exception {
        cluster.await(
                "all targets",
                PATIENCE,
                () -> prometheus.get("/api/v1/targets?state=active").getJsonArray("activeTargets").stream()
                        .map(JsonObject.class::cast)
                        .filter(target -> target.getString("health").equals("up"))
                        .map(target -> target.getJsonObject("labels"))
                        .map(labels -> labels.getString("job") + " " + labels.getString("instance"))
                        .collect(Collectors.toSet())
                        .equals(targets()));
    }

    private static Set<String> targets() {
        Set<String> targets = new TreeSet<>();
        for (String job : List.of("skein", "skein-topics", "skein-subscriptions")) {
            cluster.nodes().forEach(node -> targets.add(job + " " + node.uri("").getAuthority()));
        }
        return targets;
    }

    @Test
    void everyRuleIsEvaluated() throws Exception {
        Set<String> names = AlertRules.all().stream().map(AlertRules.Rule::name).collect(Collectors.toSet());
        cluster.await("all rules", PATIENCE, () -> {
            List<JsonObject> rules = prometheus.get("/api/v1/rules").getJsonArray("groups").stream()
                    .flatMap(group -> ((JsonObject) group).getJsonArray("rules").stream())
                    .map(JsonObject.class::cast)
                    .toList();
            rules.forEach(rule -> assertEquals("", rule.getString("lastError", ""), rule.getString("name")));
            return rules.stream()
                    .filter(rule -> rule.getString("health").equals("ok"))
                    .map(rule -> rule.getString("name"))
                    .collect(Collectors.toSet())
                    .equals(names);
        });
    }

    @Test
    void everythingThatDashboardsAskForIsThere() throws Exception {
        Map<String, String> asked = new TreeMap<>();
        Dashboards.queries().forEach(query -> asked.put(filled(query.expression()), query.where()));
        for (Dashboards.Query mark : Dashboards.annotations()) {
            Promql.looksAt(mark.expression()).forEach(part -> asked.put(filled(part), mark.where()));
        }
        awaitAnswers(asked);
    }

    @Test
    void everythingThatAlertsLookAtIsThere() throws Exception {
        Map<String, String> asked = new TreeMap<>();
        AlertRules.all()
                .forEach(rule -> Promql.looksAt(rule.expression()).forEach(part -> asked.put(part, rule.name())));
        awaitAnswers(asked);
    }

    /** As Grafana does when everything is chosen. */
    private static String filled(String expression) {
        return expression
                .replace("$__rate_interval", "5s")
                .replaceAll("\\$\\{?(cluster|node|topic|subscription)}?", ".*");
    }

    /** @param asked expression, to where it stands */
    private static void awaitAnswers(Map<String, String> asked) {
        Map<String, String> silent = new TreeMap<>(asked);
        try {
            cluster.await("an answer to every expression", PATIENCE, () -> {
                for (String expression : List.copyOf(silent.keySet())) {
                    if (!prometheus.query(expression).isEmpty()) {
                        silent.remove(expression);
                    }
                }
                return silent.isEmpty();
            });
        } catch (AssertionError late) {
            work.check();
            if (silent.isEmpty()) {
                throw late;
            }
            assertEquals(Map.of(), silent, "expressions without an answer");
        }
    }

    @Test
    void aClusterThatIsWellRaisesNoCriticalAlert() throws Exception {
        everyRuleIsEvaluated();
        assertEquals(List.of(), prometheus.query("ALERTS{severity=\"critical\", alertstate=\"firing\"}"));
        work.check();
    }

    @Test
    void theReadmeNamesEveryMetricOfANodeAndNoOther() throws Exception {
        compare("/metrics", "/metrics");
    }

    @Test
    void theReadmeNamesEveryMetricOfTopicsAndSubscriptionsAndNoOther() throws Exception {
        compare("/metrics/detailed", "/metrics/detailed?topic=%23", "/metrics/detailed?subscriptions");
    }

    /** Nodes differ: only a leader has committed, only who was asked has answered. */
    private static void compare(String page, String... paths) throws Exception {
        Map<String, Family> documented = Catalogue.documented(page);
        Map<String, Family> exposed = new TreeMap<>();
        try {
            cluster.await("all metrics of the README", PATIENCE, () -> {
                for (ClusterNode node : cluster.nodes()) {
                    for (String path : paths) {
                        exposed.putAll(Catalogue.exposed(page(node, path)));
                    }
                }
                return exposed.equals(documented);
            });
        } catch (AssertionError late) {
            assertEquals(lines(documented), lines(exposed), "documented and exposed");
        }
    }

    private static String lines(Map<String, Family> families) {
        return families.entrySet().stream()
                .map(family -> family.getKey() + family.getValue().labels() + " "
                        + family.getValue().type())
                .collect(Collectors.joining("\n"));
    }

    private static String page(ClusterNode node, String path) throws Exception {
        HttpResponse<String> answer = node.get(path, ANSWER);
        assertEquals(200, answer.statusCode(), answer.body());
        return answer.body();
    }

    @Test
    void promtoolFindsNothingWrongWithWhatANodeExposes() throws Exception {
        assumeTrue(Promtool.isInstalled(), Promtool.ABSENT);
        List<String> complaints = new ArrayList<>();
        for (ClusterNode node : cluster.nodes()) {
            for (String path : List.of("/metrics", "/metrics/detailed", "/metrics/detailed?subscriptions")) {
                complaints.add(Promtool.complaints(page(node, path)));
            }
        }
        complaints.removeIf(String::isEmpty);
        assertEquals(List.of(), complaints);
    }
}
