package io.skein.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Moves committed pages from the write-ahead log into the database file, between two transactions and never within one
 * (DESIGN D3).
 */
final class Checkpointer {
    /** @param logPages in the write-ahead log; @param movedPages of these that are in the database file too */
    private record State(long logPages, long movedPages) {
        /** The row is: held up by readers, pages of the log, pages moved; -1 for none. */
        static State of(ResultSet row) throws SQLException {
            row.next();
            return new State(Math.max(0, row.getLong(2)), Math.max(0, row.getLong(3)));
        }
    }

    private final PreparedStatement look;
    private final Connection connection;
    private final StoreConfig config;
    private final StoreListener listener;
    private final Faults faults;
    private final long pageBytes;
    private long waitingBytes;
    private long logBytes;

    Checkpointer(Connection connection, StoreConfig config, StoreListener listener, Faults faults) throws SQLException {
        this.connection = connection;
        this.config = config;
        this.listener = listener;
        this.faults = faults;
        pageBytes = Database.number(connection, "PRAGMA page_size");
        look = connection.prepareStatement("PRAGMA wal_checkpoint(NOOP)");
    }

    /** Bytes of the write-ahead log that are not yet in the database file. */
    long waitingBytes() {
        return waitingBytes;
    }

    /** After a commit: notes how much waits, and checkpoints when that is too much. */
    boolean afterCommit() throws SQLException {
        try (ResultSet row = look.executeQuery()) {
            note(State.of(row));
        }
        listener.walBytes(waitingBytes);
        // The whole length counts too: while readers hold on to it, it grows although nothing waits.
        if (logBytes >= config.walLimitBytes()) {
            return checkpoint("RESTART");
        }
        return waitingBytes >= config.walBytes() && checkpoint("PASSIVE");
    }

    /** Moves what can be moved without waiting for anybody. */
    boolean whenIdle() throws SQLException {
        return checkpoint("PASSIVE");
    }

    private boolean checkpoint(String mode) throws SQLException {
        faults.beforeCheckpoint();
        long start = System.nanoTime();
        long waiting = waitingBytes;
        State state;
        // Prepared anew each time: the driver closes a statement that met a full disk.
        try (Statement pragma = connection.createStatement();
                ResultSet row = pragma.executeQuery("PRAGMA wal_checkpoint(" + mode + ")")) {
            state = State.of(row);
        }
        note(state);
        boolean done = state.movedPages() == state.logPages();
        listener.checkpointed(System.nanoTime() - start, done ? waiting / pageBytes : -1);
        return done;
    }

    private void note(State state) {
        waitingBytes = (state.logPages() - state.movedPages()) * pageBytes;
        // A log that has been moved whole starts again at the front with the next transaction.
        logBytes = state.logPages() == state.movedPages() ? 0 : state.logPages() * pageBytes;
    }
}
