package io.skein.broker;

import io.skein.topic.Publication;
import java.util.List;
import java.util.Optional;

public record ScheduledPage(List<Item> messages, Optional<String> next) {
    /** @param cursor text that cancels it */
    public record Item(String cursor, long due, long time, Publication publication) {}
}
