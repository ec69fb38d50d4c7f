package io.skein.account;

/** What an account is. */
public enum Role {
    /** May everything. */
    ADMIN,
    /** May what rules allow. */
    MEMBER
}
