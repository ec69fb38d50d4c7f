package io.skein.bench;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The body of a message of the benchmark: a mark, the time it was sent (sixteen hexadecimal digits) and filler of
 * printable ASCII that JSON, XML and lines take as it is. Receivers count marks, so that counting a message and reading
 * its time is one search, whatever is wrapped round the body.
 */
final class Stamp {
    static final String MARK = "#t";
    private static final int DIGITS = 16;
    /** The smallest body. */
    static final int LENGTH = MARK.length() + DIGITS;

    private final char[] filler;
    /** The whole body, in which the digits are still to be written. */
    private final byte[] bytes;

    Stamp(int bytes) {
        filler = new char[Math.max(0, bytes - LENGTH)];
        ThreadLocalRandom random = ThreadLocalRandom.current();
        for (int i = 0; i < filler.length; i++) {
            // '0' to 'Z' without the signs between digits and letters.
            int c = random.nextInt(36);
            filler[i] = (char) (c < 10 ? '0' + c : 'A' + c - 10);
        }
        this.bytes = (MARK + "0".repeat(DIGITS) + new String(filler)).getBytes(StandardCharsets.US_ASCII);
    }

    /** The same as {@link #append}, as bytes. */
    byte[] body(long nanos) {
        byte[] body = bytes.clone();
        for (int i = 0; i < DIGITS; i++) {
            body[MARK.length() + i] = (byte) Character.forDigit((int) (nanos >>> 60 - 4 * i & 15), 16);
        }
        return body;
    }

    void append(StringBuilder to, long nanos) {
        to.append(MARK);
        for (int shift = 60; shift >= 0; shift -= 4) {
            to.append(Character.forDigit((int) (nanos >>> shift & 15), 16));
        }
        to.append(filler);
    }

    /** Tells {@code tally} of every message in {@code text}. @return how many there were */
    static int read(String text, long now, Tally tally) {
        int count = 0;
        int at = text.indexOf(MARK);
        while (at >= 0) {
            int digits = at + MARK.length();
            if (digits + DIGITS > text.length()) {
                break;
            }
            tally.delivered(now, hex(text, digits));
            count++;
            at = text.indexOf(MARK, digits + DIGITS);
        }
        tally.frame(count);
        return count;
    }

    private static long hex(String text, int from) {
        long value = 0;
        for (int i = from; i < from + DIGITS; i++) {
            value = value << 4 | Character.digit(text.charAt(i), 16);
        }
        return value;
    }
}
