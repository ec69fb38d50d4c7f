package io.skein.broker;

/**
 * What the doors share.
 *
 * @param unfinished bytes of what has come and is not whole, or waits for its turn: request bodies, WebSocket messages,
 *     frames of TCP publishers. Above: whoever stood still the longest is refused (503, close code 4002, {@code ERR
 *     overloaded}) and its connection closed
 * @param unsent bytes of what was written and not taken by its socket. Above half: pages are small, live batches
 *     for which there is no room are read as pages, and who took nothing for 30 s is cut; above: the connection that took
 *     nothing for the longest is, whenever that was. Its streams resume
 */
public record Allowances(Allowance unfinished, Allowance unsent) {
    /** Bytes: of a heap below 128 MiB more than an eighth, but the doors must take two of the largest bodies. */
    private static final long LEAST = 16L << 20;

    /** More would only hide that somebody stands still. */
    private static final long MOST = 256L << 20;

    /**
     * An eighth of the heap each, at least 16 MiB and at most 256: the rest is for the log's tail, what is being written and
     * what machines remember, and a buffer that grows may for a moment be there twice.
     *
     * @param maxMessageBytes room for two of these, whatever the heap
     */
    public static Allowances ofHeap(int maxMessageBytes) {
        long part = Math.min(MOST, Runtime.getRuntime().maxMemory() / 8);
        long bytes = Math.max(part, Math.max(LEAST, 2L * maxMessageBytes));
        return new Allowances(
                Allowance.arriving("unfinished requests", bytes), Allowance.leaving("unread answers", bytes));
    }

    public static Allowances ofHeap() {
        return ofHeap(0);
    }
}
