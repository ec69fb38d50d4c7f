package io.skein.store;

import io.skein.replica.ClusterConfiguration;
import io.skein.replica.WriteBatch.Settled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.sqlite.ProgressHandler;

/**
 * A backup that was looked through: a {@link SnapshotFile} on its own, with what it holds.
 *
 * @param settled the entry up to which it holds everything; its stamp is the time of the backup
 * @param configuration of the cluster that was backed up, as of that entry
 * @param bytes of the file
 * @param sha256 of the whole file, in lower-case hex
 */
public record BackupFile(
        Path path, Settled settled, ClusterConfiguration configuration, long bytes, String sha256, Contents contents) {
    /** What is in it, by number. */
    public record Contents(long topics, long messages, long subscriptions, long accounts, long mails, long scheduled) {}

    /** Of SQLite's own findings so many are told. */
    private static final int FINDINGS = 5;

    /** Of SQLite between two pulses: well under a millisecond. */
    private static final int STEPS = 1_000;

    private static final String SUFFIX = ".sha256";

    /**
     * Reads all of a file: what SQLite says of its pages, the checksum of every row that has one, and that no message is
     * missing between the first and the last of a topic. Blocks.
     *
     * @param pulse called now and then; ends the work by throwing
     * @throws Damaged when it is not what was written, and says what
     * @throws UnusableDatabase when it is no backup, or of a newer Skein
     * @throws IOException when it cannot be read
     */
    public static BackupFile verify(Path file, Runnable pulse) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException(file + " is no file");
        }
        long bytes = Files.size(file);
        String sha256 = SnapshotRows.sha256(file, pulse);
        try (Connection connection = Database.openReader(file)) {
            Database.checkSchema(connection, file);
            if (Database.number(connection, "SELECT count(*) FROM node") > 0) {
                throw new UnusableDatabase(
                        file, "it is the database of a node and not a backup: a node starts from its data directory");
            }
            checkPages(connection, file, pulse);
            SnapshotRows rows = new SnapshotRows(connection, file, pulse);
            rows.checkHasNoOwner();
            rows.check(true);
            rows.checkWhole();
            return new BackupFile(file, rows.settled(), rows.configuration(), bytes, sha256, contents(connection));
        } catch (SQLException unreadable) {
            throw new Damaged(file + ": " + unreadable.getMessage(), unreadable);
        } catch (Damaged damaged) {
            throw damaged.getMessage().startsWith(file.toString())
                    ? damaged
                    : new Damaged(file + ": " + damaged.getMessage(), damaged);
        } catch (IllegalStateException empty) {
            throw new UnusableDatabase(file, empty.getMessage());
        }
    }

    /**
     * The same beside a node that works: rests as long as it reads.
     *
     * @param unwanted once true the work ends with a {@code CancellationException}
     */
    public static BackupFile verifyAtLeisure(Path file, BooleanSupplier unwanted) throws IOException {
        CopyPace pace = CopyPace.leisurely();
        return verify(file, () -> {
            if (unwanted.getAsBoolean()) {
                throw new CancellationException("nobody wants it any more");
            }
            pace.breathe();
        });
    }

    /** @param pulse as in {@link #verify}; what it throws comes out here */
    static void checkPages(Connection connection, Path file, Runnable pulse) throws SQLException {
        RuntimeException[] ended = {null};
        List<String> found = new ArrayList<>();
        ProgressHandler.setHandler(connection, STEPS, new ProgressHandler() {
            @Override
            protected int progress() {
                try {
                    pulse.run();
                    return 0;
                } catch (RuntimeException end) {
                    // Nothing may be thrown through SQLite.
                    ended[0] = end;
                    return 1;
                }
            }
        });
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("PRAGMA integrity_check(" + FINDINGS + ")")) {
            while (row.next()) {
                found.add(row.getString(1));
            }
        } catch (SQLException failed) {
            if (ended[0] != null) {
                throw ended[0];
            }
            throw failed;
        } finally {
            ProgressHandler.clearHandler(connection);
        }
        if (ended[0] != null) {
            throw ended[0];
        }
        if (!found.equals(List.of("ok"))) {
            throw new Damaged(file + ": " + String.join("; ", found));
        }
    }

    private static Contents contents(Connection connection) throws SQLException {
        long version = Database.number(connection, "PRAGMA user_version");
        return new Contents(
                Database.number(connection, "SELECT count(*) FROM topic"),
                Database.number(connection, """
                        SELECT (SELECT coalesce(sum(next_offset - low_water), 0) FROM topic) -
                            (SELECT count(*) FROM ttl JOIN topic ON topic.id = ttl.topic_id
                            WHERE ttl."offset" >= topic.low_water
                                AND (ttl.expired = 1 OR ttl.expires_at <= (SELECT time FROM state)))"""),
                version < 2 ? 0 : Database.number(connection, "SELECT count(*) FROM subscription"),
                version < 3 ? 0 : Database.number(connection, "SELECT count(*) FROM account"),
                version < 4 ? 0 : Database.number(connection, "SELECT count(*) FROM mail"),
                Database.number(connection, "SELECT count(*) FROM scheduled"));
    }

    /** Beside a backup lies its checksum, as {@code sha256sum -c} reads it. */
    public static Path checksumOf(Path file) {
        return file.resolveSibling(file.getFileName() + SUFFIX);
    }

    /**
     * Writes the checksum of a backup beside it, on the disk when this returns; one that is there is replaced.
     *
     * @param sha256 in hex
     */
    public static void writeChecksum(Path file, String sha256) throws IOException {
        Path checksum = checksumOf(file);
        Path part = checksum.resolveSibling(checksum.getFileName() + ".part");
        String line = sha256 + "  " + file.getFileName() + "\n";
        try (FileChannel out = FileChannel.open(
                part, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            out.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
            out.force(true);
        }
        Files.move(part, checksum, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        sync(directory(checksum));
    }

    /**
     * What the file beside a backup says of it, in hex; empty when there is none.
     *
     * @throws Damaged when it is no checksum
     */
    public static Optional<String> writtenChecksum(Path file) throws IOException {
        Path checksum = checksumOf(file);
        if (!Files.exists(checksum)) {
            return Optional.empty();
        }
        String line = Files.readString(checksum, StandardCharsets.UTF_8);
        if (!line.matches("(?s)[0-9a-fA-F]{64}[ \\n].*")) {
            throw new Damaged(checksum + " is no line of sha256sum");
        }
        return Optional.of(line.substring(0, 64).toLowerCase(java.util.Locale.ROOT));
    }

    /**
     * Gives a whole file, which is on the disk already, its name for good.
     *
     * @throws FileAlreadyExistsException when there is one of that name, which is left alone
     */
    public static void name(Path part, Path file) throws IOException {
        if (isLinked(part, file)) {
            Files.delete(part);
        } else {
            Files.move(part, file);
        }
        sync(directory(file));
    }

    /** A hard link refuses where a rename would replace; exFAT, SMB and some more have none, and say so in as many ways. */
    private static boolean isLinked(Path part, Path file) throws IOException {
        try {
            Files.createLink(file, part);
            return true;
        } catch (FileAlreadyExistsException | NoSuchFileException said) {
            throw said;
        } catch (UnsupportedOperationException | FileSystemException noLinks) {
            return false;
        }
    }

    /** Some of the disks that people keep backups on do not flush a directory, and do not need it. */
    static void sync(Path directory) {
        try {
            DataDirectory.sync(directory);
        } catch (IOException notHere) {
            // What is in the file was flushed, and that did not fail.
        }
    }

    /**
     * Makes a file that only its owner may read: a backup holds hashes of passwords and tokens. Where files have no such
     * rights, it has those of its disk.
     *
     * @throws FileAlreadyExistsException when there is one of that name
     */
    public static FileChannel create(Path file) throws IOException {
        FileAttribute<?>[] owners =
                Files.getFileStore(directory(file)).supportsFileAttributeView(PosixFileAttributeView.class)
                        ? new FileAttribute<?>[] {
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                        }
                        : new FileAttribute<?>[0];
        return FileChannel.open(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), owners);
    }

    private static Path directory(Path file) {
        return file.toAbsolutePath().getParent();
    }
}
