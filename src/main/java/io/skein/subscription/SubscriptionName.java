package io.skein.subscription;

import io.skein.topic.TopicName;
import java.util.Objects;
import java.util.Optional;

/**
 * The name of a subscription: formed like a topic's, at most {@value #MAX_LEVELS} levels, so that {@code $dead/<name>} is
 * a topic. Names that begin with {@code $} are the system's: {@code $rrmq/<topic>} belongs to the queue of that topic.
 */
public record SubscriptionName(String value) {
    public static final int MAX_LEVELS = TopicName.MAX_LEVELS - 1;

    private static final String QUEUE = "$rrmq/";
    private static final String DEAD = "$dead/";

    /** @throws IllegalArgumentException with a sentence for the client when the name is none */
    public SubscriptionName {
        Objects.requireNonNull(value);
        // What stands behind the prefix of a queue is a topic's name, and as long as that may be.
        new TopicName(value.startsWith(QUEUE) ? value.substring(QUEUE.length()) : value);
        if (!value.startsWith(QUEUE) && value.chars().filter(c -> c == '/').count() >= MAX_LEVELS) {
            throw new IllegalArgumentException("a subscription's name has at most " + MAX_LEVELS + " levels");
        }
    }

    /** The subscription through which RRMQ takes from a topic (API.md section 4). */
    public static SubscriptionName ofQueue(TopicName topic) {
        return new SubscriptionName(QUEUE + topic.value());
    }

    public boolean isSystem() {
        return value.charAt(0) == '$';
    }

    /** The topic of the queue that this subscription belongs to. */
    public Optional<TopicName> queue() {
        return value.startsWith(QUEUE) ? Optional.of(new TopicName(value.substring(QUEUE.length()))) : Optional.empty();
    }

    /** Where dead letters go when the configuration does not say; never asked of a queue's, which has none. */
    public TopicName deadLetters() {
        return new TopicName(DEAD + value);
    }

    @Override
    public String toString() {
        return value;
    }
}
