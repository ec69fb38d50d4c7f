package io.skein.account;

import java.util.Objects;

/**
 * The name of an account: 1 to {@value #MAX_LENGTH} characters out of {@code A-Z a-z 0-9 . _ - @}, the first a letter or
 * a digit. So it is a level of a topic as it stands, holds no wildcard of filters or of globs, begins like no flag and no
 * system name, and no two look alike that are not.
 *
 * <p>The case is kept for people to read and does not count: {@code Anna} and {@code anna} are one account, for a second
 * one could only be mistaken for the first, and telephones capitalize what is typed. Equality, hash and order go by
 * {@link #key}.
 */
public record AccountName(String value) implements Comparable<AccountName> {
    public static final int MAX_LENGTH = 64;

    /** @throws IllegalArgumentException with a sentence for the client when the name is none */
    public AccountName {
        Objects.requireNonNull(value);
        if (value.isEmpty() || value.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("an account's name has 1 to " + MAX_LENGTH + " characters");
        }
        for (int i = 0; i < value.length(); i++) {
            if (!isAllowed(value.charAt(i))) {
                throw new IllegalArgumentException(
                        "an account's name is made of letters A-Z a-z, digits, dots, _, - and @");
            }
        }
        if (!isAlphanumeric(value.charAt(0))) {
            throw new IllegalArgumentException("an account's name begins with a letter or a digit");
        }
    }

    /** What names are compared by. */
    public String key() {
        return folded(value);
    }

    /** ASCII capitals as small letters; nothing else changes, in no language. */
    static String folded(String text) {
        int i = 0;
        while (i < text.length() && !isCapital(text.charAt(i))) {
            i++;
        }
        if (i == text.length()) {
            return text;
        }
        char[] folded = text.toCharArray();
        for (; i < folded.length; i++) {
            if (isCapital(folded[i])) {
                folded[i] += 'a' - 'A';
            }
        }
        return new String(folded);
    }

    private static boolean isCapital(char c) {
        return c >= 'A' && c <= 'Z';
    }

    private static boolean isAlphanumeric(char c) {
        return isCapital(c) || c >= 'a' && c <= 'z' || c >= '0' && c <= '9';
    }

    private static boolean isAllowed(char c) {
        return isAlphanumeric(c) || c == '.' || c == '_' || c == '-' || c == '@';
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AccountName name && name.key().equals(key());
    }

    @Override
    public int hashCode() {
        return key().hashCode();
    }

    @Override
    public int compareTo(AccountName other) {
        return key().compareTo(other.key());
    }

    @Override
    public String toString() {
        return value;
    }
}
