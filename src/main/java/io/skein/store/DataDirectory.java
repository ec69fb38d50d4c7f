package io.skein.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
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
 * tmp/            emptied at every start
 * </pre>
 *
 * A generation is complete before {@code CURRENT} names it, and {@code CURRENT} changes by renaming; so a crash leaves
 * either generation whole. One that is not named goes at the next start.
 */
public final class DataDirectory implements AutoCloseable {
    static final String DATABASE = "skein.db";

    private final Path path;
    private final FileChannel lockFile;
    private final FileLock lock;

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
            throw new UncheckedIOException("data directory " + path + ": " + failed.getMessage(), failed);
        }
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
            if (!name.matches("gen-[1-9][0-9]{0,17}")) {
                throw new IOException("CURRENT does not name a generation: \"" + name + "\"");
            }
            return Optional.of(path.resolve(name));
        } catch (NoSuchFileException unused) {
            return Optional.empty();
        }
    }

    /** A directory for a new generation, above all there were. */
    Path newGeneration() throws IOException {
        long last = generations().stream()
                .mapToLong(g -> Long.parseLong(g.getFileName().toString().substring(4)))
                .max()
                .orElse(0);
        return Files.createDirectory(path.resolve("gen-" + (last + 1)));
    }

    /** From here on this generation counts. It is complete and on the disk before this is called. */
    void switchTo(Path generation) throws IOException {
        sync(generation);
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
        deleteAll(temporary());
        Files.createDirectories(temporary());
        Optional<Path> current = generation();
        for (Path generation : generations()) {
            if (!current.equals(Optional.of(generation))) {
                deleteAll(generation);
            }
        }
    }

    private List<Path> generations() throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.filter(f -> f.getFileName().toString().matches("gen-[1-9][0-9]{0,17}"))
                    .toList();
        }
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
            throw new UncheckedIOException("data directory " + path + ": " + failed.getMessage(), failed);
        }
    }
}
