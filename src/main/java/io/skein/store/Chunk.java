package io.skein.store;

import io.skein.machine.Cursor;
import java.util.Arrays;
import java.util.List;

/**
 * Messages of one topic that are one row (table {@code chunk}): offsets dense, cursors ascending.
 *
 * @param body JSON array of the messages
 */
record Chunk(
        long id,
        long topicId,
        long baseOffset,
        int count,
        Cursor first,
        Cursor last,
        long firstTime,
        long lastTime,
        long crc,
        byte[] positions,
        byte[] body) {
    /** A chunk is cut before it would be longer; only one message alone can be. */
    static final int MAX_BODY_BYTES = 256 << 10;

    /** Bits of an id for the number of the chunk within its transaction. */
    private static final int NUMBER_BITS = 20;

    static final int MAX_NUMBER = (1 << NUMBER_BITS) - 1;

    /** @param settled settled index of the transaction */
    static long id(long settled, int number) {
        assert settled < 1L << (63 - NUMBER_BITS) && number <= MAX_NUMBER : settled + "/" + number;
        return settled << NUMBER_BITS | number;
    }

    /** The settled index of the transaction that wrote the chunk: at or above all its cursors. */
    static long settled(long id) {
        return id >>> NUMBER_BITS;
    }

    /** The lowest id of a chunk that can hold a message at this index or above. */
    static long firstIdFor(long index) {
        return index << NUMBER_BITS;
    }

    static Chunk of(long id, List<StoredMessage> messages) {
        StoredMessage first = messages.get(0);
        StoredMessage last = messages.get(messages.size() - 1);
        byte[] positions = Positions.encode(messages);
        byte[] body = body(messages);
        long crc = Checksum.ofChunk(
                id,
                first.topicId(),
                first.offset(),
                messages.size(),
                first.cursor(),
                last.cursor(),
                first.time(),
                last.time(),
                positions,
                body);
        return new Chunk(
                id,
                first.topicId(),
                first.offset(),
                messages.size(),
                first.cursor(),
                last.cursor(),
                first.time(),
                last.time(),
                crc,
                positions,
                body);
    }

    private static byte[] body(List<StoredMessage> messages) {
        int length = 1;
        for (StoredMessage message : messages) {
            length += message.json().length + 1;
        }
        byte[] body = new byte[length];
        int at = 0;
        for (StoredMessage message : messages) {
            body[at++] = ',';
            System.arraycopy(message.json(), 0, body, at, message.json().length);
            at += message.json().length;
        }
        body[0] = '[';
        body[at] = ']';
        return body;
    }

    /** What a reader knows of a chunk before it has read the body. */
    record Head(
            long id,
            long topicId,
            String topic,
            long baseOffset,
            int count,
            Cursor first,
            Cursor last,
            long firstTime,
            long lastTime,
            long crc,
            byte[] encodedPositions,
            int bodyBytes,
            Positions positions) {

        /** @throws Damaged when the row cannot be what was written */
        static Head of(
                long id,
                long topicId,
                String topic,
                long baseOffset,
                int count,
                Cursor first,
                Cursor last,
                long firstTime,
                long lastTime,
                long crc,
                byte[] encodedPositions,
                int bodyBytes) {
            // Damage is found here too, because a wrong position would otherwise choose wrong messages.
            boolean possible = count > 0 && count <= encodedPositions.length;
            Positions positions = possible ? Positions.decode(encodedPositions, count, first, firstTime) : null;
            if (!possible
                    || positions.start(count) != bodyBytes
                    || !positions.cursor(count - 1).equals(last)
                    || positions.time(count - 1) != lastTime) {
                throw new Damaged("chunk " + id + " of topic " + topicId + " does not fit its positions");
            }
            return new Head(
                    id,
                    topicId,
                    topic,
                    baseOffset,
                    count,
                    first,
                    last,
                    firstTime,
                    lastTime,
                    crc,
                    encodedPositions,
                    bodyBytes,
                    positions);
        }

        long nextOffset() {
            return baseOffset + count;
        }

        /** @throws Damaged when the body is not what was written */
        void verify(byte[] body) {
            long actual = Checksum.ofChunk(
                    id, topicId, baseOffset, count, first, last, firstTime, lastTime, encodedPositions, body);
            if (actual != crc) {
                throw new Damaged("chunk " + id + " of topic \"" + topic + "\", offsets " + baseOffset + " to "
                        + (nextOffset() - 1) + ", is not what was written");
            }
        }

        StoredMessage message(int i, byte[] body) {
            byte[] json = Arrays.copyOfRange(body, positions.start(i), positions.start(i) + positions.length(i));
            return new StoredMessage(
                    topicId,
                    topic,
                    baseOffset + i,
                    positions.cursor(i),
                    positions.time(i),
                    positions.expiresAt(i),
                    json);
        }
    }
}
