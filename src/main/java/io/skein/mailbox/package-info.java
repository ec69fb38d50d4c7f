/**
 * Mail between accounts: the chat. Who wrote to whom, in one order for all, and what was read.
 *
 * <p>Walk it from {@link io.skein.mailbox.MailMachine}: a {@link io.skein.mailbox.MailCommand} is decided into a
 * {@link io.skein.mailbox.MailOutcome} and changes; every change is then evolved into the {@code MailRegister}, where mails
 * stand in {@code Segment}s and accounts have a {@code Box}.
 *
 * <p>May know: {@code account}, {@code machine}, {@code wire}; nothing outside the pure part of {@code java.*}.
 *
 * <p><b>No contents in memory.</b> Of a mail the machine keeps ten bytes: the last bits of its id, whether it was read, and
 * whose it is. What it says passes through on its way from the log to the rows and to those who watch.
 *
 * <p><b>What was decided where DESIGN and API are silent</b>: one may write to oneself; reading a page marks nothing; who
 * received a mail marks it, who received or sent it deletes it, and it is gone for both; of what is none of one's business
 * nobody learns whether it is there; mail of a deleted account goes with it on both sides, as an account made again under
 * the name is another one, and who wrote could not be told; that a mail was read is told to who wrote it.
 *
 * <p><b>Bounds</b> are in {@link io.skein.mailbox.MailLimits}. What all mails together take is ten bytes each, at most
 * twice that after deletions, and 16 bytes for each pair of accounts with something unread. Deleting an account looks at
 * what lies between its first and its last mail; all else costs what it names.
 *
 * <p>Invariants: ids are given in the order of the log, dense, and never twice; each mail is between accounts that exist;
 * what an account has unread is the number of its mails that are not marked, in all and by sender; whatever decides
 * depends only on what is listed below.
 *
 * <p><b>What the store keeps of each change</b> so that its rows give the same state back. A change is a row:
 *
 * <table>
 * <caption>rows</caption>
 * <tr><td>Sent</td><td>a mail; and the highest id ever given, for good</td></tr>
 * <tr><td>Read</td><td>those mails are marked</td></tr>
 * <tr><td>Deleted</td><td>those mails go</td></tr>
 * <tr><td>AccountMailGone, and AccountGone of the account room</td><td>all mail to and from the account goes; as no account
 * of this number comes again, its rows may go later</td></tr>
 * </table>
 *
 * <p><b>What it gives back at start</b> into an empty machine, after the accounts, in this order: LastMail; Kept, by id.
 * That is also what {@code snapshot} gives.
 */
package io.skein.mailbox;
