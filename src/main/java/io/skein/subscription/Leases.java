package io.skein.subscription;

import io.skein.machine.Cursor;
import io.skein.machine.Lineage;
import java.util.Optional;

/**
 * Messages with consecutive offsets that one pull handed out; mostly one message. Names them for ack, nack and extend.
 *
 * <p>As text, opaque to users: {@code l<lineage>.<subscription>.<topic>.<offset>.<index>.<place>}, and {@code .<count>} when
 * there are several; numbers in base 36. A lease is known by the command that made it, and places in one log are never used
 * twice: whoever comes with an older one, because the message was handed out again, the position was moved, or another
 * subscription was made under the name, is refused ({@code lease-lost}). The lineage says of which log it is, so that a lease
 * of an entry that a recover or a restore lost does not pass for a new one of the same message ({@link Lineage}); the machine,
 * which has but one log, does not look at it.
 *
 * @param subscription internal id
 * @param topic internal id
 * @param count above 0
 * @param lease where the pull stands in the log
 * @param lineage of that log; {@link #HERE} when nobody says
 */
public record Leases(long subscription, long topic, long first, long count, Cursor lease, int lineage) {
    /** The log in which the lease is named. */
    public static final int HERE = -1;

    private static final int RADIX = 36;

    public Leases(long subscription, long topic, long first, long count, Cursor lease) {
        this(subscription, topic, first, count, lease, HERE);
    }

    /** The same, for who may come with it to another log. */
    public Leases of(Lineage log) {
        return new Leases(subscription, topic, first, count, lease, log.id());
    }

    /** Whether this log is the one that it is a lease of, or goes on from that one with the entry that made it. */
    public boolean isOf(Lineage log) {
        return lineage == HERE || log.sharedUpTo(lineage).orElse(-1) >= lease.index();
    }

    public long end() {
        return first + count;
    }

    /** The same lease of other messages. */
    Leases part(long from, long to) {
        return new Leases(subscription, topic, from, to - from, lease, lineage);
    }

    /** Whether the other's messages follow directly under the same lease, so that both can be said as one. */
    public boolean isFollowedBy(Leases other) {
        return other.subscription == subscription
                && other.topic == topic
                && other.first == end()
                && other.lease.equals(lease);
    }

    /** Only where the lineage is said. */
    public String text() {
        assert lineage != HERE : this + " does not say of which log it is";
        StringBuilder text = new StringBuilder("l").append(Integer.toString(lineage, RADIX));
        for (long number : new long[] {subscription, topic, first, lease.index(), lease.place()}) {
            text.append('.').append(Long.toString(number, RADIX));
        }
        return count == 1
                ? text.toString()
                : text.append('.').append(Long.toString(count, RADIX)).toString();
    }

    /** Reads a token; empty when it is none. */
    public static Optional<Leases> parse(String text) {
        if (text.length() > 96 || text.isEmpty() || text.charAt(0) != 'l') {
            return Optional.empty();
        }
        String[] parts = text.substring(1).split("\\.", -1);
        if (parts.length < 6 || parts.length > 7) {
            return Optional.empty();
        }
        try {
            long[] numbers = new long[7];
            numbers[6] = 1;
            for (int i = 0; i < parts.length; i++) {
                numbers[i] = Long.parseLong(parts[i], RADIX);
                if (numbers[i] < 0 || parts[i].charAt(0) == '+') {
                    return Optional.empty();
                }
            }
            boolean sane = numbers[0] <= 0xFFFF
                    && numbers[5] <= Integer.MAX_VALUE
                    && numbers[6] > 0
                    && numbers[3] + numbers[6] > 0;
            return sane
                    ? Optional.of(new Leases(
                            numbers[1],
                            numbers[2],
                            numbers[3],
                            numbers[6],
                            new Cursor(numbers[4], (int) numbers[5]),
                            (int) numbers[0]))
                    : Optional.empty();
        } catch (NumberFormatException notAToken) {
            return Optional.empty();
        }
    }
}
