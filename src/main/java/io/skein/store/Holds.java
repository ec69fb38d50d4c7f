package io.skein.store;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Who is about to read, for the outcome of a command, messages that may be trimmed meanwhile: their rows stay until it has
 * read them, but not for ever (DESIGN D16). A hold begins before the command is proposed. From any thread.
 */
public final class Holds {
    /** After this a hold holds nothing any more. */
    static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Ends with {@link #close}, which may come more than once. */
    public final class Hold implements AutoCloseable {
        private final long ticket;

        private Hold(long ticket) {
            this.ticket = ticket;
        }

        @Override
        public void close() {
            open.remove(ticket);
        }
    }

    private final AtomicLong tickets = new AtomicLong();
    /** Since when, by ticket. */
    private final ConcurrentSkipListMap<Long, Long> open = new ConcurrentSkipListMap<>();

    public Hold open() {
        long ticket = tickets.incrementAndGet();
        open.put(ticket, System.nanoTime());
        return new Hold(ticket);
    }

    /** Every hold that is open now has a number up to this one. */
    long now() {
        return tickets.get();
    }

    /** Whether no hold up to this one holds anything any more. */
    boolean areOver(long ticket, long nanos) {
        while (true) {
            Map.Entry<Long, Long> oldest = open.firstEntry();
            if (oldest == null || oldest.getKey() > ticket) {
                return true;
            }
            if (nanos - oldest.getValue() < LONGEST_NANOS) {
                return false;
            }
            open.remove(oldest.getKey());
        }
    }
}
