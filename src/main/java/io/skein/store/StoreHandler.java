package io.skein.store;

/** Hears of what became of write batches; called on the context that opened the store, in order of batch numbers. */
public interface StoreHandler {
    /** The batch and all before it are durable and visible to readers. */
    void written(long number);

    /**
     * The disk is full: the batch was rolled back and promised nothing. It and all later ones, of which nothing is said,
     * are to be written again, in order.
     */
    void diskFull(long number);

    /**
     * There is little room left, or enough again. While it is tight batches are still written, from a reserve: only
     * what frees room should be.
     */
    default void diskTight(boolean tight) {}

    /**
     * A row is not what was written, or SQLite finds the file damaged: found by a read, a snapshot or the scrubber. What
     * is damaged has left the node nowhere, but other reads may meet it; this is said again each time. The writer meets
     * damage as {@link #failed}, an opening as {@link Damaged}.
     */
    default void damaged(String what) {}

    /** Nothing more is written, and what is on the disk is in doubt: the process ends. Called once. */
    void failed(StoreFailure failure);
}
