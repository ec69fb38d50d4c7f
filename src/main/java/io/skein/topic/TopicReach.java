package io.skein.topic;

/**
 * A topic as it stands now, for the machines on top: not a value but the live thing, one object for each topic's life.
 * Whoever follows a topic keeps it.
 */
public interface TopicReach {
    long id();

    TopicName name();

    TopicConfig config();

    /** Offset of the first message still kept. */
    long lowWater();

    /** Offset of the first message that is pinned, which nothing but its topic's end removes; else the highest number. */
    long lowestPin();

    /** Offset the next message gets. */
    long nextOffset();

    /**
     * The first message at or after {@code from} that is kept and not expired at {@code time}; {@link #nextOffset} when
     * there is none.
     */
    long firstLive(long from, long time);

    /** The end of the messages from {@code from} on, below {@code to}, of which none is expired at {@code time}. */
    long liveEnd(long from, long to, long time);

    /** How many in [from, to) are kept and count; expiries that the log has not said yet are not looked for. */
    long count(long from, long to);

    /** A stamp at or before that of the message with this offset, mostly near. */
    long timeNear(long offset);
}
