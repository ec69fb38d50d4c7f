package io.skein.dashboard;

/**
 * Limits of the console, each with what happens when it is reached.
 *
 * @param pages open pages of the node: one more is refused with 503
 * @param sampleMs how often the node is looked at
 * @param historySamples samples kept for the charts: the oldest goes
 * @param topics rows of topics in a state: the most active are shown, all are counted
 * @param subscribers rows of subscribers in a state: the first are shown, all are counted
 * @param subscriptions rows of durable subscriptions in a state: those that lag most are shown, all are counted
 * @param tailPerSecond messages a second that a page's tail shows: the rest is counted as skipped
 * @param tailRecent messages already kept that a new tail begins with, where that is cheap to know
 * @param tailMessageBytes JSON of one message in the tail: of a larger one only place and size are shown
 * @param queueBytes written to a page and not yet taken by its socket: above, states and messages are dropped
 * @param stuckStates states dropped one after the other before the page is cut off
 */
public record ConsoleLimits(
        int pages,
        long sampleMs,
        int historySamples,
        int topics,
        int subscribers,
        int subscriptions,
        int tailPerSecond,
        int tailRecent,
        int tailMessageBytes,
        int queueBytes,
        int stuckStates) {
    public static final ConsoleLimits DEFAULT =
            new ConsoleLimits(64, 1_000, 300, 200, 100, 100, 200, 25, 16 << 10, 256 << 10, 60);

    public ConsoleLimits {
        positive("pages", pages);
        positive("sample interval", sampleMs);
        positive("history samples", historySamples);
        positive("topics", topics);
        positive("subscribers", subscribers);
        positive("subscriptions", subscriptions);
        positive("tail messages per second", tailPerSecond);
        positive("recent tail messages", tailRecent);
        positive("tail message bytes", tailMessageBytes);
        positive("queue bytes", queueBytes);
        positive("stuck states", stuckStates);
    }

    private static void positive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException("console: " + name + " must be above 0, not " + value);
        }
    }
}
