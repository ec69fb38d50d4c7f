package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
                        all.add(readiness.await(false).onSuccess(ready -> order.add(mine)));
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
                assertThrows(Refusal.class, () -> readiness.await(false).await(20, TimeUnit.SECONDS));

        assertEquals("catching-up", refusal.code());
        assertEquals(Refusal.Kind.UNAVAILABLE, refusal.kind());
        assertEquals(0, readiness.waiting());
    }

    @Test
    void whoWaitedWhenTheStateWasReplacedGoesOnWithTheNextOne() throws Exception {
        Readiness readiness = patient();
        Future<Void> waits = readiness.await(false);

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

        Future<Void> waits = readiness.await(false);

        assertFalse(waits.isComplete());
        readiness.caughtUp();
        waits.await(20, TimeUnit.SECONDS);
    }

    @Test
    void aboveTheLimitWhoWouldWaitIsRefused() {
        Readiness readiness = patient();
        for (int i = 0; i < Readiness.MAX_WAITING; i++) {
            assertFalse(readiness.await(false).isComplete());
        }

        assertEquals(
                "overloaded",
                assertThrows(Refusal.class, () -> readiness.await(false).await(20, TimeUnit.SECONDS))
                        .code());
        readiness.caughtUp();
    }
}
