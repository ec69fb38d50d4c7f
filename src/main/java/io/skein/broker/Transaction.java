package io.skein.broker;

import io.skein.subscription.SubscriptionCommand.Acks;
import io.skein.subscription.SubscriptionCommand.Nacks;
import io.skein.topic.Publication;
import java.util.List;
import java.util.Optional;

/**
 * @param door who took it, for figures
 * @param scope what an idempotency key is unique within: principal and route
 */
public record Transaction(
        List<Publication> messages,
        List<Acks> acks,
        List<Nacks> nacks,
        String door,
        String scope,
        Optional<String> idempotencyKey) {
    public Transaction {
        messages = List.copyOf(messages);
        acks = List.copyOf(acks);
        nacks = List.copyOf(nacks);
    }

    /** What a client must change before this can be proposed; that which only the machine knows is left to it. */
    Optional<Refusal> problem(int maxMessageBytes) {
        if (messages.isEmpty()) {
            return Publish.problemOfKey(idempotencyKey);
        }
        return new Publish(messages, true, Optional.empty(), door, scope, idempotencyKey).problem(maxMessageBytes);
    }
}
