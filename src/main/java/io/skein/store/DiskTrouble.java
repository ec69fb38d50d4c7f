package io.skein.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * A disk that is slow or full on command, under a real SQLite: for the simulator that users test their programs with. From
 * any thread; what is said holds from the next commit on.
 */
public final class DiskTrouble implements Faults {
    private volatile long slowMs;
    private volatile boolean full;
    private volatile boolean refused;

    /** @param ms that each commit takes longer; 0 for none */
    public void slow(long ms) {
        slowMs = ms;
    }

    /** @param isFull no commit has room */
    public synchronized void full(boolean isFull) {
        full = isFull;
    }

    public long slowMs() {
        return slowMs;
    }

    public boolean isFull() {
        return full;
    }

    /** The last commit was not taken; the store tries it again. */
    public boolean hasRefused() {
        return refused;
    }

    @Override
    public void opened(Connection connection) {
        refused = false;
    }

    @Override
    public void beforeCommit(long batch) throws SQLException {
        long ms = slowMs;
        if (ms > 0) {
            try {
                TimeUnit.MILLISECONDS.sleep(ms);
            } catch (InterruptedException ended) {
                // The node is killed: what was not committed never was.
                Thread.currentThread().interrupt();
            }
        }
        takeOrRefuse();
    }

    /** At once or not: whoever says that there is room again sees whether one was refused before. */
    private synchronized void takeOrRefuse() throws SQLiteException {
        refused = full;
        if (full) {
            throw new SQLiteException("the simulated disk is full", SQLiteErrorCode.SQLITE_FULL);
        }
    }
}
