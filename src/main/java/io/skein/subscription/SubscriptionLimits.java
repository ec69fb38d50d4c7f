package io.skein.subscription;

/**
 * How much the machine remembers. The same on every node: what it refuses is part of the replicated outcome.
 *
 * @param subscriptions at most so many exist
 * @param positions of all subscriptions together (one for each topic that a subscription follows): above it none is made
 *     or widened, and no topic is made that would add some
 * @param held messages of one subscription that were handed out once and are not settled, or were passed over for their
 *     key: above it no new ones are handed out, only those that come back
 * @param passed of these the messages that were passed over for their key, each a run of its own; the same, so that one
 *     key that nobody settles does not use up what all subscriptions share
 * @param runs of all subscriptions together; the same, redriven ones among those that come back: they are runs already
 * @param deadRanges stretches of dead letters that all subscriptions together remember; above it a subscription forgets
 *     its oldest for a new one (they stay in their topic)
 * @param turn messages that one topic gives before the next has its turn
 * @param steps runs, topics and portions that one command settles; the next goes on
 */
public record SubscriptionLimits(
        int subscriptions, int positions, int held, int passed, int runs, int deadRanges, int turn, int steps) {
    public static final SubscriptionLimits DEFAULT =
            new SubscriptionLimits(10_000, 1_000_000, 100_000, 10_000, 1_000_000, 1_000_000, 64, 1_000);

    /** As many may be passed over as may be held. */
    public SubscriptionLimits(
            int subscriptions, int positions, int held, int runs, int deadRanges, int turn, int steps) {
        this(subscriptions, positions, held, held, runs, deadRanges, turn, steps);
    }
}
