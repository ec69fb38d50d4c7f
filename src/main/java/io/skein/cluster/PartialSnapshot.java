package io.skein.cluster;

import io.skein.cluster.SnapshotAck.Code;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;

/**
 * The beginning of a snapshot in a file that grows by verified pieces. Blocking: each method is called on a worker, one
 * after the other.
 */
final class PartialSnapshot {
    private static final String PART = ".part";
    /** Written since the last fsync; the one at the end then takes no longer than others. */
    private static final long SYNC_BYTES = 16L << 20;

    private final SnapshotChunk first;
    private final Path path;
    private final FileChannel channel;
    private final MessageDigest digest;
    private volatile long written;
    private long unsynced;
    private Path whole;

    private PartialSnapshot(SnapshotChunk first, Path path, FileChannel channel, MessageDigest digest, long written) {
        this.first = first;
        this.path = path;
        this.whole = path;
        this.channel = channel;
        this.digest = digest;
        this.written = written;
    }

    /** Goes on with what is there of the same snapshot; parts of others go. */
    static PartialSnapshot open(Path directory, SnapshotChunk first) throws IOException {
        Files.createDirectories(directory);
        Path path = directory.resolve(Long.toHexString(first.snapshot()) + PART);
        try (DirectoryStream<Path> parts = Files.newDirectoryStream(directory, "*" + PART)) {
            for (Path other : parts) {
                if (!other.equals(path)) {
                    Files.delete(other);
                }
            }
        }
        FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            channel.truncate(first.total());
            MessageDigest digest = SnapshotFile.sha256Digest();
            long there = SnapshotFile.digest(path, first.total(), digest);
            channel.position(there);
            return new PartialSnapshot(first, path, channel, digest, there);
        } catch (IOException failure) {
            channel.close();
            throw failure;
        }
    }

    boolean isOf(SnapshotChunk chunk) {
        return chunk.snapshot() == first.snapshot() && chunk.total() == first.total();
    }

    long index() {
        return first.index();
    }

    long written() {
        return written;
    }

    /** The file has its final name; only after {@link Code#WHOLE}. */
    ReceivedSnapshot received() {
        return new ReceivedSnapshot(first.snapshot(), whole, written, first.index(), first.term());
    }

    Code store(SnapshotChunk chunk) throws IOException {
        if (!chunk.isIntact()) {
            return Code.AGAIN;
        }
        if (!chunk.isQuestion()) {
            if (chunk.offset() != written) {
                return Code.AGAIN;
            }
            ByteBuffer bytes = ByteBuffer.wrap(chunk.bytes());
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            digest.update(chunk.bytes());
            written += chunk.bytes().length;
            unsynced += chunk.bytes().length;
            if (unsynced >= SYNC_BYTES) {
                channel.force(false);
                unsynced = 0;
            }
        }
        return written == first.total() ? finish() : Code.NEXT;
    }

    private Code finish() throws IOException {
        if (!MessageDigest.isEqual(digest.digest(), first.sha256())) {
            channel.close();
            Files.delete(path);
            return Code.DISCARDED;
        }
        channel.force(true);
        channel.close();
        whole = path.resolveSibling(Long.toHexString(first.snapshot()) + ".snapshot");
        Files.move(path, whole, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel parent = FileChannel.open(path.getParent(), StandardOpenOption.READ)) {
            parent.force(true);
        }
        return Code.WHOLE;
    }

    void close() throws IOException {
        channel.close();
    }
}
