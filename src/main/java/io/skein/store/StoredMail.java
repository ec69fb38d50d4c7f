package io.skein.store;

/**
 * A mail as its row says it.
 *
 * @param from number of the account that sent it
 * @param to number of the account that received it
 * @param time stamp of the log, epoch milliseconds
 * @param read by who received it
 */
public record StoredMail(
        long id, long from, String fromName, long to, String toName, long time, String content, boolean read) {}
