package io.skein.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole runs against a node that is none. What they find is not judged, only whether it is said truly. */
@Timeout(60)
class LoadTest {
    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        vertx.close().await();
    }

    private LoadConfig config(StubNode node) {
        return LoadConfig.defaults(node.url())
                .withTcpPort(node.tcpPort())
                .withTimes(Duration.ZERO, Duration.ofMillis(300));
    }

    private static LoadReport run(LoadConfig config) throws Exception {
        LoadReport report = Load.run(config, line -> {});
        String line = report.toJson().encode();
        assertTrue(line.indexOf('\n') < 0, line);
        JsonObject json = new JsonObject(line);
        assertEquals(report.acked(), json.getLong("acked"));
        assertEquals(report.ackedPerSecond(), json.getLong("ackedPerSecond"));
        assertEquals(report.ack().p999(), json.getJsonObject("ackMs").getDouble("p999"));
        return report;
    }

    @ParameterizedTest
    @CsvSource({"WS,3,32,8", "WS,1,1,1", "HTTP,3,1,1", "HTTP,2,1,5", "TCP,3,32,8", "TCP,1,1,1"})
    void whatIsPublishedIsAcknowledgedAndDelivered(LoadConfig.Door door, int publishers, int window, int batch)
            throws Exception {
        StubNode node = new StubNode(vertx, StubNode.Mood.WILLING);

        LoadReport report =
                run(config(node).withDoor(door, publishers, window, batch).withSubscribers(2, 0));

        // Counted by when they were sent: on a busy machine nothing may be answered within the measured time.
        assertTrue(report.ack().count() > 0);
        assertTrue(report.acked() <= node.published(), report.acked() + " of " + node.published());
        assertTrue(report.delivered() <= 2 * node.published());
        // A message stamped just behind the end may have been begun just before it.
        long atTheEnd = 2L * publishers * Math.max(window, batch);
        assertEquals(2 * report.ack().count(), report.endToEnd().count(), atTheEnd);
        assertEquals(0, report.unanswered());
        assertEquals(0, report.failed(), report.errors().toString());
    }

    @ParameterizedTest
    @CsvSource({"WS", "HTTP", "TCP"})
    void anOpenLoopPublishesAtItsRateAndNoFaster(LoadConfig.Door door) throws Exception {
        StubNode node = new StubNode(vertx, StubNode.Mood.WILLING);

        LoadReport report = run(config(node).withDoor(door, 4, 64, 16).withRate(1000));

        assertEquals(300, node.published());
        assertEquals(300, report.ack().count(), "every message that was due has a latency");
    }

    @ParameterizedTest
    @CsvSource({"WS,8", "HTTP,1", "HTTP,8", "TCP,8"})
    void refusalsAreCountedByTheirCode(LoadConfig.Door door, int batch) throws Exception {
        StubNode node = new StubNode(vertx, StubNode.Mood.REFUSING);

        LoadReport report = run(config(node).withDoor(door, 1, 8, batch));

        assertEquals(0, report.acked());
        assertTrue(report.errors().get("no-leader") >= batch, report.errors().toString());
    }

    @ParameterizedTest
    @CsvSource({"WS", "HTTP", "TCP"})
    void aNodeThatAnswersNothingCannotHoldTheRunUpOrHideIt(LoadConfig.Door door) throws Exception {
        StubNode node = new StubNode(vertx, StubNode.Mood.SILENT);

        LoadReport report = run(config(node).withDoor(door, 1, 8, 8).withRate(1000));

        assertEquals(0, report.acked());
        assertEquals(300, report.unanswered());
        assertTrue(report.ack().p50() > 1000, "they waited to the end of the run");
    }

    @Test
    void publishersOnALeashDoNotRunAwayFromSubscribers() throws Exception {
        StubNode node = new StubNode(vertx, StubNode.Mood.WILLING);

        LoadReport report =
                run(config(node).withDoor(LoadConfig.Door.WS, 1, 64, 16).withSubscribers(3, 32));

        assertTrue(report.endToEnd().count() > 0);
        assertEquals(0, report.failed(), report.errors().toString());
    }

    @Test
    void aNodeThatIsNotThereIsAnErrorAndNotAFigure() {
        LoadConfig config = LoadConfig.defaults("http://127.0.0.1:1");

        String said = assertThrows(IOException.class, () -> Load.run(config, line -> {}))
                .getMessage();
        assertTrue(said.startsWith("no node answers at http://127.0.0.1:1: "), said);
    }

    @Test
    void settingsThatCannotBeAreRefusedWithTheirLimit() {
        LoadConfig defaults = LoadConfig.defaults("http://127.0.0.1:8080");

        String window = assertThrows(
                        IllegalArgumentException.class, () -> defaults.withDoor(LoadConfig.Door.WS, 1, 8, 16))
                .getMessage();
        assertEquals("window 8 is smaller than batch 16", window);
        assertThrows(IllegalArgumentException.class, () -> defaults.withBytes(17));
        assertThrows(IllegalArgumentException.class, () -> defaults.withRate(-1));
        assertThrows(IllegalArgumentException.class, () -> defaults.withTopics("a/\"", 1));
        assertThrows(IllegalArgumentException.class, () -> Target.of("ftp://127.0.0.1", "", ""));
        assertEquals(
                new Target(false, "127.0.0.1", 8080, "/skein", "x", ""), Target.of("127.0.0.1:8080/skein/", "x", ""));
        assertEquals(new Target(true, "a", 443, "", "", "pem"), Target.of("https://a", "", "pem"));
    }
}
