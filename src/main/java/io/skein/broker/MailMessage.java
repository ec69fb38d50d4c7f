package io.skein.broker;

import io.skein.account.AccountName;

/**
 * A mail.
 *
 * @param time the leader's stamp, epoch milliseconds
 * @param read by who received it
 */
public record MailMessage(long id, AccountName from, AccountName to, String content, long time, boolean read) {}
