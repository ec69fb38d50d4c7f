package io.skein.broker;

import io.skein.subscription.SubscriptionOutcome.Refused;
import java.util.List;

/**
 * What an ack, a nack or an extend came to.
 *
 * @param done messages
 * @param refused the rest, as it was named, with the reason ({@code lease-lost})
 * @param index of the entry that decided it
 * @param replayed this is the answer of an earlier request with the same key
 */
public record Settlement(long done, List<Refused> refused, long index, boolean replayed) {
    public Settlement {
        refused = List.copyOf(refused);
    }
}
