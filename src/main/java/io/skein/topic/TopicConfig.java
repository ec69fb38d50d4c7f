package io.skein.topic;

import java.util.Optional;

/**
 * How a topic keeps its messages. 0 means no limit.
 *
 * @param format when present, messages must be of this format and valid, else 422
 * @param ttlMs retention by age under another name (DESIGN D17): the lower of it and {@code maxAgeMs} counts
 * @param acknowledged a work queue: what every subscription that follows the topic has settled goes; while none follows it,
 *     nothing does
 */
public record TopicConfig(
        long maxAgeMs,
        long maxBytes,
        long maxMessages,
        OnFull onFull,
        Optional<Format> format,
        long ttlMs,
        boolean acknowledged) {
    public static final TopicConfig DEFAULT = new TopicConfig(0, 0, 0, OnFull.DROP_OLDEST, Optional.empty(), 0);

    /** What happens when {@code maxBytes} or {@code maxMessages} is reached. */
    public enum OnFull {
        DROP_OLDEST,
        REJECT
    }

    public TopicConfig(
            long maxAgeMs, long maxBytes, long maxMessages, OnFull onFull, Optional<Format> format, long ttlMs) {
        this(maxAgeMs, maxBytes, maxMessages, onFull, format, ttlMs, false);
    }

    public TopicConfig withAcknowledged(boolean drops) {
        return new TopicConfig(maxAgeMs, maxBytes, maxMessages, onFull, format, ttlMs, drops);
    }

    /** Age in milliseconds after which messages go; 0 when they stay. */
    public long ageMs() {
        return maxAgeMs == 0 ? ttlMs : ttlMs == 0 ? maxAgeMs : Math.min(maxAgeMs, ttlMs);
    }
}
