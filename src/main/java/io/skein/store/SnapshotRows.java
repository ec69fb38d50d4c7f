package io.skein.store;

import io.skein.machine.Cursor;
import io.skein.replica.ClusterConfiguration;
import io.skein.replica.WriteBatch.Settled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.List;

/** What a snapshot must be: says what it holds and looks at its rows, on the side that made it and on the other. */
final class SnapshotRows {
    private static final int HASHED_AT_ONCE = 1 << 20;
    /** Schema version with the first mail in it. */
    private static final int MAIL_SINCE = 4;

    private final Connection connection;
    private final Path file;
    private final Runnable pulse;

    /** @param pulse called now and then; ends the work by throwing */
    SnapshotRows(Connection connection, Path file, Runnable pulse) {
        this.connection = connection;
        this.file = file;
        this.pulse = pulse;
    }

    /** @throws IllegalStateException when nothing is settled */
    Settled settled() throws SQLException {
        if (Database.number(connection, "SELECT count(*) FROM main.state") != 1) {
            throw new UnusableDatabase(file, "it does not say up to where it goes");
        }
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT idx, term, time, hash FROM main.state")) {
            row.next();
            Settled settled = new Settled(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4));
            if (settled.index() == 0) {
                throw new IllegalStateException("nothing is settled yet, so there is nothing to make a snapshot of");
            }
            return settled;
        }
    }

    ClusterConfiguration configuration() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT idx, payload FROM main.configuration ORDER BY idx")) {
            if (!row.next()) {
                throw new UnusableDatabase(file, "it does not say who belongs to the cluster");
            }
            long index = row.getLong(1);
            byte[] payload = row.getBytes(2);
            if (row.next() || index > settled().index()) {
                throw new UnusableDatabase(file, "it holds a configuration that is later than its state");
            }
            return ClusterConfiguration.decode(payload);
        } catch (IllegalArgumentException notOne) {
            throw new Damaged("table configuration of " + file + ": " + notOne.getMessage());
        }
    }

    /** Nothing that belongs to one node alone may travel. */
    void checkHasNoOwner() throws SQLException {
        for (String table : List.of("node", "log", "term")) {
            if (Database.number(connection, "SELECT count(*) FROM main." + table) > 0) {
                throw new UnusableDatabase(file, "it is no snapshot: table " + table + " is not empty");
            }
        }
    }

    /**
     * Checks every row that carries a checksum.
     *
     * @param bodies whether bodies of chunks are read as well
     * @throws Damaged at the first that is not what was written
     */
    void check(boolean bodies) throws SQLException {
        checkChunks(bodies);
        checkScheduled();
        checkAnswers();
        if (Database.number(connection, "PRAGMA user_version") >= MAIL_SINCE) {
            checkMail();
        }
    }

    /**
     * That every message of every topic is there: what its topic counts, its chunks hold.
     *
     * @throws Damaged at the first topic with a hole
     */
    void checkWhole() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("""
                        SELECT t.name, t.next_offset - t.low_water AS kept,
                            coalesce(sum(c.count - max(0, t.low_water - c.base_offset)), 0) AS held
                        FROM main.topic t
                        LEFT JOIN main.chunk c ON c.topic_id = t.id AND c.base_offset + c.count > t.low_water
                        GROUP BY t.id HAVING kept <> held""")) {
            if (row.next()) {
                throw new Damaged("topic \"" + row.getString(1) + "\" has " + row.getLong(2) + " messages, and "
                        + row.getLong(3) + " are there");
            }
        }
    }

    private void checkChunks(boolean bodies) throws SQLException {
        String columns = """
                id, topic_id, base_offset, count, first_idx, first_place, last_idx, last_place, first_time,
                    last_time, body_crc, head_crc, length(body), positions""" + (bodies ? ", body" : "");
        Pages.each(connection, "chunk", "id", columns, row -> {
            pulse.run();
            Chunk.Head head = new Chunk.Head(
                    row.getLong(1),
                    row.getLong(2),
                    "number " + row.getLong(2),
                    row.getLong(3),
                    row.getInt(4),
                    new Cursor(row.getLong(5), row.getInt(6)),
                    new Cursor(row.getLong(7), row.getInt(8)),
                    row.getLong(9),
                    row.getLong(10),
                    row.getLong(11),
                    row.getLong(12),
                    row.getInt(13),
                    row.getBytes(14));
            head.positions();
            if (bodies) {
                head.verify(row.getBytes(15));
            }
        });
    }

    private void checkScheduled() throws SQLException {
        String columns = """
                idx, place, due, time, topic, key, format, content_type, headers, delay_ms, ttl_ms,
                    expect_offset, crc, body""";
        Pages.each(connection, "scheduled", "id", columns, row -> {
            pulse.run();
            Cursor at = new Cursor(row.getLong(1), row.getInt(2));
            long crc = Checksum.ofScheduled(
                    at,
                    row.getLong(3),
                    row.getLong(4),
                    new long[] {row.getLong(10), row.getLong(11), row.getLong(12)},
                    List.of(row.getString(5), row.getString(6), row.getString(7), row.getString(8), row.getString(9)),
                    row.getBytes(14));
            if (crc != row.getLong(13)) {
                throw new Damaged("the delayed message " + at + " is not what was written");
            }
        });
    }

    private void checkAnswers() throws SQLException {
        Pages.each(connection, "answer", "idx, place", "idx, place, crc, answer", row -> {
            pulse.run();
            if (Checksum.ofAnswer(row.getLong(1), row.getInt(2), row.getBytes(4)) != row.getLong(3)) {
                throw new Damaged(
                        "the answer kept for " + row.getLong(1) + "." + row.getInt(2) + " is not what was written");
            }
        });
    }

    private void checkMail() throws SQLException {
        Pages.each(connection, "mail", "id", "id, from_id, to_id, time, content, crc", row -> {
            pulse.run();
            long crc =
                    Checksum.ofMail(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4), row.getString(5));
            if (crc != row.getLong(6)) {
                throw new Damaged("mail " + row.getLong(1) + " is not what was written");
            }
        });
    }

    /** Of a file that nobody has open as a database: closing it here would take that one's locks away. */
    static String sha256(Path file, Runnable pulse) throws IOException {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            MessageDigest digest = newSha256();
            ByteBuffer buffer = ByteBuffer.allocate(HASHED_AT_ONCE);
            while (in.read(buffer) >= 0) {
                pulse.run();
                digest.update(buffer.flip());
                buffer.clear();
            }
            return HexFormat.of().formatHex(digest.digest());
        }
    }

    static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new AssertionError(everyJdkHasIt);
        }
    }
}
