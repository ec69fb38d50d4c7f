package io.skein.store;

import io.skein.replica.ClusterConfiguration;
import io.skein.replica.WriteBatch.Settled;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/**
 * Makes one snapshot beside a writer that goes on (DESIGN D9, D16). Blocks; reads the live database over a connection of
 * its own that cannot write it.
 *
 * <p>Nearly everything is chunks, and a chunk is written once and never changed. So chunks are copied first, in many short
 * read transactions, each of which lets the write-ahead log go on; then one last read transaction copies the chunks that
 * came meanwhile and every other table, and it alone decides which state this is. A chunk that was removed between the
 * two lies below its topic's low-water mark, where nobody sees it, and is left to the receiver's sweep.
 *
 * <p>Measured against {@code VACUUM INTO}: see {@code SnapshotBench}.
 */
final class SnapshotCopy {
    /** Chunks of a step at first; then as many as take about {@link #STEP_NANOS}. */
    private static final int FIRST_STEP = 64;

    private static final int LONGEST_STEP = 16 << 10;
    private static final long STEP_NANOS = 10_000_000;
    /** Whatever came while a round took less than this is little enough for the last read transaction. */
    private static final long SHORT_ROUND_NANOS = 100_000_000;
    /** Rounds to catch up with the writer before the last read transaction takes whatever is left. */
    private static final int ROUNDS = 8;
    /** Flushed so often, so that the flush of a commit never waits for much of it. */
    private static final long FLUSH_BYTES = 1L << 20;

    private static final String COPY_STEP = """
            INSERT INTO main.chunk SELECT * FROM live.chunk WHERE id > ? AND id <= ? ORDER BY id LIMIT ?""";

    /** Whatever tables there are: a new one is copied without being named here. */
    private static final String OTHER_TABLES = """
            SELECT name FROM live.sqlite_schema
            WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
                AND name NOT IN ('node', 'log', 'term', 'configuration', 'chunk', 'state')""";

    /** As of the settled index: later ones may yet be taken back. */
    private static final String CONFIGURATION = """
            INSERT INTO main.configuration SELECT * FROM live.configuration WHERE idx =
                (SELECT max(idx) FROM live.configuration WHERE idx <= (SELECT idx FROM main.state))""";

    private static final String SWEEP = """
            INSERT OR IGNORE INTO main.sweep
                SELECT id FROM main.topic WHERE low_water > 0
                UNION SELECT topic_id FROM main.chunk WHERE topic_id NOT IN (SELECT id FROM main.topic)""";

    /** The copy has the schema of before; a new one has the one of now. */
    private static final class LevelRose extends RuntimeException {
        private static final long serialVersionUID = 1;

        LevelRose() {
            super("the feature level rose while the snapshot was made; try again");
        }
    }

    private final Path live;
    private final Path target;
    private final long keepFree;
    private final Faults faults;
    private final BooleanSupplier stopped;
    private final CopyPace pace;

    /**
     * @param keepFree bytes of the target's disk that a snapshot must leave
     * @param stopped asked now and then; once true the work ends
     */
    SnapshotCopy(Path live, Path target, long keepFree, Faults faults, BooleanSupplier stopped, CopyPace pace) {
        this.live = live;
        this.target = target;
        this.keepFree = keepFree;
        this.faults = faults;
        this.stopped = stopped;
        this.pace = pace;
    }

    /**
     * @throws java.nio.file.FileAlreadyExistsException when the target is there already
     * @throws NoRoom when there is not room enough
     * @throws Damaged when a row is not what was written: it must not leave this node
     * @throws IllegalStateException when nothing is settled yet
     * @throws CancellationException when it was stopped
     */
    SnapshotFile make() throws IOException, SQLException {
        try {
            return makeOnce();
        } catch (LevelRose onceInItsLife) {
            return makeOnce();
        }
    }

    private SnapshotFile makeOnce() throws IOException, SQLException {
        // Closed after the database is: whoever closes a file lets go of all its locks in this process.
        try (FileChannel file = BackupFile.create(target)) {
            try {
                return make(file);
            } catch (Exception | Error failed) {
                Files.deleteIfExists(target);
                throw failed;
            }
        }
    }

    private SnapshotFile make(FileChannel file) throws IOException, SQLException {
        Settled settled;
        ClusterConfiguration configuration;
        try (Connection connection = Database.openCopy(target, live)) {
            checkRoom(connection);
            copyChunks(connection, file);
            copyTheRest(connection);
            Database.execute(connection, SWEEP);
            SnapshotRows rows = new SnapshotRows(connection, target, this::pulse);
            settled = rows.settled();
            configuration = rows.configuration();
            rows.check(true);
        }
        file.force(true);
        BackupFile.sync(target.toAbsolutePath().getParent());
        String sha256 = SnapshotRows.sha256(target, this::pulse);
        return new SnapshotFile(target, settled, configuration, file.size(), sha256);
    }

    private void checkStopped() {
        if (stopped.getAsBoolean()) {
            throw new CancellationException("nobody wants it any more");
        }
    }

    private void pulse() {
        checkStopped();
        pace.breathe();
    }

    private void checkRoom(Connection connection) throws SQLException, IOException {
        long pages = Database.number(connection, "PRAGMA live.page_count")
                - Database.number(connection, "PRAGMA live.freelist_count");
        long needed = pages * Database.number(connection, "PRAGMA live.page_size");
        long free = Files.getFileStore(target.toAbsolutePath().getParent()).getUsableSpace();
        if (free - keepFree < needed) {
            throw new NoRoom(target, needed, free, keepFree);
        }
    }

    private void copyChunks(Connection connection, FileChannel file) throws SQLException, IOException {
        int step = FIRST_STEP;
        long flushed = 0;
        long last = -1;
        try (PreparedStatement copy = connection.prepareStatement(COPY_STEP)) {
            for (int round = 0; round < ROUNDS; round++) {
                long until = Database.number(connection, "SELECT max(id) FROM live.chunk");
                long began = System.nanoTime();
                while (last < until) {
                    long begin = System.nanoTime();
                    copy.setLong(1, last);
                    copy.setLong(2, until);
                    copy.setInt(3, step);
                    boolean isRest = copy.executeUpdate() < step;
                    long took = System.nanoTime() - begin;
                    last = isRest ? until : Database.number(connection, "SELECT max(id) FROM main.chunk");
                    step = Math.max(1, Math.min(LONGEST_STEP, took < STEP_NANOS ? 2 * step : step / 2));
                    if (file.size() - flushed >= FLUSH_BYTES) {
                        file.force(false);
                        flushed = file.size();
                    }
                    faults.snapshotStep();
                    pulse();
                }
                if (System.nanoTime() - began < SHORT_ROUND_NANOS) {
                    return;
                }
            }
        }
    }

    private void copyTheRest(Connection connection) throws SQLException {
        List<String> tables = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(OTHER_TABLES)) {
            while (row.next()) {
                tables.add(row.getString(1));
            }
        }
        long last = Database.number(connection, "SELECT coalesce(max(id), -1) FROM main.chunk");
        Database.execute(connection, "BEGIN");
        if (Database.number(connection, "PRAGMA live.user_version")
                != Database.number(connection, "PRAGMA main.user_version")) {
            throw new LevelRose();
        }
        Database.execute(connection, "INSERT INTO main.state SELECT * FROM live.state");
        Database.execute(connection, "INSERT INTO main.chunk SELECT * FROM live.chunk WHERE id > " + last);
        Database.execute(connection, CONFIGURATION);
        for (String table : tables) {
            checkStopped();
            Database.execute(connection, "INSERT INTO main.\"" + table + "\" SELECT * FROM live.\"" + table + "\"");
        }
        Database.execute(connection, "COMMIT");
    }
}
