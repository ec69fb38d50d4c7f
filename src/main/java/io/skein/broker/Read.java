package io.skein.broker;

import io.skein.topic.TopicFilter;
import java.util.List;

/**
 * @param filters at least one, at most 64
 * @param limit 1 to 1000 messages
 * @param waitMs how long to wait for a first message; 0 not at all
 */
public record Read(List<TopicFilter> filters, From from, int limit, long waitMs, Freshness freshness) {
    public Read {
        filters = List.copyOf(filters);
    }
}
