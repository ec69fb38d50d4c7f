package io.skein.subscription;

import io.skein.machine.Cursor;

/**
 * What one message is to one subscription.
 *
 * @param id of the subscription, internal
 * @param until LEASED: when the lease ends; DELAYED: when it comes back; else 0
 * @param deliveries so far, where that is still known
 * @param consumer who has it, or had it last; empty when that is not known
 * @param lease under which it was last handed out; {@link Cursor#ORIGIN} when that was given back or is not known
 */
public record Standing(
        SubscriptionName subscription,
        long id,
        Status status,
        long until,
        int deliveries,
        String consumer,
        Cursor lease) {
    public enum Status {
        /** Not handed out yet. */
        WAITING,
        LEASED,
        DELAYED,
        /** Was handed out, or is redriven, and may be handed out. */
        READY,
        /** On its way to the dead letters. */
        MARKED,
        /** One of the subscription's dead letters, in the topic of those. */
        DEAD,
        /** Acknowledged, passed over by a seek, or copied to the dead letters: the state does not say which. */
        SETTLED,
        /** SETTLED, and it is known that somebody acknowledged it. */
        ACKNOWLEDGED,
        /** SETTLED, and it is known that it was copied to the dead letters. */
        DEAD_LETTERED
    }

    /** The same, as more is known of what settled it. */
    public Standing as(Status known) {
        return new Standing(subscription, id, known, until, deliveries, consumer, lease);
    }
}
