package io.skein.cluster;

import io.skein.wire.Limits;

/**
 * How a snapshot is sent. Times are milliseconds.
 *
 * @param chunkBytes of one piece
 * @param window pieces under way; with it, what the network takes between an answer and the next piece
 * @param retryMs wait after a piece that was not answered, or not taken
 * @param patienceMs without progress, after which it is given up
 * @param busyMs that a receiver may have something else to do, after which it is given up
 */
public record SnapshotPace(int chunkBytes, int window, long retryMs, long patienceMs, long busyMs) {
    public static final SnapshotPace DEFAULT = new SnapshotPace(256 << 10, 4, 200, 30_000, 600_000);

    public SnapshotPace {
        if (chunkBytes < 1
                || chunkBytes > Limits.MAX_SNAPSHOT_CHUNK_BYTES
                || window < 1
                || retryMs < 1
                || patienceMs < 1
                || busyMs < 1) {
            throw new IllegalArgumentException(
                    "a piece has 1 to " + Limits.MAX_SNAPSHOT_CHUNK_BYTES + " bytes; window and times are above 0");
        }
    }
}
