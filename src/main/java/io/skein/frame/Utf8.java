package io.skein.frame;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Well-formed UTF-8 and nothing else (Unicode 15, table 3-7: no overlong form, no surrogate, nothing above U+10FFFF). */
final class Utf8 {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long HIGHS = 0x8080808080808080L;

    private Utf8() {}

    static boolean isWellFormed(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to) {
            while (i + 8 <= to && ((long) LONGS.get(bytes, i) & HIGHS) == 0) {
                i += 8;
            }
            if (i == to) {
                return true;
            }
            int width = bytes[i] >= 0 ? 1 : sequence(bytes, i, to);
            if (width == 0) {
                return false;
            }
            i += width;
        }
        return true;
    }

    /** Width of the sequence of two to four bytes that begins at {@code i}; 0 when it is not well-formed. */
    static int sequence(byte[] bytes, int i, int to) {
        int first = bytes[i] & 0xFF;
        int left = to - i;
        if (first >= 0xC2 && first <= 0xDF) {
            return left >= 2 && continues(bytes[i + 1]) ? 2 : 0;
        }
        if (first >= 0xE0 && first <= 0xEF) {
            if (left < 3 || !continues(bytes[i + 1]) || !continues(bytes[i + 2])) {
                return 0;
            }
            int second = bytes[i + 1] & 0xFF;
            return first == 0xE0 && second < 0xA0 || first == 0xED && second > 0x9F ? 0 : 3;
        }
        if (first >= 0xF0 && first <= 0xF4) {
            if (left < 4 || !continues(bytes[i + 1]) || !continues(bytes[i + 2]) || !continues(bytes[i + 3])) {
                return 0;
            }
            int second = bytes[i + 1] & 0xFF;
            return first == 0xF0 && second < 0x90 || first == 0xF4 && second > 0x8F ? 0 : 4;
        }
        return 0;
    }

    private static boolean continues(byte b) {
        return (b & 0xC0) == 0x80;
    }

    /**
     * The text's bytes.
     *
     * @throws Malformed when a surrogate has no other half
     */
    static byte[] encode(char[] text, int from, int length) {
        int bytes = 0;
        int end = from + length;
        for (int i = from; i < end; i++) {
            char c = text[i];
            if (c < 0x80) {
                bytes++;
            } else if (c < 0x800) {
                bytes += 2;
            } else if (!Character.isSurrogate(c)) {
                bytes += 3;
            } else if (Character.isHighSurrogate(c) && i + 1 < end && Character.isLowSurrogate(text[i + 1])) {
                bytes += 4;
                i++;
            } else {
                throw Malformed.of("a \\u escape names half a surrogate pair, which is no text");
            }
        }
        byte[] out = new byte[bytes];
        if (bytes == length) {
            for (int i = 0; i < length; i++) {
                out[i] = (byte) text[from + i];
            }
            return out;
        }
        int at = 0;
        for (int i = from; i < end; i++) {
            char c = text[i];
            if (c < 0x80) {
                out[at++] = (byte) c;
            } else if (c < 0x800) {
                out[at++] = (byte) (0xC0 | c >> 6);
                out[at++] = (byte) (0x80 | c & 0x3F);
            } else if (!Character.isSurrogate(c)) {
                out[at++] = (byte) (0xE0 | c >> 12);
                out[at++] = (byte) (0x80 | c >> 6 & 0x3F);
                out[at++] = (byte) (0x80 | c & 0x3F);
            } else {
                int point = Character.toCodePoint(c, text[++i]);
                out[at++] = (byte) (0xF0 | point >> 18);
                out[at++] = (byte) (0x80 | point >> 12 & 0x3F);
                out[at++] = (byte) (0x80 | point >> 6 & 0x3F);
                out[at++] = (byte) (0x80 | point & 0x3F);
            }
        }
        return out;
    }
}
