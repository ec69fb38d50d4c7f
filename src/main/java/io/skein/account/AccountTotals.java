package io.skein.account;

/** How much there is. */
public record AccountTotals(int accounts, int admins, int sessions, int tokens, int rules) {}
