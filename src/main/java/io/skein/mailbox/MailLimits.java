package io.skein.mailbox;

/**
 * How much the machine remembers. The same on every node: what it refuses is part of the replicated outcome.
 *
 * @param mails at most so many are kept, of all accounts together
 * @param each at most so many that one account received, and so many that it sent, are kept; so deleting it stays a matter
 *     of a moment
 * @param ids that one command names
 * @param contentBytes of one mail, in UTF-8
 */
public record MailLimits(int mails, int each, int ids, int contentBytes) {
    public static final MailLimits DEFAULT = new MailLimits(4_000_000, 200_000, 1_000, 64 << 10);
}
