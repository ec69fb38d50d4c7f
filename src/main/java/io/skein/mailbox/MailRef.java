package io.skein.mailbox;

/**
 * A mail and whose it is.
 *
 * @param from number of the account that sent it
 * @param to number of the account that received it
 */
public record MailRef(long id, long from, long to) {}
