package io.skein.protocol.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.FakeBroker;
import io.skein.broker.Freshness;
import io.skein.broker.Page;
import io.skein.broker.Read;
import io.skein.broker.Refusal;
import io.skein.protocol.http.OpenDoor.Answer;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code GET /t/{filter}}. */
class ReadTest {
    private final List<Read> reads = new CopyOnWriteArrayList<>();
    private final OpenDoor door = new OpenDoor(config -> config, fake -> new BentBroker(fake) {
        @Override
        public Future<Page> read(Read read) {
            reads.add(read);
            return super.read(read);
        }
    });

    @AfterEach
    void close() {
        door.close();
    }

    private static List<String> bodies(Answer answer) {
        return answer.json().getJsonArray("messages").stream()
                .map(message -> ((JsonObject) message).getString("body"))
                .toList();
    }

    @Test
    void messagesComeAsTheyAreKeptWithACursorToGoOnFrom() {
        door.post("/t/a", "1", "Skein-Key", "k", "Skein-Header-H", "v", "Content-Type", "text/plain");
        Answer answer = door.get("/t/a");
        assertEquals(200, answer.status());
        assertEquals("application/json", answer.header("content-type"));
        assertEquals(
                "{\"messages\":[{\"topic\":\"a\",\"offset\":0,\"cursor\":\"c7.1.0\",\"time\":"
                        + (FakeBroker.FIRST_TIME + 1)
                        + ",\"key\":\"k\",\"headers\":{\"H\":\"v\"},\"format\":\"RAW\",\"contentType\":\"text/plain\""
                        + ",\"body\":\"1\"}],\"next\":\"c7.1.0\"}",
                answer.body());
        assertEquals("1", answer.header("skein-index"));
    }

    @Test
    void theCursorGoesOnAfterTheLastMessage() {
        for (int i = 0; i < 5; i++) {
            door.post("/t/a", "m" + i);
        }
        Answer first = door.get("/t/a?limit=2");
        assertEquals(List.of("m0", "m1"), bodies(first));
        assertEquals(
                List.of("m2", "m3", "m4"),
                bodies(door.get("/t/a?from=" + first.json().getString("next"))));
        assertEquals(List.of("m3", "m4"), bodies(door.get("/t/a?from=3")));
        assertEquals(List.of(), bodies(door.get("/t/a?from=latest")));
    }

    @Test
    void filtersReadSeveralTopicsInLogOrder() {
        door.post("/t/a/x", "1");
        door.post("/t/b/x", "2");
        door.post("/t/a/y", "3");
        assertEquals(List.of("1", "3"), bodies(door.get("/t/a/%23")));
        assertEquals(List.of("1", "2"), bodies(door.get("/t/+/x")));
    }

    @Test
    void anUnknownTopicIs404AndAFilterThatMatchesNoneIsEmpty() {
        Answer unknown = door.get("/t/nothing");
        assertEquals(404, unknown.status());
        assertEquals("unknown-topic", unknown.json().getString("code"));
        Answer none = door.get("/t/nothing/%23");
        assertEquals(200, none.status());
        assertEquals(new JsonArray(), none.json().getJsonArray("messages"));
        assertFalse(none.json().getString("next").isEmpty());
    }

    @Test
    void aTopicOlderThanRetentionIs410WithTheEarliest() {
        for (int i = 0; i < 5; i++) {
            door.post("/t/a", "m" + i);
        }
        String old = door.get("/t/a?limit=1").json().getString("next");
        door.broker.trim("a", 3);
        Answer gone = door.get("/t/a?from=" + old);
        assertEquals(410, gone.status());
        assertEquals("application/problem+json", gone.header("content-type"));
        String earliest = gone.json().getString("earliest");
        assertEquals(List.of("m3", "m4"), bodies(door.get("/t/a?from=" + earliest)));
    }

    @Test
    void aFilterOlderThanRetentionNamesTheGaps() {
        for (int i = 0; i < 5; i++) {
            door.post("/t/a", "m" + i);
        }
        String old = door.get("/t/a?limit=1").json().getString("next");
        door.broker.trim("a", 3);
        JsonArray gaps = door.get("/t/%23?from=" + old).json().getJsonArray("gaps");
        assertEquals("a", gaps.getJsonObject(0).getString("topic"));
        assertEquals(
                List.of("m3", "m4"),
                bodies(door.get("/t/a?from=" + gaps.getJsonObject(0).getString("earliest"))));
    }

    @Test
    void aReadWaitsForAFirstMessage() throws Exception {
        door.post("/t/a", "old");
        CompletableFuture<Answer> waiting = CompletableFuture.supplyAsync(() -> door.get("/t/a?from=latest&wait=10s"));
        Awaitility.await().until(() -> door.broker.streams() == 1);
        door.post("/t/a", "new");
        assertEquals(List.of("new"), bodies(waiting.get(10, TimeUnit.SECONDS)));
        assertEquals(10_000, reads.get(0).waitMs());
    }

    @Test
    void levelLimitAndMinIndexAreHandedOn() {
        door.post("/t/a", "x");
        door.get("/t/a?level=weak&limit=7", "Skein-Min-Index", "12");
        Read read = reads.get(0);
        assertEquals(Freshness.Level.WEAK, read.freshness().level());
        assertEquals(7, read.limit());
        assertEquals(12, read.freshness().minIndex());
        door.get("/t/a");
        assertEquals(Freshness.Level.LINEARIZABLE, reads.get(1).freshness().level());
        assertEquals(100, reads.get(1).limit());
        assertEquals(0, reads.get(1).freshness().minIndex());
    }

    @Test
    void malformedParametersAreRefusedWithASentence() {
        for (String query : List.of(
                "limit=0",
                "limit=1001",
                "limit=x",
                "wait=5",
                "wait=1h",
                "level=strict",
                "from=yesterday",
                "from=%FF",
                "form=earliest")) {
            Answer answer = door.get("/t/a?" + query);
            assertEquals(400, answer.status(), query);
            assertFalse(answer.json().getString("detail").isEmpty());
        }
        assertTrue(door.get("/t/a?limit=1001").body().contains("1000"));
        assertTrue(door.get("/t/a?form=1").body().contains("did you mean from?"));
        assertEquals(400, door.get("/t/a", "Skein-Min-Index", "x").status());
        assertEquals(List.of(), reads);
    }

    @Test
    void anOffsetGoesWithASingleTopicOnly() {
        Answer answer = door.get("/t/%23?from=3");
        assertEquals(400, answer.status());
        assertTrue(answer.body().contains("single topic"), answer.body());
    }

    @Test
    void aPageEndsEarlyRatherThanBecomeTooLargeButIsNeverEmpty() {
        try (OpenDoor small = new OpenDoor(
                config -> new HttpConfig("v", 0, 1000, 1000, 300, 10, config.allowedOrigins(), 1000, 1, 1, 1, 1, 1),
                fake -> fake)) {
            for (int i = 0; i < 3; i++) {
                small.post("/t/a", "x".repeat(400));
            }
            Answer first = small.get("/t/a");
            assertEquals(1, bodies(first).size());
            Answer second = small.get("/t/a?from=" + first.json().getString("next"));
            assertEquals(
                    1, second.json().getJsonArray("messages").getJsonObject(0).getInteger("offset"));
        }
    }

    @Test
    void aNodeThatCannotReadSaysSo() {
        try (OpenDoor leaderless = new OpenDoor(config -> config, fake -> new BentBroker(fake) {
            @Override
            public Future<Page> read(Read read) {
                return Future.failedFuture(Refusal.of(Refusal.Kind.UNAVAILABLE, "no-leader", "there is no leader"));
            }
        })) {
            Answer answer = leaderless.get("/t/a");
            assertEquals(503, answer.status());
            assertEquals("1", answer.header("retry-after"));
        }
    }

    @Test
    void headIsAnsweredWithTheHeadOfGetAndWithoutABody() {
        door.post("/t/a", "x");
        for (String path : List.of("/t/a", "/t/unknown", "/v1", "/v1/topics", "/openapi.yaml", "/readyz")) {
            Answer get = door.get(path);
            Answer head = door.send("HEAD", path, new byte[0]);
            assertEquals(get.status(), head.status(), path);
            assertEquals("", head.body(), path);
            assertEquals(get.headers().map(), head.headers().map(), path);
        }
    }
}
