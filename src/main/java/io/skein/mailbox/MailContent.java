package io.skein.mailbox;

import java.util.Objects;

/** What a mail says: text, not empty, of whole characters, without U+0000, which tools for SQLite take as its end. */
public record MailContent(String value) {
    /** @throws IllegalArgumentException with a sentence for the client when the text is none of that */
    public MailContent {
        Objects.requireNonNull(value);
        if (value.isEmpty()) {
            throw new IllegalArgumentException("a mail says something; its content is empty");
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == 0) {
                throw new IllegalArgumentException("a mail's content holds no U+0000");
            }
            if (Character.isSurrogate(c)) {
                boolean isPair = Character.isHighSurrogate(c)
                        && i + 1 < value.length()
                        && Character.isLowSurrogate(value.charAt(i + 1));
                if (!isPair) {
                    throw new IllegalArgumentException("a mail's content holds half a character (a lone surrogate)");
                }
                i++;
            }
        }
    }

    /** In UTF-8. */
    public int bytes() {
        int bytes = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            // Each half of a pair is two of its four bytes.
            bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
        }
        return bytes;
    }

    /** Not what it says: that is nobody's business but theirs who write to each other. */
    @Override
    public String toString() {
        return bytes() + " bytes";
    }
}
