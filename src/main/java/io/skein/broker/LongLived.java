package io.skein.broker;

import io.skein.account.AccountName;
import java.util.List;
import java.util.Optional;

/**
 * A connection, or an answer that stays open, as its door knows it. Asked on the context that showed it
 * ({@link Gate#show}), and only when somebody looks.
 */
public interface LongLived {
    /** How it does now. */
    Sight sight();

    /** An operator's word: its client is told to come again where it can be told, and it is closed. */
    void close();

    /**
     * @param principal empty: nobody knows whose it is
     * @param filters of what comes to it without being lent
     * @param subscriptions durable ones that it works for
     * @param delivered messages that were written to it
     * @param published messages that came from it, refused ones too; of an HTTP answer none
     * @param waitingBytes held for it: written and not taken by its socket; of a TCP publisher, to whom next to nothing is
     *     written, what it brought and is not stored
     */
    record Sight(
            Optional<AccountName> principal,
            List<String> filters,
            List<String> subscriptions,
            long delivered,
            long published,
            long waitingBytes) {}
}
