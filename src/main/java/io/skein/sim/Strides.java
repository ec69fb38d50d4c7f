package io.skein.sim;

/**
 * In which steps a move is made: from one due time to the next, and after {@value #EXACT} of them, of which there may be any
 * number, {@value #COARSE} more of the same length, in each of which several share one. All times are epoch milliseconds.
 */
final class Strides {
    static final int EXACT = 1_000;
    static final int COARSE = 200;

    private final long target;
    private int made;
    /** Of the coarse ones: decided once, or the steps would grow ever smaller towards the target. */
    private long length;

    Strides(long target) {
        this.target = target;
    }

    /** Begins one. @param due the next time at which something is. @return its end, at the target at last */
    long next(long now, long due) {
        if (made == EXACT) {
            length = Math.max(1, (target - now + COARSE - 1) / COARSE);
        }
        made++;
        return Math.min(target, Math.max(due, now + length));
    }

    int made() {
        return made;
    }
}
