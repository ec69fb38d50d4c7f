package io.skein.broker;

import io.skein.account.AccountName;
import java.util.List;

/** What happens to somebody's mail. */
public sealed interface MailEvent {
    /** The owner received it, or sent it from somewhere. */
    record Arrived(MailMessage mail) implements MailEvent {}

    /** Who received them has read them: the owner, or somebody the owner wrote to. */
    record Read(AccountName by, List<Long> ids) implements MailEvent {}

    /** They are gone, for both sides. */
    record Deleted(AccountName by, List<Long> ids) implements MailEvent {}

    /** An account that had mail is gone, and all mail with it, whether or not the owner had any. */
    record AccountGone(AccountName name) implements MailEvent {}

    /** Something was not told: whoever wants to know lists again. */
    record Gap() implements MailEvent {}

    /**
     * Nothing more comes.
     *
     * @param why the node's health, or {@code account-gone}
     */
    record Ended(String why) implements MailEvent {}
}
