package io.skein.account;

/**
 * How much the machine remembers. The same on every node: what it refuses is part of the replicated outcome.
 *
 * @param accounts at most so many exist
 * @param sessionsEach of one account: a new one beyond takes the place of the oldest
 * @param sessions of all accounts together; above it a log in is refused
 * @param tokensEach of one account
 * @param tokens of all accounts together
 * @param rulesEach of one account, and of all members
 * @param rules of all together
 * @param limits that are named ({@link Limit})
 * @param looks accounts that one page of a list looks at
 * @param steps sessions and tokens that one {@link AccountCommand.Expire} ends; the next goes on
 */
public record AccountLimits(
        int accounts,
        int sessionsEach,
        int sessions,
        int tokensEach,
        int tokens,
        int rulesEach,
        int rules,
        int limits,
        int looks,
        int steps) {
    public static final AccountLimits DEFAULT =
            new AccountLimits(100_000, 32, 200_000, 32, 20_000, 1_000, 20_000, 1_000, 10_000, 1_000);
}
