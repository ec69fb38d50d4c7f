package io.skein.store;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Moves committed pages from the write-ahead log into the database file, outside the commit path (DESIGN D3). Most are
 * moved by a connection of its own, beside the writer, which goes on committing. Because the log starts again at its
 * front only when all of it was moved, the writer moves the small rest between two batches once the log is long; and when
 * readers keep it from that, it waits for them in the end.
 *
 * <p>Measured ({@code WriteBench}, batches of 256 messages of 256 bytes, medians of six runs): 305,000 messages/s and a
 * longest wait of 29 ms this way, 293,000/s and 46 ms with everything moved between batches. On a disk that others keep
 * busy the difference is larger.
 */
final class Checkpointer implements AutoCloseable {
    /** What should be done now. */
    enum Need {
        NOTHING,
        /** {@link #beside}. */
        BESIDE,
        /** {@link #between}: the log is long. */
        BETWEEN,
        /** {@link #restart}: the log is too long. */
        RESTART
    }

    /** So many checkpoints beside the writer come to one between its batches. */
    private static final int BESIDE_PER_BETWEEN = 4;

    private final Connection writer;
    private final Connection own;
    private final PreparedStatement look;
    private final StoreConfig config;
    private final StoreListener listener;
    private final Faults faults;
    private final long pageBytes;
    private long waitingBytes;
    private long logBytes;
    // What there was at the last attempt. When readers hold it up, the next is not worth making before there is more.
    private long triedAtLogBytes;
    private long triedAtWaitingBytes;

    Checkpointer(Connection writer, Path file, StoreConfig config, StoreListener listener, Faults faults)
            throws SQLException {
        this.writer = writer;
        this.config = config;
        this.listener = listener;
        this.faults = faults;
        pageBytes = Database.number(writer, "PRAGMA page_size");
        look = writer.prepareStatement("PRAGMA wal_checkpoint(NOOP)");
        own = Database.openWriter(file, config);
    }

    /** Finds out how long the log is. On the writer's thread, like everything but {@link #beside}. */
    Need need() throws SQLException {
        try (ResultSet row = look.executeQuery()) {
            note(row);
        }
        listener.walBytes(waitingBytes);
        long step = config.walBytes() / BESIDE_PER_BETWEEN;
        if (logBytes < config.walBytes()) {
            triedAtLogBytes = 0;
        } else if (logBytes >= triedAtLogBytes + step) {
            return logBytes >= config.walLimitBytes() ? Need.RESTART : Need.BETWEEN;
        }
        if (waitingBytes < step) {
            triedAtWaitingBytes = 0;
        } else if (waitingBytes >= triedAtWaitingBytes + step) {
            return Need.BESIDE;
        }
        return Need.NOTHING;
    }

    /** Bytes of the log that are not yet in the database file, as of the last look. */
    long waitingBytes() {
        return waitingBytes;
    }

    /** Said before {@link #beside} is handed to another thread. */
    void besideBegins() {
        triedAtWaitingBytes = waitingBytes;
    }

    /** Moves what can be moved without waiting for anybody; on any one thread, while the writer goes on. */
    void beside() throws SQLException {
        checkpoint(own, "PASSIVE");
    }

    /** Moves what can be moved without waiting for readers. */
    void between() throws SQLException {
        checkpoint(writer, "PASSIVE");
        triedAtLogBytes = logBytes;
    }

    /** Waits for {@link #beside} and a moment for readers, so that the log starts again at its front. */
    void restart() throws SQLException {
        checkpoint(writer, "RESTART");
        triedAtLogBytes = logBytes;
    }

    /** Waits for the one under way: SQLite would refuse a second. */
    private synchronized void checkpoint(Connection connection, String mode) throws SQLException {
        faults.beforeCheckpoint();
        long start = System.nanoTime();
        // Prepared anew each time: the driver closes a statement that met a full disk.
        try (Statement pragma = connection.createStatement();
                ResultSet row = pragma.executeQuery("PRAGMA wal_checkpoint(" + mode + ")")) {
            row.next();
            boolean heldUp = row.getLong(2) != row.getLong(3);
            listener.checkpointed(System.nanoTime() - start, heldUp ? -1 : row.getLong(3));
        }
    }

    /** The row is: held up, pages of the log, pages of it that were moved; -1 when another checkpoint is under way. */
    private void note(ResultSet row) throws SQLException {
        row.next();
        long log = row.getLong(2);
        long moved = row.getLong(3);
        if (log >= 0 && moved >= 0) {
            waitingBytes = (log - moved) * pageBytes;
            // A log that was moved whole starts again at the front with the next transaction.
            logBytes = log == moved ? 0 : log * pageBytes;
        }
    }

    @Override
    public void close() throws SQLException {
        own.close();
    }
}
