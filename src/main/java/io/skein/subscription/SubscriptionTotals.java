package io.skein.subscription;

/**
 * What all subscriptions come to.
 *
 * @param positions one for each topic that a subscription follows
 * @param runs what is kept of messages that are begun with and not settled
 * @param marks on their way to dead-letter topics
 * @param deadRanges stretches of dead letters
 */
public record SubscriptionTotals(int subscriptions, int positions, int runs, int marks, int deadRanges) {}
