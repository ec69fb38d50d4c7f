package io.skein.protocol.http;

import io.skein.broker.Refusal;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Percent-encoding of paths and queries (RFC 3986). Strict: a stray {@code %} or bytes that are no UTF-8 are refused,
 * because guessing would publish to another topic than was meant.
 */
final class Percent {
    private static final String SAFE_IN_A_PATH = "-._~!$&'()*+,;=:@/";
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    private Percent() {}

    /**
     * Decodes; {@code +} stays what it is. {@code %2F} is a slash like any other, so that a client may encode a topic's
     * name whole.
     *
     * @throws Refusal when it is no encoding of UTF-8
     */
    static String decode(String text) {
        int length = text.length();
        int i = 0;
        while (i < length && text.charAt(i) != '%' && text.charAt(i) < 0x80) {
            i++;
        }
        if (i == length) {
            return text;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(length);
        for (i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c == '%') {
                int high = i + 2 < length ? digit(text.charAt(i + 1)) : -1;
                int low = i + 2 < length ? digit(text.charAt(i + 2)) : -1;
                if (high < 0 || low < 0) {
                    throw malformed(
                            "a % that no two hexadecimal digits follow, at " + i + " of \"" + shown(text) + "\"");
                }
                bytes.write(high << 4 | low);
                i += 2;
            } else if (c < 0x100) {
                // Bytes that the client did not encode: HTTP hands them over one by one.
                bytes.write(c);
            } else {
                bytes.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
            }
        }
        return utf8(bytes.toByteArray()).orElseThrow(() -> malformed("\"" + shown(text) + "\" is no encoded UTF-8"));
    }

    /** A topic or cursor as part of a path. */
    static String encodePath(String text) {
        StringBuilder out = new StringBuilder(text.length() + 8);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xFF);
            if (c >= 'a' && c <= 'z'
                    || c >= 'A' && c <= 'Z'
                    || c >= '0' && c <= '9'
                    || SAFE_IN_A_PATH.indexOf(c) >= 0) {
                out.append(c);
            } else {
                out.append('%').append(HEX[c >> 4]).append(HEX[c & 15]);
            }
        }
        return out.toString();
    }

    /**
     * A header's value as text: HTTP hands bytes over as Latin-1, programs send UTF-8. What is no UTF-8 stays Latin-1.
     */
    static String headerText(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) >= 0x80) {
                return utf8(value.getBytes(StandardCharsets.ISO_8859_1)).orElse(value);
            }
        }
        return value;
    }

    private static Optional<String> utf8(byte[] bytes) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException notUtf8) {
            return Optional.empty();
        }
    }

    private static int digit(char c) {
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }

    private static String shown(String text) {
        return text.length() <= 64 ? text : text.substring(0, 64) + "...";
    }

    private static Refusal malformed(String detail) {
        return Refusal.of(Refusal.Kind.MALFORMED, "malformed", detail);
    }
}
