package io.skein.broker;

import io.skein.account.AccountName;
import java.util.List;
import java.util.Set;

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
     * @param why the node's health, {@code account-gone}, or why the guest may no longer have it
     */
    record Ended(String why) implements MailEvent {
        private static final Set<String> FOR_GOOD = Set.of("account-gone", "unauthenticated", "forbidden");

        /** Whoever comes again, here or at another node, may go on. */
        public boolean isPassing() {
            return !FOR_GOOD.contains(why);
        }
    }
}
