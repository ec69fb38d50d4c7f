package io.skein.broker;

import io.skein.subscription.SubscriptionName;

/**
 * @param max at most so many messages, 1 to {@link io.skein.wire.Limits#MAX_PULL_MESSAGES}
 * @param waitMs how long to wait for a first message; 0 not at all
 * @param consumer who asks, for people to read; may be empty
 * @param leaseMs how long they are lent; 0: as the subscription says
 * @param door for figures: {@code http}, {@code websocket}
 */
public record Pull(SubscriptionName name, int max, long waitMs, String consumer, long leaseMs, String door) {}
