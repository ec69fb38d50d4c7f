package io.skein.broker;

import io.skein.store.StoredMessage;
import io.skein.topic.Header;
import io.skein.topic.TopicFilter;
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
        boolean isFromThere = topic.isEmpty();
        int found = 0;
        for (Header header : letter.message().headers()) {
            if (topic.isPresent() && header.name().equals(TOPIC)) {
                isFromThere = topic.get().matches(header.value());
            }
            for (Map.Entry<String, String> wanted : headers.entrySet()) {
                if (wanted.getKey().equalsIgnoreCase(header.name())
                        && wanted.getValue().equals(header.value())) {
                    found++;
                }
            }
        }
        return isFromThere && found >= headers.size();
    }
}
