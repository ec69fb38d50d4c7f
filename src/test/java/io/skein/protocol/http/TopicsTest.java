package io.skein.protocol.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.Freshness;
import io.skein.broker.Freshness.Level;
import io.skein.protocol.http.OpenDoor.Answer;
import io.skein.topic.Format;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicName;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code /v1/topics} and {@code /v1/scheduled}. */
class TopicsTest {
    private static final String FULL = "{\"retention\":{\"maxAge\":\"7d\",\"maxBytes\":\"1GiB\",\"maxMessages\":1000,"
            + "\"acknowledged\":false},\"onFull\":\"reject\",\"format\":\"JSON\",\"ttl\":\"1h\"}";

    private final OpenDoor door = new OpenDoor();

    @AfterEach
    void close() {
        door.close();
    }

    private Answer put(String path, String json) {
        return door.send("PUT", path, json.getBytes(StandardCharsets.UTF_8));
    }

    private TopicConfig config(String topic) {
        return OpenDoor.await(door.broker.topic(new TopicName(topic), Freshness.NONE))
                .view()
                .config();
    }

    @Test
    void aPutMakesATopicAndASecondChangesIt() {
        Answer made = put("/v1/topics/orders/eu", FULL);
        assertEquals(201, made.status());
        assertEquals("orders/eu", made.json().getString("topic"));
        assertEquals(
                new TopicConfig(
                        7 * 86_400_000L,
                        1L << 30,
                        1000,
                        TopicConfig.OnFull.REJECT,
                        Optional.of(Format.JSON),
                        3_600_000),
                config("orders/eu"));
        assertEquals(200, put("/v1/topics/orders/eu", "{}").status());
        assertEquals(TopicConfig.DEFAULT, config("orders/eu"));
    }

    @Test
    void aPutWithoutABodyMakesATopicWithoutLimits() {
        assertEquals(201, put("/v1/topics/plain", "").status());
        assertEquals(TopicConfig.DEFAULT, config("plain"));
    }

    @Test
    void aGetSaysConfigurationAndFigures() {
        put("/v1/topics/orders", FULL);
        door.post("/t/orders", "1");
        door.post("/t/orders", "2");
        JsonObject topic = door.get("/v1/topics/orders").json();
        assertEquals("orders", topic.getString("topic"));
        assertEquals(
                new JsonObject()
                        .put("maxAge", "7d")
                        .put("maxBytes", 1 << 30)
                        .put("maxMessages", 1000)
                        .put("acknowledged", false),
                topic.getJsonObject("retention"));
        assertEquals("reject", topic.getString("onFull"));
        assertEquals("JSON", topic.getString("format"));
        assertEquals("1h", topic.getString("ttl"));
        assertEquals(2, topic.getInteger("messages"));
        assertEquals(0, topic.getInteger("firstOffset"));
        assertEquals(2, topic.getInteger("nextOffset"));
        assertFalse(topic.getString("earliest").isEmpty());
    }

    @Test
    void whatIsGotCanBePut() {
        put("/v1/topics/a", FULL);
        put("/v1/topics/b", "{}");
        for (String topic : List.of("a", "b")) {
            TopicConfig before = config(topic);
            assertEquals(
                    200,
                    put("/v1/topics/" + topic, door.get("/v1/topics/" + topic).body())
                            .status());
            assertEquals(before, config(topic));
        }
    }

    @Test
    void noLimitIsNull() {
        put("/v1/topics/a", "{}");
        JsonObject topic = door.get("/v1/topics/a").json();
        assertTrue(topic.getJsonObject("retention").containsKey("maxAge"));
        assertNull(topic.getJsonObject("retention").getValue("maxAge"));
        assertNull(topic.getValue("format"));
        assertEquals("dropOldest", topic.getString("onFull"));
    }

    @Test
    void unknownSettingsAreRefusedByName() {
        Map<String, String> wrong = Map.ofEntries(
                Map.entry("{\"retention\":{\"maxage\":\"7d\"}}", "did you mean maxAge?"),
                Map.entry("{\"onful\":\"reject\"}", "did you mean onFull?"),
                Map.entry("{\"partitions\":3}", "partitions"),
                Map.entry("{\"retention\":{\"maxAge\":7}}", "retention.maxAge"),
                Map.entry("{\"retention\":{\"maxAge\":\"a week\"}}", "retention.maxAge"),
                Map.entry("{\"retention\":{\"maxBytes\":\"1 GB\"}}", "1GiB"),
                Map.entry("{\"retention\":{\"maxBytes\":\"99999999999GiB\"}}", "maxBytes"),
                Map.entry("{\"retention\":{\"maxMessages\":-1}}", "maxMessages"),
                Map.entry("{\"retention\":{\"maxMessages\":1.5}}", "maxMessages"),
                Map.entry("{\"retention\":{\"acknowledged\":1}}", "acknowledged"),
                Map.entry("{\"retention\":7}", "retention"),
                Map.entry("{\"onFull\":\"block\"}", "onFull"),
                Map.entry("{\"format\":\"YAML\"}", "format"),
                Map.entry("{\"ttl\":true}", "ttl"),
                Map.entry("[]", "object"),
                Map.entry("{", "object"));
        wrong.forEach((json, word) -> {
            Answer answer = put("/v1/topics/a", json);
            assertEquals(400, answer.status(), json);
            assertTrue(answer.json().getString("detail").contains(word), json + ": " + answer.body());
        });
        assertEquals(404, door.get("/v1/topics/a").status());
    }

    @Test
    void sizesAreNumbersOrTexts() {
        put("/v1/topics/a", "{\"retention\":{\"maxBytes\":5000000000}}");
        assertEquals(5_000_000_000L, config("a").maxBytes());
        put("/v1/topics/a", "{\"retention\":{\"maxBytes\":\"64KiB\"}}");
        assertEquals(65_536, config("a").maxBytes());
        put("/v1/topics/a", "{\"retention\":{\"maxBytes\":\"10 MiB\"}}");
        assertEquals(10 << 20, config("a").maxBytes());
        put("/v1/topics/a", "{\"retention\":{\"maxBytes\":\"77\"}}");
        assertEquals(77, config("a").maxBytes());
    }

    @Test
    void aParameterThatWouldBeIgnoredIsRefusedAndNothingHappens() {
        door.send("PUT", "/v1/topics/a", new byte[0]);
        Answer deleted = door.send("DELETE", "/v1/topics/a?dryrun=true", new byte[0]);
        assertEquals(400, deleted.status());
        assertEquals(
                "there is no query parameter \"dryrun\" here. Known: idempotency-key.",
                deleted.json().getString("detail"));
        assertEquals(400, door.send("PUT", "/v1/topics/b?dryrun", new byte[0]).status());
        assertEquals(
                400,
                door.send("DELETE", "/v1/scheduled/c1.1.0?dryrun", new byte[0]).status());
        assertEquals(200, door.get("/v1/topics/a").status());
        assertEquals(404, door.get("/v1/topics/b").status());
    }

    @Test
    void aBodyThatIsNoJsonIsRefusedWithOneSentence() {
        Answer answer = door.send("PUT", "/v1/topics/a", "x".getBytes(StandardCharsets.UTF_8));
        assertEquals(400, answer.status());
        String detail = answer.json().getString("detail");
        assertTrue(detail.startsWith("the body is no JSON object: "), detail);
        assertFalse(detail.contains("\n") || detail.contains("Source"), detail);
    }

    @Test
    void aDeletedTopicIsGone() {
        door.post("/t/a", "x");
        Answer deleted = door.send("DELETE", "/v1/topics/a", new byte[0]);
        assertEquals(204, deleted.status());
        assertEquals("", deleted.body());
        assertEquals("n1", deleted.header("skein-node"));
        assertEquals(404, door.get("/v1/topics/a").status());
        assertEquals(404, door.send("DELETE", "/v1/topics/a", new byte[0]).status());
    }

    @Test
    void topicsAreListedByNameAndFilter() {
        door.post("/t/b", "x");
        door.post("/t/a/1", "x");
        List<String> all = door.get("/v1/topics").json().getJsonArray("topics").stream()
                .map(topic -> ((JsonObject) topic).getString("topic"))
                .toList();
        assertEquals(List.of("a/1", "b"), all);
        assertEquals(
                1,
                door.get("/v1/topics?match=a/%23").json().getJsonArray("topics").size());
        assertEquals(400, door.get("/v1/topics?mach=a").status());
    }

    /** In a list it would cost a look at the rows for each. */
    @Test
    void aTopicSaysWhereItBeginsAsACursorAndAListOnlyAsAnOffset() {
        door.post("/t/a", "1");
        assertTrue(door.get("/v1/topics/a").json().getString("earliest").startsWith("c"));
        JsonObject listed = door.get("/v1/topics").json().getJsonArray("topics").getJsonObject(0);
        assertFalse(listed.containsKey("earliest"));
        assertEquals(0, listed.getInteger("firstOffset"));
    }

    @Test
    void topicsAndDelayedMessagesAreReadAsFreshAsIsAsked() {
        door.post("/t/a", "1");
        door.get("/v1/topics");
        door.get("/v1/topics?level=none", "Skein-Min-Index", "7");
        door.get("/v1/topics/a?level=weak");
        door.get("/v1/topics/a", "Skein-Min-Index", "1");
        door.get("/v1/scheduled?level=strong");
        assertEquals(
                List.of(
                        Freshness.LINEARIZABLE,
                        new Freshness(Level.NONE, 7),
                        new Freshness(Level.WEAK, 0),
                        new Freshness(Level.LINEARIZABLE, 1),
                        new Freshness(Level.STRONG, 0)),
                door.broker.asked());
        assertEquals(400, door.get("/v1/topics?level=high").status());
        assertEquals(400, door.get("/v1/topics", "Skein-Min-Index", "-1").status());
    }

    @Test
    void anotherTypeThanJsonIsNotRead() {
        assertEquals(
                415,
                door.send("PUT", "/v1/topics/a", "a: b".getBytes(StandardCharsets.UTF_8), "Content-Type", "text/yaml")
                        .status());
    }

    @Test
    void scheduledMessagesAreListedByDueTimeInPagesAndCancelled() {
        door.post("/t/a", "later", "Skein-Delay", "2m", "Skein-Key", "k", "Skein-Header-H", "v");
        String sooner = door.post("/t/a", "sooner", "Skein-Delay", "1m").json().getString("cursor");
        door.send("POST", "/t/a", new byte[] {-1}, "Skein-Delay", "3m");
        JsonObject first = door.get("/v1/scheduled?limit=2").json();
        JsonObject message = first.getJsonArray("messages").getJsonObject(0);
        assertEquals("sooner", message.getString("body"));
        assertEquals(sooner, message.getString("cursor"));
        assertEquals("a", message.getString("topic"));
        assertTrue(message.getLong("due") > message.getLong("time"));
        JsonObject second = first.getJsonArray("messages").getJsonObject(1);
        assertEquals("k", second.getString("key"));
        assertEquals("v", second.getJsonObject("headers").getString("H"));
        JsonObject rest =
                door.get("/v1/scheduled?after=" + first.getString("next")).json();
        assertEquals("/w==", rest.getJsonArray("messages").getJsonObject(0).getString("body64"));
        assertNull(rest.getValue("next"));
        assertEquals(
                204, door.send("DELETE", "/v1/scheduled/" + sooner, new byte[0]).status());
        Answer again = door.send("DELETE", "/v1/scheduled/" + sooner, new byte[0]);
        assertEquals(404, again.status());
        assertEquals("not-scheduled", again.json().getString("code"));
        assertEquals(400, door.send("DELETE", "/v1/scheduled/x", new byte[0]).status());
        assertEquals(400, door.get("/v1/scheduled?after=x").status());
    }
}
