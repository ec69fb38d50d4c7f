package io.skein.bench;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Keeps publishers from running away from subscribers: a fan-out is measured by what arrives, and a publisher that sends
 * what nobody takes only takes the cores from those who deliver. For several threads.
 */
class Leash {
    /** Holds nobody back. */
    static final Leash NONE = new Leash(new LongAdder(), 1, 0) {
        @Override
        boolean take(long now, int messages) {
            return true;
        }
    };

    /** When nothing has arrived for so long, what is missing is lost (a gap) and no longer waited for. */
    private static final long LOST_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final LongAdder delivered;
    private final int subscribers;
    private final int maxLag;
    private long sent;
    private long lastDelivered;
    private long lastProgress;

    /**
     * @param delivered messages, added up over all subscribers
     * @param maxLag messages that may be sent and have not reached the average subscriber
     */
    Leash(LongAdder delivered, int subscribers, int maxLag) {
        this.delivered = delivered;
        this.subscribers = subscribers;
        this.maxLag = maxLag;
    }

    /** As long as the lag that is allowed; none when none is, or nobody listens. */
    static Leash of(LoadConfig.Listening listening, LongAdder delivered) {
        return listening.maxLag() == 0 || listening.subscribers() == 0
                ? NONE
                : new Leash(delivered, listening.subscribers(), listening.maxLag());
    }

    /** Whether so many messages may be sent now; they then count as sent. */
    synchronized boolean take(long now, int messages) {
        long arrived = delivered.sum();
        if (arrived != lastDelivered || lastProgress == 0) {
            lastDelivered = arrived;
            lastProgress = now;
        }
        if (sent + messages - arrived / subscribers > maxLag) {
            if (now - lastProgress < LOST_NANOS) {
                return false;
            }
            sent = arrived / subscribers;
            lastProgress = now;
        }
        sent += messages;
        return true;
    }
}
