package io.skein.subscription;

import io.skein.machine.Cursor;

/**
 * Messages that failed too often and are on their way to the dead-letter topic (DESIGN D17): not handed out any more,
 * kept from retention, their bodies to be fetched by the leader.
 *
 * @param at the mark's name: a place in the log, of the command that made it
 * @param topic internal id
 * @param count above 0; becomes less from the front as bodies are copied
 * @param deliveries how often they were handed out
 * @param reason of the last failure
 * @param time when they were marked
 */
public record Mark(Cursor at, long topic, long first, long count, int deliveries, String reason, long time) {
    public long end() {
        return first + count;
    }

    /** Whether the last lease ended by itself; else somebody gave the messages back. */
    public boolean isOfExpiry() {
        return reason.equals(Housekeeping.LEASE_EXPIRED);
    }

    /** What is left when so many from the front are copied. */
    Mark without(long copied) {
        return new Mark(at, topic, first + copied, count - copied, deliveries, reason, time);
    }
}
