package io.skein.subscription;

import io.skein.topic.TopicFilter;
import io.skein.topic.TopicName;
import java.util.List;
import java.util.Optional;

/**
 * What a subscription is asked to be (API.md section 2).
 *
 * @param filter the topics, also later ones; a wildcard at the front leaves out names that begin with {@code $}
 * @param leaseMs how long a message is lent; above 0
 * @param maxDeliveries after so many the message is a dead letter; 0: never
 * @param backoffMs how long a message waits after its first, second, ... delivery failed; the last for all later ones;
 *     none: it is there again at once
 * @param deadLetter the topic of dead letters; empty: {@code $dead/<name>}
 * @param paused nothing is handed out; what is lent may still be acknowledged
 */
public record SubscriptionConfig(
        TopicFilter filter,
        long leaseMs,
        int maxDeliveries,
        List<Long> backoffMs,
        Optional<TopicName> deadLetter,
        Order order,
        boolean paused) {
    /** In what order messages of one topic are handed out. */
    public enum Order {
        /** By offset; a message that comes back does not hold up those behind it. */
        TOPIC,
        /** By offset, and of each key one at a time: the next only when the one before is acknowledged or dead. */
        KEY
    }

    public static final long LEASE_MS = 30_000;
    public static final int MAX_DELIVERIES = 5;
    public static final List<Long> BACKOFF_MS = List.of(1_000L, 10_000L);

    public SubscriptionConfig {
        backoffMs = List.copyOf(backoffMs);
    }

    /** What a subscription is when only its filter was said. */
    public static SubscriptionConfig of(TopicFilter filter) {
        return new SubscriptionConfig(
                filter, LEASE_MS, MAX_DELIVERIES, BACKOFF_MS, Optional.empty(), Order.TOPIC, false);
    }

    public SubscriptionConfig withPaused(boolean isPaused) {
        return new SubscriptionConfig(filter, leaseMs, maxDeliveries, backoffMs, deadLetter, order, isPaused);
    }

    /** How long a message waits after so many deliveries came to nothing. */
    long backoffMs(int deliveries) {
        return backoffMs.isEmpty() ? 0 : backoffMs.get(Math.min(deliveries, backoffMs.size()) - 1);
    }
}
