package io.skein.broker;

import java.util.List;
import java.util.Optional;

/**
 * Durable subscriptions by name.
 *
 * @param next the name after which there are more; empty when these are the last
 * @param total of all there are, about when this was read
 */
public record SubscriptionsPage(List<SubscriptionInfo> subscriptions, Optional<String> next, long total) {
    public SubscriptionsPage {
        subscriptions = List.copyOf(subscriptions);
    }

    /** @param found one more than {@code limit} where there are more */
    static SubscriptionsPage of(List<SubscriptionInfo> found, int limit, long total) {
        if (found.size() <= limit) {
            return new SubscriptionsPage(found, Optional.empty(), total);
        }
        List<SubscriptionInfo> page = found.subList(0, limit);
        return new SubscriptionsPage(
                page, Optional.of(page.get(limit - 1).view().name().value()), total);
    }
}
