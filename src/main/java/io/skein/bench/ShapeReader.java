package io.skein.bench;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Reads the public JSON of messages back out of either shape, as a door would deliver it. */
final class ShapeReader implements AutoCloseable {
    private static final String MESSAGE_COLUMNS =
            "select \"offset\", cursor, time, \"key\", headers, format, content_type, body from message";
    private static final String CHUNK_COLUMNS = "select base, \"count\", positions, json from chunk";

    private final boolean chunks;
    private final PreparedStatement page;
    private final PreparedStatement all;

    ShapeReader(Connection connection, Shape.Messages messages) throws SQLException {
        chunks = messages == Shape.Messages.CHUNKS;
        page = connection.prepareStatement(
                chunks
                        // The chunk that begins at or before the message, and those after it.
                        ? CHUNK_COLUMNS + """
                                 where id >= coalesce(
                                  (select id from chunk where id between ?1 and ?2 order by id desc limit 1), ?1)
                                and id <= ?3 order by id"""
                        : MESSAGE_COLUMNS + " where ?1 <= ?2 and id between ?2 and ?3 order by id");
        all = connection.prepareStatement(
                (chunks ? CHUNK_COLUMNS : MESSAGE_COLUMNS) + " where id between ? and ? order by id");
    }

    /** At most {@code limit} messages from {@code offset} on. */
    List<byte[]> page(int topic, long offset, int limit) throws SQLException {
        List<byte[]> messages = new ArrayList<>(limit);
        page.setLong(1, ShapeFile.id(topic, 0));
        page.setLong(2, ShapeFile.id(topic, offset));
        page.setLong(3, ShapeFile.id(topic + 1, 0) - 1);
        try (ResultSet rows = page.executeQuery()) {
            while (messages.size() < limit && rows.next()) {
                if (chunks) {
                    unpack(rows, offset, limit, messages);
                } else {
                    messages.add(message(topic, rows));
                }
            }
        }
        return messages;
    }

    /** Reads every message of a topic. @return how many */
    long scan(int topic) throws SQLException {
        long count = 0;
        List<byte[]> some = new ArrayList<>();
        all.setLong(1, ShapeFile.id(topic, 0));
        all.setLong(2, ShapeFile.id(topic + 1, 0) - 1);
        try (ResultSet rows = all.executeQuery()) {
            while (rows.next()) {
                if (chunks) {
                    some.clear();
                    unpack(rows, 0, Integer.MAX_VALUE, some);
                    count += some.size();
                } else {
                    count += message(topic, rows).length > 0 ? 1 : 0;
                }
            }
        }
        return count;
    }

    private static byte[] message(int topic, ResultSet row) throws SQLException {
        // What a message may have besides is read too, as it would have to be.
        if (!row.getString(4).isEmpty()
                || !row.getString(5).isEmpty()
                || !row.getString(7).isEmpty()) {
            throw new SQLException("a message that nobody wrote");
        }
        return ShapeWriter.json("bench/" + topic, row.getLong(1), row.getLong(2), row.getLong(3), row.getBytes(8));
    }

    private static void unpack(ResultSet row, long offset, int limit, List<byte[]> to) throws SQLException {
        int count = row.getInt(2);
        int first = (int) Math.max(0, offset - row.getLong(1));
        if (first >= count) {
            return;
        }
        ByteBuffer ends = ByteBuffer.wrap(row.getBytes(3));
        byte[] json = row.getBytes(4);
        int from = first == 0 ? 0 : ends.getInt((first - 1) * Integer.BYTES);
        for (int i = first; i < count && to.size() < limit; i++) {
            int end = ends.getInt(i * Integer.BYTES);
            byte[] message = new byte[end - from];
            System.arraycopy(json, from, message, 0, message.length);
            to.add(message);
            from = end;
        }
    }

    @Override
    public void close() throws SQLException {
        page.close();
        all.close();
    }
}
