package io.skein.cluster;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A snapshot on this node's disk, ready to be sent to any number of peers. The file must not change, nor go, while it
 * is sent.
 *
 * @param snapshot names the content: the same bytes have the same name, on every node and after every restart
 * @param index settled index that the file holds; {@code term} is that entry's
 */
public record SnapshotFile(long snapshot, Path file, long bytes, byte[] sha256, long index, long term) {
    private static final int READ_BYTES = 1 << 20;

    /** Reads the file once, on a worker. Fails when it cannot be read or is empty. */
    public static Future<SnapshotFile> of(Vertx vertx, Path file, long index, long term) {
        return vertx.executeBlocking(() -> read(file, index, term), false);
    }

    private static SnapshotFile read(Path file, long index, long term) throws IOException {
        MessageDigest digest = sha256Digest();
        long bytes = digest(file, Long.MAX_VALUE, digest);
        if (bytes == 0) {
            throw new IOException(file + " is empty");
        }
        byte[] sha256 = digest.digest();
        return new SnapshotFile(ByteBuffer.wrap(sha256).getLong(), file, bytes, sha256, index, term);
    }

    /** Feeds at most {@code limit} bytes of the file to the digest; returns how many there were. */
    static long digest(Path file, long limit, MessageDigest digest) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES);
            long bytes = 0;
            while (bytes < limit) {
                buffer.clear().limit((int) Math.min(READ_BYTES, limit - bytes));
                if (channel.read(buffer) < 0) {
                    break;
                }
                bytes += buffer.position();
                digest.update(buffer.flip());
            }
            return bytes;
        }
    }

    static MessageDigest sha256Digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new AssertionError(everyJdkHasIt);
        }
    }
}
