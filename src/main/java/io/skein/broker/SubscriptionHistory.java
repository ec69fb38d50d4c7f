package io.skein.broker;

import java.util.List;

/**
 * How a subscription did, as this node saw it.
 *
 * @param everyMs from one point to the next, where none is missing
 * @param points oldest first
 */
public record SubscriptionHistory(long everyMs, List<Point> points) {
    /**
     * @param time epoch milliseconds of this node
     * @param lag messages neither settled nor dead
     * @param inFlight of these on loan
     */
    public record Point(long time, long lag, int inFlight, int dead) {}
}
