package io.skein.store;

import io.skein.raft.NodeId;
import io.skein.replica.ClusterConfiguration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
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
 * @param hold whether somebody works there now
 * @param denied what is a node's in it and this process may not read and write; if there is any, the database is left alone
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
        Hold hold,
        List<String> denied,
        String fileSystem,
        long freeBytes,
        long totalBytes,
        Optional<String> generation,
        Optional<String> current,
        Optional<Contents> database,
        Optional<Obstacle> problem,
        List<String> asides) {
    /** {@code UNKNOWN}: its lock may not be tried. */
    public enum Hold {
        FREE,
        HELD,
        UNKNOWN
    }

    /** @param isNewer a newer build could read it */
    public record Obstacle(String why, boolean isNewer) {}

    public Checkup {
        denied = List.copyOf(denied);
        asides = List.copyOf(asides);
    }

    /** Of SQLite's check, which reads the whole file at once, while a node works there. */
    private static final long BESIDE_A_NODE_NANOS = 1_000_000_000;
    /** Names that are said. */
    private static final int MOST_DENIED = 10;

    /** Steps of SQLite between two looks at the clock. */
    private static final int STEPS = 100_000;

    /**
     * @param node empty: nobody's yet
     * @param startSchemaVersion what a start brings it to at least; the versions above come with feature levels
     * @param voters as of the newest configuration in the log
     * @param stampMs of the last settled entry; 0 when there is none
     * @param backwards why the database holds less than was promised; empty when it does not
     * @param structure what SQLite's quick check says; empty when all is well
     * @param rows what is wrong with a row that carries a checksum; empty when all are well
     * @param isStructureWhole the first was done to its end within the time; beside a node it has little
     * @param isWhole the second was
     */
    public record Contents(
            Optional<String> node,
            int schemaVersion,
            int startSchemaVersion,
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
            boolean isStructureWhole,
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
                    Hold.FREE,
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
        Optional<Obstacle> problem = Optional.empty();
        Hold hold = Hold.UNKNOWN;
        try {
            hold = hold(directory);
            generation = pointer(directory);
            if (generation.isPresent() && !generation.get().matches("gen-[1-9][0-9]{0,17}")) {
                current = Optional.of("CURRENT does not name a generation: \"" + shown(generation.get()) + '"');
            } else if (generation.isPresent() && !Files.isDirectory(directory.resolve(generation.get()))) {
                current = Optional.of("CURRENT names " + generation.get() + ", which is not there");
            }
        } catch (IOException unreadable) {
            current = Optional.of("CURRENT or the lock cannot be read: " + unreadable);
        }
        if (generation.isPresent() && current.isEmpty() && denied.isEmpty()) {
            Path there = directory.resolve(generation.get());
            try {
                contents = Optional.of(contents(there, hold, System.nanoTime() + budgetMs * 1_000_000));
            } catch (UnusableDatabase unusable) {
                problem = Optional.of(new Obstacle(unusable.getMessage(), unusable.isNewer()));
            } catch (SQLException | IOException | Damaged | WentBackwards unusable) {
                problem = Optional.of(new Obstacle(unusable.getMessage(), false));
            }
        }
        return new Checkup(
                directory,
                true,
                hold,
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
        if (isDenied(directory)) {
            denied.add(directory.toString());
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(
                            found -> DataDirectory.isOurs(found.getFileName().toString()))
                    .sorted()
                    .toList()) {
                deny(directory, file, denied);
                if (Files.isDirectory(file) && Files.isReadable(file)) {
                    try (Stream<Path> within = Files.list(file)) {
                        within.sorted().forEach(found -> deny(directory, found, denied));
                    }
                }
            }
        } catch (IOException | UncheckedIOException unreadable) {
            // Whose names cannot be read is denied itself.
        }
        return denied.size() > MOST_DENIED ? denied.subList(0, MOST_DENIED) : denied;
    }

    private static void deny(Path directory, Path file, List<String> denied) {
        if (isDenied(file)) {
            denied.add(directory.relativize(file).toString());
        }
    }

    /** What went meanwhile is not. */
    private static boolean isDenied(Path file) {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS)
                && (!Files.isReadable(file) || !Files.isWritable(file))
                && Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    }

    /** Takes the lock for a moment; whoever starts in this moment is refused, and starts again. */
    private static Hold hold(Path directory) throws IOException {
        Path file = directory.resolve("lock");
        if (!Files.isWritable(file)) {
            return Files.exists(file) || !Files.isReadable(directory) ? Hold.UNKNOWN : Hold.FREE;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            return lock == null ? Hold.HELD : Hold.FREE;
        } catch (OverlappingFileLockException heldByThisProcess) {
            return Hold.HELD;
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

    private static Contents contents(Path generation, Hold hold, long untilNanos) throws SQLException, IOException {
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
            boolean isStructureWhole = true;
            boolean isWhole = true;
            long patience = hold == Hold.FREE ? Long.MAX_VALUE : BESIDE_A_NODE_NANOS;
            try {
                structure = quickCheck(connection, Math.min(patience, untilNanos - System.nanoTime()));
            } catch (OutOfTime late) {
                isStructureWhole = false;
            }
            try {
                rows = damagedRow(connection, file, untilNanos);
            } catch (OutOfTime late) {
                isWhole = false;
            }
            return new Contents(
                    owner(connection),
                    (int) Database.number(connection, "PRAGMA user_version"),
                    Database.FIRST_LEVEL_SCHEMA,
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
                    isStructureWhole,
                    isWhole);
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

    private static Optional<String> quickCheck(Connection connection, long budgetNanos) throws SQLException {
        long begun = System.nanoTime();
        boolean[] late = {false};
        ProgressHandler.setHandler(connection, STEPS, new ProgressHandler() {
            @Override
            protected int progress() {
                late[0] = System.nanoTime() - begun > budgetNanos;
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
            Pages.each(connection, "log", "idx", "idx, term, kind, crc, payload", row -> {
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
