package io.skein.protocol.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.FakeBroker;
import io.skein.broker.Publish;
import io.skein.broker.PublishAck;
import io.skein.broker.Refusal;
import io.skein.machine.Cursor;
import io.skein.machine.Lineage;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.skein.protocol.http.OpenDoor.Answer;
import io.skein.topic.Format;
import io.skein.topic.Header;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicOutcome;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code POST /t/{topic}}. */
class PublishTest {
    private final OpenDoor door = new OpenDoor();

    @AfterEach
    void close() {
        door.close();
    }

    private Publication published() {
        List<Publish> all = door.broker.publishes();
        return all.get(all.size() - 1).messages().get(0);
    }

    @Test
    void aPublishIsAnsweredWithExactlyTopicOffsetCursorTermIndexAndDurable() {
        door.post("/t/orders", "first");
        Answer answer = door.post("/t/orders", "second");
        assertEquals(201, answer.status());
        assertEquals(
                "{\"topic\":\"orders\",\"offset\":1,\"cursor\":\"c7.2.0\",\"term\":1,\"index\":2,\"durable\":\"quorum\"}",
                answer.body());
        assertEquals("application/json", answer.header("content-type"));
        assertEquals("/t/orders?from=1&limit=1", answer.header("location"));
    }

    @Test
    void theLocationReadsTheMessage() {
        String location = door.post("/t/a%20b/%C3%A9%3F", "hello").header("location");
        JsonObject message = door.get(location).json().getJsonArray("messages").getJsonObject(0);
        assertEquals("hello", message.getString("body"));
        assertEquals("a b/é?", message.getString("topic"));
    }

    @Test
    void everyAnswerNamesNodeLeaderAndIndex() {
        Answer answer = door.post("/t/orders", "x");
        assertEquals("n1", answer.header("skein-node"));
        assertEquals("n1", answer.header("skein-leader"));
        assertEquals("127.0.0.1:8080", answer.header("skein-leader-address"));
        assertEquals("1", answer.header("skein-index"));
    }

    @Test
    void theBodyIsKeptByteByByteWithItsContentType() {
        byte[] body = new byte[300];
        for (int i = 0; i < body.length; i++) {
            body[i] = (byte) i;
        }
        door.send("POST", "/t/bin", body, "Content-Type", "image/png; q=1");
        Message message = published().message();
        assertArrayEquals(body, message.body());
        assertEquals("image/png; q=1", message.contentType());
        assertEquals(Format.RAW, message.format());
    }

    @Test
    void anEmptyBodyIsAMessage() {
        assertEquals(201, door.post("/t/empty", "").status());
        assertEquals(0, published().message().body().length);
    }

    @Test
    void theContentTypeGivesTheFormatUnlessTheClientSaysOne() {
        door.post("/t/a", "{}", "Content-Type", "application/json; charset=utf-8");
        assertEquals(Format.JSON, published().message().format());
        door.post("/t/a", "<a/>", "Content-Type", "text/xml");
        assertEquals(Format.XML, published().message().format());
        door.post("/t/a", "<a/>", "Content-Type", "application/xml");
        assertEquals(Format.XML, published().message().format());
        door.post("/t/a", "{}", "Content-Type", "application/json", "Skein-Format", "raw");
        assertEquals(Format.RAW, published().message().format());
    }

    @Test
    void aTopicOfSeveralLevelsIsPercentDecoded() {
        door.post("/t/orders/eu/caf%C3%A9", "x");
        assertEquals("orders/eu/café", published().topic().value());
        door.post("/t/orders%2Feu", "x");
        assertEquals("orders/eu", published().topic().value());
        door.post("/t/a/../b", "x");
        assertEquals("a/../b", published().topic().value());
    }

    @Test
    void bytesThatTheClientDidNotEncodeAreUtf8() {
        String path = new String("/t/café".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        String answer =
                door.raw("POST " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx");
        assertTrue(answer.startsWith("HTTP/1.1 201"), answer);
        assertEquals("café", published().topic().value());
    }

    @Test
    void optionsAreTakenFromHeaders() {
        Answer answer = door.post(
                "/t/orders",
                "x",
                "Skein-Key",
                "k1",
                "Skein-TTL",
                "1h",
                "Skein-Expect-Offset",
                "0",
                "Skein-Header-Color",
                "blue",
                "Skein-Header-Size",
                "9");
        assertEquals(201, answer.status());
        assertEquals("k1", published().message().key());
        assertEquals(3_600_000, published().ttlMs());
        assertEquals(0, published().expectOffset());
        assertEquals(
                List.of(new Header("Color", "blue"), new Header("Size", "9")),
                published().message().headers());
    }

    @Test
    void optionsAreTakenFromTheQueryUnderBothNames() {
        door.post("/t/orders?key=k%201&ttl=10s&header-color=blue&expect-offset=0&format=JSON", "{}");
        assertEquals("k 1", published().message().key());
        assertEquals(10_000, published().ttlMs());
        assertEquals(Format.JSON, published().message().format());
        assertEquals(List.of(new Header("color", "blue")), published().message().headers());
        door.post("/t/orders?Skein-Key=k2&skein-ttl=5s", "{}");
        assertEquals("k2", published().message().key());
        assertEquals(5_000, published().ttlMs());
    }

    @Test
    void aHeaderWinsOverTheQuery() {
        door.post("/t/orders?key=query", "x", "Skein-Key", "header");
        assertEquals("header", published().message().key());
    }

    @Test
    void headersInUtf8AreUnderstood() {
        String key = new String("ключ".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        door.raw("POST /t/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nSkein-Key: " + key
                + "\r\nContent-Length: 1\r\n\r\nx");
        assertEquals("ключ", published().message().key());
    }

    @Test
    void aDelayedPublishIsAcceptedWithItsDueTime() {
        Answer answer = door.post("/t/later", "x", "Skein-Delay", "10m");
        assertEquals(202, answer.status());
        long due = FakeBroker.FIRST_TIME + 1 + 600_000;
        assertEquals(
                "{\"topic\":\"later\",\"cursor\":\"c7.1.0\",\"due\":" + due + ",\"term\":1,\"index\":1}",
                answer.body());
    }

    @Test
    void aRepeatWithTheSameKeyGetsTheFirstAnswer() {
        Answer first = door.post("/t/orders", "x", "Idempotency-Key", "\"k-1\"");
        Answer second = door.post("/t/orders", "x", "Idempotency-Key", "k-1");
        assertEquals("", first.header("idempotency-replayed"));
        assertEquals("true", second.header("idempotency-replayed"));
        assertEquals(201, second.status());
        assertEquals(first.body(), second.body());
        assertEquals(
                Optional.of("k-1"), door.broker.publishes().get(0).idempotencyKey(), "quotes are not part of the key");
    }

    @Test
    void theScopeOfAKeyIsTheTopicHoweverItIsWritten() {
        door.post("/t/a/b", "x", "Idempotency-Key", "k");
        assertEquals("true", door.post("/t/a%2Fb", "x", "Idempotency-Key", "k").header("idempotency-replayed"));
        assertEquals("", door.post("/t/a/c", "x", "Idempotency-Key", "k").header("idempotency-replayed"));
    }

    @Test
    void aSequenceIsPassedOnAndItsGapNamesTheExpectedOne() {
        String[] first = {"Skein-Producer", "p", "Skein-Epoch", "3", "Skein-Sequence", "1"};
        assertEquals(201, door.post("/t/a", "x", first).status());
        assertEquals("true", door.post("/t/a", "x", first).header("idempotency-replayed"));
        Answer gap = door.post("/t/a", "x", "Skein-Producer", "p", "Skein-Epoch", "3", "Skein-Sequence", "7");
        assertEquals(409, gap.status());
        assertEquals("sequence-gap", gap.json().getString("code"));
        assertEquals(2, gap.json().getInteger("expected"));
        Answer fenced = door.post("/t/a", "x", "Skein-Producer", "p", "Skein-Epoch", "2", "Skein-Sequence", "2");
        assertEquals(409, fenced.status());
        assertEquals("fenced", fenced.json().getString("code"));
    }

    @Test
    void halfASequenceIsMalformed() {
        assertEquals(400, door.post("/t/a", "x", "Skein-Producer", "p").status());
        assertEquals(400, door.post("/t/a", "x", "Skein-Sequence", "1").status());
    }

    @Test
    void aRepeatOlderThanTheWindowIsReplayedWithoutOffset() {
        try (OpenDoor forgetful = new OpenDoor(config -> config, fake -> new BentBroker(fake) {
            @Override
            public Future<PublishAck> publish(Publish publish) {
                var forgotten = new TopicOutcome.Accepted(-1, Cursor.ORIGIN, 0);
                return Future.succeededFuture(new PublishAck(List.of(forgotten), 4, 9, true, new Lineage(7)));
            }
        })) {
            Answer answer = forgetful.post("/t/a", "x", "Skein-Producer", "p", "Skein-Sequence", "1");
            assertEquals(200, answer.status());
            assertEquals(
                    "{\"topic\":\"a\",\"replayed\":true,\"term\":4,\"index\":9,\"durable\":\"quorum\"}", answer.body());
        }
    }

    @Test
    void aWrongOffsetSaysTheActualOne() {
        door.post("/t/a", "x");
        Answer answer = door.post("/t/a", "x", "Skein-Expect-Offset", "5");
        assertEquals(412, answer.status());
        assertEquals("application/problem+json", answer.header("content-type"));
        JsonObject problem = answer.json();
        assertEquals("wrong-offset", problem.getString("code"));
        assertEquals(1, problem.getInteger("actual"));
        assertEquals(412, problem.getInteger("status"));
        assertEquals("not-applied", problem.getString("outcome"));
        assertEquals(false, problem.getBoolean("retryable"));
        assertEquals("n1", problem.getString("leader"));
        assertTrue(problem.getString("type").startsWith("urn:"), problem.encode());
        assertEquals("Wrong offset", problem.getString("title"));
    }

    @Test
    void aRejectionThatFailsTheWholeCommandHasItsStatus() {
        door.broker.refuseNext(
                Refusal.of(new Rejected(Rejection.KEY_REUSED, "the key was used with another body", -1)));
        assertEquals(422, door.post("/t/a", "x").status());
    }

    @Test
    void notExecutedIs503WithRetryAfter() {
        door.broker.refuseNext(Refusal.of(Refusal.Kind.UNAVAILABLE, "no-leader", "there is no leader"));
        Answer answer = door.post("/t/a", "x");
        assertEquals(503, answer.status());
        assertEquals("1", answer.header("retry-after"));
        assertEquals("not-applied", answer.json().getString("outcome"));
        assertEquals(true, answer.json().getBoolean("retryable"));
        assertEquals("no-leader", answer.json().getString("code"));
    }

    @Test
    void anUnknownOutcomeIs504() {
        door.broker.refuseNext(Refusal.of(Refusal.Kind.INDETERMINATE, "timeout", "nobody knows"));
        Answer answer = door.post("/t/a", "x");
        assertEquals(504, answer.status());
        assertEquals("unknown", answer.json().getString("outcome"));
    }

    @Test
    void aFullTopicIs507WithItsLimit() {
        door.broker.refuseNext(Refusal.of(new Rejected(Rejection.TOPIC_FULL, "a is full: 10 of 10 messages", 10)));
        Answer answer = door.post("/t/a", "x");
        assertEquals(507, answer.status());
        assertEquals(10, answer.json().getInteger("limit"));
    }

    @Test
    void aDefectIs500AndSaysThatNothingIsKnown() {
        try (OpenDoor broken = new OpenDoor(config -> config, fake -> new BentBroker(fake) {
            @Override
            public Future<PublishAck> publish(Publish publish) {
                return Future.failedFuture(new IllegalStateException("a defect"));
            }
        })) {
            Answer answer = broken.post("/t/a", "x");
            assertEquals(500, answer.status());
            assertEquals("unknown", answer.json().getString("outcome"));
            assertTrue(!answer.body().contains("a defect"), "the client is told nothing of the inside");
        }
    }

    @Test
    void malformedNamesAreRefusedWithASentence() {
        Map<String, String> wrong = Map.of(
                "/t/",
                "empty",
                "/t/a//b",
                "empty level",
                "/t/a/",
                "empty level",
                "/t/a+b",
                "+",
                "/t/%23",
                "#",
                "/t/a%00",
                "control character",
                "/t/%zz",
                "%",
                "/t/%C3",
                "UTF-8",
                "/t/" + "a".repeat(129),
                "128",
                "/t/" + "a/".repeat(16) + "a",
                "16");
        wrong.forEach((path, word) -> {
            // The client library refuses some of these itself.
            String answer = door.raw("POST " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            assertTrue(answer.startsWith("HTTP/1.1 400"), path + ": " + answer);
            assertTrue(answer.contains(word), path + ": " + answer);
        });
        assertEquals(List.of(), door.broker.publishes());
    }

    @Test
    void aMisspeltHeaderIsRefusedWithTheNearestKnown() {
        Answer answer = door.post("/t/a", "x", "Skein-Kye", "k");
        assertEquals(400, answer.status());
        assertTrue(answer.json().getString("detail").contains("did you mean Skein-Key?"), answer.body());
        assertEquals(List.of(), door.broker.publishes());
    }

    @Test
    void aMisspeltParameterIsRefusedWithTheNearestKnown() {
        Answer answer = door.post("/t/a?dely=10s", "x");
        assertEquals(400, answer.status());
        assertTrue(answer.json().getString("detail").contains("did you mean delay?"), answer.body());
        assertEquals(201, door.post("/t/a?_=123", "x").status(), "a client's own against caches");
    }

    @Test
    void anOptionThatIsSaidTwiceIsRefused() {
        Answer query = door.post("/t/a?key=1&Skein-Key=2", "x");
        assertEquals(400, query.status());
        assertEquals("Skein-Key is there twice", query.json().getString("detail"));
        Answer headers = door.post("/t/a", "x", "Idempotency-Key", "1", "Idempotency-Key", "2");
        assertEquals(400, headers.status());
        assertEquals("Idempotency-Key is there twice", headers.json().getString("detail"));
        assertEquals(
                201, door.post("/t/a?key=1&ttl=1h", "x", "Skein-Key", "2").status(), "a header wins over the query");
    }

    @Test
    void theDoorsOwnHeadersMayComeBack() {
        assertEquals(
                201,
                door.post("/t/a", "x", "Skein-Index", "5", "Skein-Node", "n1").status());
    }

    @Test
    void malformedOptionsAreRefusedByName() {
        for (String[] option : new String[][] {
            {"Skein-Delay", "10"},
            {"Skein-Delay", "4000d"},
            {"Skein-TTL", "soon"},
            {"Skein-Expect-Offset", "-1"},
            {"Skein-Format", "YAML"},
            {"Skein-Key", "k".repeat(1025)},
            {"Skein-Epoch", "x"},
            {"Skein-Header-A", "v".repeat(17_000)},
            {"Idempotency-Key", "k".repeat(256)}
        }) {
            Answer answer = door.post("/t/a", "x", option);
            assertEquals(400, answer.status(), option[0]);
            assertEquals("malformed", answer.json().getString("code"));
            assertEquals("not-applied", answer.json().getString("outcome"));
        }
    }

    @Test
    void anEncodedBodyIsNotTaken() {
        Answer answer = door.post("/t/a", "x", "Content-Encoding", "gzip");
        assertEquals(415, answer.status());
        assertEquals(201, door.post("/t/a", "x", "Content-Encoding", "identity").status());
    }

    @Test
    void figuresAreByRouteTemplate() {
        door.post("/t/a/b", "x");
        door.post("/t/a/b", "x", "Skein-Kye", "k");
        assertEquals(List.of("POST /t/{topic} 201", "POST /t/{topic} 400"), door.answered);
    }

    @Test
    void connectionsAreCounted() throws Exception {
        try (var socket = door.socket()) {
            socket.getOutputStream()
                    .write("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertEquals('H', socket.getInputStream().read());
            assertEquals(1, door.broker.connections());
        }
        Awaitility.await().until(() -> door.broker.connections() == 0);
    }
}
