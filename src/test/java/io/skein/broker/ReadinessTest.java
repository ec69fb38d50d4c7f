package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReadinessTest {
    private static final long LONG_MS = 60_000;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() throws Exception {
        vertx.close().await(20, TimeUnit.SECONDS);
    }

    private Readiness patient() {
        return new Readiness(vertx, LONG_MS, LONG_MS, () -> false);
    }

    @Test
    void whoWaitsGoesOnInTurnOnceTheNodeHasCaughtUp() throws Exception {
        Readiness readiness = patient();
        List<Integer> order = new ArrayList<>();
        Context loop = vertx.getOrCreateContext();
        List<Future<Void>> all = new ArrayList<>();
        Future.<Void>future(asked -> loop.runOnContext(v -> {
                    for (int i = 0; i < 10; i++) {
                        int mine = i;
                        all.add(readiness.await(false, 0).onSuccess(ready -> order.add(mine)));
                    }
                    asked.complete();
                }))
                .await(20, TimeUnit.SECONDS);

        readiness.caughtUp();

        Future.all(all).await(20, TimeUnit.SECONDS);
        assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9), order);
        assertEquals(0, readiness.waiting());
    }

    @Test
    void whoGivesUpIsForgotten() {
        Readiness readiness = new Readiness(vertx, 1, LONG_MS, () -> false);

        Refusal refusal =
                assertThrows(Refusal.class, () -> readiness.await(false, 0).await(20, TimeUnit.SECONDS));

        assertEquals("catching-up", refusal.code());
        assertEquals(Refusal.Kind.UNAVAILABLE, refusal.kind());
        assertEquals(0, readiness.waiting());
    }

    @Test
    void whoWaitedWhenTheStateWasReplacedGoesOnWithTheNextOne() throws Exception {
        Readiness readiness = patient();
        Future<Void> waits = readiness.await(false, 0);

        readiness.left();
        assertFalse(waits.isComplete());
        readiness.caughtUp();

        waits.await(20, TimeUnit.SECONDS);
    }

    @Test
    void afterTheStateWasReplacedItIsWaitedForAnew() throws Exception {
        Readiness readiness = patient();
        readiness.caughtUp();
        readiness.left();

        Future<Void> waits = readiness.await(false, 0);

        assertFalse(waits.isComplete());
        readiness.caughtUp();
        waits.await(20, TimeUnit.SECONDS);
    }

    @Test
    void aboveTheLimitWhoWouldWaitIsRefused() {
        Readiness readiness = patient();
        for (int i = 0; i < Readiness.MAX_WAITING; i++) {
            assertFalse(readiness.await(false, 0).isComplete());
        }

        assertEquals(
                "overloaded",
                assertThrows(Refusal.class, () -> readiness.await(false, 0).await(20, TimeUnit.SECONDS))
                        .code());
        readiness.caughtUp();
    }

    @Test
    void aboveTheLimitInBytesWhoWouldWaitIsRefusedUntilOthersAreGone() throws Exception {
        Readiness readiness = new Readiness(vertx, 1000, LONG_MS, () -> false); // the second comes before that is over
        Future<Void> large = readiness.await(false, Readiness.MAX_WAITING_BYTES);

        Refusal refusal =
                assertThrows(Refusal.class, () -> readiness.await(false, 1).await(20, TimeUnit.SECONDS));
        assertEquals("overloaded", refusal.code());
        assertThrows(Refusal.class, () -> large.await(20, TimeUnit.SECONDS));

        assertFalse(readiness.await(false, Readiness.MAX_WAITING_BYTES).isComplete());
    }

    @Test
    void whoTakesWhatThereIsGoesOnWhenTheNodeLosesItsLeader() throws Exception {
        AtomicBoolean leaderless = new AtomicBoolean();
        Readiness readiness = new Readiness(vertx, LONG_MS, 0, leaderless::get);
        Future<Void> content = readiness.await(true, 0);
        Future<Void> demanding = readiness.await(false, 0);

        readiness.look();
        assertFalse(content.isComplete());
        leaderless.set(true);
        readiness.look();

        content.await(20, TimeUnit.SECONDS);
        assertFalse(demanding.isComplete());
        assertEquals(1, readiness.waiting());
        readiness.caughtUp();
    }

    @Test
    void whoTakesWhatThereIsGoesOnOnceTheNodeIsTakenToBeAlone() throws Exception {
        Readiness readiness = new Readiness(vertx, LONG_MS, 50, () -> true);
        readiness.await(true, 0).await(20, TimeUnit.SECONDS);

        assertTrue(readiness.await(true, 0).isComplete());
    }

    @Test
    void whoWaitedWhenTheStateWasReplacedGoesOnWhenTheNodeIsAloneAgain() throws Exception {
        Readiness readiness = new Readiness(vertx, LONG_MS, 100, () -> true);
        Future<Void> content = readiness.await(true, 0);

        readiness.left();

        content.await(20, TimeUnit.SECONDS);
        assertEquals(0, readiness.waiting());
    }
}
