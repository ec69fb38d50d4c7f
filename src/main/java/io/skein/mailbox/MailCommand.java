package io.skein.mailbox;

import io.skein.account.AccountName;
import io.skein.machine.Command;
import java.util.List;

/**
 * What can be asked of the mailbox machine. Who asks is named by the number of its account, found out before: an account
 * that was made again under the name of one that was deleted has another, and gets nothing that was meant for the first.
 */
public sealed interface MailCommand extends Command {
    /**
     * Sends to one account, perhaps the sender's own.
     *
     * @param from number of the account that sends
     */
    record Send(long from, AccountName to, MailContent content) implements MailCommand {
        @Override
        public int size() {
            return 192 + content.bytes();
        }
    }

    /**
     * What was received was read. What was read already is done; what others received, or is not there, is refused.
     *
     * @param owner number of the account that read
     */
    record MarkRead(long owner, List<Long> ids) implements MailCommand {
        public MarkRead {
            ids = List.copyOf(ids);
        }

        @Override
        public int size() {
            return 64 + 10 * ids.size();
        }
    }

    /**
     * What was received or sent goes, for both sides. What is others' business, or is not there, is refused.
     *
     * @param owner number of the account that deletes
     */
    record Delete(long owner, List<Long> ids) implements MailCommand {
        public Delete {
            ids = List.copyOf(ids);
        }

        @Override
        public boolean frees() {
            return true;
        }

        @Override
        public int size() {
            return 64 + 10 * ids.size();
        }
    }

    /**
     * The account goes as with {@link io.skein.account.AccountCommand.Delete}, and with it all mail that it received or
     * sent, for both sides.
     *
     * @param checked the version of the password that was checked, or
     *     {@link io.skein.account.AccountCommand#UNCHECKED}
     */
    record DeleteAccount(AccountName name, long checked) implements MailCommand {
        @Override
        public boolean frees() {
            return true;
        }

        @Override
        public int size() {
            return 128;
        }
    }
}
