package io.skein.broker;

/**
 * What a read must see of what others have done (API.md section 2, {@code level}).
 *
 * @param minIndex the node has applied at least this before it reads; 0 for none ({@code Skein-Min-Index})
 */
public record Freshness(Level level, long minIndex) {
    public enum Level {
        /** Whatever this node has, also without a leader. */
        NONE,
        /** What the leader has applied, if it still leads. */
        WEAK,
        /** All that was committed when it was asked (ReadIndex). */
        LINEARIZABLE,
        /** The same, by an entry of the log. */
        STRONG
    }

    public static final Freshness NONE = new Freshness(Level.NONE, 0);
    public static final Freshness LINEARIZABLE = new Freshness(Level.LINEARIZABLE, 0);
}
