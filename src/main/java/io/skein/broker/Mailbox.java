package io.skein.broker;

import io.skein.account.AccountName;
import io.skein.mailbox.Unread;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/**
 * The mail of one {@link Guest}: of the account whose token he showed, and of nobody where he showed none. A token for a
 * program has it only when it is for all that its owner may. See {@link Mail}.
 */
public interface Mailbox {
    Future<MailAck> send(AccountName to, String content, Optional<String> idempotencyKey);

    Future<MailPage> list(Mail.Which which, Freshness freshness);

    /** @param senders at most so many are told, the first by name */
    Future<Unread> unread(int senders, Freshness freshness);

    Future<MailsAck> markRead(List<Long> ids, Optional<String> idempotencyKey);

    Future<MailsAck> delete(List<Long> ids, Optional<String> idempotencyKey);

    /** Those of them who follow their mail right now, on any node that can be reached; at most 200 at once. */
    Future<List<AccountName>> present(List<AccountName> names);

    /** Ends with {@link MailEvent.Ended} when the token holds no longer. */
    Future<MailWatch> watch(MailWatcher watcher);
}
