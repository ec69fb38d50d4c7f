package io.skein.store;

import io.skein.raft.HardState;
import io.skein.raft.NodeId;
import io.skein.replica.Image;
import io.skein.replica.WriteBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * A backup becomes the data of a new node, in the first generation of a directory that nobody has used. {@code CURRENT}
 * is written last, when the node's first batch is in it: a process that ends before leaves a directory that counts as
 * unused, and never one that takes itself for a member of the cluster that was backed up.
 */
final class Restoration {
    private static final int COPIED_AT_ONCE = 1 << 20;

    private final DataDirectory directory;
    private final StoreConfig config;
    private final NodeId node;

    Restoration(DataDirectory directory, StoreConfig config, NodeId node) {
        this.directory = directory;
        this.config = config;
        this.node = node;
    }

    /** See {@link Store#restore}. */
    void restore(BackupFile backup, BiFunction<Long, Image, WriteBatch> first) throws IOException {
        if (directory.generation().isPresent()) {
            throw new IllegalStateException("there is a node in " + directory.path());
        }
        long free = directory.freeBytes();
        // The write-ahead log that marks it as a node's is small, and the reserve comes out of what is left.
        long kept = 2 * config.reserveBytes();
        if (free - kept < backup.bytes()) {
            throw new NoRoom(directory.path(), backup.bytes(), free, kept);
        }
        Path generation = directory.newGeneration();
        try {
            Path file = generation.resolve(DataDirectory.DATABASE);
            if (!copy(backup.path(), file).equals(backup.sha256())) {
                throw new Damaged(backup.path() + " was changed after it was verified");
            }
            Sentinel.Mark mark = begin(file, backup, first);
            try (FileChannel whole = FileChannel.open(file, StandardOpenOption.WRITE)) {
                whole.force(true);
            }
            try (Sentinel sentinel = new Sentinel(generation.resolve(Sentinel.FILE))) {
                sentinel.reset(mark);
            }
            directory.switchTo(generation);
        } catch (SQLException failed) {
            directory.delete(generation);
            throw new IOException("the database " + generation + ": " + failed.getMessage(), failed);
        } catch (IOException | RuntimeException | Error failed) {
            if (directory.generation().isEmpty()) {
                directory.delete(generation);
            }
            throw failed;
        }
    }

    private Sentinel.Mark begin(Path file, BackupFile backup, BiFunction<Long, Image, WriteBatch> first)
            throws SQLException {
        long incarnation = Database.newIncarnation();
        try (Connection connection = Database.openWriter(file, config)) {
            Database.migrate(connection, file);
            HardState none = new HardState(backup.settled().term(), Optional.empty());
            Installation.writeOwner(connection, node, incarnation, 0, none, backup.settled());
            ImageLoader loader = new ImageLoader(connection);
            Progress progress = loader.progress();
            BatchWriter writer = new BatchWriter(connection, progress, new Holds(), Faults.NONE);
            WriteBatch batch = first.apply(incarnation, loader.image(progress));
            writer.write(List.of(new WriteOrder(batch, List.of())));
            Sentinel.Mark mark =
                    new Sentinel.Mark(incarnation, writer.progress().batch());
            Database.execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
            return mark;
        }
    }

    /** Returns the checksum of what was read. */
    private static String copy(Path from, Path to) throws IOException {
        MessageDigest digest = SnapshotRows.newSha256();
        try (FileChannel in = FileChannel.open(from, StandardOpenOption.READ);
                FileChannel out = FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.allocate(COPIED_AT_ONCE);
            while (in.read(buffer) >= 0) {
                digest.update(buffer.flip());
                buffer.rewind();
                while (buffer.hasRemaining()) {
                    out.write(buffer);
                }
                buffer.clear();
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
