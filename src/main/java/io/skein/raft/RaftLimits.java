package io.skein.raft;

/**
 * How much Raft keeps under way.
 *
 * @param maxAppendEntries entries of one AppendEntries
 * @param maxAppendBytes bytes of one AppendEntries; a single larger entry travels alone
 * @param maxInflightAppends AppendEntries to one peer that are not yet acknowledged; at the limit the peer waits
 * @param maxInflightBytes bytes of those; at the limit the peer waits
 * @param maxWritesUnderway writes whose {@link Input.Written} has not come; at the limit a leader takes no proposal
 *     ({@link Raft#mayPropose}) and a follower drops what its leader sends, which the leader then sends again
 */
public record RaftLimits(
        int maxAppendEntries,
        int maxAppendBytes,
        int maxInflightAppends,
        long maxInflightBytes,
        int maxWritesUnderway) {
    public static final RaftLimits DEFAULT = new RaftLimits(4_096, 1 << 20, 256, 16L << 20, 1 << 20);

    public RaftLimits {
        if (maxAppendEntries < 1
                || maxAppendBytes < 1
                || maxInflightAppends < 1
                || maxInflightBytes < 1
                || maxWritesUnderway < 1) {
            throw new IllegalArgumentException("limits must be above 0");
        }
    }
}
