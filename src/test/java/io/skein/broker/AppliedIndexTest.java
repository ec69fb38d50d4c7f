package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AppliedIndexTest {
    private static final long LONG_MS = 60_000;
    private static final int LIMIT = 3;

    private final Vertx vertx = Vertx.vertx();
    private final AtomicLong applied = new AtomicLong(10);
    private final AppliedIndex index = new AppliedIndex(vertx, applied::get, LIMIT);

    @AfterEach
    void close() throws Exception {
        vertx.close().await(20, TimeUnit.SECONDS);
    }

    private void moveTo(long to) {
        applied.set(to);
        index.moved(to);
    }

    @Test
    void whatIsAppliedIsNotWaitedFor() {
        assertTrue(index.reached(10, LONG_MS).isComplete());
        assertFalse(index.reached(11, LONG_MS).isComplete());
        moveTo(11);
    }

    @Test
    void whoWaitsGoesOnWhenItsIndexIsAppliedAndNotBefore() throws Exception {
        Future<Void> far = index.reached(14, LONG_MS);
        Future<Void> near = index.reached(12, LONG_MS);

        moveTo(11);
        moveTo(13);

        near.await(20, TimeUnit.SECONDS);
        assertFalse(far.isComplete());
        moveTo(20);
        far.await(20, TimeUnit.SECONDS);
        assertEquals(0, index.waiting());
    }

    @Test
    void whoWaitsInVainIsToldHowFarTheNodeIsAndForgotten() {
        Refusal refusal = assertThrows(Refusal.class, () -> index.reached(12, 0).await(20, TimeUnit.SECONDS));

        assertEquals("behind", refusal.code());
        assertEquals("this node has applied 10, not yet 12", refusal.getMessage());
        assertEquals(0, index.waiting());
    }

    @Test
    void aboveTheLimitWhoWouldWaitIsRefused() {
        for (int i = 0; i < LIMIT; i++) {
            assertFalse(index.reached(12, LONG_MS).isComplete());
        }

        assertEquals(
                "overloaded",
                assertThrows(Refusal.class, () -> index.reached(12, LONG_MS).await(20, TimeUnit.SECONDS))
                        .code());
        moveTo(12);
    }
}
