package io.skein.store;

import io.skein.machine.Cursor;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.ArrayList;
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
        long bodyCrc,
        long headCrc,
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
        long bodyCrc = Checksum.ofChunkBody(id, body);
        long headCrc = Checksum.ofChunkHead(
                id,
                first.topicId(),
                first.offset(),
                messages.size(),
                first.cursor(),
                last.cursor(),
                first.time(),
                last.time(),
                bodyCrc,
                body.length,
                positions);
        return new Chunk(
                id,
                first.topicId(),
                first.offset(),
                messages.size(),
                first.cursor(),
                last.cursor(),
                first.time(),
                last.time(),
                bodyCrc,
                headCrc,
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
            long bodyCrc,
            long headCrc,
            int bodyBytes,
            byte[] encodedPositions) {
        /** Chunks {@code c} of the topics that exist; a condition follows. */
        static final String SELECT = """
                SELECT c.id, c.topic_id, t.name, c.base_offset, c.count, c.first_idx, c.first_place, c.last_idx,
                    c.last_place, c.first_time, c.last_time, c.body_crc, c.head_crc, length(c.body) AS body_bytes,
                    c.positions
                FROM chunk c JOIN topic t ON t.id = c.topic_id
                """;

        /** The rows of a query that begins with {@link #SELECT}. */
        static List<Head> of(RowSet<Row> rows) {
            List<Head> heads = new ArrayList<>(rows.size());
            for (Row row : rows) {
                heads.add(new Head(
                        row.getLong(0),
                        row.getLong(1),
                        row.getString(2),
                        row.getLong(3),
                        row.getInteger(4),
                        new Cursor(row.getLong(5), row.getInteger(6)),
                        new Cursor(row.getLong(7), row.getInteger(8)),
                        row.getLong(9),
                        row.getLong(10),
                        row.getLong(11),
                        row.getLong(12),
                        row.getInteger(13),
                        (byte[]) row.getValue(14)));
            }
            return heads;
        }

        long nextOffset() {
            return baseOffset + count;
        }

        /**
         * Where the messages stand.
         *
         * @throws Damaged when this is not what was written
         */
        Positions positions() {
            long actual = Checksum.ofChunkHead(
                    id,
                    topicId,
                    baseOffset,
                    count,
                    first,
                    last,
                    firstTime,
                    lastTime,
                    bodyCrc,
                    bodyBytes,
                    encodedPositions);
            if (actual != headCrc) {
                throw damaged();
            }
            return Positions.decode(encodedPositions, count, first, firstTime);
        }

        /** @throws Damaged when the body is not what was written */
        void verify(byte[] body) {
            if (Checksum.ofChunkBody(id, body) != bodyCrc) {
                throw damaged();
            }
        }

        private Damaged damaged() {
            return new Damaged("chunk " + id + " of topic \"" + topic + "\" with offsets from " + baseOffset
                    + " is not what was written");
        }

        StoredMessage message(Positions positions, int i, byte[] body) {
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
