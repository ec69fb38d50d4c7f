package io.skein.subscription;

import io.skein.machine.Cursor;
import java.util.Optional;

/**
 * Messages with consecutive offsets that one pull handed out; mostly one message. Names them for ack, nack and extend.
 *
 * <p>As text, opaque to users: {@code l<subscription>.<topic>.<offset>.<index>.<place>}, and {@code .<count>} when there
 * are several; numbers in base 36. A lease is known by the command that made it, and places in one log are never used twice:
 * whoever comes with an older one, because the message was handed out again, the position was moved, or another
 * subscription was made under the name, is refused ({@code lease-lost}). It does not say of which log it is: after a
 * recover or a restore that lost entries, a lease of a lost entry may look like a new one of the same message.
 *
 * @param subscription internal id
 * @param topic internal id
 * @param count above 0
 * @param lease where the pull stands in the log
 */
public record Leases(long subscription, long topic, long first, long count, Cursor lease) {
    private static final int RADIX = 36;

    public long end() {
        return first + count;
    }

    /** The same lease of other messages. */
    Leases part(long from, long to) {
        return new Leases(subscription, topic, from, to - from, lease);
    }

    /** Whether the other's messages follow directly under the same lease, so that both can be said as one. */
    public boolean isFollowedBy(Leases other) {
        return other.subscription == subscription
                && other.topic == topic
                && other.first == end()
                && other.lease.equals(lease);
    }

    public String text() {
        StringBuilder text = new StringBuilder("l").append(Long.toString(subscription, RADIX));
        for (long number : new long[] {topic, first, lease.index(), lease.place()}) {
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
        if (parts.length < 5 || parts.length > 6) {
            return Optional.empty();
        }
        try {
            long[] numbers = new long[6];
            numbers[5] = 1;
            for (int i = 0; i < parts.length; i++) {
                numbers[i] = Long.parseLong(parts[i], RADIX);
                if (numbers[i] < 0 || parts[i].charAt(0) == '+') {
                    return Optional.empty();
                }
            }
            boolean sane = numbers[4] <= Integer.MAX_VALUE && numbers[5] > 0 && numbers[2] + numbers[5] > 0;
            return sane
                    ? Optional.of(new Leases(
                            numbers[0], numbers[1], numbers[2], numbers[5], new Cursor(numbers[3], (int) numbers[4])))
                    : Optional.empty();
        } catch (NumberFormatException notAToken) {
            return Optional.empty();
        }
    }
}
