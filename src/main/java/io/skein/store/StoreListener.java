package io.skein.store;

/**
 * What happens on the disk, for figures and alerts. Called on the writer's thread or on a reader's context, or as
 * said: what implements it is safe for threads, quick, and does not throw.
 */
public interface StoreListener {
    StoreListener NONE = new StoreListener() {};

    /** Batches that were handed in and are not durable, after each change; called on the context that opened the store. */
    default void queued(int batches) {}

    /**
     * One transaction was committed.
     *
     * @param batches write batches in it
     * @param bytes as {@link io.skein.replica.WriteBatch#size} counts
     * @param nanos from BEGIN to the end of COMMIT
     * @param commitNanos COMMIT alone: the write-ahead log, with its fsync unless relaxed
     */
    default void committed(int batches, int entries, int changes, long bytes, long nanos, long commitNanos) {}

    /** Messages whose own TTL was over, as of a commit: each is told of once in the life of the database. */
    default void expired(int messages) {}

    /**
     * Messages that had all their deliveries and are on their way to the dead letters, as of a commit: each is told of once.
     *
     * @param nacked those that were given back last
     * @param expired those whose last lease ended by itself
     */
    default void deadLettered(long nacked, long expired) {}

    /** @param pages that lie in the database file now; -1 when readers or commits beside it held it up */
    default void checkpointed(long nanos, long pages) {}

    /** Bytes of the write-ahead log that wait for a checkpoint, after a commit. */
    default void walBytes(long bytes) {}

    /** The disk is full or nearly so, or has room again. */
    default void diskFull(boolean full) {}

    /** A row is not what was written; who acts on it hears {@link StoreHandler#damaged}. */
    default void damaged(String what) {}

    /** Relaxed durability: what was written last is gone, as the operator chose. */
    default void wentBackwards(String what) {}

    /** The scrubber has seen every row once more. */
    default void scrubbed(long rows, long bytes) {}
}
