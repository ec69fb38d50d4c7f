package io.skein.store;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** A database of a node with a few topics, and with things that nobody is to see. */
final class SqlDatabase {
    static final String SECRET = "nobody-is-to-see-this";
    /** Messages of a topic in one chunk. */
    static final int CHUNK = 10;

    private SqlDatabase() {}

    /** Topics {@code a}, {@code b}, {@code empty}, with so many messages each; the first five of {@code b} are trimmed. */
    static Path make(Path directory, int messages) throws SQLException {
        Path file = directory.resolve("skein.db");
        try (Connection writer = Database.openWriter(file, StoreConfig.at(directory))) {
            Database.migrate(writer, file);
            Database.execute(writer, "INSERT INTO state VALUES (1, 0, 0, 5000, 0)");
            Database.execute(
                    writer, "INSERT INTO account VALUES (1, '" + SECRET + "', 'ADMIN', '" + SECRET + "', 1, 0)");
            Database.execute(
                    writer,
                    "INSERT INTO subscription (id, name, created_idx, created_place, created_time, filter, lease_ms,"
                            + " max_deliveries, backoff_ms, by_key, paused, turn, delivered, redelivered, acknowledged, rate)"
                            + " VALUES (1, 'work', 0, 0, 0, 'a', 30000, 5, '[]', 0, 0, 0, 7, 0, 3, 0)");
            Database.execute(writer, "BEGIN");
            long topic = 0;
            long chunk = 1 << 20;
            for (String name : List.of("a", "b", "empty")) {
                topic++;
                int count = name.equals("empty") ? 0 : messages;
                topic(writer, topic, name, count, name.equals("b") ? 5 : 0);
                for (int base = 0; base < count; base += CHUNK) {
                    // Chunks of both topics beside each other, as writing them together makes them.
                    chunk(writer, chunk + base * 2L + topic, topic, name, base);
                }
            }
            Database.execute(writer, "COMMIT");
        }
        return file;
    }

    private static void topic(Connection writer, long id, String name, int next, int lowWater) throws SQLException {
        try (PreparedStatement insert = writer.prepareStatement("INSERT INTO topic (id, name, created_idx,"
                + " created_place, created_time, max_age_ms, max_bytes, max_messages, on_full, ttl_ms, next_offset,"
                + " total_bytes, last_idx, last_place, last_time, open_time, low_water, trimmed_idx, trimmed_place,"
                + " trimmed_bytes) VALUES (?, ?, 0, 0, 0, 0, 0, 0, 'DROP_OLDEST', 0, ?, 0, 0, 0, 0, 0, ?, 0, 0, 0)")) {
            insert.setLong(1, id);
            insert.setString(2, name);
            insert.setInt(3, next);
            insert.setInt(4, lowWater);
            insert.executeUpdate();
        }
    }

    private static void chunk(Connection writer, long id, long topic, String name, int base) throws SQLException {
        StringBuilder body = new StringBuilder("[");
        for (int i = base; i < base + CHUNK; i++) {
            body.append(i == base ? "" : ",")
                    .append("{\"topic\":\"" + name + "\",\"offset\":" + i + ",\"cursor\":\"c" + i + "\",\"time\":"
                            + (1000 + i) + ",\"key\":\"k" + i % 3 + "\",\"headers\":{},\"format\":\"JSON\","
                            + "\"contentType\":\"application/json\",\"body\":\"{\\\"n\\\":" + i + "}\"}");
        }
        try (PreparedStatement insert =
                writer.prepareStatement("INSERT INTO chunk VALUES (?, ?, ?, ?, 0, 0, 0, 0, ?, ?, 0, 0, x'', ?)")) {
            insert.setLong(1, id);
            insert.setLong(2, topic);
            insert.setInt(3, base);
            insert.setInt(4, CHUNK);
            insert.setLong(5, 1000 + base);
            insert.setLong(6, 1000 + base + CHUNK - 1);
            insert.setBytes(7, body.append(']').toString().getBytes(StandardCharsets.UTF_8));
            insert.executeUpdate();
        }
    }
}
