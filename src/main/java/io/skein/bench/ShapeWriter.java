package io.skein.bench;

import io.skein.frame.MessageJson;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.zip.CRC32C;

/**
 * Writes batches of messages in one {@link Shape}. All that is made for the rows is made here, in the measured time: the
 * payload of the log row, the JSON of the chunk and the checksums.
 */
final class ShapeWriter implements AutoCloseable {
    /** Chunks are cut at this size (DESIGN D17). */
    static final int MAX_CHUNK_BYTES = 256 << 10;
    /** Few enough to stay in the cache, many enough not to be the same page again. */
    private static final int BODIES = 4096;

    private final Shape shape;
    private final int topics;
    private final byte[][] bodies;
    private final String[] topicNames;
    private final long[] offsets;
    private final Connection connection;
    private final PreparedStatement log;
    private final PreparedStatement message;
    private final PreparedStatement chunk;
    private final ByteBuffer payload;
    private final CRC32C crc = new CRC32C();
    private final List<Row> behind = new ArrayList<>();
    private final List<OpenChunk> open = new ArrayList<>();
    private long index;
    private long written;
    private long behindBytes;

    private record Row(int topic, long offset, long cursor, long time, byte[] body) {}

    ShapeWriter(Connection connection, Shape shape, int topics, int maxBatch, int bytes) throws SQLException {
        this.shape = shape;
        this.topics = topics;
        this.connection = connection;
        bodies = new byte[BODIES][bytes];
        ThreadLocalRandom random = ThreadLocalRandom.current();
        for (byte[] body : bodies) {
            for (int i = 0; i < bytes; i++) {
                body[i] = (byte) ('0' + random.nextInt(43));
            }
        }
        topicNames = new String[topics];
        offsets = new long[topics];
        for (int i = 0; i < topics; i++) {
            topicNames[i] = "bench/" + i;
            open.add(new OpenChunk());
        }
        payload = ByteBuffer.allocate(maxBatch * (bytes + 48));
        log = connection.prepareStatement("insert into log values (?, ?, ?, ?, ?)");
        message = connection.prepareStatement("insert into message values (?, ?, ?, ?, ?, ?, ?, ?)");
        chunk = connection.prepareStatement("insert into chunk values (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    }

    /** Messages of every topic have the offsets from 0 to this, exclusive. */
    long messages(int topic) {
        return offsets[topic];
    }

    long written() {
        return written;
    }

    /** One transaction with one log row that holds {@code batch} messages, dealt to the topics in turn. */
    void commit(int batch) throws SQLException {
        index++;
        long time = System.currentTimeMillis();
        payload.clear();
        for (int i = 0; i < batch; i++) {
            int topic = (int) (written % topics);
            byte[] body = bodies[(int) (written % BODIES)];
            written++;
            payload.putInt(topic).putLong(time).putInt(body.length).put(body);
            behindBytes += body.length;
            behind.add(new Row(topic, offsets[topic]++, index << 20 | i, time, body));
        }
        insertLog(time);
        if (index % shape.commits == 0 && behindBytes >= shape.bytes) {
            insertMessages();
        }
        connection.commit();
    }

    /** What was still behind, in a transaction of its own. */
    void settle() throws SQLException {
        insertMessages();
        connection.commit();
    }

    private void insertLog(long time) throws SQLException {
        byte[] bytes = new byte[payload.position()];
        payload.flip().get(bytes);
        log.setLong(1, index);
        log.setLong(2, 1);
        log.setLong(3, time);
        log.setLong(4, checksum(bytes));
        log.setBytes(5, bytes);
        log.executeUpdate();
    }

    private void insertMessages() throws SQLException {
        switch (shape.messages) {
            case NONE -> {}
            case ROWS -> insertRows();
            case CHUNKS -> insertChunks();
        }
        behind.clear();
        behindBytes = 0;
    }

    private void insertRows() throws SQLException {
        for (Row row : behind) {
            message.setLong(1, ShapeFile.id(row.topic, row.offset));
            message.setLong(2, row.cursor);
            message.setLong(3, row.time);
            message.setString(4, "");
            message.setString(5, "");
            message.setLong(6, 2);
            message.setString(7, "");
            message.setBytes(8, row.body);
            message.addBatch();
        }
        if (!behind.isEmpty()) {
            message.executeBatch();
        }
    }

    private void insertChunks() throws SQLException {
        for (Row row : behind) {
            byte[] json = json(topicNames[row.topic], row.offset, row.cursor, row.time, row.body);
            OpenChunk chunkOfTopic = open.get(row.topic);
            if (chunkOfTopic.json.size() + json.length > MAX_CHUNK_BYTES) {
                insert(row.topic, chunkOfTopic);
            }
            chunkOfTopic.add(row, json);
        }
        for (int topic = 0; topic < topics; topic++) {
            insert(topic, open.get(topic));
        }
    }

    static byte[] json(String topic, long offset, long cursor, long time, byte[] body) {
        return MessageJson.encode(topic, offset, cursorText(cursor), time, "RAW", body);
    }

    private static String cursorText(long cursor) {
        return "c" + Long.toString(cursor, 36);
    }

    private void insert(int topic, OpenChunk content) throws SQLException {
        if (content.rows.isEmpty()) {
            return;
        }
        Row first = content.rows.get(0);
        Row last = content.rows.get(content.rows.size() - 1);
        byte[] json = content.json.toByteArray();
        chunk.setLong(1, ShapeFile.id(topic, first.offset));
        chunk.setLong(2, content.rows.size());
        chunk.setLong(3, first.cursor);
        chunk.setLong(4, last.cursor);
        chunk.setLong(5, first.time);
        chunk.setLong(6, last.time);
        chunk.setLong(7, checksum(json));
        chunk.setBytes(8, content.positions());
        chunk.setBytes(9, json);
        chunk.executeUpdate();
        content.clear();
    }

    private long checksum(byte[] bytes) {
        crc.reset();
        crc.update(bytes);
        return crc.getValue();
    }

    @Override
    public void close() throws SQLException {
        log.close();
        message.close();
        chunk.close();
    }

    /** The messages of one topic on their way into one row. */
    private static final class OpenChunk {
        private final List<Row> rows = new ArrayList<>();
        private final List<Integer> ends = new ArrayList<>();
        private final ByteArrayOutputStream json = new ByteArrayOutputStream();

        void add(Row row, byte[] text) {
            rows.add(row);
            json.writeBytes(text);
            ends.add(json.size());
        }

        /** Four bytes for the end of each message. */
        byte[] positions() {
            ByteBuffer positions = ByteBuffer.allocate(ends.size() * Integer.BYTES);
            ends.forEach(positions::putInt);
            return positions.array();
        }

        void clear() {
            rows.clear();
            ends.clear();
            json.reset();
        }
    }
}
