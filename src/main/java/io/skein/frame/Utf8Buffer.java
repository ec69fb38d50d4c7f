package io.skein.frame;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * A growing array of UTF-8 bytes with the few JSON primitives that messages and frames need. Not for several threads.
 * Strings are written in quotes, escaped; eight bytes are looked at together, so that plain text costs little more than
 * its copy.
 */
public final class Utf8Buffer {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;
    /** Quotes, a character that takes six bytes, and eight bytes that are written where fewer count. */
    private static final int SPARE = 16;

    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};

    private byte[] bytes;
    private int length;

    public Utf8Buffer(int capacity) {
        bytes = new byte[capacity];
    }

    public int length() {
        return length;
    }

    public int capacity() {
        return bytes.length;
    }

    public void clear() {
        length = 0;
    }

    /** Empties it and gives its memory back, but for so many bytes. */
    public void shrink(int capacity) {
        length = 0;
        bytes = new byte[capacity];
    }

    /** Takes back what was written after the first {@code to} bytes. */
    public void truncate(int to) {
        assert to <= length : to + " of " + length;
        length = to;
    }

    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, length);
    }

    /** What was written, as text. */
    @Override
    public String toString() {
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    private void need(int more) {
        if (bytes.length - length < more) {
            long wanted = Math.max((long) length + more, Math.min(bytes.length * 2L, Integer.MAX_VALUE - 8));
            if (wanted > Integer.MAX_VALUE - 8) {
                throw new IllegalArgumentException("more than 2 GiB of JSON");
            }
            bytes = Arrays.copyOf(bytes, (int) wanted);
        }
    }

    public void put(char ascii) {
        need(1);
        bytes[length++] = (byte) ascii;
    }

    /** Bytes as they are. */
    public void raw(byte[] source) {
        raw(source, 0, source.length);
    }

    public void raw(byte[] source, int from, int count) {
        need(count);
        System.arraycopy(source, from, bytes, length, count);
        length += count;
    }

    public void number(long value) {
        need(20);
        if (value == Long.MIN_VALUE) {
            ascii("-9223372036854775808");
            return;
        }
        long rest = Math.abs(value);
        if (value < 0) {
            bytes[length++] = '-';
        }
        int digits = 1;
        for (long limit = 10; digits < 19 && rest >= limit; limit *= 10) {
            digits++;
        }
        for (int at = length + digits - 1; at >= length; at--) {
            bytes[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += digits;
    }

    /** Characters below 0x80 that need no escape. */
    public void ascii(String text) {
        int count = text.length();
        need(count);
        for (int i = 0; i < count; i++) {
            bytes[length + i] = (byte) text.charAt(i);
        }
        length += count;
    }

    /** In quotes. A surrogate without its other half becomes U+FFFD. */
    public void string(String text) {
        int count = text.length();
        need(count + 2);
        bytes[length++] = '"';
        int i = 0;
        for (; i < count; i++) {
            char c = text.charAt(i);
            if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\') {
                break;
            }
            bytes[length++] = (byte) c;
        }
        for (; i < count; i++) {
            char c = text.charAt(i);
            need(6 + count - i);
            if (c < 0x80) {
                asciiByte(c);
            } else if (c < 0x800) {
                bytes[length++] = (byte) (0xC0 | c >> 6);
                bytes[length++] = (byte) (0x80 | c & 0x3F);
            } else if (!Character.isSurrogate(c)) {
                threeBytes(c);
            } else if (Character.isHighSurrogate(c) && i + 1 < count && Character.isLowSurrogate(text.charAt(i + 1))) {
                int point = Character.toCodePoint(c, text.charAt(++i));
                bytes[length++] = (byte) (0xF0 | point >> 18);
                bytes[length++] = (byte) (0x80 | point >> 12 & 0x3F);
                bytes[length++] = (byte) (0x80 | point >> 6 & 0x3F);
                bytes[length++] = (byte) (0x80 | point & 0x3F);
            } else {
                threeBytes(0xFFFD);
            }
        }
        put('"');
    }

    private void threeBytes(int point) {
        bytes[length++] = (byte) (0xE0 | point >> 12);
        bytes[length++] = (byte) (0x80 | point >> 6 & 0x3F);
        bytes[length++] = (byte) (0x80 | point & 0x3F);
    }

    /** Room for six is there. */
    private void asciiByte(int c) {
        if (c >= 0x20 && c != '"' && c != '\\') {
            bytes[length++] = (byte) c;
            return;
        }
        bytes[length++] = '\\';
        switch (c) {
            case '"' -> bytes[length++] = '"';
            case '\\' -> bytes[length++] = '\\';
            case '\n' -> bytes[length++] = 'n';
            case '\r' -> bytes[length++] = 'r';
            case '\t' -> bytes[length++] = 't';
            default -> {
                bytes[length++] = 'u';
                bytes[length++] = '0';
                bytes[length++] = '0';
                bytes[length++] = HEX[c >> 4];
                bytes[length++] = HEX[c & 15];
            }
        }
    }

    /**
     * UTF-8 bytes as a string in quotes.
     *
     * @return false, and nothing is written, when they are not well-formed
     */
    public boolean utf8String(byte[] source) {
        int start = length;
        int count = source.length;
        need(count + SPARE);
        bytes[length++] = '"';
        int i = 0;
        // There is always room for what is left, were it plain, and for one that is not.
        while (i < count) {
            if (i + 8 <= count) {
                // Eight at once, of which those before the first special one count.
                long eight = (long) LONGS.get(source, i);
                LONGS.set(bytes, length, eight);
                long special = special(eight);
                if (special == 0) {
                    length += 8;
                    i += 8;
                    continue;
                }
                int plain = Long.numberOfTrailingZeros(special) >>> 3;
                length += plain;
                i += plain;
            }
            int c = source[i];
            if (c >= 0) {
                asciiByte(c);
                i++;
            } else {
                int width = Utf8.sequence(source, i, count);
                if (width == 0) {
                    length = start;
                    return false;
                }
                for (int end = i + width; i < end; i++) {
                    bytes[length++] = source[i];
                }
            }
            need(count - i + SPARE);
        }
        put('"');
        return true;
    }

    /**
     * The lowest bit that is set stands in the first byte that is below 0x20, above 0x7F, a quote or a backslash; bits
     * above it mean nothing, because a subtraction borrows upwards.
     */
    private static long special(long eight) {
        long below20 = eight - ONES * 0x20 & ~eight;
        long quote = eight ^ ONES * '"';
        long backslash = eight ^ ONES * '\\';
        long isQuote = quote - ONES & ~quote;
        long isBackslash = backslash - ONES & ~backslash;
        return (below20 | isQuote | isBackslash | eight) & HIGHS;
    }

    /** In quotes. */
    void base64(byte[] source) {
        put('"');
        raw(Base64.getEncoder().encode(source));
        put('"');
    }
}
