package io.skein.broker;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How often something failed, by whatever names who tried, and how long he waits: not at first, from then on twice as long
 * each time, up to a limit. What did not fail for a quarter of an hour is forgotten, and so is the oldest of too many. For
 * one thread at a time.
 */
final class Tries {
    static final int MAX_REMEMBERED = 20_000;
    private static final long FORGOTTEN_NANOS = TimeUnit.MINUTES.toNanos(15);

    private static final class Count {
        int tries;
        long lastNanos;
    }

    private final LongSupplier nanos;
    private final long longestNanos;
    private final LinkedHashMap<String, Count> remembered = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Count> eldest) {
            return size() > MAX_REMEMBERED;
        }
    };

    /** @param longestNanos that anybody waits between two tries; the first wait is a second, or this if it is less */
    Tries(LongSupplier nanos, long longestNanos) {
        this.nanos = nanos;
        this.longestNanos = longestNanos;
    }

    /**
     * @param free so many tries wait for nothing
     * @return ms until the next; empty: now
     */
    OptionalLong wait(String who, int free) {
        long now = nanos.getAsLong();
        Count count = remembered.get(who);
        if (count == null || now - count.lastNanos > FORGOTTEN_NANOS) {
            remembered.remove(who);
            return OptionalLong.empty();
        }
        if (count.tries < free) {
            return OptionalLong.empty();
        }
        int doublings = Math.min(count.tries - free, 6);
        long wait = Math.min(longestNanos, TimeUnit.SECONDS.toNanos(1) << doublings) - (now - count.lastNanos);
        return wait > 0 ? OptionalLong.of(Math.max(1, TimeUnit.NANOSECONDS.toMillis(wait))) : OptionalLong.empty();
    }

    void count(String who) {
        Count count = remembered.computeIfAbsent(who, first -> new Count());
        count.tries++;
        count.lastNanos = nanos.getAsLong();
    }

    void less(String who) {
        Count count = remembered.get(who);
        if (count != null && --count.tries <= 0) {
            remembered.remove(who);
        }
    }
}
