package io.skein.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Cursor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChunkTest {
    private static StoredMessage message(long offset, Cursor cursor, long time, long expiresAt, String json) {
        return new StoredMessage(3, "t", offset, cursor, time, expiresAt, json.getBytes(StandardCharsets.UTF_8));
    }

    private static Chunk.Head head(Chunk chunk, byte[] positions) {
        return new Chunk.Head(
                chunk.id(),
                chunk.topicId(),
                "t",
                chunk.baseOffset(),
                chunk.count(),
                chunk.first(),
                chunk.last(),
                chunk.firstTime(),
                chunk.lastTime(),
                chunk.bodyCrc(),
                chunk.headCrc(),
                chunk.body().length,
                positions);
    }

    @Test
    void theBodyIsAJsonArrayOfTheMessages() {
        Chunk chunk = Chunk.of(
                Chunk.id(9, 0),
                List.of(
                        message(4, new Cursor(8, 0), 100, Long.MAX_VALUE, "{\"a\":1}"),
                        message(5, new Cursor(8, 1), 100, Long.MAX_VALUE, "{}")));

        assertEquals("[{\"a\":1},{}]", new String(chunk.body(), StandardCharsets.UTF_8));
    }

    @Test
    void everyMessageComesOutAsItWentIn() {
        Random random = new Random(5);
        for (int round = 0; round < 200; round++) {
            List<StoredMessage> messages = new ArrayList<>();
            Cursor cursor = new Cursor(1 + random.nextInt(1000), random.nextInt(5));
            long time = Math.abs(random.nextLong() >> 20);
            int count = 1 + random.nextInt(40);
            for (int i = 0; i < count; i++) {
                long expires = random.nextBoolean() ? Long.MAX_VALUE : time + random.nextInt(1000);
                messages.add(message(70 + i, cursor, time, expires, "x".repeat(random.nextInt(300))));
                cursor = random.nextBoolean()
                        ? new Cursor(cursor.index(), cursor.place() + 1 + random.nextInt(3))
                        : new Cursor(cursor.index() + 1 + random.nextInt(300), random.nextInt(4));
                time += random.nextInt(3) * random.nextInt(1_000_000);
            }

            Chunk chunk = Chunk.of(Chunk.id(1_000_000, round), messages);
            Chunk.Head head = head(chunk, chunk.positions());
            Positions positions = head.positions();
            head.verify(chunk.body());

            for (int i = 0; i < count; i++) {
                StoredMessage expected = messages.get(i);
                StoredMessage actual = head.message(positions, i, chunk.body());
                assertArrayEquals(expected.json(), actual.json());
                assertEquals(
                        List.of(expected.offset(), expected.cursor(), expected.time(), expected.expiresAt()),
                        List.of(actual.offset(), actual.cursor(), actual.time(), actual.expiresAt()));
            }
        }
    }

    @Test
    void positionsTakeAboutSixBytesForAMessage() {
        List<StoredMessage> messages = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            messages.add(message(
                    i, new Cursor(1 + i / 10, i % 10), 1_700_000_000_000L + i, Long.MAX_VALUE, "y".repeat(400)));
        }

        assertTrue(Positions.encode(messages).length <= 6_100);
    }

    @Test
    void anyFlippedBitIsNoticed() {
        Chunk chunk = Chunk.of(
                Chunk.id(9, 0),
                List.of(
                        message(4, new Cursor(8, 0), 100, 200, "{\"a\":1}"),
                        message(5, new Cursor(9, 1), 130, Long.MAX_VALUE, "{}")));

        for (int bit = 0; bit < chunk.positions().length * 8; bit++) {
            byte[] flipped = chunk.positions().clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThrows(Damaged.class, () -> head(chunk, flipped).positions());
        }
        for (int bit = 0; bit < chunk.body().length * 8; bit++) {
            byte[] flipped = chunk.body().clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThrows(Damaged.class, () -> head(chunk, chunk.positions()).verify(flipped));
        }
    }
}
