package io.skein.bench;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;

/**
 * What one event loop counted. Only what happens within the measured time counts. Not for several threads, except
 * {@link Live}.
 */
final class Tally {
    /** More kinds of errors than this are one kind. */
    private static final int MAX_CODES = 32;

    /** For the eyes, while it runs; all loops add to the same. */
    static final class Live {
        final LongAdder sent = new LongAdder();
        final LongAdder acked = new LongAdder();
        final LongAdder delivered = new LongAdder();
        final LongAdder errors = new LongAdder();
    }

    private final Live live;
    private long from = Long.MAX_VALUE;
    private long to = Long.MAX_VALUE;
    private boolean ended;
    private long acked;
    private long delivered;
    private long arrived;
    private long unanswered;
    private final Histogram ack = Latency.histogram();
    private final Histogram endToEnd = Latency.histogram();
    private final Map<String, Long> errors = new TreeMap<>();

    Tally(Live live) {
        this.live = live;
    }

    /** The measured time, in {@link System#nanoTime}: from {@code from}, before {@code to}. */
    void measure(long from, long to) {
        this.from = from;
        this.to = to;
    }

    /** Nothing counts any more: another thread may now read this. */
    void end() {
        ended = true;
    }

    private boolean measured(long now) {
        return !ended && now - from >= 0 && now - to < 0;
    }

    void sent(int count) {
        live.sent.add(count);
    }

    /**
     * {@code count} messages were acknowledged; the first was due (or sent) at {@code due}, the next ones after it. They
     * count if this is within the measured time; the latency of those counts that were <em>due</em> within it.
     */
    void acked(long now, long due, int count, double nanosBetween) {
        live.acked.add(count);
        if (measured(now)) {
            acked += count;
        }
        recordAck(now, due, count, nanosBetween);
    }

    /** These were due and have no answer, and nobody waits for one any more: their age is the least they took. */
    void unanswered(long now, long due, long count, double nanosBetween) {
        unanswered += recordAck(now, due, count, nanosBetween);
    }

    private long recordAck(long now, long due, long count, double nanosBetween) {
        long recorded = 0;
        for (long i = 0; i < count; i++) {
            long dueAt = due + Math.round(i * nanosBetween);
            if (measured(dueAt)) {
                Latency.record(ack, now - dueAt);
                recorded++;
            }
        }
        return recorded;
    }

    void failed(long now, int count, String code) {
        live.errors.add(count);
        if (measured(now)) {
            String key = errors.containsKey(code) || errors.size() < MAX_CODES ? code : "other";
            errors.merge(key, (long) count, Long::sum);
        }
    }

    /** One of the messages in a frame reached a subscriber; it had left at {@code sent}. */
    void delivered(long now, long sent) {
        if (measured(now)) {
            delivered++;
        }
        if (measured(sent)) {
            Latency.record(endToEnd, now - sent);
        }
    }

    /** So many were in that frame. */
    void frame(int messages) {
        live.delivered.add(messages);
        arrived += messages;
    }

    /** How many have reached this loop's subscribers, measured or not. */
    long arrived() {
        return arrived;
    }

    /** Takes over what another loop counted, when both have ended. */
    void add(Tally other) {
        acked += other.acked;
        delivered += other.delivered;
        unanswered += other.unanswered;
        ack.add(other.ack);
        endToEnd.add(other.endToEnd);
        other.errors.forEach((code, count) -> errors.merge(code, count, Long::sum));
    }

    long acked() {
        return acked;
    }

    long delivered() {
        return delivered;
    }

    long unanswered() {
        return unanswered;
    }

    Latency ack() {
        return Latency.of(ack);
    }

    Latency endToEnd() {
        return Latency.of(endToEnd);
    }

    Map<String, Long> errors() {
        return errors;
    }
}
