package io.skein.frame;

/** What became of one message. */
public sealed interface PublishResult {
    /** @param offset -1 for a repeat whose offset is forgotten; the cursor is then empty */
    record Stored(long offset, String cursor) implements PublishResult {}

    /**
     * It gets its offset when it is due.
     *
     * @param cursor cancels it
     * @param due epoch milliseconds
     */
    record Delayed(String cursor, long due) implements PublishResult {}

    record Refused(Problem problem) implements PublishResult {}
}
