package io.skein.account;

/**
 * What a password is checked against, outside of this room.
 *
 * @param version goes into the command whose right rests on the check
 */
public record Credential(PasswordHash password, long version) {}
