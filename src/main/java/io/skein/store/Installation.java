package io.skein.store;

import io.skein.raft.HardState;
import io.skein.raft.NodeId;
import io.skein.replica.ClusterConfiguration;
import io.skein.replica.WriteBatch.Settled;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A snapshot from another node becomes this node's database, in a new generation of the data directory. What this node
 * promised stays: its incarnation, its term and vote, the numbers of its batches. Until {@code CURRENT} is renamed the
 * old generation counts and is whole, and from then on the new one; so a crash anywhere leaves one of them.
 */
final class Installation {
    private static final Logger LOG = LoggerFactory.getLogger(Installation.class);

    /** What has just been done; a test may stop the process there. */
    enum Step {
        /** The old generation was read. */
        PROMISES_READ,
        /** There is an empty new generation. */
        GENERATION_MADE,
        /** The received file lies in it. */
        FILE_MOVED,
        /** It says whose it is, in its write-ahead log at least. */
        OWNER_WRITTEN,
        /** It is whole and on the disk without one. */
        FLUSHED,
        /** It has a sentinel. */
        SENTINEL_WRITTEN,
        /** It counts. */
        SWITCHED,
        /** The old generation is gone. */
        OLD_REMOVED
    }

    private record Promises(long incarnation, long batch, HardState hardState, long commitHint, long clusterId) {}

    private final DataDirectory directory;
    private final StoreConfig config;
    private final NodeId id;
    private final Faults faults;

    Installation(DataDirectory directory, StoreConfig config, NodeId id, Faults faults) {
        this.directory = directory;
        this.config = config;
        this.id = id;
        this.faults = faults;
    }

    /**
     * Whether a received file is the snapshot that was announced: size and SHA-256, a database of Skein that this version
     * knows, sound pages, heads of all chunks, and as far as was said. Bodies are left to the scrubber; the sender has read
     * them.
     *
     * @throws Damaged when it is not what was sent
     * @throws UnusableDatabase when it is no snapshot, or a newer Skein's
     */
    static SnapshotFile verify(Path received, Settled announced, long bytes, String sha256) throws IOException {
        if (Files.size(received) != bytes) {
            throw new Damaged("snapshot " + received + " has " + Files.size(received) + " bytes instead of " + bytes);
        }
        if (!SnapshotRows.sha256(received, () -> {}).equals(sha256)) {
            throw new Damaged("snapshot " + received + " is not what was sent");
        }
        return inspect(received, announced, bytes, sha256);
    }

    static SnapshotFile inspect(Path received, long index, long term, long bytes) {
        Settled settled;
        try (Connection connection = Database.openReader(received)) {
            Database.checkSchema(connection, received);
            settled = new SnapshotRows(connection, received, () -> {}).settled();
        } catch (SQLException unreadable) {
            throw new Damaged("snapshot " + received + ": " + unreadable.getMessage(), unreadable);
        }
        if (settled.index() != index || settled.term() != term) {
            throw new Damaged(
                    "snapshot " + received + " goes up to " + settled + " instead of " + index + " of term " + term);
        }
        return inspect(received, settled, bytes, "");
    }

    /** What {@link #verify} does once the bytes are known to be those that were sent. */
    static SnapshotFile inspect(Path received, Settled announced, long bytes, String sha256) {
        try (Connection connection = Database.openReader(received)) {
            Database.checkSchema(connection, received);
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("PRAGMA quick_check(1)")) {
                if (!row.next() || !row.getString(1).equals("ok")) {
                    throw new Damaged("snapshot " + received + ": " + row.getString(1));
                }
            }
            SnapshotRows rows = new SnapshotRows(connection, received, () -> {});
            rows.checkHasNoOwner();
            if (!rows.settled().equals(announced)) {
                throw new Damaged(
                        "snapshot " + received + " goes up to " + rows.settled() + " instead of " + announced);
            }
            rows.check(false);
            return new SnapshotFile(received, announced, rows.configuration(), bytes, sha256);
        } catch (SQLException unreadable) {
            throw new Damaged("snapshot " + received + ": " + unreadable.getMessage(), unreadable);
        }
    }

    /**
     * Installs a snapshot that was verified; its file is moved away. When this throws, the old generation still counts.
     *
     * @throws WentBackwards when the old generation no longer knows what it promised
     * @throws IllegalArgumentException when the snapshot is of another cluster, or not ahead of what is here
     */
    void install(SnapshotFile snapshot) throws IOException, SQLException {
        directory.checkUnused();
        Path old = directory
                .generation()
                .orElseThrow(() -> new IllegalStateException("there is no node in " + directory.path()));
        Promises promises = promises(old);
        checkFits(snapshot, promises);
        faults.installed(Step.PROMISES_READ);
        Path generation = directory.newGeneration();
        try {
            faults.installed(Step.GENERATION_MADE);
            Path file = generation.resolve(DataDirectory.DATABASE);
            Files.move(snapshot.path(), file);
            faults.installed(Step.FILE_MOVED);
            try (Connection connection = Database.openWriter(file, config)) {
                Database.migrate(connection, file);
                writeOwner(
                        connection,
                        id,
                        promises.incarnation(),
                        promises.batch(),
                        promises.hardState(),
                        snapshot.settled());
                faults.installed(Step.OWNER_WRITTEN);
                Database.execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
            }
            try (FileChannel whole = FileChannel.open(file, StandardOpenOption.WRITE)) {
                whole.force(true);
            }
            faults.installed(Step.FLUSHED);
            try (Sentinel sentinel = new Sentinel(generation.resolve(Sentinel.FILE))) {
                sentinel.reset(new Sentinel.Mark(promises.incarnation(), promises.batch()));
            }
            faults.installed(Step.SENTINEL_WRITTEN);
            directory.switchTo(generation);
        } catch (Exception | Error failed) {
            if (directory.generation().equals(Optional.of(old))) {
                directory.delete(generation);
            }
            throw failed;
        }
        faults.installed(Step.SWITCHED);
        try {
            directory.delete(old);
            faults.installed(Step.OLD_REMOVED);
        } catch (IOException later) {
            LOG.warn("{} is no longer needed and could not be removed; the next start does it", old, later);
        }
    }

    private Promises promises(Path old) throws IOException, SQLException {
        Path file = old.resolve(DataDirectory.DATABASE);
        try (Sentinel sentinel = new Sentinel(old.resolve(Sentinel.FILE))) {
            if (!Files.exists(file)) {
                throw WentBackwards.isGone(file, sentinel.read());
            }
            // For writing: what its write-ahead log still holds counts too.
            try (Connection connection = Database.openWriter(file, config)) {
                Database.checkKnown(connection, file);
                Database.checkOwner(connection, file, id);
                ImageLoader loader = new ImageLoader(connection);
                Progress progress = loader.progress();
                long incarnation = Database.number(connection, "SELECT incarnation FROM node");
                Sentinel.Mark actual = new Sentinel.Mark(incarnation, progress.batch());
                Optional<WentBackwards> problem = sentinel.read()
                        .flatMap(promised -> WentBackwards.between(promised, actual, file, progress.lastIndex()));
                if (problem.isPresent() && config.durability() == StoreConfig.Durability.FSYNC) {
                    throw problem.get();
                }
                return new Promises(
                        incarnation,
                        progress.batch(),
                        progress.hardState(),
                        Math.max(progress.commitHint(), progress.settled().index()),
                        loader.lastConfiguration()
                                .map(ClusterConfiguration::clusterId)
                                .orElse(0L));
            }
        }
    }

    private static void checkFits(SnapshotFile snapshot, Promises promises) {
        long clusterId = snapshot.configuration().clusterId();
        if (promises.clusterId() != 0 && promises.clusterId() != clusterId) {
            throw new IllegalArgumentException("the snapshot is of cluster " + Long.toHexString(clusterId)
                    + ", this node belongs to " + Long.toHexString(promises.clusterId()));
        }
        if (snapshot.settled().index() <= promises.commitHint()) {
            throw new IllegalArgumentException("the snapshot ends with entry "
                    + snapshot.settled().index() + ", and entry " + promises.commitHint() + " is committed here");
        }
    }

    /** Says whose a file with a state is; its log begins after what is settled. */
    static void writeOwner(
            Connection connection, NodeId id, long incarnation, long batch, HardState kept, Settled settled)
            throws SQLException {
        // A log never has an entry of a term that its node has not entered.
        HardState hardState = kept.term() >= settled.term() ? kept : new HardState(settled.term(), Optional.empty());
        Database.execute(connection, "BEGIN IMMEDIATE");
        try (PreparedStatement insert = connection.prepareStatement("""
                INSERT INTO node (only, id, incarnation, batch, term, voted_for, compacted_idx, compacted_term,
                    commit_hint)
                VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)""")) {
            insert.setString(1, id.value());
            insert.setLong(2, incarnation);
            insert.setLong(3, batch);
            insert.setLong(4, hardState.term());
            if (hardState.votedFor().isPresent()) {
                insert.setString(5, hardState.votedFor().map(NodeId::value).orElseThrow());
            } else {
                insert.setNull(5, Types.VARCHAR);
            }
            insert.setLong(6, settled.index());
            insert.setLong(7, settled.term());
            insert.setLong(8, settled.index());
            insert.executeUpdate();
        }
        Database.execute(connection, "COMMIT");
    }
}
