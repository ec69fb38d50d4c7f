package io.skein.account;

/** What a limit is called, formed like an account's name; here the case counts. */
public record LimitName(String value) implements Comparable<LimitName> {
    /** @throws IllegalArgumentException with a sentence for the client when the name is none */
    public LimitName {
        try {
            new AccountName(value);
        } catch (IllegalArgumentException none) {
            throw new IllegalArgumentException(none.getMessage().replace("an account's name", "a limit's name"), none);
        }
    }

    @Override
    public int compareTo(LimitName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
