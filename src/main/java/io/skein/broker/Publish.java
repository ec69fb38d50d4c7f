package io.skein.broker;

import io.skein.topic.Publication;
import io.skein.topic.TopicCommand;
import io.skein.wire.Limits;
import java.util.List;
import java.util.Map;
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

    /** What a client must change before this can be proposed; that which only the machine knows is left to it. */
    Optional<Refusal> problem(int maxMessageBytes) {
        if (messages.isEmpty()) {
            return Optional.of(Refusal.malformed("there is no message to publish"));
        }
        if (messages.size() > Limits.MAX_BATCH_MESSAGES) {
            return tooLarge(
                    messages.size() + " messages in one publish; the limit is " + Limits.MAX_BATCH_MESSAGES,
                    Limits.MAX_BATCH_MESSAGES);
        }
        Optional<Refusal> longKey = problemOfKey(idempotencyKey);
        if (longKey.isPresent()) {
            return longKey;
        }
        long total = 0;
        for (Publication publication : messages) {
            int body = publication.message().body().length;
            if (body > maxMessageBytes) {
                return tooLarge("the message has " + body + " bytes; the limit is " + maxMessageBytes, maxMessageBytes);
            }
            total += publication.message().size();
        }
        if (total > Limits.MAX_COMMAND_BYTES) {
            return tooLarge(
                    "the messages of one publish have " + total + " bytes; the limit is " + Limits.MAX_COMMAND_BYTES,
                    Limits.MAX_COMMAND_BYTES);
        }
        return Optional.empty();
    }

    static Optional<Refusal> problemOfKey(Optional<String> key) {
        return key.filter(k -> k.length() > KeyHash.MAX_KEY_LENGTH)
                .map(k ->
                        Refusal.malformed("an idempotency key has at most " + KeyHash.MAX_KEY_LENGTH + " characters"));
    }

    private static Optional<Refusal> tooLarge(String detail, long limit) {
        return Optional.of(Refusal.of(Refusal.Kind.TOO_LARGE, "too-large", detail, Map.of("limit", limit)));
    }
}
