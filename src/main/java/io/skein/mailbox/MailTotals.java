package io.skein.mailbox;

/**
 * Figures of all mail.
 *
 * @param accounts that have any
 */
public record MailTotals(int mails, long unread, int accounts) {}
