package io.skein.cluster;

/** @param nextOffset where the sender goes on */
public record SnapshotAck(long snapshot, long nextOffset, Code code) {
    public enum Code {
        /** Stored up to {@code nextOffset}. */
        NEXT,
        /** Damaged on the way, or not the piece awaited. */
        AGAIN,
        /** Not now; ask again later. */
        BUSY,
        /** Here, whole, verified and on the disk. */
        WHOLE,
        /** The whole was not what its hash says, and is thrown away. */
        DISCARDED,
        /** Cannot be taken: the disk, or one who does not want it. */
        FAILED
    }

    /** For a node that does not want this snapshot. */
    public static SnapshotAck refused(SnapshotChunk chunk) {
        return new SnapshotAck(chunk.snapshot(), 0, Code.FAILED);
    }
}
