package io.skein.account;

/**
 * An account, for people to read.
 *
 * @param time when it was made, epoch milliseconds
 */
public record AccountView(
        long id, AccountName name, Role role, boolean hasPassword, long time, int sessions, int tokens) {}
