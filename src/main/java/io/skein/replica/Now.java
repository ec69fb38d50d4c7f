package io.skein.replica;

/**
 * The time beside each input.
 *
 * @param nanos monotonic, for everything Raft does by time
 * @param wallMs this node's wall clock, epoch milliseconds; only ever a vote on what the stamps should follow
 * @param floorMs no stamp of this leader is lower: somebody moved the time of all nodes of a simulated cluster, and the
 *     log's has to follow at once. {@link #NO_FLOOR} on every real node, where only {@code wallMs} has a say
 */
public record Now(long nanos, long wallMs, long floorMs) {
    public static final long NO_FLOOR = Long.MIN_VALUE;

    /** As on a real node. */
    public Now(long nanos, long wallMs) {
        this(nanos, wallMs, NO_FLOOR);
    }
}
