package io.skein.broker;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What is used of so much a second. One second's worth is there at once, and comes back as time passes. What is larger
 * than that is let through when nothing is used, and is paid for afterwards: what passes in the long run is what the limit
 * says, whatever the sizes, up to a minute's worth each. What is larger still costs no more than that: one large message
 * is not to keep all others of its bucket out for hours. From any thread.
 */
final class Bucket {
    private static final long SECOND = 1_000_000_000;
    /** What anything costs at most, in ns, and so how long anybody waits at most. */
    private static final long MOST = 60 * SECOND;

    private final long perSecond;
    /** By the clock, in ns, when nothing will be used any more; not after now: nothing is. */
    private final AtomicLong freeAt;

    Bucket(long perSecond, long now) {
        this.perSecond = perSecond;
        this.freeAt = new AtomicLong(now);
    }

    long perSecond() {
        return perSecond;
    }

    /** @return how long, in ns, until this could be taken, and then nothing was; 0: it is taken */
    long take(long amount, long now) {
        if (amount == 0) {
            return 0;
        }
        long cost = cost(amount);
        while (true) {
            long before = freeAt.get();
            long ahead = Math.max(0, before - now);
            long wait = ahead + Math.min(cost, SECOND) - SECOND;
            if (wait > 0) {
                return wait;
            }
            if (freeAt.compareAndSet(before, now + ahead + cost)) {
                return 0;
            }
        }
    }

    /** @return how long, in ns, until this could be taken; 0: now */
    long wait(long amount, long now) {
        return Math.max(0, freeAt.get() - now + Math.min(cost(amount), SECOND) - SECOND);
    }

    /** It was taken, and not used. */
    void giveBack(long amount) {
        freeAt.addAndGet(-cost(amount));
    }

    /** More than {@link #perSecond} when something larger than that was let through. */
    long used(long now) {
        return (long) Math.ceil(Math.max(0, freeAt.get() - now) * (double) perSecond / SECOND);
    }

    /** A new one would be the same. */
    boolean isUnused(long now) {
        return freeAt.get() - now <= 0;
    }

    /**
     * In ns, rounded down: a second's worth, however it is cut, fits into a second. What that lets through in excess is
     * nothing to speak of below a million a second.
     */
    private long cost(long amount) {
        return Math.min(amount * SECOND / perSecond, MOST);
    }
}
