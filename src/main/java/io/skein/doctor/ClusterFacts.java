package io.skein.doctor;

import java.util.List;
import java.util.Optional;

/**
 * What a cluster's nodes say, and what of its work may be seen.
 *
 * @param nodes the one that was asked first, then its members
 * @param subscriptions empty when they cannot be had
 * @param topics empty when they cannot be had
 * @param nowMs epoch milliseconds of this machine
 * @param memoryBytes what processes on this machine may take; 0 when nobody says
 */
public record ClusterFacts(
        List<NodeFacts> nodes,
        Optional<List<SubscriptionFacts>> subscriptions,
        Optional<List<TopicFacts>> topics,
        long nowMs,
        long memoryBytes) {
    public ClusterFacts {
        nodes = List.copyOf(nodes);
    }

    /**
     * @param waiting messages that nobody has worked on yet
     * @param dead letters of its own that lie among the dead
     * @param flowing it hands out what there is, as the node says
     * @param reasons why not: {@code code: sentence}
     */
    public record SubscriptionFacts(
            String name, boolean paused, long lag, long dead, boolean flowing, List<String> reasons) {
        public SubscriptionFacts {
            reasons = List.copyOf(reasons);
        }
    }

    /** @param maxMessages 0: no limit @param maxBytes 0: no limit @param rejects what comes to a full one is refused */
    public record TopicFacts(
            String name, long messages, long bytes, long maxMessages, long maxBytes, boolean rejects) {}
}
