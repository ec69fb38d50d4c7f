package io.skein.broker;

import io.skein.account.AccountName;
import io.skein.account.Principal;
import io.skein.mailbox.Unread;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Mail between accounts. Whose mail is meant is said by a {@link Principal}, who was let in before; that it still may is
 * asked elsewhere. A future fails with {@link Refusal} and nothing else.
 */
public interface Mail {
    /** Completes when it is durable on a majority; refused when there is no such account or it has no room. */
    Future<MailAck> send(Principal from, AccountName to, String content, Optional<String> idempotencyKey);

    /** What the owner received or sent, newest first. Marks nothing as read. */
    Future<MailPage> list(Principal owner, Which which, Freshness freshness);

    /**
     * @param with only what was exchanged with this account
     * @param unreadOnly only what the owner received and has not read
     * @param before only ids below this one
     * @param limit 1 to {@link BrokerConfig#MAX_LIMIT}
     */
    record Which(Optional<AccountName> with, boolean unreadOnly, int limit, OptionalLong before) {}

    /** How much the owner has not read; of so many senders at most, the first by name. */
    Future<Unread> unread(Principal owner, int senders, Freshness freshness);

    /** Marks what the owner received. */
    Future<MailsAck> markRead(Principal owner, List<Long> ids, Optional<String> idempotencyKey);

    /** Deletes what the owner received or sent, for both sides. */
    Future<MailsAck> delete(Principal owner, List<Long> ids, Optional<String> idempotencyKey);

    /**
     * Deletes an account with all its mail, for both sides.
     *
     * @param checked the version of the password that was checked, or
     *     {@link io.skein.account.AccountCommand#UNCHECKED}
     */
    Future<ChangeAck> deleteAccount(AccountName name, long checked);

    /** Those of them whose mail is watched right now, on any node that can be reached; at most 200 at once. */
    Future<List<AccountName>> present(List<AccountName> names);

    /**
     * Says what happens to the owner's mail from now on, on whatever node it was done. The watcher is called on the
     * caller's context only. What was done before this completes may be told too; who then lists has missed nothing.
     */
    Future<MailWatch> watch(Principal owner, MailWatcher watcher);
}
