package io.skein.node;

import static io.skein.node.Stranger.expect;
import static io.skein.node.Stranger.op;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.node.Stranger.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What every door says to who is over a limit, and what a change of one does to who is there. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class LimitsTest {
    private static final String ADMIN_TOKEN = "the-admin-of-limits";
    private static final String ONE_A_SECOND = "\"messagesPerSecond\":1";

    private RunningNode node;
    private Stranger admin;
    private Stranger anna;
    private String name;
    private String topic;
    private int test;

    @BeforeAll
    void begin(@TempDir Path directory) throws Exception {
        node = new RunningNode(
                directory,
                Map.of("auth", "true", "admin-token", ADMIN_TOKEN, "tcp-port", Integer.toString(Stranger.freePort())));
        node.firstAdmin().await();
        admin = Stranger.at(node).with(ADMIN_TOKEN);
    }

    @BeforeEach
    void somebody() {
        name = "publisher-" + ++test;
        topic = "topic-" + test;
        admin.create(name, "p");
        for (String action : List.of("publish", "subscribe", "manage")) {
            admin.rule(name, topic, action, true);
        }
        anna = Stranger.at(node).loggedIn(name, "p");
        expect(200, anna.ask("PUT", "/topic", "{\"topic\":\"" + topic + "\"}"));
    }

    @AfterEach
    void noLimit() {
        expect(204, admin.ask("DELETE", "/v1/limits/" + name, ""));
    }

    @AfterAll
    void end() {
        node.close();
    }

    private void limit(String figures) {
        Answer set = admin.ask("PUT", "/v1/limits/" + name, "{\"account\":\"" + name + "\"," + figures + "}");
        assertTrue(set.status() == 201 || set.status() == 200, set.toString());
    }

    private static String list(String topic, int messages) {
        JsonArray list = new JsonArray();
        for (int i = 0; i < messages; i++) {
            list.add(new JsonObject().put("topic", topic).put("body", "x"));
        }
        return new JsonObject().put("messages", list).encode();
    }

    private Answer publish(int messages) {
        return anna.post("/v1/publish", list(topic, messages));
    }

    /** From now on nothing passes for a minute, which is longer than a test: more at once is paid for afterwards. */
    private void useUp() {
        limit(ONE_A_SECOND);
        expect(200, publish(500));
    }

    private long stored() {
        return expect(200, admin.get("/v1/topics/" + topic)).json().getLong("messages");
    }

    private static void isRateLimited(JsonObject problem, String name) {
        assertEquals("rate-limited", problem.getString("code"));
        assertEquals(name, problem.getString("limitName"));
        assertEquals("messagesPerSecond", problem.getString("figure"));
        assertEquals(1, problem.getInteger("limit"));
        assertTrue(problem.getLong("used") > 1, problem.encode());
        assertTrue(problem.getLong("retryAfterMs") > 1_000, problem.encode());
        assertTrue(problem.getBoolean("retryable"));
    }

    // Publishing.

    @Test
    void httpSaysTheLimitAndWhenToComeAgain() {
        useUp();
        Answer no = expect(429, anna.post("/t/" + topic, "x"));
        isRateLimited(no.json(), name);
        assertEquals("not-applied", no.json().getString("outcome"));
        long seconds = Long.parseLong(no.header("Retry-After"));
        assertEquals((no.json().getLong("retryAfterMs") + 999) / 1000, seconds);
        assertEquals(500, stored());
    }

    @Test
    void aListIsRefusedAsAWhole() {
        useUp();
        isRateLimited(expect(429, publish(2)).json(), name);
        String two = "{\"publish\":[{\"topic\":\"" + topic + "\",\"body\":\"x\"},{\"topic\":\"" + topic
                + "\",\"body\":\"x\"}]}";
        isRateLimited(expect(429, anna.post("/v1/transactions", two)).json(), name);
        assertEquals(500, stored());
    }

    @Test
    void theRoutesOfOtherSystemsSayItInTheirWords() {
        useUp();
        Answer put = expect(429, anna.ask("PUT", "/message", "{\"topic\":\"" + topic + "\",\"message\":\"x\"}"));
        assertEquals("{\"success\":false}", put.body());
        assertTrue(Long.parseLong(put.header("Retry-After")) > 1, put.toString());
        Answer posted = expect(429, anna.post("/publish", "{\"topic\":\"" + topic + "\",\"content\":\"x\"}"));
        assertTrue(posted.body().startsWith("{\"success\":false"), posted.body());
        assertEquals(500, stored());
    }

    @Test
    void aWebSocketSaysItInAReply() throws Exception {
        useUp();
        try (Stranger.Talk talk = anna.talk("")) {
            isRateLimited(talk.say(message()).getJsonObject("error"), name);
            assertEquals("ok", talk.brief(op("ping")));
        }
    }

    private JsonObject message() {
        return op("publish").put("topic", topic).put("body", "x");
    }

    @Test
    void aTcpPublisherThatAskedForAnswersIsToldOfEach() throws Exception {
        useUp();
        try (Stranger.Wire wire = anna.wire()) {
            wire.send("PUBLISH" + answered("a") + answered("b") + answered("c"));
            for (int i = 0; i < 3; i++) {
                String line = wire.line();
                assertTrue(line.startsWith("ERR rate-limited the limit \"" + name + "\" lets 1 messages"), line);
            }
        }
    }

    private String answered(String text) {
        return "FORMAT:JSON;ACK|{\"Topic\":\"" + topic + "\",\"Value\":\"" + text + "\"}\n";
    }

    @Test
    void ofAManyThatATcpPublisherSendsAtOnceThosePassThatMay() throws Exception {
        limit("\"messagesPerSecond\":10");
        try (Stranger.Wire wire = anna.wire()) {
            wire.send("PUBLISH" + answered("x").repeat(2_000));
            long passed = 0;
            for (int i = 0; i < 2_000; i++) {
                passed += wire.line().startsWith("OK ") ? 1 : 0;
            }
            assertTrue(passed >= 10 && passed < 1_000, passed + " passed");
            assertEquals(passed, stored());
        }
    }

    @Test
    void aTcpPublisherThatAskedForNoneWaitsUntilThereIsRoom() throws Exception {
        useUp();
        try (Stranger.Wire wire = anna.wire()) {
            wire.send("PUBLISH");
            for (String text : List.of("a", "b", "c")) {
                wire.send("FORMAT:JSON|{\"Topic\":\"" + topic + "\",\"Value\":\"" + text + "\"}\n");
            }
            isRateLimited(expect(429, anna.post("/t/" + topic, "x")).json(), name);
            assertEquals(500, stored());
            limit("\"messagesPerSecond\":1000");
            Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> stored() == 503);
        }
    }

    @Test
    void whatIsRefusedForAnotherReasonIsNotCharged() {
        limit("\"bytesPerSecond\":1");
        for (int i = 0; i < 3; i++) {
            expect(412, anna.post("/t/" + topic, "x".repeat(1_000), "Skein-Expect-Offset", "77"));
        }
        expect(201, anna.post("/t/" + topic, "x".repeat(1_000)));
        expect(429, anna.post("/t/" + topic, "x"));
    }

    @Test
    void aChangedLimitHoldsAtOnceForWhoIsConnected() throws Exception {
        try (Stranger.Talk talk = anna.talk("")) {
            assertEquals("ok", talk.brief(message()));
            useUp();
            assertEquals("rate-limited", talk.brief(message()));
            expect(204, admin.ask("DELETE", "/v1/limits/" + name, ""));
            assertEquals("ok", talk.brief(message()));
        }
    }

    @Test
    void anAdminIsLimitedAndMayLiftTheLimit() {
        expect(201, admin.ask("PUT", "/v1/limits/" + name, "{\"topic\":\"" + topic + "\"," + ONE_A_SECOND + "}"));
        expect(200, admin.post("/v1/publish", list(topic, 500)));
        expect(429, admin.post("/t/" + topic, "x"));
        expect(201, anna.post("/t/" + topic, "x"));
        expect(204, admin.ask("DELETE", "/v1/limits/" + name, ""));
        expect(201, admin.post("/t/" + topic, "x"));
    }

    @Test
    void figuresSayHowOftenLimitsSaidNo() {
        useUp();
        expect(429, anna.post("/t/" + topic, "x"));
        String metrics = Stranger.at(node)
                .with(ADMIN_TOKEN)
                .asking("GET", "/metrics", "")
                .join()
                .body();
        assertTrue(
                metrics.lines()
                        .anyMatch(line ->
                                line.startsWith("skein_throttled_total{limit=\"rate\"}") && !line.endsWith(" 0.0")),
                metrics);
        assertTrue(metrics.contains("skein_throttled_total{limit=\"connections\"}"));
    }

    // Connections.

    private void oneConnection() {
        limit("\"connections\":1");
    }

    @Test
    void aWebSocketTooManyIsClosedAndMayComeAgain() throws Exception {
        oneConnection();
        try (Stranger.Talk first = anna.talk("")) {
            assertEquals("ok", first.brief(op("ping")));
            try (Stranger.Talk second = anna.talk("")) {
                assertEquals(4003, second.code());
            }
            assertEquals("ok", first.brief(op("ping")));
        }
        Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> {
            try (Stranger.Talk again = anna.talk("")) {
                return again.brief(op("ping")).equals("ok");
            }
        });
    }

    @Test
    void whoSaysHelloIsCountedAsWhoHeIs() throws Exception {
        oneConnection();
        try (Stranger.Talk first = anna.talk("");
                Stranger.Talk second = Stranger.at(node).talk("")) {
            assertEquals("ok", first.brief(op("ping")));
            assertEquals("closed 4003", second.brief(op("hello").put("token", anna.token())));
        }
    }

    @Test
    void aStreamTooManyIsToldSoAndEnds() throws Exception {
        oneConnection();
        try (Stranger.Talk first = anna.talk("")) {
            assertEquals("ok", first.brief(op("ping")));
            for (String path : List.of("/v1/stream?topic=" + topic, "/v1/mail/stream", "/t/" + topic + "?follow")) {
                try (Stranger.Lines lines = anna.open(path)) {
                    String said = lines.rest().toString();
                    assertTrue(said.contains("\"health\":\"too-many-connections\",\"retryable\":true"), said);
                }
            }
        }
    }

    @Test
    void whatWaitsIsRefusedAndWhatDoesNotIsServed() throws Exception {
        oneConnection();
        expect(201, anna.ask("PUT", "/v1/subscriptions/of-" + name, "{\"filter\":\"" + topic + "\"}"));
        try (Stranger.Talk first = anna.talk("")) {
            assertEquals("ok", first.brief(op("ping")));
            Answer no = expect(429, anna.get("/t/" + topic + "?from=latest&wait=1s"));
            assertEquals("too-many-connections", no.json().getString("code"));
            assertEquals(name, no.json().getString("limitName"));
            assertTrue(!no.header("Retry-After").isEmpty());
            expect(429, anna.post("/v1/subscriptions/of-" + name + "/pull?wait=1s", ""));
            expect(200, anna.get("/t/" + topic));
            expect(204, anna.post("/v1/subscriptions/of-" + name + "/pull", ""));
        }
    }

    @Test
    void whatWaitedGivesItsPlaceBack() {
        oneConnection();
        for (int i = 0; i < 3; i++) {
            expect(200, anna.get("/t/" + topic + "?from=latest&wait=1ms"));
        }
    }

    private long open() {
        return node.broker().status().figures().connections();
    }

    /** Comes, asks, waits until this is so, and goes; the node has seen it. */
    private void goesAway(String request, Callable<Boolean> begun) throws Exception {
        long with;
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.httpPort())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            Awaitility.await().atMost(20, TimeUnit.SECONDS).until(begun);
            with = open();
        }
        Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> open() < with);
    }

    private String request(String method, String path) {
        return method + " " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nAuthorization: Bearer "
                + anna.token() + "\r\n\r\n";
    }

    private boolean hasAPlace() {
        return anna.get("/t/" + topic + "?from=latest&wait=1ms").status() == 200;
    }

    @Test
    void aReadThatWaitsKeepsItsPlaceUntilItIsOverEvenWhenWhoAskedHasGone() throws Exception {
        oneConnection();
        goesAway(request("GET", "/t/" + topic + "?from=latest&wait=30s"), () -> !hasAPlace());
        assertFalse(hasAPlace(), "another may wait while the node still waits for who has gone");
        expect(201, anna.post("/t/" + topic, "x"));
        Awaitility.await().atMost(20, TimeUnit.SECONDS).until(this::hasAPlace);
    }

    @Test
    void whoGoesAwayInAPullOrAStreamGivesHisPlaceBack() throws Exception {
        oneConnection();
        expect(201, anna.ask("PUT", "/v1/subscriptions/of-" + name, "{\"filter\":\"" + topic + "\"}"));
        for (String asked : List.of(
                request("POST", "/v1/subscriptions/of-" + name + "/pull?wait=30s"),
                request("GET", "/v1/stream?topic=" + topic),
                request("GET", "/t/" + topic + "?follow"),
                request("GET", "/v1/mail/stream"))) {
            goesAway(asked, () -> !hasAPlace());
            Awaitility.await().atMost(20, TimeUnit.SECONDS).until(this::hasAPlace);
        }
    }

    @Test
    void aTcpConnectionTooManyIsToldSo() throws Exception {
        oneConnection();
        try (Stranger.Wire first = anna.wire()) {
            first.send("SUBSCRISUBSCRIBE:" + topic + "\nPING\n");
            assertEquals("PONG", first.line());
            for (String role : List.of("SUBSCRI", "PUBLISH")) {
                try (Stranger.Wire second = anna.wire()) {
                    second.send(role);
                    String line = second.line();
                    assertTrue(line.startsWith("ERR too-many-connections the limit \"" + name + "\""), line);
                    assertEquals("closed", second.line());
                }
            }
        }
        Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> {
            try (Stranger.Wire again = anna.wire()) {
                return again.send("SUBSCRIPING\n").line().equals("PONG");
            }
        });
    }

    // Limits themselves.

    @Test
    void aLimitIsReadAsItWasPut() {
        JsonObject put = expect(
                        201,
                        admin.ask(
                                "PUT",
                                "/v1/limits/" + name,
                                "{\"topic\":\"orders/#\",\"per\":\"all\",\"bytesPerSecond\":\"10MiB\"}"))
                .json();
        assertEquals(
                new JsonObject()
                        .put("name", name)
                        .put("account", null)
                        .put("topic", "orders/#")
                        .put("per", "all")
                        .put("messagesPerSecond", null)
                        .put("bytesPerSecond", 10 << 20)
                        .put("connections", null),
                put);
        assertEquals(put, expect(200, admin.get("/v1/limits/" + name)).json());
        expect(200, admin.ask("PUT", "/v1/limits/" + name, put.encode()));
        assertEquals(
                new JsonArray().add(put),
                expect(200, admin.get("/v1/limits?limit=1&after=publisher-" + (test - 1) + "z"))
                        .json()
                        .getJsonArray("limits"));
        assertNull(expect(200, admin.get("/v1/limits")).json().getValue("next"));
    }

    @Test
    void whatCanBeNoLimitIsRefused() {
        for (String body : List.of(
                "{}",
                "{\"messagesPerSecond\":0}",
                "{\"messagesPerSecond\":\"many\"}",
                "{\"bytesPerSecond\":\"10 tons\"}",
                "{\"topic\":\"a\",\"connections\":1}",
                "{\"topic\":\"a/#/b\",\"messagesPerSecond\":1}",
                "{\"per\":\"everybody\",\"messagesPerSecond\":1}",
                "{\"per\":\"all\",\"account\":\"" + name + "\",\"messagesPerSecond\":1}",
                "{\"name\":\"another\",\"messagesPerSecond\":1}",
                "{\"rate\":1}")) {
            expect(400, admin.ask("PUT", "/v1/limits/" + name, body));
        }
        expect(404, admin.ask("PUT", "/v1/limits/" + name, "{\"account\":\"nobody-here\"," + ONE_A_SECOND + "}"));
        expect(404, admin.get("/v1/limits/" + name));
    }

    @Test
    void aLimitHoldsAfterARestart(@TempDir Path directory) throws Exception {
        try (RunningNode before = new RunningNode(directory)) {
            Stranger nobody = Stranger.at(before);
            expect(201, nobody.ask("PUT", "/v1/limits/some", "{" + ONE_A_SECOND + "}"));
        }
        try (RunningNode after = new RunningNode(directory)) {
            Stranger nobody = Stranger.at(after);
            // Has applied what was there before.
            expect(200, nobody.get("/v1/limits/some"));
            expect(200, nobody.post("/v1/publish", list("a", 500)));
            expect(429, nobody.post("/t/a", "x"));
            expect(204, nobody.ask("DELETE", "/v1/limits/some", ""));
            expect(201, nobody.post("/t/a", "x"));
        }
    }
}
