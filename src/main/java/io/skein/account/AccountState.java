package io.skein.account;

import java.util.Optional;
import java.util.TreeMap;

/** One account as of the last change. */
final class AccountState {
    final AccountName name;
    /** As it was last set; the name never changes. */
    private AccountChange.AccountSet set;
    /** By number: the oldest first. */
    final TreeMap<Long, Bearer> sessions = new TreeMap<>();

    final TreeMap<Long, Bearer> tokens = new TreeMap<>();
    final Rulebook rules = new Rulebook();
    /** The register's revision when the account itself or its rules last changed. */
    long touched;

    AccountState(AccountChange.AccountSet set) {
        this.name = set.name();
        this.set = set;
    }

    void set(AccountChange.AccountSet next) {
        set = next;
    }

    AccountChange.AccountSet asSet() {
        return set;
    }

    long id() {
        return set.account();
    }

    Role role() {
        return set.role();
    }

    boolean isAdmin() {
        return set.role() == Role.ADMIN;
    }

    long version() {
        return set.version();
    }

    TreeMap<Long, Bearer> of(Bearer bearer) {
        return bearer.isSession() ? sessions : tokens;
    }

    Optional<Bearer> token(TokenName token) {
        return tokens.values().stream()
                .filter(one -> one.token().get().equals(token))
                .findFirst();
    }

    AccountView view() {
        return new AccountView(
                set.account(), name, set.role(), !set.password().isNone(), set.time(), sessions.size(), tokens.size());
    }
}
