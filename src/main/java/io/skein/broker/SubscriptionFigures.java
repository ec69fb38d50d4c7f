package io.skein.broker;

import java.util.OptionalLong;

/**
 * What all durable subscriptions come to, those of queues too; this node's word.
 *
 * @param lag messages that are neither settled nor dead
 * @param inFlight of these on loan
 * @param dead dead letters that are still kept
 * @param oldest when the oldest message that is not settled was accepted, or a little before, epoch milliseconds; empty
 *     when nothing waits
 * @param waitingPulls pulls of this node that wait
 */
public record SubscriptionFigures(
        int subscriptions, long lag, long inFlight, long dead, OptionalLong oldest, int waitingPulls) {
    public static final SubscriptionFigures NONE = new SubscriptionFigures(0, 0, 0, 0, OptionalLong.empty(), 0);
}
