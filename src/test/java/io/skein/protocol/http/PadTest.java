package io.skein.protocol.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.Freshness;
import io.skein.broker.NodeStatus;
import io.skein.broker.Refusal;
import io.skein.protocol.http.OpenDoor.Answer;
import io.skein.protocol.http.OpenDoor.Live;
import io.skein.raft.Role;
import io.skein.topic.Format;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamReader;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The routes of the PAD system. */
class PadTest {
    private final OpenDoor door = new OpenDoor();

    @AfterEach
    void close() {
        door.close();
    }

    private Publication published() {
        var all = door.broker.publishes();
        return all.get(all.size() - 1).messages().get(0);
    }

    private String publishedText() {
        return new String(published().message().body(), StandardCharsets.UTF_8);
    }

    private static OpenDoor follower() {
        return new OpenDoor(config -> config, fake -> new BentBroker(fake) {
            @Override
            public NodeStatus status() {
                return BentBroker.status(super.status(), Role.FOLLOWER, "n2", "127.0.0.1:8081", "ok");
            }
        });
    }

    @Test
    void statusIsOneObjectForBothSystems() {
        door.post("/t/a", "x");
        Answer answer = door.get("/status");
        assertEquals(200, answer.status());
        JsonObject status = answer.json();
        assertEquals(
                Set.of(
                        "status",
                        "port",
                        "subscribers",
                        "current_connections",
                        "role",
                        "term",
                        "commit_index",
                        "raft_status"),
                status.fieldNames());
        assertEquals("online", status.getString("status"));
        assertEquals(5000, status.getInteger("port"));
        assertEquals("Leader", status.getString("role"));
        assertEquals(1, status.getInteger("term"));
        assertEquals(0, status.getInteger("commit_index"));
        assertEquals(1, status.getInteger("current_connections"));
        assertEquals("LEADER", status.getJsonObject("raft_status").getString("state"));
        try (OpenDoor follower = follower()) {
            assertEquals("Follower", follower.get("/status").json().getString("role"));
        }
    }

    /** The Raft REST queue's role has a grace (--step-down-after), this system's state has none. */
    @Test
    void aLeaderThatLostItsMajorityIsCalledOneByOneOfTheSystemsOnly() {
        try (OpenDoor lost = new OpenDoor(config -> config, fake -> new BentBroker(fake) {
            @Override
            public NodeStatus status() {
                return BentBroker.status(super.status(), Role.FOLLOWER, Role.LEADER, "", "", "no-leader");
            }
        })) {
            JsonObject status = lost.get("/status").json();
            assertEquals("Leader", status.getString("role"));
            assertEquals("FOLLOWER", status.getJsonObject("raft_status").getString("state"));
            assertEquals("FOLLOWER", lost.get("/raft").json().getString("state"));
            assertEquals("follower", lost.get("/v1/cluster").json().getString("role"));
        }
    }

    @Test
    void listsAreThisNodesWordAlsoWithoutALeader() {
        door.get("/topics");
        door.get("/messages");
        assertEquals(List.of(Freshness.NONE, Freshness.NONE), door.broker.asked());
    }

    @Test
    void raftCountsFromZeroWithoutASpaceTooMany() {
        door.post("/t/a", "1");
        door.post("/t/a", "2");
        assertEquals(
                "{\"node_id\":\"n1\",\"state\":\"LEADER\",\"current_term\":1,\"log_length\":2,\"commit_index\":1,"
                        + "\"last_applied\":1,\"cluster_size\":1}",
                door.get("/raft").body());
    }

    @Test
    void statsAreFigures() throws Exception {
        door.post("/t/a", "1");
        door.post("/t/b", "2");
        try (Live live = door.live("/v1/stream?topic=a")) {
            assertEquals(200, live.response.statusCode());
            Awaitility.await().until(() -> door.broker.streams() == 1);
            JsonObject stats = door.get("/stats").json();
            assertEquals(
                    Set.of(
                            "total_messages",
                            "active_subscribers",
                            "current_connections",
                            "topics_count",
                            "messages_per_minute"),
                    stats.fieldNames());
            assertEquals(2, stats.getInteger("total_messages"));
            assertEquals(1, stats.getInteger("active_subscribers"));
            assertEquals(2, stats.getInteger("topics_count"));
            assertTrue(stats.getInteger("messages_per_minute") <= 2);
        }
    }

    @Test
    void topicsAreSortedNames() {
        assertEquals("{\"topics\":[]}", door.get("/topics").body());
        door.post("/t/b", "1");
        door.post("/t/a", "2");
        assertEquals("{\"topics\":[\"a\",\"b\"]}", door.get("/topics").body());
    }

    @Test
    void messagesAreTheNewestTwentyNewestFirst() {
        assertEquals("{\"messages\":[]}", door.get("/messages").body());
        for (int i = 0; i < 30; i++) {
            door.post("/t/" + (i % 3 == 0 ? "a" : "b"), "m" + i, "Content-Type", "text/xml");
        }
        JsonArray messages = door.get("/messages").json().getJsonArray("messages");
        assertEquals(20, messages.size());
        for (int i = 0; i < 20; i++) {
            assertEquals("m" + (29 - i), messages.getJsonObject(i).getString("content"));
        }
        JsonObject newest = messages.getJsonObject(0);
        assertEquals(Set.of("topic", "format", "content", "timestamp"), newest.fieldNames());
        assertEquals("b", newest.getString("topic"));
        assertEquals("XML", newest.getString("format"));
        Instant.parse(newest.getString("timestamp"));
    }

    @Test
    void subscribersAreListed() throws Exception {
        try (Live live = door.live("/v1/stream?topic=a/%23")) {
            assertEquals(200, live.response.statusCode());
            Awaitility.await().until(() -> door.broker.streams() == 1);
            JsonObject subscriber =
                    door.get("/subscribers").json().getJsonArray("subscribers").getJsonObject(0);
            assertEquals(new JsonArray(List.of("a/#")), subscriber.getJsonArray("topics"));
            assertEquals("http", subscriber.getString("protocol"));
        }
    }

    @Test
    void publishHasItsDefaults() {
        Answer answer = door.post("/publish", "{\"content\":\"hello\"}");
        assertEquals(200, answer.status());
        assertEquals("{\"success\":true,\"forwarded\":false}", answer.body());
        assertEquals("default", published().topic().value());
        assertEquals(Format.RAW, published().message().format());
        assertEquals("hello", publishedText());
        door.post("/publish", "{\"topic\":\"news\",\"format\":\"JSON\",\"body\":\"{\\\"a\\\":1}\"}");
        assertEquals("news", published().topic().value());
        assertEquals("{\"a\":1}", publishedText());
    }

    @Test
    void aRepeatUnderAKeyIsStoredOnce() {
        String[] key = {"Idempotency-Key", "k1"};
        String wrapped = "{\"content\":\"no json\",\"format\":\"JSON\"}";
        Answer first = door.post("/publish", wrapped, key);
        Answer second = door.post("/publish", wrapped, key);
        assertEquals(first.body(), second.body());
        assertEquals("true", second.header("Idempotency-Replayed"));
        assertEquals(1, door.get("/t/default").json().getJsonArray("messages").size());
    }

    @Test
    void contentThatIsJsonItselfIsTakenAsItsText() {
        door.post("/publish", "{\"format\":\"JSON\",\"content\":{\"a\":[1,2]}}");
        assertEquals(new JsonObject("{\"a\":[1,2]}"), new JsonObject(publishedText()));
    }

    @Test
    void aFollowerSaysThatItForwarded() {
        try (OpenDoor follower = follower()) {
            assertEquals(
                    "{\"success\":true,\"forwarded\":true}",
                    follower.post("/publish", "{\"content\":\"x\"}").body());
        }
    }

    @Test
    void whatDoesNotParseAsJsonIsWrappedInTheStandardObject() {
        door.post("/publish", "{\"topic\":\"t\",\"format\":\"JSON\",\"content\":\"no \\\"json\"}");
        JsonObject standard = new JsonObject(publishedText());
        assertEquals(Set.of("Id", "EventName", "Value", "Topic"), standard.fieldNames());
        assertEquals("PublisherMessage", standard.getString("EventName"));
        assertEquals("no \"json", standard.getString("Value"));
        assertEquals("t", standard.getString("Topic"));
        assertFalse(standard.getString("Id").isEmpty());
        assertEquals(Format.JSON, published().message().format());
    }

    @Test
    void whatDoesNotParseAsXmlIsWrappedInTheStandardObjectAsXml() throws Exception {
        for (String text : List.of(
                "a < b & c",
                "",
                "<open>",
                "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/hostname\">]><a>&b;</a>",
                "\u0001")) {
            String content = new JsonObject()
                    .put("format", "XML")
                    .put("content", text)
                    .put("topic", "t")
                    .encode();
            assertEquals(200, door.post("/publish", content).status());
            String xml = publishedText();
            assertTrue(
                    xml.startsWith("<Message><Id>") && xml.contains("<EventName>PublisherMessage</EventName><Value>"),
                    xml);
            var reader = XMLInputFactory.newInstance().createXMLStreamReader(new StringReader(xml));
            String value = "";
            while (reader.hasNext()) {
                if (reader.next() == XMLStreamReader.START_ELEMENT
                        && reader.getLocalName().equals("Value")) {
                    value = reader.getElementText();
                }
            }
            assertEquals(text.equals("\u0001") ? "\uFFFD" : text, value);
        }
        door.post("/publish", "{\"format\":\"XML\",\"content\":\"<a>1</a>\"}");
        assertEquals("<a>1</a>", publishedText());
    }

    @Test
    void whatGoesWrongIsSaidInTheSystemsOwnForm() {
        for (String body : List.of(
                "nonsense",
                "[]",
                "{}",
                "{\"content\":\"x\",\"format\":\"YAML\"}",
                "{\"content\":\"x\",\"topic\":\"a//b\"}")) {
            Answer answer = door.post("/publish", body);
            assertEquals(400, answer.status(), body);
            assertEquals(false, answer.json().getBoolean("success"));
            assertFalse(answer.json().getString("error").isEmpty());
            assertEquals("*", answer.header("access-control-allow-origin"));
        }
        door.broker.refuseNext(Refusal.of(Refusal.Kind.UNAVAILABLE, "no-leader", "there is no leader"));
        Answer unavailable = door.post("/publish", "{\"content\":\"x\"}");
        assertEquals(503, unavailable.status());
        assertEquals(false, unavailable.json().getBoolean("success"));
    }

    @Test
    void everyAnswerIsForEveryOrigin() {
        for (String path : List.of("/status", "/raft", "/stats", "/messages", "/topics", "/subscribers")) {
            Answer answer = door.get(path);
            assertEquals(200, answer.status(), path);
            assertEquals("*", answer.header("access-control-allow-origin"), path);
            assertEquals("application/json", answer.header("content-type"), path);
            assertEquals("*", door.send("OPTIONS", path, new byte[0]).header("access-control-allow-origin"));
        }
        Answer preflight = door.send(
                "OPTIONS", "/publish", new byte[0], "Origin", "null", "Access-Control-Request-Method", "POST");
        assertEquals(204, preflight.status());
        assertTrue(preflight.header("access-control-allow-methods").contains("POST"));
        assertEquals("Content-Type", preflight.header("access-control-allow-headers"));
    }

    @Test
    void aRawMessageIsNeverWrapped() {
        door.post("/publish", "{\"content\":\"<not xml\",\"format\":\"raw\"}");
        Message message = published().message();
        assertEquals("<not xml", publishedText());
        assertEquals("", message.contentType());
    }
}
