package io.skein.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A side file with the number of the last batch (DESIGN D10). It is written after each commit and never before, so it
 * can be behind the database but never rightly ahead of it: ahead means that the database went backwards (its
 * write-ahead log was lost, cut or flipped, or an old copy put in its place), which SQLite itself does not notice.
 *
 * <p>Two slots are written in turn, so that a torn write leaves the one before. Without fsync it is exact after the end
 * of the process, and after a loss of power at worst behind, which is harmless.
 */
final class Sentinel implements AutoCloseable {
    /** @param batch the last batch that was committed, as far as the sentinel knows */
    record Mark(long incarnation, long batch) {
        static final Mark NONE = new Mark(0, 0);
    }

    static final String FILE = "sentinel";

    private static final long MAGIC = 0x534B45494E0001L;
    /** Of its own sector each, so that writing one cannot harm the other. */
    private static final int SLOT_BYTES = 4096;

    private static final int MARK_BYTES = 32;

    private final FileChannel file;
    private final ByteBuffer slot = ByteBuffer.allocateDirect(MARK_BYTES);

    Sentinel(Path path) throws IOException {
        this(FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    private Sentinel(FileChannel file) {
        this.file = file;
    }

    /** What one says that is another's to write. */
    static Optional<Mark> peek(Path path) throws IOException {
        try (Sentinel sentinel = new Sentinel(FileChannel.open(path, StandardOpenOption.READ))) {
            return sentinel.read();
        }
    }

    /** The newest mark that is whole. */
    Optional<Mark> read() throws IOException {
        Optional<Mark> first = read(0);
        Optional<Mark> second = read(1);
        if (first.isPresent() && second.isPresent()) {
            return first.get().batch() >= second.get().batch() ? first : second;
        }
        return first.isPresent() ? first : second;
    }

    private Optional<Mark> read(int number) throws IOException {
        slot.clear();
        while (slot.hasRemaining()) {
            if (file.read(slot, (long) number * SLOT_BYTES + slot.position()) < 0) {
                return Optional.empty();
            }
        }
        slot.flip();
        long magic = slot.getLong();
        Mark mark = new Mark(slot.getLong(), slot.getLong());
        long crc = slot.getLong();
        return magic == MAGIC && crc == crc() ? Optional.of(mark) : Optional.empty();
    }

    /** Not on the disk before {@link #sync}. */
    void write(Mark mark) throws IOException {
        slot.clear();
        slot.putLong(MAGIC).putLong(mark.incarnation()).putLong(mark.batch());
        slot.putLong(crc());
        slot.flip();
        file.write(slot, (mark.batch() & 1) * SLOT_BYTES);
    }

    /** Forgets what was known: from here on only this mark counts. */
    void reset(Mark mark) throws IOException {
        file.truncate(0);
        write(mark);
        sync();
    }

    void sync() throws IOException {
        file.force(false);
    }

    private long crc() {
        CRC32C crc = new CRC32C();
        crc.update(slot.duplicate().position(0).limit(MARK_BYTES - 8));
        return crc.getValue();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
