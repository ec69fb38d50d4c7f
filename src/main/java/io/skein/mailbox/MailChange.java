package io.skein.mailbox;

import io.skein.account.AccountName;
import io.skein.machine.Change;
import io.skein.machine.Delivery;
import io.skein.machine.StateHash;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/** The steps of the mailbox machine. Ids of mails count up from 1 and are never used twice. */
public sealed interface MailChange extends Change {
    /** Before all rows: no id up to this one is given again. */
    record LastMail(long id) implements MailChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(401);
            hash.add(id);
        }

        @Override
        public int weight() {
            return 32;
        }
    }

    /**
     * Mails that are kept, without their contents: what rows give back. Never decided.
     *
     * @param ids rising
     * @param from of each: number of the account that sent it
     * @param to of each: number of the account that received it
     * @param read by position
     */
    record Kept(long[] ids, long[] from, long[] to, BitSet read) implements MailChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(402);
            for (int i = 0; i < ids.length; i++) {
                hash.add(ids[i]);
                hash.add(from[i]);
                hash.add(to[i]);
                hash.add(read.get(i) ? 1 : 0);
            }
        }

        @Override
        public int weight() {
            return 64 + 24 * ids.length;
        }

        @Override
        public String toString() {
            return "Kept[ids=" + Arrays.toString(ids) + ", from=" + Arrays.toString(from) + ", to="
                    + Arrays.toString(to) + ", read=" + read + ']';
        }
    }

    /** A mail came. */
    record Sent(long id, long from, long to, long time, MailContent content) implements MailChange, Delivery {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(403);
            hash.add(id);
            hash.add(from);
            hash.add(to);
            hash.add(time);
            hash.add(content.value());
        }

        @Override
        public int weight() {
            return 128 + 2 * content.value().length();
        }
    }

    /** The account read these, which it received; none of them was read before. */
    record Read(long account, List<MailRef> mails) implements MailChange, Delivery {
        public Read {
            mails = List.copyOf(mails);
        }

        @Override
        public void hashInto(StateHash hash) {
            hash.add(404);
            hash.add(account);
            MailChange.hash(mails, hash);
        }

        @Override
        public int weight() {
            return 64 + 48 * mails.size();
        }
    }

    /** These went, for both sides, because this account said so. */
    record Deleted(long account, List<MailRef> mails) implements MailChange, Delivery {
        public Deleted {
            mails = List.copyOf(mails);
        }

        @Override
        public void hashInto(StateHash hash) {
            hash.add(405);
            hash.add(account);
            MailChange.hash(mails, hash);
        }

        @Override
        public int weight() {
            return 64 + 48 * mails.size();
        }
    }

    /**
     * All mail that this account received or sent goes; the account itself goes right after.
     *
     * @param mails so many
     */
    record AccountMailGone(long account, AccountName name, int mails) implements MailChange, Delivery {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(406);
            hash.add(account);
            hash.add(name.value());
            hash.add(mails);
        }

        @Override
        public int weight() {
            return 128;
        }
    }

    private static void hash(List<MailRef> mails, StateHash hash) {
        hash.add(mails.size());
        for (MailRef mail : mails) {
            hash.add(mail.id());
            hash.add(mail.from());
            hash.add(mail.to());
        }
    }
}
