package io.skein.protocol.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.NodeStatus;
import io.skein.broker.Refusal;
import io.skein.broker.Subscribe;
import io.skein.broker.Subscriber;
import io.skein.broker.Subscription;
import io.skein.protocol.http.OpenDoor.Answer;
import io.skein.protocol.http.OpenDoor.Live;
import io.skein.raft.Role;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code GET /v1/stream} and {@code GET /t/{filter}?follow}. */
class StreamTest {
    private final OpenDoor door = new OpenDoor();

    @AfterEach
    void close() {
        door.close();
    }

    private static HttpConfig quick(HttpConfig config) {
        return new HttpConfig(
                config.version(),
                config.tcpPort(),
                config.maxMessageBytes(),
                config.maxBatchBytes(),
                config.maxPageBytes(),
                config.maxStreams(),
                config.allowedOrigins(),
                20,
                config.retryMs(),
                config.bodyTimeoutMs(),
                config.publishTimeoutMs(),
                config.maxWaitMs(),
                config.stallTimeoutMs());
    }

    private static JsonObject data(String event) {
        return new JsonObject(event.lines()
                .filter(line -> line.startsWith("data: "))
                .map(line -> line.substring(6))
                .reduce((a, b) -> a + "\n" + b)
                .orElseThrow(() -> new AssertionError("no data in " + event)));
    }

    @Test
    void aStreamIsServerSentEventsThatNoProxyKeepsBack() throws Exception {
        try (Live live = door.live("/v1/stream?topic=a")) {
            assertEquals(200, live.response.statusCode());
            var headers = live.response.headers();
            assertEquals("text/event-stream", headers.firstValue("content-type").orElse(""));
            assertEquals(
                    "no-cache, no-transform",
                    headers.firstValue("cache-control").orElse(""));
            assertEquals("no", headers.firstValue("x-accel-buffering").orElse(""));
            assertEquals("n1", headers.firstValue("skein-node").orElse(""));
            assertTrue(live.event().startsWith("retry: "));
        }
    }

    @Test
    void aHeadOfAStreamEndsAtOnceAndTheConnectionGoesOn() throws Exception {
        for (String path : List.of("/t/a?follow", "/v1/stream?topic=a")) {
            try (Socket socket = new Socket("127.0.0.1", door.port)) {
                socket.setSoTimeout(10_000);
                String host = " HTTP/1.1\r\nHost: localhost\r\n";
                socket.getOutputStream()
                        .write(("HEAD " + path + host + "\r\nGET /v1" + host + "Connection: close\r\n\r\n")
                                .getBytes(StandardCharsets.UTF_8));
                String both = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertEquals(2, both.split("HTTP/1.1 200 OK", -1).length - 1, both);
                assertFalse(both.contains("retry:"), both);
            }
        }
        assertEquals(0, door.broker.streams());
    }

    @Test
    void anEventHasIdEventAndData() throws Exception {
        try (Live live = door.live("/v1/stream?topic=a/%23&topic=b&from=earliest")) {
            door.post("/t/a/x", "1");
            door.post("/t/c", "not asked for");
            door.post("/t/b", "2");
            String event = live.dataEvent();
            JsonObject message = data(event);
            assertTrue(event.startsWith("id: " + message.getString("cursor") + "\nevent: message\ndata: {"), event);
            assertEquals("1", message.getString("body"));
            assertEquals("2", data(live.dataEvent()).getString("body"));
        }
    }

    @Test
    void linesInABodyStayInsideOneEvent() throws Exception {
        String body = "one\ntwo\r\nthree\rdata: four\n\nevent: five\u2028six";
        door.post("/t/a", body);
        door.post("/t/a", "next");
        try (Live live = door.live("/v1/stream?topic=a&from=earliest")) {
            String event = live.dataEvent();
            assertEquals(3, event.lines().count(), event);
            assertEquals(body, data(event).getString("body"));
            assertEquals("next", data(live.dataEvent()).getString("body"));
        }
    }

    @Test
    void aStreamBeginsWithWhatIsNew() throws Exception {
        door.post("/t/a", "old");
        try (Live live = door.live("/v1/stream?topic=a")) {
            Awaitility.await().until(() -> door.broker.streams() == 1);
            door.post("/t/a", "new");
            assertEquals("new", data(live.dataEvent()).getString("body"));
        }
    }

    @Test
    void aClientThatSawNothingYetKnowsWhereItsStreamBegan() throws Exception {
        door.post("/t/a", "old");
        String id;
        try (Live live = door.live("/v1/stream?topic=a")) {
            String event = live.event();
            while (!event.startsWith("id: ")) {
                event = live.event();
            }
            id = event.substring(4).strip();
        }
        door.post("/t/a", "missed");
        try (Live live = door.live("/v1/stream?topic=a", "Last-Event-ID", id)) {
            assertEquals("missed", data(live.dataEvent()).getString("body"));
        }
    }

    @Test
    void whatWasSeenLastWinsOverTheParameterAndThatOverFrom() throws Exception {
        for (int i = 0; i < 4; i++) {
            door.post("/t/a", "m" + i);
        }
        String first = door.get("/t/a?limit=1").json().getString("next");
        String second = door.get("/t/a?limit=2").json().getString("next");
        try (Live live =
                door.live("/v1/stream?topic=a&from=earliest&last_event_id=" + first, "Last-Event-ID", second)) {
            assertEquals("m2", data(live.dataEvent()).getString("body"));
        }
        try (Live live = door.live("/v1/stream?topic=a&from=earliest&last_event_id=" + first)) {
            assertEquals("m1", data(live.dataEvent()).getString("body"));
        }
        try (Live live = door.live("/v1/stream?topic=a&from=earliest&last_event_id=")) {
            assertEquals("m0", data(live.dataEvent()).getString("body"));
        }
    }

    @Test
    void aPositionThatIsGoneIsAGapBeforeWhatFollows() throws Exception {
        for (int i = 0; i < 4; i++) {
            door.post("/t/a", "m" + i);
        }
        String seen = door.get("/t/a?limit=1").json().getString("next");
        door.broker.trim("a", 3);
        try (Live live = door.live("/v1/stream?topic=a", "Last-Event-ID", seen)) {
            String gap = live.dataEvent();
            assertTrue(gap.contains("event: gap\n"), gap);
            assertEquals(seen, data(gap).getString("requested"));
            assertTrue(data(gap).containsKey("resumedAt"), gap);
            // A cut here must not skip what other topics still have before that place.
            assertFalse(gap.contains("id: "), gap);
            assertTrue(data(gap).containsKey("lost"), gap);
            assertEquals("m3", data(live.dataEvent()).getString("body"));
        }
    }

    @Test
    void aSilentStreamGetsComments() throws Exception {
        try (OpenDoor quick = new OpenDoor(StreamTest::quick, fake -> fake);
                Live live = quick.live("/v1/stream?topic=a")) {
            for (int comments = 0; comments < 3; ) {
                if (live.event().equals(":\n")) {
                    comments++;
                }
            }
        }
    }

    @Test
    void aStreamIsToldWhatTheNodesHealthIs() throws Exception {
        try (Live live = door.live("/v1/stream?topic=a")) {
            Awaitility.await().until(() -> door.broker.streams() == 1);
            live.event();
            door.broker.health("no-leader");
            String status = live.dataEvent();
            assertTrue(status.startsWith("event: status\n"), status);
            assertEquals("no-leader", data(status).getString("health"));
            door.broker.health("ok");
            assertEquals("ok", data(live.dataEvent()).getString("health"));
            door.post("/t/a", "on");
            assertEquals("on", data(live.dataEvent()).getString("body"));
        }
    }

    @Test
    void aStreamThatCannotBeginYetIs200AndBeginsLater() throws Exception {
        AtomicBoolean leader = new AtomicBoolean();
        try (OpenDoor leaderless = new OpenDoor(config -> config, fake -> new BentBroker(fake) {
                    @Override
                    public Future<Subscription> subscribe(Subscribe subscribe, Subscriber subscriber) {
                        return leader.get()
                                ? super.subscribe(subscribe, subscriber)
                                : Future.failedFuture(
                                        Refusal.of(Refusal.Kind.UNAVAILABLE, "no-leader", "there is no leader"));
                    }

                    @Override
                    public NodeStatus status() {
                        return leader.get()
                                ? super.status()
                                : BentBroker.status(super.status(), Role.FOLLOWER, "", "", "no-leader");
                    }
                });
                Live live = leaderless.live("/v1/stream?topic=a&from=earliest")) {
            assertEquals(200, live.response.statusCode());
            String status = live.dataEvent();
            assertTrue(status.startsWith("event: status\n"), status);
            assertEquals("no-leader", data(status).getString("health"));
            assertNull(data(status).getValue("leader"));
            leader.set(true);
            leaderless.post("/t/a", "late");
            assertEquals("ok", data(live.dataEvent()).getString("health"));
            assertEquals("late", data(live.dataEvent()).getString("body"));
        }
    }

    @Test
    void aNodeThatServesNothingSendsTheStreamElsewhere() throws Exception {
        try (OpenDoor removed = new OpenDoor(config -> config, fake -> new BentBroker(fake) {
                    @Override
                    public Future<Subscription> subscribe(Subscribe subscribe, Subscriber subscriber) {
                        return Future.failedFuture(Refusal.of(Refusal.Kind.UNAVAILABLE, "removed", "no member"));
                    }
                });
                Live stream = removed.live("/v1/stream?topic=a")) {
            assertEquals(200, stream.response.statusCode());
            assertEquals("removed", data(stream.dataEvent()).getString("health"));
            assertNull(stream.line());
        }
    }

    @Test
    void aStreamWhoseSubscriptionTakesLongIs200Meanwhile() throws Exception {
        try (OpenDoor slow = new OpenDoor(config -> config, fake -> new BentBroker(fake) {
                    @Override
                    public Future<Subscription> subscribe(Subscribe subscribe, Subscriber subscriber) {
                        return Promise.<Subscription>promise().future();
                    }
                });
                Live live = slow.live("/v1/stream?topic=a")) {
            assertEquals(200, live.response.statusCode());
        }
    }

    @Test
    void aStreamThatWillNeverBeginIsRefused() {
        assertEquals(400, door.get("/v1/stream").status());
        assertEquals(400, door.get("/v1/stream?topic=a//b").status());
        assertEquals(400, door.get("/v1/stream?topic=a&from=nonsense").status());
        assertEquals(400, door.get("/v1/stream?topic=%23&from=3").status());
        assertEquals(400, door.get("/v1/stream?topic=a" + "&topic=a".repeat(64)).status());
        Answer misspelt = door.get("/v1/stream?topics=a");
        assertEquals(400, misspelt.status());
        assertTrue(misspelt.body().contains("did you mean topic?"), misspelt.body());
    }

    @Test
    void aPlusInAQueryIsTheWildcardWhenItIsALevel() throws Exception {
        try (Live live = door.live("/v1/stream?topic=a/+/c&topic=two+words&from=earliest")) {
            door.post("/t/a/b/c", "1");
            door.post("/t/two%20words", "2");
            assertEquals("1", data(live.dataEvent()).getString("body"));
            assertEquals("2", data(live.dataEvent()).getString("body"));
        }
    }

    @Test
    void whenTheNodeEndsAStreamItsClientIsToldAndSentAway() throws Exception {
        try (Live live = door.live("/v1/stream?topic=a")) {
            Awaitility.await().until(() -> door.broker.streams() == 1);
            door.broker.endAll("removed", false);
            JsonObject status = data(live.dataEvent());
            assertEquals("removed", status.getString("health"));
            assertEquals(false, status.getBoolean("retryable"));
            assertNull(live.line());
        }
    }

    @Test
    void whenTheDoorClosesItsStreamsEndWithAStatus() throws Exception {
        try (Live live = door.live("/v1/stream?topic=a")) {
            Awaitility.await().until(() -> door.broker.streams() == 1);
            door.leave();
            assertEquals("draining", data(live.dataEvent()).getString("health"));
            assertNull(live.line());
            Awaitility.await().until(() -> door.broker.streams() == 0);
        }
    }

    @Test
    void aClientThatGoesAwayLeavesNoSubscriptionBehind() throws Exception {
        try (Socket socket = door.socket()) {
            socket.getOutputStream()
                    .write("GET /v1/stream?topic=a HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            Awaitility.await().until(() -> door.broker.streams() == 1);
        }
        Awaitility.await().until(() -> door.broker.streams() == 0);
        Awaitility.await().until(() -> door.answered.contains("closed /v1/stream"));
    }

    @Test
    void oneStreamTooManyIsToldToComeAgain() throws Exception {
        try (OpenDoor full = new OpenDoor(
                        config -> new HttpConfig(
                                "v", 0, 1000, 1000, 1000, 1, config.allowedOrigins(), 1000, 1, 1000, 1000, 1000, 1000),
                        fake -> fake);
                Live first = full.live("/v1/stream?topic=a")) {
            assertEquals(200, first.response.statusCode());
            try (Live second = full.live("/v1/stream?topic=a")) {
                assertEquals(200, second.response.statusCode());
                assertEquals("too-many-streams", data(second.dataEvent()).getString("health"));
                assertNull(second.line());
            }
        }
    }

    @Test
    void aSlowReaderIsWaitedForAndGetsEverythingInOrder() throws Exception {
        String body = "x".repeat(100_000);
        int count = 600;
        for (int i = 0; i < count; i++) {
            door.post("/t/big", i + ":" + body);
        }
        try (Socket socket = door.socket()) {
            socket.getOutputStream()
                    .write("GET /t/big?follow&from=earliest HTTP/1.0\r\nHost: x\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            // Nothing is read: the broker must stop being asked long before the end.
            InputStream in = socket.getInputStream();
            assertEquals('H', in.read());
            Awaitility.await()
                    .until(() -> door.broker.subscribers(10).await().get(0).delivered() > 0);
            assertTrue(door.broker.subscribers(10).await().get(0).delivered() < count);
            var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            String line = reader.readLine();
            while (!line.startsWith("{")) {
                line = reader.readLine();
            }
            for (int i = 0; i < count; i++) {
                assertEquals(i + ":" + body, new JsonObject(line).getString("body"));
                line = i + 1 < count ? reader.readLine() : line;
            }
        }
    }

    @Test
    void aReaderThatTakesNothingForLongIsCut() throws Exception {
        try (OpenDoor strict = new OpenDoor(
                config -> new HttpConfig(
                        "v", 0, 1 << 20, 1 << 20, 1 << 20, 10, config.allowedOrigins(), 20, 1, 1000, 1000, 1000, 50),
                fake -> fake)) {
            for (int i = 0; i < 100; i++) {
                strict.post("/t/big", "x".repeat(200_000));
            }
            try (Socket socket = strict.socket()) {
                socket.getOutputStream()
                        .write("GET /t/big?follow&from=earliest HTTP/1.1\r\nHost: x\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                Awaitility.await().until(() -> strict.answered.contains("closed /t/{topic}"));
                Awaitility.await().until(() -> strict.broker.streams() == 0);
            }
        }
    }

    @Test
    void followIsOneJsonObjectALine() throws Exception {
        door.post("/t/a", "one\ntwo");
        try (Live live = door.live("/t/a?follow&from=earliest")) {
            assertEquals(
                    "application/x-ndjson",
                    live.response.headers().firstValue("content-type").orElse(""));
            assertEquals("one\ntwo", new JsonObject(live.line()).getString("body"));
            door.post("/t/a", "three");
            assertEquals("three", new JsonObject(live.line()).getString("body"));
        }
    }

    @Test
    void followBeginsWithWhatIsNewAlsoForATopicThatIsNotThereYet() throws Exception {
        try (Live live = door.live("/t/unborn?follow=true")) {
            assertEquals(200, live.response.statusCode());
            Awaitility.await().until(() -> door.broker.streams() == 1);
            door.post("/t/unborn", "first");
            assertEquals("first", new JsonObject(live.line()).getString("body"));
        }
    }

    @Test
    void followTellsGapsAndStatusAsLinesOfTheirOwn() throws Exception {
        for (int i = 0; i < 4; i++) {
            door.post("/t/a", "m" + i);
        }
        String seen = door.get("/t/a?limit=1").json().getString("next");
        door.broker.trim("a", 3);
        try (Live live = door.live("/t/a?follow&from=" + seen)) {
            assertEquals(seen, new JsonObject(live.line()).getJsonObject("gap").getString("requested"));
            assertEquals("m3", new JsonObject(live.line()).getString("body"));
            door.broker.endAll("draining", true);
            assertEquals(
                    "draining",
                    new JsonObject(live.line()).getJsonObject("status").getString("health"));
            assertNull(live.line());
        }
    }

    @Test
    void aHeartbeatDoesNotBreakALineForAnyParser() throws Exception {
        try (OpenDoor quick = new OpenDoor(StreamTest::quick, fake -> fake);
                Live live = quick.live("/t/a?follow")) {
            assertEquals(' ', live.response.body().read());
            quick.post("/t/a", "x");
            String line = live.line();
            assertEquals("x", new JsonObject(line).getString("body"));
        }
    }

    @Test
    void followEndsAfterItsLimit() throws Exception {
        for (int i = 0; i < 4; i++) {
            door.post("/t/a", "m" + i);
        }
        try (Live live = door.live("/t/a?follow&from=earliest&limit=3")) {
            for (int i = 0; i < 3; i++) {
                assertEquals("m" + i, new JsonObject(live.line()).getString("body"));
            }
            assertNull(live.line());
        }
        Awaitility.await().until(() -> door.broker.streams() == 0);
    }

    @Test
    void followIsEventsForWhoAcceptsEvents() throws Exception {
        door.post("/t/a", "x");
        for (String path : List.of("/t/a?follow&from=earliest", "/t/a?from=earliest")) {
            try (Live live = door.live(path, "Accept", "text/event-stream")) {
                assertEquals(
                        "text/event-stream",
                        live.response.headers().firstValue("content-type").orElse(""));
                assertEquals("x", data(live.dataEvent()).getString("body"));
            }
        }
    }
}
