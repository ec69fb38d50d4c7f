package io.skein.raft;

/**
 * One slot of the log.
 *
 * @param index 1-based, contiguous
 * @param payload opaque to Raft; never changed after construction
 */
public record Entry(long index, long term, Kind kind, byte[] payload) {
    public enum Kind {
        /** Begins a term (Raft §8). */
        NOOP,
        COMMANDS,
        /** Members and identity of the cluster; effective on append (thesis §4.1). */
        CONFIGURATION
    }

    public Entry {
        assert index >= 1 && term >= 1 : "entry " + index + " of term " + term;
    }

    /** Bytes towards batch and window limits. */
    public int size() {
        return payload.length + 32;
    }
}
