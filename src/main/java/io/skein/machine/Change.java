package io.skein.machine;

/**
 * One step of the replicated state: decided once, then moved into memory by {@link Machine#evolve}, into rows by the
 * store, and out of rows again at the next start. A change never fails.
 */
public interface Change {
    /** Feeds everything that makes this change what it is into the rolling hash; equal on every node. */
    void hashInto(StateHash hash);

    /** What this change weighs until its rows are written, in bytes; at least 1. */
    int weight();
}
