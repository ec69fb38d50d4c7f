package io.skein.account;

import java.util.Objects;

/**
 * Which accounts somebody wants to see: {@code *} stands for any characters, also none, {@code ?} for one. The case does
 * not count. A text that is no name matches none.
 */
public record NameGlob(String value) {
    public static final NameGlob ALL = new NameGlob("*");
    /** As many wildcards as a match of every name with every glob can afford. */
    public static final int MAX_LENGTH = 2 * AccountName.MAX_LENGTH;

    /** @throws IllegalArgumentException with a sentence for the client when it is too long */
    public NameGlob {
        Objects.requireNonNull(value);
        if (value.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("a glob of account names has at most " + MAX_LENGTH + " characters");
        }
        value = AccountName.folded(value);
    }

    /** What every name that matches begins with, as a {@link AccountName#key}. */
    String prefix() {
        int end = 0;
        while (end < value.length() && value.charAt(end) != '*' && value.charAt(end) != '?') {
            end++;
        }
        return value.substring(0, end);
    }

    public boolean matches(AccountName name) {
        return matches(name.key());
    }

    /** Goes back to the last star only, so that it takes at most (glob x name) steps. */
    boolean matches(String key) {
        int g = 0;
        int k = 0;
        int star = -1;
        int afterStar = 0;
        while (k < key.length()) {
            char c = g < value.length() ? value.charAt(g) : 0;
            if (c == '*') {
                star = g++;
                afterStar = k;
            } else if (c == '?' || g < value.length() && c == key.charAt(k)) {
                g++;
                k++;
            } else if (star >= 0) {
                g = star + 1;
                k = ++afterStar;
            } else {
                return false;
            }
        }
        while (g < value.length() && value.charAt(g) == '*') {
            g++;
        }
        return g == value.length();
    }

    @Override
    public String toString() {
        return value;
    }
}
