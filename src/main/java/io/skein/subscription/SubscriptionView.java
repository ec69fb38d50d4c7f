package io.skein.subscription;

import io.skein.machine.Cursor;

/**
 * A subscription as others may see it: a value, taken at an applied index. Figures are messages; what is waiting, ready,
 * delayed, leased and paced together is its lag.
 *
 * @param waiting not begun with
 * @param ready may be handed out again, or were passed over and wait for their key
 * @param delayed come back after a time
 * @param leased in flight
 * @param paced redriven, and not let go yet
 * @param marked on their way to the dead letters
 * @param dead dead letters that are still kept
 * @param delivered handed out, ever
 * @param redelivered of those, not for the first time
 * @param acknowledged ever
 * @param followed topics
 * @param blockedKeys keys of which a message waits until another is settled
 * @param isReady whether a pull would get something
 * @param isHeld whether nothing new is begun with, because too much is not settled
 * @param nextReturn when the next lease ends, delay is over or portion is let go; {@link Long#MAX_VALUE} when none does, or
 *     where subscriptions are told of in a list
 * @param rate redriven messages let go in a second
 */
public record SubscriptionView(
        long id,
        SubscriptionName name,
        SubscriptionConfig config,
        Cursor created,
        long createdTime,
        long waiting,
        long ready,
        long delayed,
        long leased,
        long paced,
        long marked,
        long dead,
        long delivered,
        long redelivered,
        long acknowledged,
        int followed,
        long blockedKeys,
        boolean isReady,
        boolean isHeld,
        long nextReturn,
        int rate) {
    /** Messages that are neither settled nor dead. */
    public long lag() {
        return waiting + ready + delayed + leased + paced;
    }
}
