package io.skein.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import org.junit.jupiter.api.Test;

class PendingLimitTest {
    private final PendingLimit room = new PendingLimit(new ClientOptions.Limits(1, 8, 1000, 1, 1));

    @Test
    void whatIsTakenIsNotThereUntilItIsGivenBack() {
        assertTrue(room.take(5, 10));
        assertFalse(room.take(4, 10));
        assertTrue(room.take(3, 10));
        room.give(5, 10);
        assertTrue(room.take(4, 10));
    }

    @Test
    void bytesCountAsMessagesDoAndOneAloneMayBeLarger() {
        assertTrue(room.take(1, 5000));
        assertFalse(room.take(1, 1));
        room.give(1, 5000);
        assertTrue(room.take(1, 1));
    }

    @Test
    void whoeverWaitsIsToldWhenAQuarterIsFree() {
        room.take(8, 80);
        Future<Void> free = room.free();
        room.give(1, 10);
        assertFalse(free.isComplete());
        room.give(1, 10);
        assertTrue(free.succeeded());
        assertTrue(room.free().succeeded());
        assertEquals(6, room.messages());
    }

    @Test
    void whoeverWasRefusedWaitsThoughThereIsALittle() {
        room.take(4, 980);
        assertFalse(room.take(1, 100));
        Future<Void> free = room.free();
        assertFalse(free.isComplete());
        room.give(1, 300);
        assertTrue(free.succeeded());
        assertTrue(room.take(1, 100));
    }

    @Test
    void whoeverWantsMoreThanAQuarterWaitsUntilThatIsFree() {
        room.take(4, 700);
        assertFalse(room.take(1, 400));
        Future<Void> free = room.free(1, 400);
        room.give(1, 50);
        assertFalse(free.isComplete());
        room.give(1, 50);
        assertTrue(free.succeeded());
        assertTrue(room.take(1, 400));
    }

    @Test
    void whoeverWaitsForMoreThanThereEverIsIsToldWhenNothingIsLeft() {
        room.take(2, 20);
        Future<Void> free = room.free(9, 90);
        room.give(1, 10);
        assertFalse(free.isComplete());
        room.give(1, 10);
        assertTrue(free.succeeded());
    }

    @Test
    void aRefusalIsForgottenOnceAQuarterWasFree() {
        room.take(7, 70);
        assertFalse(room.take(2, 20));
        room.give(7, 70);
        room.take(7, 70);
        assertTrue(room.free().succeeded());
    }

    @Test
    void aRefusalOfSomebodyWhoGaveUpKeepsNobodyWaiting() {
        room.take(7, 200);
        assertFalse(room.take(1, 900));
        Future<Void> free = room.free();

        room.give(5, 10);

        assertTrue(free.succeeded());
        assertTrue(room.free().succeeded());
    }

    @Test
    void whoeverWaitsWhenTheClientEndsIsToldSo() {
        room.take(8, 80);
        Future<Void> free = room.free();
        SkeinException closed = SkeinException.of("closed", "the client was closed");
        room.close(closed);
        assertSame(closed, free.cause());
        assertSame(closed, room.free().cause());
    }
}
