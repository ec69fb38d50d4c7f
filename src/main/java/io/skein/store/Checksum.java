package io.skein.store;

import io.skein.machine.Cursor;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC32C over what a row says, numbers as eight bytes each, big end first, then the bytes, in the order given here. */
final class Checksum {
    private Checksum() {}

    static long ofEntry(long index, long term, int kind, byte[] payload) {
        return of(payload, index, term, kind);
    }

    static long ofChunk(
            long id,
            long topicId,
            long baseOffset,
            int count,
            Cursor first,
            Cursor last,
            long firstTime,
            long lastTime,
            byte[] positions,
            byte[] body) {
        CRC32C crc = new CRC32C();
        ByteBuffer numbers = ByteBuffer.allocate(80);
        numbers.putLong(id)
                .putLong(topicId)
                .putLong(baseOffset)
                .putLong(count)
                .putLong(first.index())
                .putLong(first.place())
                .putLong(last.index())
                .putLong(last.place())
                .putLong(firstTime)
                .putLong(lastTime);
        crc.update(numbers.flip());
        crc.update(positions);
        crc.update(body);
        return crc.getValue();
    }

    /** A delayed message: cursor, due, and its bytes. */
    static long ofScheduled(Cursor at, long due, byte[] body) {
        return of(body, at.index(), at.place(), due);
    }

    static long ofAnswer(long index, int place, byte[] answer) {
        return of(answer, index, place);
    }

    private static long of(byte[] bytes, long... numbers) {
        CRC32C crc = new CRC32C();
        ByteBuffer buffer = ByteBuffer.allocate(8 * numbers.length);
        for (long number : numbers) {
            buffer.putLong(number);
        }
        crc.update(buffer.flip());
        crc.update(bytes);
        return crc.getValue();
    }
}
