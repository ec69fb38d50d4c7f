package io.skein.protocol.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import io.skein.topic.TopicOutcome;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code POST /v1/publish}. */
class BatchTest {
    private static final String NDJSON = "application/x-ndjson";
    private final OpenDoor door = new OpenDoor();

    @AfterEach
    void close() {
        door.close();
    }

    private static JsonObject result(Answer answer, int i) {
        return answer.json().getJsonArray("results").getJsonObject(i);
    }

    private Answer publish(String json) {
        return door.post("/v1/publish", json, "Content-Type", "application/json");
    }

    @Test
    void aListIsOneCommandWithAResultForEachMessageInOrder() {
        Answer answer = publish("{\"messages\":[{\"topic\":\"a\",\"body\":\"1\"},{\"topic\":\"b\",\"body\":\"2\"},"
                + "{\"topic\":\"a\",\"body\":\"3\"}]}");
        assertEquals(200, answer.status());
        assertEquals(
                "{\"results\":[{\"topic\":\"a\",\"offset\":0,\"cursor\":\"c7.1.0\"},"
                        + "{\"topic\":\"b\",\"offset\":0,\"cursor\":\"c7.1.1\"},"
                        + "{\"topic\":\"a\",\"offset\":1,\"cursor\":\"c7.1.2\"}]}",
                answer.body());
        assertEquals("1", answer.header("skein-index"));
        assertEquals(1, door.broker.publishes().size());
        assertFalse(door.broker.publishes().get(0).atomic());
    }

    @Test
    void everyFieldOfAMessageIsHandedOn() {
        publish("{\"messages\":[{\"topic\":\"a\",\"body64\":\"AP8=\",\"key\":\"k\",\"headers\":{\"h\":\"v\"},"
                + "\"format\":\"XML\",\"contentType\":\"x/y\",\"ttl\":\"10s\",\"expectOffset\":0},"
                + "{\"topic\":\"a\",\"body\":\"{}\",\"contentType\":\"application/json\"}]}");
        var messages = door.broker.publishes().get(0).messages();
        var first = messages.get(0);
        assertArrayEquals(new byte[] {0, -1}, first.message().body());
        assertEquals("k", first.message().key());
        assertEquals(List.of(new Header("h", "v")), first.message().headers());
        assertEquals(Format.XML, first.message().format());
        assertEquals("x/y", first.message().contentType());
        assertEquals(10_000, first.ttlMs());
        assertEquals(0, first.expectOffset());
        assertEquals(Format.JSON, messages.get(1).message().format());
    }

    @Test
    void newlineDelimitedMessagesAreAListToo() {
        Answer answer = door.post(
                "/v1/publish?atomic=true",
                "{\"topic\":\"a\",\"body\":\"1\"}\n\n{\"topic\":\"a\",\"body\":\"2\"}\r\n",
                "Content-Type",
                NDJSON);
        assertEquals(200, answer.status());
        assertEquals(1, result(answer, 1).getInteger("offset"));
        assertTrue(door.broker.publishes().get(0).atomic());
        assertEquals(400, door.post("/v1/publish", "\n", "Content-Type", NDJSON).status());
    }

    @Test
    void aDelayedMessageHasItsDueTime() {
        Answer answer = publish("{\"messages\":[{\"topic\":\"a\",\"body\":\"1\",\"delay\":\"1m\"}]}");
        assertTrue(result(answer, 0).containsKey("due"));
        assertTrue(result(answer, 0).containsKey("cursor"));
        assertFalse(result(answer, 0).containsKey("offset"));
    }

    @Test
    void aRejectedMessageIsAnErrorInItsPlace() {
        Answer answer = publish("{\"messages\":[{\"topic\":\"a\",\"body\":\"1\",\"expectOffset\":9},"
                + "{\"topic\":\"a\",\"body\":\"2\"},{\"topic\":\"a//b\",\"body\":\"3\"}]}");
        assertEquals(200, answer.status());
        JsonObject error = result(answer, 0).getJsonObject("error");
        assertEquals("wrong-offset", error.getString("code"));
        assertEquals(0, error.getInteger("actual"));
        assertEquals(0, result(answer, 1).getInteger("offset"));
        assertEquals("malformed", result(answer, 2).getJsonObject("error").getString("code"));
    }

    @Test
    void aListOfNothingButNonsenseIsAnsweredItemByItem() {
        Answer answer = publish("{\"messages\":[{\"topic\":\"a//b\",\"body\":\"3\"}]}");
        assertEquals(200, answer.status());
        assertEquals("malformed", result(answer, 0).getJsonObject("error").getString("code"));
        assertEquals(List.of(), door.broker.publishes());
    }

    @Test
    void anAtomicListIsRefusedWhole() {
        Answer answer = publish("{\"atomic\":true,\"messages\":[{\"topic\":\"a\",\"body\":\"1\"},"
                + "{\"topic\":\"a\",\"body\":\"2\",\"expectOffset\":9}]}");
        assertEquals(412, answer.status());
        assertEquals(1, answer.json().getInteger("actual"));
        assertEquals("application/problem+json", answer.header("content-type"));
        Answer malformed = publish("{\"atomic\":true,\"messages\":[{\"topic\":\"a\",\"body\":\"1\"},"
                + "{\"topic\":\"a//b\",\"body\":\"2\"}]}");
        assertEquals(400, malformed.status());
        assertTrue(malformed.body().contains("messages[1]"), malformed.body());
    }

    @Test
    void anAtomicRefusalThatComesAsResultsNamesTheMessageAtFault() {
        try (OpenDoor aborting = new OpenDoor(config -> config, fake -> new BentBroker(fake) {
            @Override
            public Future<PublishAck> publish(Publish publish) {
                return Future.succeededFuture(new PublishAck(
                        List.of(
                                new TopicOutcome.Refused(Rejected.of(Rejection.ABORTED, "taken along")),
                                new TopicOutcome.Refused(new Rejected(Rejection.WRONG_OFFSET, "the next is 4", 4))),
                        1,
                        1,
                        false,
                        new Lineage(7)));
            }
        })) {
            Answer answer = aborting.post(
                    "/v1/publish",
                    "{\"atomic\":true,\"messages\":[{\"topic\":\"a\",\"body\":\"1\"},{\"topic\":\"a\",\"body\":\"2\"}]}");
            assertEquals(412, answer.status());
            assertEquals(4, answer.json().getInteger("actual"));
            assertEquals(1, answer.json().getInteger("message"));
        }
    }

    @Test
    void aMessageWithAnIdGoesAsItsOwnCommandUnderThatKey() {
        String json = "{\"messages\":[{\"topic\":\"a\",\"body\":\"1\"},{\"topic\":\"a\",\"body\":\"2\",\"id\":\"k\"},"
                + "{\"topic\":\"a\",\"body\":\"3\"}]}";
        Answer first = publish(json);
        assertEquals(3, door.broker.publishes().size());
        assertEquals(Optional.of("k"), door.broker.publishes().get(1).idempotencyKey());
        assertEquals(List.of(0, 1, 2), offsets(first));
        Answer second = publish(json);
        assertEquals(List.of(3, 1, 4), offsets(second), "only the one with an id is the same");
        assertEquals(
                "true",
                door.post("/t/a", "2", "Idempotency-Key", "k").header("idempotency-replayed"),
                "the key is the topic's, over every route");
    }

    private static List<Integer> offsets(Answer answer) {
        return answer.json().getJsonArray("results").stream()
                .map(result -> ((JsonObject) result).getInteger("offset"))
                .toList();
    }

    @Test
    void anIdDoesNotGoWithWhatMakesTheListOneCommand() {
        String messages = "\"messages\":[{\"topic\":\"a\",\"body\":\"1\",\"id\":\"k\"}]}";
        assertEquals(400, publish("{\"atomic\":true," + messages).status());
        assertEquals(400, publish("{\"idempotencyKey\":\"all\"," + messages).status());
        assertEquals(
                400, publish("{\"producer\":\"p\",\"sequence\":1," + messages).status());
        assertEquals(List.of(), door.broker.publishes());
    }

    @Test
    void aKeyForTheWholeListReplaysItsAnswer() {
        String json = "{\"messages\":[{\"topic\":\"a\",\"body\":\"1\"},{\"topic\":\"b\",\"body\":\"2\"}]}";
        Answer first = door.post("/v1/publish", json, "Idempotency-Key", "k");
        Answer second = door.post("/v1/publish", json, "Idempotency-Key", "k");
        assertEquals(first.body(), second.body());
        assertEquals("true", second.header("idempotency-replayed"));
        assertEquals("", first.header("idempotency-replayed"));
    }

    @Test
    void aSequenceComesFromBodyHeadersOrQueryAndMakesTheListAtomic() {
        String messages = "\"messages\":[{\"topic\":\"a\",\"body\":\"1\"}]}";
        publish("{\"producer\":\"p\",\"epoch\":2,\"sequence\":1," + messages);
        door.post("/v1/publish", "{" + messages, "Skein-Producer", "p", "Skein-Epoch", "2", "Skein-Sequence", "2");
        door.post("/v1/publish?producer=p&epoch=2&sequence=3", "{" + messages);
        List<Publish> all = door.broker.publishes();
        for (int i = 0; i < 3; i++) {
            assertEquals("p", all.get(i).sequence().orElseThrow().producer());
            assertEquals(2, all.get(i).sequence().orElseThrow().epoch());
            assertEquals(i + 1, all.get(i).sequence().orElseThrow().number());
            assertTrue(all.get(i).atomic());
        }
        Answer gap = publish("{\"producer\":\"p\",\"epoch\":2,\"sequence\":9," + messages);
        assertEquals(409, gap.status());
        assertEquals(4, gap.json().getInteger("expected"));
    }

    @Test
    void aForgottenRepeatIsReplayedWithoutOffset() {
        try (OpenDoor forgetful = new OpenDoor(config -> config, fake -> new BentBroker(fake) {
            @Override
            public Future<PublishAck> publish(Publish publish) {
                return Future.succeededFuture(new PublishAck(
                        List.of(new TopicOutcome.Accepted(-1, Cursor.ORIGIN, 0)), 1, 1, true, new Lineage(7)));
            }
        })) {
            Answer answer = forgetful.post(
                    "/v1/publish",
                    "{\"producer\":\"p\",\"sequence\":1,\"messages\":[{\"topic\":\"a\",\"body\":\"1\"}]}");
            assertEquals("{\"results\":[{\"topic\":\"a\",\"replayed\":true}]}", answer.body());
        }
    }

    @Test
    void whenNothingWasDoneTheAnswerIsAProblem() {
        door.broker.refuseNext(Refusal.of(Refusal.Kind.UNAVAILABLE, "no-leader", "there is no leader"));
        Answer answer = publish("{\"messages\":[{\"topic\":\"a\",\"body\":\"1\"}]}");
        assertEquals(503, answer.status());
        assertEquals("1", answer.header("retry-after"));
        door.broker.refuseNext(Refusal.of(Refusal.Kind.UNAVAILABLE, "no-leader", "there is no leader"));
        door.broker.refuseNext(Refusal.of(Refusal.Kind.INDETERMINATE, "timeout", "nobody knows"));
        Answer unknown = publish("{\"messages\":[{\"topic\":\"a\",\"body\":\"1\",\"id\":\"x\"},"
                + "{\"topic\":\"a\",\"body\":\"2\",\"id\":\"y\"}]}");
        assertEquals(504, unknown.status());
        assertEquals("unknown", unknown.json().getString("outcome"));
    }

    @Test
    void whenSomethingWasDoneEachMessageSaysWhatBecameOfIt() {
        door.broker.refuseNext(Refusal.of(Refusal.Kind.INDETERMINATE, "timeout", "nobody knows"));
        Answer answer = publish("{\"messages\":[{\"topic\":\"a\",\"body\":\"1\",\"id\":\"x\"},"
                + "{\"topic\":\"a\",\"body\":\"2\",\"id\":\"y\"}]}");
        assertEquals(200, answer.status());
        assertEquals("unknown", result(answer, 0).getJsonObject("error").getString("outcome"));
        assertEquals(0, result(answer, 1).getInteger("offset"));
    }

    @Test
    void malformedListsAreRefusedWithASentence() {
        for (String json : List.of(
                "",
                "nonsense",
                "[]",
                "{}",
                "{\"messages\":[]}",
                "{\"messages\":[{\"body\":\"1\"}]}",
                "{\"messages\":[{\"topic\":\"a\",\"body\":\"1\",\"delai\":\"1s\"}]}",
                "{\"messages\":[{\"topic\":\"a\",\"body\":\"1\"}],\"atomik\":true}",
                "{\"messages\":[{\"topic\":\"a\",\"body\":\"1\"}]")) {
            Answer answer = publish(json);
            assertEquals(400, answer.status(), json);
            assertFalse(answer.json().getString("detail").isEmpty());
        }
        assertTrue(publish("{\"messages\":[{\"topic\":\"a\",\"body\":\"1\",\"delai\":\"1s\"}]}")
                .body()
                .contains("delai"));
        assertEquals(List.of(), door.broker.publishes());
    }

    @Test
    void optionsOfSingleMessagesAreNotOptionsOfAList() {
        String json = "{\"messages\":[{\"topic\":\"a\",\"body\":\"1\"}]}";
        assertEquals(400, door.post("/v1/publish", json, "Skein-Key", "k").status());
        assertEquals(400, door.post("/v1/publish", json, "Skein-Kee", "k").status());
        assertEquals(400, door.post("/v1/publish?atomik=true", json).status());
    }

    @Test
    void aMessageTooLargeIsRefusedAlone() {
        try (OpenDoor small = new OpenDoor(config -> config.withMaxMessageBytes(10), fake -> fake)) {
            Answer answer = small.post(
                    "/v1/publish",
                    "{\"messages\":[{\"topic\":\"a\",\"body\":\"0123456789\"},{\"topic\":\"a\",\"body\":\"0123456789x\"}]}");
            assertEquals(0, result(answer, 0).getInteger("offset"));
            JsonObject error = result(answer, 1).getJsonObject("error");
            assertEquals(413, error.getInteger("status"));
            assertEquals(10, error.getInteger("limit"));
        }
    }

    @Test
    void onlyJsonIsRead() {
        assertEquals(
                415,
                door.post("/v1/publish", "<a/>", "Content-Type", "text/xml").status());
        assertEquals(
                200,
                door.post(
                                "/v1/publish",
                                "{\"messages\":[{\"topic\":\"a\",\"body\":\"1\"}]}",
                                "Content-Type",
                                "application/x-www-form-urlencoded")
                        .status(),
                "what curl says when it is not told");
    }

    @Test
    void moreThanOneCommandsWorthIsCutIntoSeveral() {
        try (OpenDoor large = new OpenDoor(
                config -> new HttpConfig(
                        "v",
                        0,
                        config.maxMessageBytes(),
                        16 << 20,
                        config.maxPageBytes(),
                        1,
                        config.allowedOrigins(),
                        15_000,
                        1,
                        30_000,
                        30_000,
                        1,
                        1),
                fake -> fake)) {
            JsonArray messages = new JsonArray();
            for (int i = 0; i < 9; i++) {
                messages.add(new JsonObject().put("topic", "a").put("body", "x".repeat(1 << 20)));
            }
            String json = new JsonObject().put("messages", messages).encode();
            Answer answer = large.post("/v1/publish", json);
            assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8), offsets(answer));
            assertEquals(2, large.broker.publishes().size());
        }
    }
}
