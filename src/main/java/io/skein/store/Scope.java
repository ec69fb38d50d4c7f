package io.skein.store;

import java.util.List;
import java.util.function.LongUnaryOperator;

/**
 * Which messages a read is about.
 *
 * @param few the topics, when they are few enough to be asked for one by one; empty when the whole log is walked and
 *     {@code lowWater} chooses
 * @param lowWater topic id -> first offset that may be seen; {@link Long#MAX_VALUE} for a topic that is not meant or no
 *     longer is. Asked on the reader's context
 */
public record Scope(List<Long> few, LongUnaryOperator lowWater) {
    /** More topics than this are cheaper to find by walking the log. */
    public static final int FEW = 16;

    /** Marks a topic that is not meant. */
    public static final long NOTHING = Long.MAX_VALUE;

    public Scope {
        few = List.copyOf(few);
    }

    public boolean sees(StoredMessage message, long appliedTime) {
        return message.offset() >= lowWater.applyAsLong(message.topicId()) && message.expiresAt() > appliedTime;
    }
}
