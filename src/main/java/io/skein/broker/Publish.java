package io.skein.broker;

import io.skein.topic.Publication;
import io.skein.topic.TopicCommand;
import java.util.List;
import java.util.Optional;

/**
 * @param door who took it, for figures: {@code http}, {@code websocket}, {@code tcp}
 * @param scope what an idempotency key is unique within: principal and route
 * @param idempotencyKey the client's key, at most 255 characters
 */
public record Publish(
        List<Publication> messages,
        boolean atomic,
        Optional<TopicCommand.Sequence> sequence,
        String door,
        String scope,
        Optional<String> idempotencyKey) {
    public Publish {
        messages = List.copyOf(messages);
    }

    public static Publish of(String door, Publication message) {
        return new Publish(List.of(message), false, Optional.empty(), door, "", Optional.empty());
    }
}
