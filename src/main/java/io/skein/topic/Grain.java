package io.skein.topic;

/**
 * How large a stretch of a topic may become before it is closed by a mark (DESIGN D17). Fine enough that removing one
 * stretch never takes more than a tenth of what the topic may keep (a hundredth when it is counted: where a trim ends
 * within a stretch its cursor is only known to lie there).
 *
 * @param spanMs {@link Long#MAX_VALUE} when time does not matter
 */
record Grain(long messages, long bytes, long spanMs) {
    private static final long MESSAGES = 1_024;
    private static final long BYTES = 256 << 10;
    private static final long MIN_SPAN_MS = 1_000;

    static Grain of(TopicConfig config) {
        boolean drops = config.onFull() == TopicConfig.OnFull.DROP_OLDEST;
        // A topic of one message needs no marks: what goes is always all there is, up to its last cursor.
        long messages = drops && config.maxMessages() > 1
                ? Math.max(1, Math.min(MESSAGES, config.maxMessages() / 100))
                : MESSAGES;
        long bytes = config.maxBytes() > 0 ? Math.max(1, Math.min(BYTES, config.maxBytes() / 10)) : BYTES;
        long spanMs = config.ageMs() > 0 ? Math.max(MIN_SPAN_MS, config.ageMs() / 10) : Long.MAX_VALUE;
        return new Grain(messages, bytes, spanMs);
    }
}
