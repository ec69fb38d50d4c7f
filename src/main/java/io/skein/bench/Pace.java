package io.skein.bench;

/**
 * When the messages of one publisher are due in an open loop. All publishers together have one evenly spaced schedule,
 * dealt to them in turn. Times are those of {@link System#nanoTime}.
 *
 * @param start when the first message of the first publisher is due
 * @param perSecond the rate of all publishers together, above 0
 * @param publisher number of this one, from 0
 */
record Pace(long start, double perSecond, int publisher, int publishers) {

    Pace {
        if (!(perSecond > 0) || publishers < 1 || publisher < 0 || publisher >= publishers) {
            throw new IllegalArgumentException(
                    "publisher " + publisher + " of " + publishers + " at " + perSecond + " a second");
        }
    }

    /** When message {@code n} of this publisher is due; the first has number 0. */
    long dueAt(long n) {
        // From the start each time: adding up an interval would add up its error.
        return start + Math.round(((double) n * publishers + publisher) * 1e9 / perSecond);
    }

    /** How many messages of this publisher are due at {@code now}. */
    long dueBy(long now) {
        if (now < dueAt(0)) {
            return 0;
        }
        long n = (long) (((now - start) * perSecond / 1e9 - publisher) / publishers);
        while (dueAt(n) <= now) {
            n++;
        }
        while (n > 0 && dueAt(n - 1) > now) {
            n--;
        }
        return n;
    }
}
