package io.skein.account;

/** The name of a token for a program, formed like an account's; here the case counts. */
public record TokenName(String value) implements Comparable<TokenName> {
    /** @throws IllegalArgumentException with a sentence for the client when the name is none */
    public TokenName {
        try {
            new AccountName(value);
        } catch (IllegalArgumentException none) {
            throw new IllegalArgumentException(none.getMessage().replace("an account's name", "a token's name"), none);
        }
    }

    @Override
    public int compareTo(TokenName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
