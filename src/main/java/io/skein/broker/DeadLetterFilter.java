package io.skein.broker;

import io.skein.store.StoredMessage;
import io.skein.topic.Header;
import io.skein.topic.TopicFilter;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Chooses among dead letters by what their headers say.
 *
 * @param topic where they came from ({@code skein-dead-topic})
 * @param headers names and values that a letter has, all of them; names do not care about case
 */
public record DeadLetterFilter(Optional<TopicFilter> topic, Map<String, String> headers) {
    private static final String TOPIC = "skein-dead-topic";

    public DeadLetterFilter {
        headers = Map.copyOf(headers);
    }

    boolean matches(StoredMessage letter) {
        List<Header> found = letter.message().headers();
        return (topic.isEmpty() || isFrom(topic.get(), found))
                && headers.entrySet().stream().allMatch(wanted -> has(found, wanted.getKey(), wanted.getValue()));
    }

    private static boolean isFrom(TopicFilter topic, List<Header> headers) {
        return headers.stream().anyMatch(header -> header.name().equals(TOPIC) && topic.matches(header.value()));
    }

    /** A name may be there several times. */
    private static boolean has(List<Header> headers, String name, String value) {
        return headers.stream()
                .anyMatch(header ->
                        header.name().equalsIgnoreCase(name) && header.value().equals(value));
    }
}
