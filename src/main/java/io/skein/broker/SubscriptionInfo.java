package io.skein.broker;

import io.skein.subscription.SubscriptionView;
import java.util.OptionalLong;

/**
 * A durable subscription with its figures.
 *
 * @param oldest when its oldest message that is not settled was accepted, epoch milliseconds: of one asked for by its
 *     name it is that of a message, the oldest as well as that is known by the stamps of stretches; in a list it may be a
 *     little too early; empty when nothing waits
 * @param waitingPulls pulls of this node that wait for a message
 */
public record SubscriptionInfo(SubscriptionView view, OptionalLong oldest, int waitingPulls) {}
