package io.skein.broker;

import java.util.List;

/**
 * A live stream, for people to look at.
 *
 * @param behind it reads from the store, not yet or no longer live
 */
public record SubscriberInfo(
        String id, String door, String peer, List<String> filters, String cursor, long delivered, boolean behind) {}
