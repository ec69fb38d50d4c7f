package io.skein.protocol.tcp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.skein.protocol.tcp.SubscriberLine.Verb;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Cuts what a PAD subscriber sends into commands. They may come as lines or as segments of their own without newline, so a
 * command ends at a newline, at the next {@code SUBSCRIBE:} or {@code UNSUBSCRIBE:}, before a segment that begins with
 * {@code PING}, or when it was quiet ({@link #idle}). {@code PING} needs no end. No clock.
 */
final class SubscriberLines {
    private static final byte[] SUBSCRIBE = "SUBSCRIBE:".getBytes(US_ASCII);
    private static final byte[] UNSUBSCRIBE = "UNSUBSCRIBE:".getBytes(US_ASCII);
    private static final byte[] PING = "PING".getBytes(US_ASCII);
    private static final List<byte[]> COMMANDS = List.of(SUBSCRIBE, UNSUBSCRIBE, PING);

    private final int maxLineBytes;
    private byte[] pending = new byte[0];
    private boolean tooLong;

    SubscriberLines(int maxLineBytes) {
        this.maxLineBytes = maxLineBytes;
    }

    List<SubscriberLine> feed(byte[] segment) {
        List<SubscriberLine> out = new ArrayList<>();
        if (tooLong) {
            return out;
        }
        if (hasArgument() && startsWith(segment, 0, PING)) {
            out.add(line(0, pending.length));
            pending = new byte[0];
        }
        byte[] all = Arrays.copyOf(pending, pending.length + segment.length);
        System.arraycopy(segment, 0, all, pending.length, segment.length);
        pending = all;
        pending = Arrays.copyOfRange(all, cut(out), all.length);
        if (pending.length > maxLineBytes) {
            tooLong = true;
            pending = new byte[0];
        }
        return out;
    }

    /** It was quiet for long enough: what is there is a command. */
    List<SubscriberLine> idle() {
        if (pending.length == 0) {
            return List.of();
        }
        SubscriberLine line = line(0, pending.length);
        pending = new byte[0];
        return List.of(line);
    }

    /** Something has begun and not ended. */
    boolean isWaiting() {
        return pending.length > 0;
    }

    /** A line was above the limit; nothing more comes out. */
    boolean tooLong() {
        return tooLong;
    }

    /** @return where the first command begins that has not ended */
    private int cut(List<SubscriberLine> out) {
        int from = 0;
        while (true) {
            while (from < pending.length && isBlank(pending[from])) {
                from++;
            }
            if (startsWith(pending, from, PING)) {
                out.add(new SubscriberLine(Verb.PING, ""));
                from += PING.length;
                continue;
            }
            int end = endAfter(from);
            if (end < 0) {
                return from;
            }
            out.add(line(from, end));
            from = end;
        }
    }

    private int endAfter(int from) {
        int own = startsWith(pending, from, UNSUBSCRIBE) ? UNSUBSCRIBE.length : 1;
        for (int i = from + own; i < pending.length; i++) {
            if (pending[i] == '\n' || startsWith(pending, i, UNSUBSCRIBE) || startsWith(pending, i, SUBSCRIBE)) {
                return i;
            }
        }
        return -1;
    }

    private SubscriberLine line(int from, int to) {
        for (byte[] command : COMMANDS) {
            if (startsWith(pending, from, command) && from + command.length <= to) {
                String argument = new String(pending, from + command.length, to - from - command.length, UTF_8);
                Verb verb = command == SUBSCRIBE ? Verb.SUBSCRIBE : command == PING ? Verb.PING : Verb.UNSUBSCRIBE;
                return new SubscriberLine(verb, argument.strip());
            }
        }
        return new SubscriberLine(Verb.UNKNOWN, new String(pending, from, to - from, UTF_8).strip());
    }

    private boolean hasArgument() {
        return startsWith(pending, 0, SUBSCRIBE) && pending.length > SUBSCRIBE.length
                || startsWith(pending, 0, UNSUBSCRIBE) && pending.length > UNSUBSCRIBE.length;
    }

    private static boolean startsWith(byte[] bytes, int from, byte[] word) {
        return from + word.length <= bytes.length
                && Arrays.equals(bytes, from, from + word.length, word, 0, word.length);
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t' || b == '\n' || b == '\r';
    }
}
