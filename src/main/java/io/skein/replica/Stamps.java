package io.skein.replica;

import java.util.OptionalLong;

/**
 * The log's own time (DESIGN D5). From the last stamp it advances with the leader's monotonic clock, pulled towards the
 * median of the voters' wall clocks by at most a tenth of what elapsed; it never goes back, and it does not stand still.
 * Only a new leader may step forward, to that median; and any leader to {@link Now#floorMs}, which only a simulator sets.
 */
final class Stamps {
    private static final long NANOS_PER_MS = 1_000_000;

    /** The newest stamp of this node. */
    private long last;
    /** Where the clock stands, with its fraction, so that many short steps do not lose what they elapsed. */
    private double exact;

    private long lastNanos;

    /**
     * A new leader's first stamp: steps forward to the median, never back.
     *
     * @param lastStamp of the last entry in the log; what this node stamped before and was overwritten is forgotten
     */
    long begin(long lastStamp, Now now, OptionalLong median) {
        exact = Math.max(Math.max(lastStamp + 1, median.orElse(0)), now.floorMs());
        lastNanos = now.nanos();
        last = (long) exact;
        return last;
    }

    /**
     * What time it is on the log's clock; no later stamp is lower, whatever the wall clock does meanwhile: what was found
     * due is due when it is stamped. Only meaningful on a leader.
     */
    long peek(Now now, OptionalLong median) {
        exact = Math.max(Math.max(exact, advanced(now, median)), now.floorMs());
        lastNanos = now.nanos();
        return Math.max(last, (long) exact);
    }

    long next(Now now, OptionalLong median) {
        last = peek(now, median);
        return last;
    }

    /** No entry says yet that it is so late. */
    boolean isBelowFloor(Now now) {
        return last < now.floorMs();
    }

    private double advanced(Now now, OptionalLong median) {
        double elapsedMs = Math.max(0, now.nanos() - lastNanos) / (double) NANOS_PER_MS;
        double straight = exact + elapsedMs;
        double apart = median.isPresent() ? median.getAsLong() - straight : 0;
        double pull = Math.max(-elapsedMs / 10, Math.min(elapsedMs / 10, apart));
        return straight + pull;
    }
}
