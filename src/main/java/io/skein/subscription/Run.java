package io.skein.subscription;

import io.skein.machine.Cursor;

/**
 * Messages of one topic with consecutive offsets that a subscription has begun with and not settled, all in the same
 * state. What lies below a position and in no run is settled.
 *
 * @param count above 0; 1 where a key is held
 * @param deliveries how often they were handed out; 0: passed over, or redriven
 * @param time LEASED: when the lease ends; DELAYED: from when they may be handed out; PACED: when the next of them are
 *     let go; else 0
 * @param lease under which they were last handed out; {@link Cursor#ORIGIN} when that was given back or never was. An
 *     ack that comes late is taken as long as the message is in a run under this lease
 * @param consumer who has or had them last; empty when nobody
 * @param key of {@link Keys}; 0 when there is none, or keys do not matter
 */
public record Run(
        long first, long count, State state, int deliveries, long time, Cursor lease, String consumer, long key) {
    /** What a message waits for. */
    public enum State {
        /** Somebody has it until a time. */
        LEASED,
        /** It may not be handed out before a time. */
        DELAYED,
        /** It may be handed out. */
        READY,
        /** Redriven at a rate: some of the run become READY (or UNREAD) at a time. */
        PACED,
        /** Redriven where keys matter: it may be handed out once its keys are known ({@link Keys}). */
        UNREAD
    }

    public Run {
        if (count < 1 || key != 0 && count != 1) {
            throw new IllegalArgumentException("a run of " + count + " from " + first);
        }
    }

    public long end() {
        return first + count;
    }

    /** Whether something happens to it by itself. */
    boolean isTimed() {
        return state != State.READY && state != State.UNREAD;
    }

    Run part(long from, long to) {
        return from == first && to == end()
                ? this
                : new Run(from, to - from, state, deliveries, time, lease, consumer, key);
    }

    Run leased(Cursor newLease, String newConsumer, long until) {
        return new Run(first, count, State.LEASED, deliveries + 1, until, newLease, newConsumer, key);
    }

    Run until(long newTime) {
        return new Run(first, count, state, deliveries, newTime, lease, consumer, key);
    }

    /** Back from a lease or a delay; DELAYED when {@code due} is above 0. */
    Run back(long due, Cursor lateLease) {
        return new Run(first, count, due > 0 ? State.DELAYED : State.READY, deliveries, due, lateLease, consumer, key);
    }

    /** Whether the other follows and differs in nothing else, so that both are one run. */
    boolean isFollowedBy(Run other) {
        return other.first == end()
                && key == 0
                && other.key == 0
                && other.state == state
                && other.deliveries == deliveries
                && other.time == time
                && other.lease.equals(lease)
                && other.consumer.equals(consumer);
    }
}
