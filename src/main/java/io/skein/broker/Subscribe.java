package io.skein.broker;

import io.skein.topic.TopicFilter;
import java.util.List;

/**
 * @param filters at least one, at most 64
 * @param credit messages the subscriber takes before it gives more; {@link Subscription#credit}
 * @param door for figures: {@code http}, {@code websocket}, {@code tcp}, {@code dashboard}
 * @param peer the remote address, for people to look at
 */
public record Subscribe(List<TopicFilter> filters, From from, long credit, String door, String peer) {
    public static final long UNLIMITED = Long.MAX_VALUE / 2;

    public Subscribe {
        filters = List.copyOf(filters);
    }
}
