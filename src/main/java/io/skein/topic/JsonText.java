package io.skein.topic;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Whether bytes are a JSON text (RFC 8259): one value, UTF-8 without a byte order mark, at most {@value #MAX_DEPTH} deep.
 * Written here and not taken from a library because every node must answer alike, whatever else is installed on it.
 */
final class JsonText {
    static final int MAX_DEPTH = 512;

    private final byte[] text;
    private int at;

    private JsonText(byte[] text) {
        this.text = text;
    }

    /** What is wrong, as the end of a sentence. */
    static Optional<String> problem(byte[] body) {
        try {
            new JsonText(body).read();
        } catch (Malformed malformed) {
            return Optional.of(malformed.getMessage());
        }
        return isUtf8(body) ? Optional.empty() : Optional.of("the body is no valid UTF-8");
    }

    static boolean isUtf8(byte[] bytes) {
        for (byte b : bytes) {
            if (b < 0) {
                try {
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
                    return true;
                } catch (CharacterCodingException invalid) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Leaves the walk; never leaves this class. */
    private static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        private Malformed(String problem) {
            super(problem, null, false, false);
        }
    }

    private void read() throws Malformed {
        // One bit for each open array (0) or object (1): no recursion, a hostile body cannot overflow the stack.
        long[] open = new long[MAX_DEPTH / 64];
        int depth = 0;
        while (true) {
            blank();
            int c = next("a value");
            if (c == '{' || c == '[') {
                if (depth == MAX_DEPTH) {
                    throw new Malformed("it is nested deeper than " + MAX_DEPTH + " at byte " + (at - 1));
                }
                boolean object = c == '{';
                open[depth >> 6] = object ? open[depth >> 6] | 1L << depth : open[depth >> 6] & ~(1L << depth);
                depth++;
                blank();
                if (!accept(object ? '}' : ']')) {
                    if (object) {
                        name();
                    }
                    continue;
                }
                depth--;
            } else {
                scalar(c);
            }
            // After a value: close what ends here, or go on to the next member.
            while (true) {
                blank();
                if (depth == 0) {
                    if (at < text.length) {
                        throw expected("the end");
                    }
                    return;
                }
                boolean object = (open[depth - 1 >> 6] & 1L << depth - 1) != 0;
                if (accept(',')) {
                    if (object) {
                        name();
                    }
                    break;
                }
                if (!accept(object ? '}' : ']')) {
                    throw expected(object ? "',' or '}'" : "',' or ']'");
                }
                depth--;
            }
        }
    }

    private void name() throws Malformed {
        blank();
        if (!accept('"')) {
            throw expected("a member name");
        }
        string();
        blank();
        if (!accept(':')) {
            throw expected("':'");
        }
    }

    private void scalar(int c) throws Malformed {
        switch (c) {
            case '"' -> string();
            case 't' -> word("true");
            case 'f' -> word("false");
            case 'n' -> word("null");
            default -> number(c);
        }
    }

    private void string() throws Malformed {
        while (true) {
            int c = next("the end of a string");
            if (c == '"') {
                return;
            }
            if (c < 0x20) {
                at--;
                throw new Malformed("there is a control character in a string at byte " + at);
            }
            if (c == '\\') {
                int escaped = next("an escape");
                if (escaped == 'u') {
                    for (int i = 0; i < 4; i++) {
                        if (Character.digit(next("four hexadecimal digits"), 16) < 0) {
                            at--;
                            throw expected("four hexadecimal digits");
                        }
                    }
                } else if ("\"\\/bfnrt".indexOf(escaped) < 0) {
                    at--;
                    throw expected("an escape");
                }
            }
        }
    }

    private void word(String word) throws Malformed {
        for (int i = 1; i < word.length(); i++) {
            if (!accept(word.charAt(i))) {
                throw expected(word);
            }
        }
    }

    private void number(int first) throws Malformed {
        int c = first == '-' ? next("a digit") : first;
        if (c < '0' || c > '9') {
            at--;
            throw expected(first == '-' ? "a digit" : "a value");
        }
        if (c != '0') {
            digits();
        }
        if (accept('.')) {
            digit();
            digits();
        }
        if (accept('e') || accept('E')) {
            if (!accept('+')) {
                accept('-');
            }
            digit();
            digits();
        }
    }

    private void digit() throws Malformed {
        if (at == text.length || text[at] < '0' || text[at] > '9') {
            throw expected("a digit");
        }
        at++;
    }

    private void digits() {
        while (at < text.length && text[at] >= '0' && text[at] <= '9') {
            at++;
        }
    }

    private void blank() {
        while (at < text.length && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t')) {
            at++;
        }
    }

    private boolean accept(char c) {
        boolean there = at < text.length && text[at] == c;
        if (there) {
            at++;
        }
        return there;
    }

    private int next(String what) throws Malformed {
        if (at == text.length) {
            throw expected(what);
        }
        return text[at++] & 0xFF;
    }

    private Malformed expected(String what) {
        return new Malformed(
                at >= text.length
                        ? "the body ends where " + what + " is expected"
                        : what + " is expected at byte " + at);
    }
}
