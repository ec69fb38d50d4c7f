package io.skein.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class RatiosTest {
    private final Vertx vertx = Vertx.vertx();

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        vertx.close().await();
    }

    @Test
    void everyGoalHasALineWithNodeCeilingAndRatio() throws Exception {
        StubNode node = new StubNode(vertx, StubNode.Mood.WILLING);
        RatiosConfig config = new RatiosConfig(
                LoadConfig.defaults(node.url()), folder, Duration.ofMillis(60), 1, 4, List.of(2), false);

        RatiosReport report = Ratios.run(config, line -> {});

        JsonObject json = new JsonObject(report.toJson().encode());
        List<String> names = json.getJsonArray("ratios").stream()
                .map(ratio -> ((JsonObject) ratio).getString("name"))
                .toList();
        assertEquals(
                List.of(
                        "acked/s / SQLite message rows, 256 a commit",
                        "acked/s / SQLite message rows, 1000 a commit",
                        "window 1, ack ms p50 / fdatasync ms p50",
                        "window 1, ack ms p99 / ack ms p50",
                        "window 1, one subscriber: end to end ms p50 / ack ms p50",
                        "HTTP POST/s / bare POST/s, 4 connections",
                        "deliveries/s / bare fan-out, 2 clients",
                        "client library acked/s / frames by hand, 4 x 256 in flight"),
                names);
        assertTrue(report.table().lines().count() >= 8, report.table());
    }

    @Test
    void theRatioIsTheMedianOfTheRoundsAndNotOfTheirSums() {
        // The machine was ten times slower in the last round, for both.
        RatiosReport.Ratio ratio = RatiosReport.Ratio.of(
                "x", List.of(new double[] {80, 100}, new double[] {90, 100}, new double[] {8.5, 10}));

        assertEquals(0.85, ratio.ratio(), 1e-9);
        assertEquals(80, ratio.node());
        assertEquals(100, ratio.ceiling());
    }

    @Test
    void anEvenNumberOfRoundsHasAMedianToo() {
        assertEquals(2.5, RatiosReport.median(new double[] {4, 1, 3, 2}));
    }
}
