package io.skein.mailbox;

import io.skein.machine.Outcome;
import java.util.List;

/** The answers to commands that were not refused. */
public sealed interface MailOutcome extends Outcome {
    /** @param time the leader's stamp */
    record Sent(long id, long time) implements MailOutcome {}

    /**
     * So many of the mails that were named were read, or deleted, or had been before.
     *
     * @param refused the others: not there, or nothing that this account may touch, which is not told apart
     */
    record Done(int done, List<Long> refused) implements MailOutcome {
        public Done {
            refused = List.copyOf(refused);
        }

        @Override
        public boolean tookEffect() {
            return done > 0;
        }
    }

    /** The account went, and so much mail with it. */
    record AccountGone(int mails) implements MailOutcome {}
}
