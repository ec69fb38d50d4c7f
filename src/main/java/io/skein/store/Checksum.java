package io.skein.store;

import io.skein.machine.Cursor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32C;

/** CRC32C over what a row says, numbers as eight bytes each, big end first, then the bytes, in the order given here. */
final class Checksum {
    private Checksum() {}

    static long ofEntry(long index, long term, int kind, byte[] payload) {
        return of(payload, index, term, kind);
    }

    /** Everything of a chunk but the body, which it names by its checksum. */
    static long ofChunkHead(
            long id,
            long topicId,
            long baseOffset,
            int count,
            Cursor first,
            Cursor last,
            long firstTime,
            long lastTime,
            long bodyCrc,
            int bodyBytes,
            byte[] positions) {
        return of(
                positions,
                id,
                topicId,
                baseOffset,
                count,
                first.index(),
                first.place(),
                last.index(),
                last.place(),
                firstTime,
                lastTime,
                bodyCrc,
                bodyBytes);
    }

    static long ofChunkBody(long id, byte[] body) {
        return of(body, id);
    }

    /** @param texts topic, key, format, content type and headers, as in the row */
    static long ofScheduled(Cursor at, long due, long time, long[] options, List<String> texts, byte[] body) {
        CRC32C crc = new CRC32C();
        for (String text : texts) {
            crc.update(text.getBytes(StandardCharsets.UTF_8));
            crc.update(0);
        }
        return of(body, crc.getValue(), at.index(), at.place(), due, time, options[0], options[1], options[2]);
    }

    static long ofAnswer(long index, int place, byte[] answer) {
        return of(answer, index, place);
    }

    /** Everything of a mail but whether it was read. */
    static long ofMail(long id, long from, long to, long time, String content) {
        return of(content.getBytes(StandardCharsets.UTF_8), id, from, to, time);
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
