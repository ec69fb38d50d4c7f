package io.skein.node;

import static io.skein.node.Stranger.expect;
import static io.skein.node.Stranger.op;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.frame.CloseCode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What whoever runs a node looks at: its settings, and who is connected to it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class InspectionTest {
    private static final String SECRET = "a-token-that-nobody-shows";

    private RunningNode node;
    private Stranger client;

    @BeforeAll
    void begin(@TempDir Path directory) throws Exception {
        node = new RunningNode(
                directory,
                Map.of("tcp-port", Integer.toString(Stranger.freePort()), "admin-token", SECRET, "sql", "true"));
        client = Stranger.at(node);
    }

    @AfterAll
    void end() {
        node.close();
    }

    private static List<JsonObject> objects(JsonArray array) {
        return array.stream().map(JsonObject.class::cast).toList();
    }

    // Settings.

    private JsonObject setting(String name) {
        return objects(expect(200, client.get("/v1/settings")).json().getJsonArray("settings")).stream()
                .filter(setting -> setting.getString("name").equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void everySettingIsShownWithWhereItComesFrom() {
        assertEquals(
                List.of(Setting.values()).stream().map(Setting::key).toList(),
                objects(client.get("/v1/settings").json().getJsonArray("settings")).stream()
                        .map(setting -> setting.getString("name"))
                        .toList());
        assertEquals(
                new JsonObject()
                        .put("name", "http-port")
                        .put("value", "0")
                        .put("source", "flag")
                        .put("environment", "SKEIN_HTTP_PORT")
                        .put("default", "8080")
                        .put("secret", false)
                        .put("about", Setting.HTTP_PORT.description()),
                setting("http-port"));
        assertEquals("default", setting("heartbeat").getString("source"));
    }

    @Test
    void ofASecretIsToldWhetherItIsSetAndNothingElse() {
        JsonObject token = setting("admin-token");
        assertTrue(token.containsKey("value"));
        assertNull(token.getValue("value"));
        assertTrue(token.getBoolean("secret"));
        assertTrue(token.getBoolean("set"));
        assertFalse(setting("peer-secret").getBoolean("set"));
        assertFalse(client.get("/v1/settings").body().contains(SECRET));
    }

    // Subscriptions.

    @Test
    void aSubscriptionsHistoryIsThatOfItsLooksAndAnUnknownOneHasNone() {
        expect(201, client.ask("PUT", "/v1/subscriptions/looked/at", "{\"filter\":\"looked\"}"));
        JsonObject history =
                expect(200, client.get("/v1/subscriptions/looked/at/history")).json();
        assertEquals(10_000, history.getInteger("everyMs"));
        assertTrue(history.getJsonArray("points").size() < 10, history.encode());
        expect(404, client.get("/v1/subscriptions/nobody/history"));
    }

    // SQL.

    private Stranger.Answer sql(String statement) {
        return client.post("/v1/sql", new JsonObject().put("sql", statement).encode());
    }

    @Test
    void whatWasAcknowledgedIsAnsweredInSql() {
        for (int i = 0; i < 20; i++) {
            expect(201, client.post("/t/asked", "{\"n\":" + i + "}", "Content-Type", "application/json"));
            JsonObject answer = expect(
                            200,
                            sql("SELECT \"offset\", body ->> '$.n' AS n FROM message WHERE topic = 'asked' ORDER BY"
                                    + " \"offset\" DESC LIMIT 1"))
                    .json();
            assertEquals(new JsonArray().add("offset").add("n"), answer.getJsonArray("columns"));
            assertEquals(new JsonArray().add(new JsonArray().add(i).add(i)), answer.getJsonArray("rows"));
            assertFalse(answer.getBoolean("truncated"));
            assertEquals(node.id(), answer.getString("node"));
        }
        JsonObject some = expect(200, client.post("/v1/sql", "{\"sql\":\"SELECT time FROM message\",\"limit\":2}"))
                .json();
        assertEquals(2, some.getJsonArray("rows").size());
        assertTrue(some.getBoolean("truncated"));
    }

    @Test
    void aStatementThatCannotBeAnsweredIsRefusedWithSqlitesWords() {
        JsonObject problem = expect(400, sql("SELECT nowhere FROM message")).json();
        assertEquals("sql", problem.getString("code"));
        assertEquals("no such column: nowhere", problem.getString("detail"));
        problem = expect(400, sql("DELETE FROM message")).json();
        assertEquals("sql", problem.getString("code"));
        problem =
                expect(422, sql("SELECT " + "1 UNION SELECT ".repeat(20) + "1")).json();
        assertEquals("sql-budget", problem.getString("code"));
        for (String body : List.of(
                "{}", "{\"sql\":1}", "{\"sql\":\"SELECT 1\",\"limit\":0}", "{\"sql\":\"SELECT 1\",\"limt\":1}")) {
            assertEquals(
                    "malformed",
                    expect(400, client.post("/v1/sql", body)).json().getString("code"),
                    body);
        }
    }

    @Test
    void whatMayBeAskedIsSaid() {
        JsonObject offer = expect(200, client.get("/v1/sql")).json();
        assertTrue(offer.getBoolean("allowed"));
        assertEquals("message", offer.getJsonArray("views").getJsonObject(0).getString("name"));
        assertEquals(10_000, offer.getJsonObject("limits").getInteger("rows"));
    }

    @Test
    void nobodyAsksInSqlWhereThatIsNotAllowed(@TempDir Path other) throws Exception {
        try (RunningNode usual = new RunningNode(other)) {
            Stranger stranger = Stranger.at(usual);
            assertFalse(expect(200, stranger.get("/v1/sql")).json().getBoolean("allowed"));
            assertEquals(
                    "sql-off",
                    expect(403, stranger.post("/v1/sql", "{\"sql\":\"SELECT 1\"}"))
                            .json()
                            .getString("code"));
        }
    }

    // Connections.

    private List<JsonObject> connections() {
        return objects(expect(200, client.get("/v1/connections")).json().getJsonArray("connections"));
    }

    /** The one that subscribes to this, once it has been given so many messages. */
    private JsonObject awaited(String door, String filter, long delivered) {
        return Awaitility.await()
                .until(
                        () -> connections().stream()
                                .filter(one -> one.getString("door").equals(door))
                                .filter(one -> one.getJsonArray("filters").contains(filter))
                                .filter(one -> one.getLong("delivered") >= delivered)
                                .toList(),
                        found -> !found.isEmpty())
                .get(0);
    }

    private void publish(String topic, int messages) {
        for (int i = 0; i < messages; i++) {
            expect(201, client.post("/t/" + topic, "hello"));
        }
    }

    @Test
    void everyDoorsConnectionsAreShownWithWhatTheyGot() throws Exception {
        publish("seen", 3);
        Stranger.Talk talk = client.talk("");
        List<AutoCloseable> all = List.of(
                talk,
                client.wire().send("SUBSCRIBE:seen\n"),
                client.wire().send("PUBLISHFORMAT:RAW|one\nFORMAT:RAW|two\n"),
                client.open("/v1/stream?topic=seen&from=earliest"),
                client.open("/t/seen?follow&from=earliest"));
        talk.say(op("subscribe").put("topic", "seen").put("from", "earliest"));
        for (String door : List.of("websocket", "tcp", "sse", "ndjson")) {
            JsonObject one = awaited(door, "seen", 3);
            assertEquals(3, one.getLong("delivered"), one.encode());
            assertNull(one.getValue("principal"));
            assertTrue(one.getString("peer").startsWith("127.0.0.1:"), one.encode());
            assertTrue(Math.abs(System.currentTimeMillis() - one.getLong("since")) < 60_000, one.encode());
        }
        Awaitility.await()
                .until(() -> connections().stream()
                        .anyMatch(one -> one.getLong("published") == 2
                                && one.getJsonArray("filters").isEmpty()));
        for (AutoCloseable one : all) {
            one.close();
        }
        Awaitility.await().until(() -> connections().isEmpty());
    }

    @Test
    void aWorkerIsShownWithItsSubscription() throws Exception {
        expect(201, client.ask("PUT", "/v1/subscriptions/work", "{\"filter\":\"jobs\"}"));
        publish("jobs", 2);
        try (Stranger.Talk talk = client.talk("")) {
            talk.say(op("subscribe").put("subscription", "work").put("credit", 10));
            Awaitility.await()
                    .until(() -> connections().stream()
                            .anyMatch(one ->
                                    "work".equals(one.getString("subscription")) && one.getLong("delivered") == 2));
        }
    }

    @Test
    void aConnectionIsClosedByItsIdAndItsClientMayComeAgain() throws Exception {
        try (Stranger.Talk talk = client.talk("");
                Stranger.Wire wire = client.wire().send("SUBSCRIBE:closed/tcp\n");
                Stranger.Lines events = client.open("/v1/stream?topic=closed%2Fsse")) {
            talk.say(op("subscribe").put("topic", "closed/ws"));
            for (String[] one :
                    new String[][] {{"websocket", "closed/ws"}, {"tcp", "closed/tcp"}, {"sse", "closed/sse"}}) {
                String path = "/v1/connections/" + awaited(one[0], one[1], 0).getString("id");
                expect(204, client.ask("DELETE", path, ""));
                Awaitility.await()
                        .until(() -> connections().stream()
                                .noneMatch(left -> left.getJsonArray("filters").contains(one[1])));
                expect(404, client.ask("DELETE", path, ""));
            }
            assertEquals(CloseCode.CLOSED.code(), talk.code());
            assertTrue(CloseCode.mayReconnect(talk.code()));
            assertEquals("closed", wire.line());
            assertTrue(events.until("event: status").toString().contains("event: status"));
        }
        for (String nobody : List.of("nobody", "1", "%20", "-1", "zzzzzzzzzzzzzzzzzzzz")) {
            expect(404, client.ask("DELETE", "/v1/connections/" + nobody, ""));
        }
    }

    @Test
    void pagesOfConnectionsMeetWithoutAGap() throws Exception {
        List<Stranger.Talk> talks = new ArrayList<>();
        try {
            for (int i = 0; i < 5; i++) {
                talks.add(client.talk(""));
            }
            Set<String> all =
                    connections().stream().map(one -> one.getString("id")).collect(Collectors.toSet());
            Set<String> paged = new HashSet<>();
            String path = "/v1/connections?limit=2";
            for (String next = ""; next != null; ) {
                JsonObject page = expect(200, client.get(path + (next.isEmpty() ? "" : "&after=" + next)))
                        .json();
                objects(page.getJsonArray("connections")).forEach(one -> paged.add(one.getString("id")));
                next = page.getString("next");
            }
            assertEquals(all, paged);
            assertTrue(paged.size() >= 5);
        } finally {
            talks.forEach(Stranger.Talk::close);
        }
        for (String query : List.of("limit=0", "limit=1001", "after=!", "before=1")) {
            expect(400, client.get("/v1/connections?" + query));
        }
    }
}
