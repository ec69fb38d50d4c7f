package io.skein.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.SQLiteConfig;

/**
 * A database with the tables of both shapes, opened as a node's writer opens its own: WAL, {@code synchronous=FULL}, no
 * automatic checkpoints. It is deleted when it is closed.
 */
final class ShapeFile implements AutoCloseable {
    private static final String[] SCHEMA = {
        """
        create table log (
          "index" integer primary key,
          term integer not null,
          time integer not null,
          crc integer not null,
          payload blob not null
        ) strict""",
        // One B-tree for each shape, with an integer key: in an index, and a table without rowids is one, every
        // comparison
        // reads the whole record once it flows over its page. No index by cursor: cursors rise with a topic's offsets.
        """
        create table message (
          id integer primary key, -- topic_id << 40 | "offset"
          topic_id integer as (id >> 40) virtual,
          "offset" integer as (id & 0xffffffffff) virtual,
          cursor integer not null,
          time integer not null,
          "key" text not null,
          headers text not null,
          format integer not null,
          content_type text not null,
          body blob not null
        ) strict""",
        """
        create table chunk (
          id integer primary key, -- topic_id << 40 | base
          topic_id integer as (id >> 40) virtual,
          base integer as (id & 0xffffffffff) virtual,
          "count" integer not null,
          first_cursor integer not null,
          last_cursor integer not null,
          first_time integer not null,
          last_time integer not null,
          crc integer not null,
          positions blob not null,
          json blob not null
        ) strict"""
    };

    /** The key of both tables: all messages of a topic follow each other. */
    static long id(int topic, long offset) {
        return (long) topic << 40 | offset;
    }

    private final Path path;
    private final Connection connection;
    private final long pageBytes;

    private ShapeFile(Path path, Connection connection, int pageBytes) {
        this.path = path;
        this.connection = connection;
        this.pageBytes = pageBytes;
    }

    /** A new, empty file in {@code folder}. */
    static ShapeFile create(Path folder, int pageKiB) throws IOException, SQLException {
        Path path = Files.createTempFile(folder, "ceiling", ".db");
        SQLiteConfig config = new SQLiteConfig();
        config.setPageSize(pageKiB << 10);
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        Connection connection;
        try {
            connection = config.createConnection("jdbc:sqlite:" + path);
        } catch (SQLException e) {
            Files.deleteIfExists(path);
            throw e;
        }
        ShapeFile file = new ShapeFile(path, connection, pageKiB << 10);
        try (Statement statement = connection.createStatement()) {
            statement.execute("pragma wal_autocheckpoint = 0");
            for (String table : SCHEMA) {
                statement.execute(table);
            }
            connection.setAutoCommit(false);
        } catch (SQLException e) {
            file.close();
            throw e;
        }
        return file;
    }

    Connection connection() {
        return connection;
    }

    /** Frames in the WAL since it was last begun anew, in bytes. Outside a transaction. The file itself never shrinks. */
    long walBytes() throws SQLException {
        // SQLite 3.51: a checkpoint that does nothing but say how much there is.
        return walFrames("noop")[0] * pageBytes;
    }

    /** Outside a transaction. A complete one makes the next commit begin the WAL anew. */
    void checkpoint() throws SQLException {
        long[] frames = walFrames("passive");
        if (frames[0] != frames[1]) {
            throw new SQLException("a checkpoint without readers left " + (frames[0] - frames[1]) + " frames");
        }
    }

    /** @return frames in the WAL, and those of them that are in the database */
    private long[] walFrames(String mode) throws SQLException {
        connection.setAutoCommit(true);
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("pragma wal_checkpoint(" + mode + ")")) {
            if (!result.next() || result.getInt(1) != 0) {
                throw new SQLException("somebody else is writing");
            }
            return new long[] {result.getLong(2), result.getLong(3)};
        } finally {
            connection.setAutoCommit(false);
        }
    }

    private Path wal() {
        return path.resolveSibling(path.getFileName() + "-wal");
    }

    @Override
    public void close() throws SQLException, IOException {
        try {
            connection.close();
        } finally {
            Files.deleteIfExists(path);
            Files.deleteIfExists(wal());
            Files.deleteIfExists(path.resolveSibling(path.getFileName() + "-shm"));
        }
    }
}
