package io.skein.broker;

import io.skein.topic.TopicFilter;
import java.util.List;

/**
 * @param filters at least one, at most 64
 * @param limit 1 to 1000 messages
 * @param waitMs how long to wait for a first message; 0 not at all
 * @param minIndex the node has applied at least this before it reads; 0 for none ({@code Skein-Min-Index})
 */
public record Read(List<TopicFilter> filters, From from, int limit, long waitMs, Level level, long minIndex) {
    /** How fresh a read must be (API.md section 2). With one voter all but {@code NONE} are the same. */
    public enum Level {
        NONE,
        WEAK,
        LINEARIZABLE,
        STRONG
    }

    public Read {
        filters = List.copyOf(filters);
    }
}
