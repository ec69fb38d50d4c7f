package io.skein.store;

import io.skein.raft.NodeId;
import io.skein.replica.ClusterConfiguration;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.sqlite.ProgressHandler;

/**
 * What lies in a data directory, looked at without changing it, whether or not a node works there; for an operator. Blocks.
 *
 * @param isThere the directory exists
 * @param heldByProcess somebody works there now
 * @param denied files and directories in it that this process may not read and write
 * @param fileSystem its type as the system calls it
 * @param generation that counts; empty when the directory was never used
 * @param current what is wrong with the pointer to it; empty when nothing is
 * @param database empty when there is none, or it cannot be opened
 * @param problem why it cannot be opened or read; empty when it can
 * @param asides what earlier nodes had here
 */
public record Checkup(
        Path directory,
        boolean isThere,
        boolean heldByProcess,
        List<String> denied,
        String fileSystem,
        long freeBytes,
        long totalBytes,
        Optional<String> generation,
        Optional<String> current,
        Optional<Contents> database,
        Optional<String> problem,
        List<String> asides) {
    public Checkup {
        denied = List.copyOf(denied);
        asides = List.copyOf(asides);
    }

    /** Steps of SQLite between two looks at the clock. */
    private static final int STEPS = 100_000;

    /**
     * @param node empty: nobody's yet
     * @param voters as of the newest configuration in the log
     * @param stampMs of the last settled entry; 0 when there is none
     * @param backwards why the database holds less than was promised; empty when it does not
     * @param structure what SQLite's quick check says; empty when all is well
     * @param rows what is wrong with a row that carries a checksum; empty when all are well
     * @param isWhole both were done to their end within the time
     */
    public record Contents(
            Optional<String> node,
            int schemaVersion,
            int knownSchemaVersion,
            long bytes,
            long walBytes,
            long term,
            long lastIndex,
            long settledIndex,
            long stampMs,
            long clusterId,
            List<String> voters,
            Optional<String> backwards,
            Optional<String> structure,
            Optional<String> rows,
            boolean isWhole) {
        public Contents {
            voters = List.copyOf(voters);
        }
    }

    /** @param budgetMs how long reading the database may take */
    public static Checkup look(Path where, long budgetMs) {
        Path directory = where.toAbsolutePath().normalize();
        if (!Files.isDirectory(directory)) {
            return new Checkup(
                    directory,
                    false,
                    false,
                    List.of(),
                    "",
                    0,
                    0,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    List.of());
        }
        List<String> denied = denied(directory);
        String type = "";
        long free = 0;
        long total = 0;
        try {
            FileStore disk = Files.getFileStore(directory);
            type = disk.type();
            free = disk.getUsableSpace();
            total = disk.getTotalSpace();
        } catch (IOException unknown) {
            // What cannot be asked stays unknown.
        }
        Optional<String> generation = Optional.empty();
        Optional<String> current = Optional.empty();
        Optional<Contents> contents = Optional.empty();
        Optional<String> problem = Optional.empty();
        boolean held = false;
        try {
            held = isHeld(directory);
            generation = pointer(directory);
            if (generation.isPresent() && !generation.get().matches("gen-[1-9][0-9]{0,17}")) {
                current = Optional.of("CURRENT does not name a generation: \"" + shown(generation.get()) + '"');
            } else if (generation.isPresent() && !Files.isDirectory(directory.resolve(generation.get()))) {
                current = Optional.of("CURRENT names " + generation.get() + ", which is not there");
            }
        } catch (IOException unreadable) {
            current = Optional.of("CURRENT or the lock cannot be read: " + unreadable);
        }
        if (generation.isPresent() && current.isEmpty()) {
            Path there = directory.resolve(generation.get());
            try {
                contents = Optional.of(contents(there, System.nanoTime() + budgetMs * 1_000_000));
            } catch (SQLException | IOException | Damaged | UnusableDatabase | WentBackwards unusable) {
                problem = Optional.of(unusable.getMessage());
            }
        }
        return new Checkup(
                directory,
                true,
                held,
                denied,
                type,
                free,
                total,
                generation,
                current,
                contents,
                problem,
                asides(directory));
    }

    private static String shown(String text) {
        return text.length() > 60 ? text.substring(0, 60) + "..." : text.replaceAll("\\p{Cntrl}", "?");
    }

    private static Optional<String> pointer(Path directory) throws IOException {
        Path current = directory.resolve("CURRENT");
        return Files.exists(current)
                ? Optional.of(
                        new String(Files.readAllBytes(current), java.nio.charset.StandardCharsets.ISO_8859_1).strip())
                : Optional.empty();
    }

    private static List<String> denied(Path directory) {
        List<String> denied = new ArrayList<>();
        try (Stream<Path> files = Files.walk(directory, 2)) {
            files.filter(file -> !Files.isReadable(file) || !Files.isWritable(file))
                    .limit(10)
                    .forEach(file -> denied.add(directory.relativize(file).toString()));
        } catch (IOException | java.io.UncheckedIOException unreadable) {
            denied.add(unreadable.getMessage());
        }
        return denied;
    }

    /** Takes the lock for a moment; whoever starts in this moment is refused, and starts again. */
    private static boolean isHeld(Path directory) throws IOException {
        Path file = directory.resolve("lock");
        if (!Files.exists(file) || !Files.isWritable(file)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            return lock == null;
        } catch (OverlappingFileLockException heldByThisProcess) {
            return true;
        }
    }

    private static List<String> asides(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("aside-"))
                    .sorted()
                    .toList();
        } catch (IOException unreadable) {
            return List.of();
        }
    }

    private static final class OutOfTime extends RuntimeException {
        private static final long serialVersionUID = 1;

        OutOfTime() {
            super(null, null, false, false);
        }
    }

    private static Contents contents(Path generation, long untilNanos) throws SQLException, IOException {
        Path file = generation.resolve(DataDirectory.DATABASE);
        Path mark = generation.resolve(Sentinel.FILE);
        // Before the database, which is never behind what stood here a moment ago.
        Optional<Sentinel.Mark> promised = Files.exists(mark) ? Sentinel.peek(mark) : Optional.empty();
        if (!Files.exists(file)) {
            throw WentBackwards.isGone(file, promised);
        }
        try (Connection connection = Database.openReader(file)) {
            Database.checkKnown(connection, file);
            ImageLoader loader = new ImageLoader(connection);
            Progress progress = loader.progress();
            long incarnation = Database.number(connection, "SELECT incarnation FROM node");
            Optional<ClusterConfiguration> cluster = loader.lastConfiguration();
            Optional<WentBackwards> backwards = promised.flatMap(said -> WentBackwards.between(
                    said, new Sentinel.Mark(incarnation, progress.batch()), file, progress.lastIndex()));
            Optional<String> structure = Optional.empty();
            Optional<String> rows = Optional.empty();
            boolean whole = true;
            try {
                structure = quickCheck(connection, untilNanos);
                rows = damagedRow(connection, file, untilNanos);
            } catch (OutOfTime late) {
                whole = false;
            }
            return new Contents(
                    owner(connection),
                    (int) Database.number(connection, "PRAGMA user_version"),
                    Database.SCHEMA_VERSION,
                    Files.size(file),
                    size(generation.resolve(DataDirectory.DATABASE + "-wal")),
                    progress.hardState().term(),
                    progress.lastIndex(),
                    progress.settled().index(),
                    progress.settled().time(),
                    cluster.map(ClusterConfiguration::clusterId).orElse(0L),
                    cluster.map(found -> found.configuration().voters().stream()
                                    .map(NodeId::value)
                                    .toList())
                            .orElse(List.of()),
                    backwards.map(WentBackwards::getMessage),
                    structure,
                    rows,
                    whole);
        }
    }

    private static Optional<String> owner(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT id FROM node")) {
            return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
        }
    }

    private static long size(Path file) throws IOException {
        return Files.exists(file) ? Files.size(file) : 0;
    }

    private static Optional<String> quickCheck(Connection connection, long untilNanos) throws SQLException {
        boolean[] late = {false};
        ProgressHandler.setHandler(connection, STEPS, new ProgressHandler() {
            @Override
            protected int progress() {
                late[0] = System.nanoTime() - untilNanos > 0;
                return late[0] ? 1 : 0;
            }
        });
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("PRAGMA quick_check(3)")) {
            List<String> found = new ArrayList<>();
            while (row.next()) {
                found.add(row.getString(1));
            }
            return found.equals(List.of("ok")) ? Optional.empty() : Optional.of(String.join("; ", found));
        } catch (SQLException failed) {
            if (late[0]) {
                throw new OutOfTime();
            }
            if (Database.isDamage(failed)) {
                return Optional.of(failed.getMessage());
            }
            throw failed;
        } finally {
            ProgressHandler.clearHandler(connection);
        }
    }

    private static Optional<String> damagedRow(Connection connection, Path file, long untilNanos) throws SQLException {
        Runnable pulse = () -> {
            if (System.nanoTime() - untilNanos > 0) {
                throw new OutOfTime();
            }
        };
        try {
            ImageLoader.each(connection, "SELECT idx, term, kind, crc, payload FROM log ORDER BY idx", row -> {
                pulse.run();
                ImageLoader.entry(row.getLong(1), row.getLong(2), row.getInt(3), row.getLong(4), row.getBytes(5));
            });
            new SnapshotRows(connection, file, pulse).check(true);
            return Optional.empty();
        } catch (Damaged found) {
            return Optional.of(found.getMessage());
        } catch (SQLException failed) {
            if (Database.isDamage(failed)) {
                return Optional.of(failed.getMessage());
            }
            throw failed;
        }
    }
}
