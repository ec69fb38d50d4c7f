package io.skein.node;

import static io.skein.node.Stranger.expect;
import static io.skein.node.Stranger.op;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.node.Stranger.Answer;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is taken from somebody he has not from then on: whatever he follows ends, and of what is published after the answer to
 * him who took it away he sees nothing.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class RevocationTest {
    private static final String ADMIN_TOKEN = "the-admin-who-takes";
    private static final String SSE = "text/event-stream";

    private RunningNode node;
    private Stranger nobody;
    private Stranger admin;
    private Stranger reader;
    /** Of this test: an account and a topic that it may read. */
    private String name;

    private String topic;
    private int test;

    @BeforeAll
    void begin(@TempDir Path directory) throws Exception {
        node = new RunningNode(
                directory,
                Map.of("auth", "true", "admin-token", ADMIN_TOKEN, "tcp-port", Integer.toString(Stranger.freePort())));
        node.firstAdmin().await();
        nobody = Stranger.at(node);
        admin = nobody.with(ADMIN_TOKEN);
    }

    @BeforeEach
    void somebody() {
        name = "reader-" + ++test;
        topic = "topic-" + test;
        admin.create(name, "p");
        admin.rule(name, topic, "subscribe", true);
        reader = nobody.loggedIn(name, "p");
        publish("first");
    }

    @AfterAll
    void end() {
        node.close();
    }

    private void publish(String body) {
        expect(201, admin.post("/t/" + topic, body));
    }

    private Stranger.Lines events() throws Exception {
        Stranger.Lines lines = reader.open("/v1/stream?from=earliest&topic=" + topic);
        lines.until("first");
        return lines;
    }

    private void logOut() {
        expect(204, reader.ask("DELETE", "/v1/sessions/current", ""));
    }

    /** The stream ends, and without what was published then. */
    private void endsUnseen(Stranger.Lines lines) throws Exception {
        publish("second");
        List<String> rest = lines.rest();
        assertTrue(rest.stream().noneMatch(line -> line.contains("second")), rest.toString());
    }

    @Test
    void serverSentEventsEndWithALogOut() throws Exception {
        try (Stranger.Lines lines = events()) {
            logOut();
            endsUnseen(lines);
        }
    }

    @Test
    void serverSentEventsSayThatItIsForGood() throws Exception {
        try (Stranger.Lines lines = events()) {
            logOut();
            String rest = lines.rest().toString();
            assertTrue(rest.contains("\"health\":\"unauthenticated\",\"retryable\":false"), rest);
        }
    }

    @Test
    void linesEndWithTheRule() throws Exception {
        try (Stranger.Lines lines = reader.open("/t/" + topic + "?follow&from=earliest")) {
            lines.until("first");
            admin.noRule(name, topic, "subscribe");
            endsUnseen(lines);
        }
    }

    @Test
    void aRuleForEveryMemberEndsAStream() throws Exception {
        try (Stranger.Lines lines = events()) {
            admin.rule("", topic, "subscribe", false);
            endsUnseen(lines);
        }
    }

    @Test
    void aNewPasswordEndsTheStreamsOfSessions() throws Exception {
        try (Stranger.Lines lines = events()) {
            expect(204, nobody.ask("PUT", "/v1/accounts/" + name + "/password", "{\"old\":\"p\",\"new\":\"q\"}"));
            endsUnseen(lines);
        }
    }

    @Test
    void aNewPasswordLeavesTheStreamsOfTokens() throws Exception {
        reader = reader.program(name, "stays");
        try (Stranger.Lines lines = events()) {
            expect(204, admin.ask("PUT", "/v1/accounts/" + name + "/password", "{\"new\":\"q\"}"));
            publish("second");
            assertTrue(lines.until("second").toString().contains("second"));
        }
    }

    @Test
    void whoLosesARoleLosesTheStreams() throws Exception {
        admin.noRule(name, topic, "subscribe");
        expect(204, admin.ask("PUT", "/v1/accounts/" + name + "/role", "{\"role\":\"admin\"}"));
        try (Stranger.Lines lines = events()) {
            expect(204, admin.ask("PUT", "/v1/accounts/" + name + "/role", "{\"role\":\"member\"}"));
            endsUnseen(lines);
        }
    }

    @Test
    void whoIsNoLongerAnAdminSeesTheConsoleNoLonger() throws Exception {
        expect(204, admin.ask("PUT", "/v1/accounts/" + name + "/role", "{\"role\":\"admin\"}"));
        try (Stranger.Lines lines = reader.open("/console/stream", "Accept", SSE)) {
            lines.until("hello");
            expect(204, admin.ask("PUT", "/v1/accounts/" + name + "/role", "{\"role\":\"member\"}"));
            lines.rest();
        }
    }

    @Test
    void anAccountThatIsGoneTakesItsStreamsWithIt() throws Exception {
        reader = reader.program(name, "goes");
        try (Stranger.Lines lines = events()) {
            expect(204, admin.ask("DELETE", "/v1/accounts/" + name, ""));
            endsUnseen(lines);
        }
    }

    @Test
    void streamsOfOneTokenThatBeganTogetherEndTogether() throws Exception {
        Stranger fresh = reader;
        List<CompletableFuture<Stranger.Lines>> opened = IntStream.range(0, 16)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> {
                    try {
                        return fresh.open("/v1/stream?from=earliest&topic=" + topic);
                    } catch (Exception failed) {
                        throw new AssertionError(failed);
                    }
                }))
                .toList();
        for (CompletableFuture<Stranger.Lines> each : opened) {
            each.get(20, TimeUnit.SECONDS).until("first");
        }
        logOut();
        publish("second");
        for (CompletableFuture<Stranger.Lines> each : opened) {
            List<String> rest = each.get().rest();
            assertTrue(rest.stream().noneMatch(line -> line.contains("second")), rest.toString());
        }
    }

    @Test
    void aWebSocketIsClosedWithItsToken() throws Exception {
        reader = reader.program(name, "revoked");
        try (Stranger.Talk talk = reader.talk("")) {
            talk.say(op("subscribe").put("topic", topic).put("from", "earliest"));
            assertTrue(talk.push().encode().contains("first"));
            expect(204, admin.ask("DELETE", "/v1/accounts/" + name + "/tokens?name=revoked", ""));
            publish("second");
            assertNull(talk.push());
            assertEquals(4504, talk.code());
        }
    }

    @Test
    void aStreamOfAWebSocketEndsWithItsRuleAndTheOthersGoOn() throws Exception {
        admin.rule(name, "other-" + test, "subscribe", true);
        try (Stranger.Talk talk = reader.talk("")) {
            talk.say(op("subscribe").put("topic", topic));
            talk.say(op("subscribe").put("topic", "other-" + test));
            admin.noRule(name, topic, "subscribe");
            publish("second");
            expect(201, admin.post("/t/other-" + test, "third"));
            JsonObject ended = talk.push();
            assertTrue(ended.encode().contains("forbidden"), ended.encode());
            JsonObject other = talk.push();
            assertTrue(other.encode().contains("third"), other.encode());
        }
    }

    @Test
    void workEndsWithItsRule() throws Exception {
        subscription();
        try (Stranger.Talk talk = reader.talk("")) {
            talk.say(op("subscribe").put("subscription", name).put("credit", 10));
            assertTrue(talk.push().encode().contains("first"));
            admin.noRule(name, topic, "subscribe");
            publish("second");
            JsonObject ended = talk.push();
            assertTrue(ended.encode().contains("forbidden"), ended.encode());
        }
    }

    private void subscription() {
        expect(
                201,
                admin.ask("PUT", "/v1/subscriptions/" + name, "{\"filter\":\"" + topic + "\",\"from\":\"earliest\"}"));
    }

    @Test
    void aTcpSubscriberIsClosedWithItsToken() throws Exception {
        try (Stranger.Wire wire = reader.wire()) {
            wire.send("SUBSCRISUBSCRIBE:" + topic + "\n");
            assertEquals("FORMAT:RAW|first", wire.line());
            logOut();
            publish("second");
            assertEquals("closed", wire.line());
        }
    }

    @Test
    void aTcpSubscriberIsClosedWithItsRule() throws Exception {
        try (Stranger.Wire wire = reader.wire()) {
            wire.send("SUBSCRISUBSCRIBE:" + topic + "\n");
            assertEquals("FORMAT:RAW|first", wire.line());
            admin.noRule(name, topic, "subscribe");
            publish("second");
            assertEquals("closed", wire.line());
        }
    }

    @Test
    void aTcpPublisherIsClosedWithItsToken() throws Exception {
        admin.rule(name, "default", "publish", true);
        try (Stranger.Wire wire = reader.wire()) {
            wire.send("PUBLISHFORMAT:RAW;ACK|one\n");
            assertTrue(wire.line().startsWith("OK default "));
            logOut();
            assertEquals("closed", wire.line());
        }
    }

    @Test
    void aReadThatWaitsEndsWithTheSession() throws Exception {
        CompletableFuture<Answer> waits = reader.asking("GET", "/t/" + topic + "?from=latest&wait=20s", "");
        logOut();
        assertEquals(401, waits.get(15, TimeUnit.SECONDS).status());
    }

    @Test
    void aReadThatWaitsEndsWithTheRule() throws Exception {
        CompletableFuture<Answer> waits = reader.asking("GET", "/t/" + topic + "?from=latest&wait=20s", "");
        admin.noRule(name, topic, "subscribe");
        assertEquals(403, waits.get(15, TimeUnit.SECONDS).status());
    }

    @Test
    void aPullThatWaitsEndsWithTheRule() throws Exception {
        subscription();
        expect(200, reader.post("/v1/subscriptions/" + name + "/pull", ""));
        CompletableFuture<Answer> waits = reader.asking("POST", "/v1/subscriptions/" + name + "/pull?wait=20s", "");
        Awaitility.await()
                .until(() -> admin.get("/v1/subscriptions/" + name).json().getInteger("waitingPulls") == 1);
        admin.noRule(name, topic, "subscribe");
        assertEquals(403, waits.get(15, TimeUnit.SECONDS).status());
        publish("second");
        assertEquals(
                200,
                admin.post("/v1/subscriptions/" + name + "/pull?wait=5s", "").status());
    }
}
