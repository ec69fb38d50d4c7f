package io.skein.mailbox;

import io.skein.account.AccountName;
import java.util.List;

/**
 * What an account has not read.
 *
 * @param total mails
 * @param senders of these, sorted by name; the first when there are more than was asked for
 * @param more whether there are more senders
 */
public record Unread(int total, List<Sender> senders, boolean more) {
    public static final Unread NONE = new Unread(0, List.of(), false);

    public Unread {
        senders = List.copyOf(senders);
    }

    /** @param mails unread, at least one */
    public record Sender(AccountName name, int mails) {}
}
