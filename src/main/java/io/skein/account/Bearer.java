package io.skein.account;

import java.util.Optional;

/**
 * What somebody may show to be let in: a session, or a token for a program.
 *
 * @param number its own, from the row that all share
 * @param token the name of a program's token; empty: a session
 * @param expires the stamp at which it ends by itself; {@link Long#MAX_VALUE}: never
 */
record Bearer(
        long number, long account, BearerHash hash, Optional<TokenName> token, Scopes scopes, long time, long expires)
        implements Comparable<Bearer> {
    /** In place of a number: nothing that this machine keeps. */
    static final long FOREIGN = 0;
    /** In place of the name that a token of this machine has. */
    static final TokenName VOUCHED = new TokenName("issuer");

    boolean isForeign() {
        return number == FOREIGN;
    }

    static Bearer of(AccountChange.SessionSet set) {
        return new Bearer(
                set.session(), set.account(), set.bearer(), Optional.empty(), Scopes.WHOLE, set.time(), set.expires());
    }

    static Bearer of(AccountChange.TokenSet set) {
        return new Bearer(
                set.token(),
                set.account(),
                set.bearer(),
                Optional.of(set.name()),
                set.scopes(),
                set.time(),
                set.expires() == 0 ? Long.MAX_VALUE : set.expires());
    }

    boolean isSession() {
        return token.isEmpty();
    }

    boolean isOver(long now) {
        return expires <= now;
    }

    /** The change that makes it. */
    AccountChange made() {
        return isSession()
                ? new AccountChange.SessionSet(number, account, hash, time, expires)
                : new AccountChange.TokenSet(
                        number, account, token.get(), hash, scopes, time, expires == Long.MAX_VALUE ? 0 : expires);
    }

    /** The change that ends it. */
    AccountChange gone() {
        return isSession() ? new AccountChange.SessionGone(number) : new AccountChange.TokenGone(number);
    }

    /** By when it ends. */
    @Override
    public int compareTo(Bearer other) {
        int byEnd = Long.compare(expires, other.expires);
        return byEnd != 0 ? byEnd : Long.compare(number, other.number);
    }
}
