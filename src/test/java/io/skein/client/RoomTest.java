package io.skein.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import org.junit.jupiter.api.Test;

class RoomTest {
    private final Room room = new Room(new ClientOptions.Limits(1, 8, 1000, 1, 1));

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
    void whoeverWaitsWhenTheClientEndsIsToldSo() {
        room.take(8, 80);
        Future<Void> free = room.free();
        SkeinException closed = SkeinException.of("closed", "the client was closed");
        room.close(closed);
        assertSame(closed, free.cause());
        assertSame(closed, room.free().cause());
    }
}
