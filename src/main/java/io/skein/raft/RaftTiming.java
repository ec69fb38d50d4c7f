package io.skein.raft;

/**
 * How long Raft waits, in nanoseconds of the monotonic time that is given with each input.
 *
 * @param heartbeatNanos a leader lets no more than this pass without a word to each peer
 * @param electionTimeoutNanos the base: a follower campaigns after one to two of these without a leader (§5.2), a leader
 *     without a majority for one of these stops leading
 */
public record RaftTiming(long heartbeatNanos, long electionTimeoutNanos) {
    public static final RaftTiming DEFAULT = ofMillis(50, 300);

    /** @throws IllegalArgumentException when a heartbeat could not arrive within the election timeout */
    public RaftTiming {
        if (heartbeatNanos <= 0 || electionTimeoutNanos < 2 * heartbeatNanos) {
            throw new IllegalArgumentException("the election timeout (" + electionTimeoutNanos
                    + " ns) must be at least twice the heartbeat (" + heartbeatNanos + " ns), and that above 0");
        }
    }

    public static RaftTiming ofMillis(long heartbeatMs, long electionTimeoutMs) {
        return new RaftTiming(heartbeatMs * 1_000_000, electionTimeoutMs * 1_000_000);
    }
}
