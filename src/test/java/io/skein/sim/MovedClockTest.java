package io.skein.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.client.WorkOptions;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes due on the way has happened when the clock has been moved. */
@Timeout(60)
@SkeinTest(shared = true)
class MovedClockTest {
    @Test
    void delayedMessagesComeInTheOrderOfTheirTimes(Sim sim) {
        Caller caller = Caller.of(sim);
        caller.post("/t/delayed?delay=2d", "second");
        caller.post("/t/delayed?delay=1d", "first");

        MovableClock.Moved moved = sim.clock().advance(Duration.ofDays(3));

        assertTrue(moved.isDone());
        assertEquals(List.of("first", "second"), caller.bodies("delayed"));
        var messages = caller.get("/t/delayed").json().getJsonArray("messages");
        long apart = messages.getJsonObject(1).getLong("time")
                - messages.getJsonObject(0).getLong("time");
        assertEquals(Duration.ofDays(1).toMillis(), apart, 1_000);
    }

    @Test
    void agesInTheMetricsAreOfThisTime(Sim sim) {
        Caller caller = Caller.of(sim);
        caller.put("/v1/subscriptions/aged", "{\"filter\":\"aged\"}");
        caller.post("/t/aged", "x");

        sim.clock().advance(Duration.ofHours(1));

        assertEquals(3_600, figure(caller, "/metrics", "skein_subscription_lag_seconds "), 60);
        assertEquals(
                3_600,
                figure(
                        caller,
                        "/metrics/detailed?subscriptions",
                        "skein_subscription_lag_seconds{subscription=\"aged\"} "),
                60);
        caller.post("/v1/subscriptions/aged/seek", "{\"to\":\"latest\"}");
    }

    @Test
    void ofTheProcessThatItIsInANodeSaysNothing(Sim sim) {
        String said = Caller.of(sim).get("/metrics").text();
        assertTrue(said.contains("skein_"), said);
        assertFalse(said.lines().anyMatch(line -> line.matches("(jvm|process)_.*")), said);
    }

    private static double figure(Caller caller, String path, String name) {
        return caller.get(path)
                .text()
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void nobodyMovesItFurtherThanItCanCount(Sim sim) {
        assertThrows(IllegalArgumentException.class, () -> sim.clock().moveTo(Instant.MAX));
        assertThrows(IllegalArgumentException.class, () -> sim.clock().advance(Duration.ofSeconds(Long.MAX_VALUE)));
    }

    @Test
    void aWorkerThatGivesEverythingBackGetsItAsOftenAsTheSubscriptionSaysAtTheTimesItSays(Sim sim) throws Exception {
        Caller caller = Caller.of(sim);
        caller.put(
                "/v1/subscriptions/retried",
                "{\"filter\":\"retried\",\"maxDeliveries\":4,\"backoff\":[\"1s\",\"10s\",\"60s\"]}");
        List<Long> times = new CopyOnWriteArrayList<>();
        CountDownLatch isGivenBack = new CountDownLatch(1);
        sim.client()
                .work(WorkOptions.of("retried"), (worker, message) -> {
                    times.add(sim.clock().now().toEpochMilli());
                    worker.nack(message, -1, "not today").onSuccess(done -> isGivenBack.countDown());
                })
                .await(20, TimeUnit.SECONDS);
        caller.post("/t/retried", "x");
        Hand.await(isGivenBack);

        sim.clock().advance(Duration.ofHours(1));

        assertEquals(4, times.size());
        assertEquals(List.of("x"), caller.bodies("$dead/retried"));
        assertEquals(1_000, times.get(1) - times.get(0), 900);
        assertEquals(10_000, times.get(2) - times.get(1), 900);
        assertEquals(60_000, times.get(3) - times.get(2), 900);
    }

    @Test
    void aLeaseEndsAndTheMessageIsLentAgain(Sim sim) {
        Caller caller = Caller.of(sim);
        caller.put("/v1/subscriptions/lent", "{\"filter\":\"lent\",\"lease\":\"30s\"}");
        caller.post("/t/lent", "x");
        assertEquals(1, delivery(caller.post("/v1/subscriptions/lent/pull", "")));
        assertEquals(204, caller.post("/v1/subscriptions/lent/pull", "").status());

        sim.clock().advance(Duration.ofSeconds(31));

        assertEquals(2, delivery(caller.post("/v1/subscriptions/lent/pull", "")));
    }

    private static int delivery(Caller.Answer pulled) {
        return pulled.json().getJsonArray("messages").getJsonObject(0).getInteger("delivery");
    }

    @Test
    void whatHasATimeToLiveIsGoneAfterIt(Sim sim) {
        Caller caller = Caller.of(sim);
        caller.post("/t/mortal?ttl=1h", "short");
        caller.post("/t/mortal", "long");

        sim.clock().advance(Duration.ofHours(2));

        assertEquals(List.of("long"), caller.bodies("mortal"));
    }

    @Test
    void retentionByAgeTakesWhatIsOld(Sim sim) {
        Caller caller = Caller.of(sim);
        caller.put("/v1/topics/aging", "{\"retention\":{\"maxAge\":\"7d\"}}");
        caller.post("/t/aging", "old");

        sim.clock().advance(Duration.ofDays(9));

        assertEquals(List.of(), caller.bodies("aging"));
    }

    @Test
    void anIdempotencyKeyIsForgottenWithItsWindow(Sim sim) {
        Caller caller = Caller.of(sim);
        caller.post("/t/once?idempotency-key=k", "x");
        caller.post("/t/once?idempotency-key=k", "x");
        assertEquals(1, caller.bodies("once").size());

        sim.clock().advance(Duration.ofHours(2));

        caller.post("/t/once?idempotency-key=k", "x");
        assertEquals(2, caller.bodies("once").size());
    }

    @Test
    @SkeinTest
    void aMillionSecondsWithoutAnythingDueAreOneStep(Sim sim) {
        assertEquals(0, sim.clock().advance(Duration.ofSeconds(1_000_000)).steps());
    }

    @Test
    void theNodesTellTheTimeThatItIs(Sim sim) {
        Instant then = sim.clock().now().plus(Duration.ofDays(400));
        sim.clock().moveTo(then);

        long told = Caller.of(sim).get("/v1/cluster").json().getLong("clock");
        assertTrue(told >= then.toEpochMilli() && told < then.toEpochMilli() + 60_000, Instant.ofEpochMilli(told) + "");
    }

    @Test
    void timeNeverGoesBack(Sim sim) {
        assertThrows(IllegalArgumentException.class, () -> sim.clock().advance(Duration.ofSeconds(-1)));
        assertThrows(
                IllegalArgumentException.class,
                () -> sim.clock().moveTo(sim.clock().now().minusSeconds(1)));
    }

    @Test
    @SkeinTest(settings = "auth=true")
    void aSessionEnds(Sim sim) {
        Caller admin = Caller.of(sim);
        admin.post("/v1/accounts", "{\"username\":\"anna\",\"password\":\"correct horse\"}");
        JsonObject in = admin.with("")
                .post("/v1/sessions", "{\"username\":\"anna\",\"password\":\"correct horse\"}")
                .json();
        Caller anna = admin.with(in.getString("token"));
        assertEquals(200, anna.get("/v1/mail/unread").status());

        sim.clock().moveTo(Instant.ofEpochMilli(in.getLong("expires") + 1));

        assertEquals(401, anna.get("/v1/mail/unread").status());
    }
}
