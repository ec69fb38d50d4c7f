package io.skein.subscription;

/**
 * What one message is to one subscription.
 *
 * @param until LEASED: when the lease ends; DELAYED: when it comes back; else 0
 * @param deliveries so far, where that is still known
 * @param consumer who has it, or had it last; empty when that is not known
 */
public record Standing(SubscriptionName subscription, Status status, long until, int deliveries, String consumer) {
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
        /** Acknowledged, passed over by a seek, or copied to the dead letters. */
        SETTLED
    }
}
