package io.skein.broker;

import io.skein.subscription.Standing;
import io.skein.subscription.Trail.Delivery;
import java.util.List;
import java.util.Optional;

/**
 * What happened to one message.
 *
 * @param cursor as text; that of the message, also when it was asked for by that of its delayed publish
 * @param offset -1 while a delayed message waits
 * @param index of the entry that accepted it
 * @param due when a delayed message is published; 0: it waits for nothing
 * @param scheduled the cursor that its delayed publish was answered with; empty when it was not delayed, or the log does
 *     not hold it any more
 * @param traceparent that it carries, valid or not; empty when it carries none
 * @param door who took it; empty when the log does not hold its entry any more
 * @param isWhole this node's log was read from the message on, so that no delivery is missing
 * @param standings what it is to each subscription that has to do with it
 */
public record Trace(
        String cursor,
        String topic,
        long offset,
        long index,
        long time,
        long due,
        Optional<String> scheduled,
        Optional<String> traceparent,
        Optional<String> door,
        boolean isWhole,
        List<Stand> standings) {
    public Trace {
        standings = List.copyOf(standings);
    }

    /**
     * @param deliveries those that the log tells of, the first first
     * @param copy the cursor of its copy among the dead letters, where it is DEAD_LETTERED
     */
    public record Stand(Standing standing, List<Delivery> deliveries, Optional<String> copy) {
        public Stand {
            deliveries = List.copyOf(deliveries);
        }
    }
}
