package io.skein.cluster;

import io.skein.wire.Limits;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * A piece of a snapshot on its way.
 *
 * @param snapshot names the content of the file: the same bytes have the same name, whoever sends them
 * @param total bytes of the file; at least 1
 * @param crc CRC32C over snapshot, offset and bytes
 * @param sha256 of the whole file
 * @param index settled index that the file holds; {@code term} is that entry's
 * @param bytes [offset, offset + length) of the file; empty: asks where to go on. Never changed after construction
 */
public record SnapshotChunk(
        long snapshot, long offset, long total, int crc, byte[] sha256, long index, long term, byte[] bytes) {
    public SnapshotChunk {
        if (total < 1 || offset < 0 || bytes.length > total - offset) {
            throw new IllegalArgumentException(
                    bytes.length + " bytes at " + offset + " do not lie in a snapshot of " + total);
        }
        if (bytes.length > Limits.MAX_SNAPSHOT_CHUNK_BYTES) {
            throw new IllegalArgumentException("a piece of a snapshot has at most " + Limits.MAX_SNAPSHOT_CHUNK_BYTES
                    + " bytes, not " + bytes.length);
        }
        if (sha256.length != 32) {
            throw new IllegalArgumentException("a SHA-256 has 32 bytes, not " + sha256.length);
        }
    }

    static SnapshotChunk of(SnapshotFile file, long offset, byte[] bytes) {
        return new SnapshotChunk(
                file.snapshot(),
                offset,
                file.bytes(),
                crc(file.snapshot(), offset, bytes),
                file.sha256(),
                file.index(),
                file.term(),
                bytes);
    }

    boolean isIntact() {
        return crc == crc(snapshot, offset, bytes);
    }

    boolean isLast() {
        return offset + bytes.length == total;
    }

    boolean isQuestion() {
        return bytes.length == 0;
    }

    private static int crc(long snapshot, long offset, byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(16).putLong(snapshot).putLong(offset).flip());
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
