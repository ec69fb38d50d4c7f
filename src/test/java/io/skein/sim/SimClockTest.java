package io.skein.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.replica.Now;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SimClockTest {
    private static final long DAY = 86_400_000;

    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final SimClock clock = new SimClock();

    @AfterEach
    void close() {
        vertx.close().await();
    }

    @Test
    void whoWaitsForATimeIsToldWhenTheClockIsMovedPastIt() throws Exception {
        Promise<Void> told = Promise.promise();
        clock.at(context, clock.millis() + DAY, told::complete);

        clock.moveTo(clock.millis() + DAY);

        told.future().await(10, TimeUnit.SECONDS);
    }

    @Test
    void whoNoLongerWantsToBeToldIsNot() throws Exception {
        AtomicBoolean told = new AtomicBoolean();
        Promise<Void> later = Promise.promise();
        clock.at(context, clock.millis() + DAY, () -> told.set(true)).run();
        clock.at(context, clock.millis() + 2 * DAY, later::complete);

        clock.moveTo(clock.millis() + 2 * DAY);

        later.future().await(10, TimeUnit.SECONDS);
        assertFalse(told.get());
    }

    @Test
    void replicasSeeAFloorOnlyOnceItWasMoved() {
        assertEquals(Now.NO_FLOOR, clock.now(0).floorMs());
        long to = clock.millis() + DAY;

        clock.moveTo(to);

        assertEquals(to, clock.now(0).floorMs());
        assertTrue(clock.now(0).wallMs() >= to);
    }

    @Test
    void itIsNeverMovedBack() {
        long before = clock.millis();
        clock.moveTo(before - DAY);

        assertTrue(clock.millis() >= before);
    }
}
