package io.skein.account;

import java.util.Objects;

/**
 * What is kept of a password: the text of a slow salted hash with its parameters, made and checked outside of this room,
 * at most {@value #MAX_LENGTH} printable ASCII characters. Shows itself to nobody.
 */
public record PasswordHash(String value) {
    public static final int MAX_LENGTH = 256;
    /** Nobody can log in with a password. */
    public static final PasswordHash NONE = new PasswordHash("");

    /** @throws IllegalArgumentException when it is none; the sentence does not hold it */
    public PasswordHash {
        Objects.requireNonNull(value);
        if (value.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("the hash of a password has at most " + MAX_LENGTH + " characters");
        }
        if (value.chars().anyMatch(c -> c <= 0x20 || c >= 0x7F)) {
            throw new IllegalArgumentException("the hash of a password is printable ASCII without spaces");
        }
    }

    public boolean isNone() {
        return value.isEmpty();
    }

    @Override
    public String toString() {
        return isNone() ? "PasswordHash[none]" : "PasswordHash[hidden]";
    }
}
