package io.skein.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where one node keeps everything, held by a file lock for as long as this object is open.
 *
 * <pre>
 * lock            held by the process that works here
 * CURRENT         name of the generation that counts, one line
 * gen-1/skein.db  the database, with its write-ahead log beside it
 * gen-1/sentinel  number of the last batch, see {@link Sentinel}
 * reserve         given up when the disk is full
 * BUILD           what opened the database last, one line, for people and messages
 * tmp/            emptied at every start
 * aside-1700.../  what an earlier node had here, see {@link Store#setAside}; the newest three are kept
 * </pre>
 *
 * A generation is complete before {@code CURRENT} names it, and {@code CURRENT} changes by renaming; so a crash leaves
 * either generation whole. One that is not named goes at the next start.
 */
public final class DataDirectory implements AutoCloseable {
    static final String DATABASE = "skein.db";

    private static final String BUILD = "BUILD";
    private static final int MAX_BUILD = 200;

    private static final String GENERATION = "gen-[1-9][0-9]{0,17}";
    private static final String ASIDE = "aside-[1-9][0-9]{0,17}";
    /** Ending of the name of one that is not complete: what is still to be moved goes there. */
    private static final String BEGUN = ".begun";

    private static final int ASIDES_KEPT = 3;

    private final Path path;
    private final FileChannel lockFile;
    private final FileLock lock;
    private volatile boolean used;

    private DataDirectory(Path path, FileChannel lockFile, FileLock lock) {
        this.path = path;
        this.lockFile = lockFile;
        this.lock = lock;
    }

    /**
     * Makes the directory when there is none, takes its lock, and clears what an earlier process left behind. Blocks
     * for a moment; meant for the start of a process, before Vert.x and SQLite look for their temporary directories.
     *
     * @throws DataDirectoryInUse when another process holds it, or another part of this one
     * @throws UncheckedIOException when the directory cannot be used
     */
    public static DataDirectory lock(Path directory) {
        Path path = directory.toAbsolutePath().normalize();
        try {
            Files.createDirectories(path);
            FileChannel file =
                    FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = tryLock(file);
            if (lock == null) {
                file.close();
                throw new DataDirectoryInUse(path);
            }
            DataDirectory held = new DataDirectory(path, file, lock);
            held.clean();
            return held;
        } catch (IOException failed) {
            throw new UncheckedIOException("data directory " + path + " cannot be used: " + why(failed), failed);
        }
    }

    /** What Java leaves to the class of a failure, whose message is only the file's name. */
    private static String why(IOException failed) {
        if (failed instanceof NoSuchFileException missing) {
            return missing.getFile() + " is not there and cannot be made";
        }
        if (failed instanceof AccessDeniedException denied) {
            return "no access to " + denied.getFile();
        }
        if (failed instanceof FileAlreadyExistsException taken) {
            return taken.getFile() + " is no directory";
        }
        return failed.getMessage();
    }

    /** Whether a file or directory of this name in it is a node's: others may lie there, as on a disk of its own. */
    static boolean isOurs(String name) {
        return Set.of("lock", "CURRENT", "CURRENT.tmp", "reserve", "reserve.tmp", BUILD, "tmp")
                        .contains(name)
                || name.matches(GENERATION)
                || name.matches(ASIDE + "(\\" + BEGUN + ")?");
    }

    /** Whether a node ever worked in a directory; leaves no trace there. */
    public static boolean isUsed(Path directory) {
        return Files.exists(directory.resolve("CURRENT"));
    }

    private static FileLock tryLock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            return null;
        }
    }

    public Path path() {
        return path;
    }

    /** For {@code org.sqlite.tmpdir}, {@code vertx.cacheDirBase} and the like: empty at the start. */
    public Path temporary() {
        return path.resolve("tmp");
    }

    /** The generation that counts; empty when the directory was never used. */
    Optional<Path> generation() throws IOException {
        try {
            String name = Files.readString(path.resolve("CURRENT")).strip();
            if (!name.matches(GENERATION)) {
                throw new IOException("CURRENT does not name a generation: \"" + name + "\"");
            }
            return Optional.of(path.resolve(name));
        } catch (NoSuchFileException unused) {
            return Optional.empty();
        }
    }

    /** A directory for a new generation, above all there were. */
    Path newGeneration() throws IOException {
        long last = named(GENERATION).stream()
                .mapToLong(DataDirectory::number)
                .max()
                .orElse(0);
        return Files.createDirectory(path.resolve("gen-" + (last + 1)));
    }

    /** One that does not count. */
    void delete(Path generation) throws IOException {
        deleteAll(generation);
        sync(path);
    }

    /** Said by whoever has the database open. */
    void use(boolean isUsed) {
        used = isUsed;
    }

    void checkUnused() {
        if (used) {
            throw new IllegalStateException("the database in " + path + " is open");
        }
    }

    /**
     * Moves everything that makes the directory a node's into a directory of its own in it; a crash on the way is made
     * good by the next {@link #lock}. Of several the newest are kept.
     *
     * @return where it lies now; empty when the directory was never used
     */
    Optional<Path> setAside(long nowMs) throws IOException {
        checkUnused();
        if (named(GENERATION).isEmpty() && !Files.exists(path.resolve("CURRENT"))) {
            return Optional.empty();
        }
        // Later than all there are, whatever the clock says.
        long last = named(ASIDE).stream().mapToLong(DataDirectory::number).max().orElse(0);
        Path aside = path.resolve("aside-" + Math.max(nowMs, last + 1));
        Files.createDirectory(path.resolve(aside.getFileName() + BEGUN));
        sync(path);
        finishSettingAside();
        return Optional.of(aside);
    }

    private void finishSettingAside() throws IOException {
        for (Path begun : named(ASIDE + "\\" + BEGUN)) {
            for (Path generation : named(GENERATION)) {
                Files.move(generation, begun.resolve(generation.getFileName()));
            }
            if (Files.exists(path.resolve("CURRENT"))) {
                Files.move(path.resolve("CURRENT"), begun.resolve("CURRENT"));
            }
            sync(begun);
            String name = begun.getFileName().toString();
            Files.move(begun, path.resolve(name.substring(0, name.length() - BEGUN.length())));
            sync(path);
        }
        List<Path> asides = named(ASIDE).stream()
                .sorted(Comparator.comparingLong(DataDirectory::number))
                .toList();
        for (Path old : asides.subList(0, Math.max(0, asides.size() - ASIDES_KEPT))) {
            deleteAll(old);
        }
    }

    /** From here on this generation counts. It is complete and on the disk before this is called. */
    void switchTo(Path generation) throws IOException {
        sync(generation);
        sync(path);
        Path next = path.resolve("CURRENT.tmp");
        byte[] name = (generation.getFileName() + "\n").getBytes(StandardCharsets.UTF_8);
        try (FileChannel file = FileChannel.open(
                next, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            file.write(ByteBuffer.wrap(name));
            file.force(true);
        }
        Files.move(next, path.resolve("CURRENT"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        sync(path);
    }

    /** Says what works here, for whoever finds that it is too old for it. Not flushed: it decides nothing. */
    public void signed(String build) throws IOException {
        Files.writeString(path.resolve(BUILD), build + "\n");
    }

    /** What {@link #signed} last; empty when the directory is of a build that did not say so. */
    static Optional<String> build(Path directory) {
        try {
            String line = Files.readString(directory.resolve(BUILD)).strip();
            return line.isEmpty() || line.length() > MAX_BUILD ? Optional.empty() : Optional.of(line);
        } catch (IOException none) {
            return Optional.empty();
        }
    }

    boolean hasReserve() {
        return Files.exists(path.resolve("reserve"));
    }

    /** Sets bytes of the disk aside, really written. */
    void makeReserve(long bytes) throws IOException {
        Path reserve = path.resolve("reserve");
        Path next = path.resolve("reserve.tmp");
        try (FileChannel file = FileChannel.open(
                next, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer zeros = ByteBuffer.allocate(1 << 16);
            for (long left = bytes; left > 0; left -= zeros.limit()) {
                zeros.clear().limit((int) Math.min(left, zeros.capacity()));
                file.write(zeros);
            }
        }
        Files.move(next, reserve, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Gives the reserve to whoever needs space now; false when there was none. */
    boolean giveUpReserve() throws IOException {
        return Files.deleteIfExists(path.resolve("reserve"));
    }

    long freeBytes() throws IOException {
        return Files.getFileStore(path).getUsableSpace();
    }

    private void clean() throws IOException {
        Files.deleteIfExists(path.resolve("CURRENT.tmp"));
        Files.deleteIfExists(path.resolve("reserve.tmp"));
        finishSettingAside();
        deleteAll(temporary());
        Files.createDirectories(temporary());
        Optional<Path> current = generation();
        for (Path generation : named(GENERATION)) {
            if (!current.equals(Optional.of(generation))) {
                deleteAll(generation);
            }
        }
    }

    private List<Path> named(String pattern) throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.filter(f -> f.getFileName().toString().matches(pattern))
                    .toList();
        }
    }

    private static long number(Path named) {
        String name = named.getFileName().toString();
        return Long.parseLong(name.substring(name.indexOf('-') + 1));
    }

    private static void deleteAll(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** A directory is a file too: a name in it is on the disk only after this. */
    static void sync(Path directory) throws IOException {
        try (FileChannel file = FileChannel.open(directory, StandardOpenOption.READ)) {
            file.force(true);
        }
    }

    @Override
    public void close() {
        try {
            lock.release();
            lockFile.close();
        } catch (IOException failed) {
            throw new UncheckedIOException("data directory " + path + " cannot be used: " + why(failed), failed);
        }
    }
}
