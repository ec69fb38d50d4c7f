package io.skein.store;

import io.skein.mailbox.MailChange;
import io.skein.mailbox.MailRef;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Writes the steps of the mailbox machine, as {@code io.skein.mailbox}'s package documentation says. The mail of an
 * account that is gone is seen by nobody from then on, and removed a few rows at a time ({@link #sweep}).
 */
final class MailRows {
    private final PreparedStatement insert;
    private final PreparedStatement raiseId;
    private final PreparedStatement markRead;
    private final PreparedStatement delete;
    private final PreparedStatement accountGone;
    private final PreparedStatement nextGone;
    private final PreparedStatement removeSent;
    private final PreparedStatement removeReceived;
    private final PreparedStatement swept;
    /** The highest id since the last flush. */
    private long last;

    MailRows(Statements statements) throws SQLException {
        insert = statements.prepare("INSERT INTO mail VALUES (?, ?, ?, ?, ?, 0, ?)");
        raiseId = statements.prepare("""
                INSERT INTO mail_id VALUES (1, ?)
                ON CONFLICT (only) DO UPDATE SET last = max(last, excluded.last)""");
        markRead = statements.prepare("UPDATE mail SET read = 1 WHERE id = ?");
        delete = statements.prepare("DELETE FROM mail WHERE id = ?");
        // Whoever had no mail leaves nothing to remove.
        accountGone = statements.prepare("""
                INSERT OR IGNORE INTO mail_sweep SELECT ?1
                WHERE EXISTS (SELECT 1 FROM mail WHERE from_id = ?1) OR EXISTS (SELECT 1 FROM mail WHERE to_id = ?1)""");
        nextGone = statements.prepare("SELECT account_id FROM mail_sweep ORDER BY account_id LIMIT 1");
        removeSent = statements.prepare(
                "DELETE FROM mail WHERE id IN (SELECT id FROM mail WHERE from_id = ?1 ORDER BY id LIMIT ?2)");
        removeReceived = statements.prepare(
                "DELETE FROM mail WHERE id IN (SELECT id FROM mail WHERE to_id = ?1 ORDER BY id LIMIT ?2)");
        swept = statements.prepare("DELETE FROM mail_sweep WHERE account_id = ?");
    }

    void write(MailChange change) throws SQLException {
        if (change instanceof MailChange.Sent sent) {
            String content = sent.content().value();
            insert.setLong(1, sent.id());
            insert.setLong(2, sent.from());
            insert.setLong(3, sent.to());
            insert.setLong(4, sent.time());
            insert.setString(5, content);
            insert.setLong(6, Checksum.ofMail(sent.id(), sent.from(), sent.to(), sent.time(), content));
            insert.executeUpdate();
            last = sent.id();
        } else if (change instanceof MailChange.Read read) {
            for (MailRef mail : read.mails()) {
                execute(markRead, mail.id());
            }
        } else if (change instanceof MailChange.Deleted deleted) {
            for (MailRef mail : deleted.mails()) {
                execute(delete, mail.id());
            }
        } else if (change instanceof MailChange.AccountMailGone gone) {
            accountGone(gone.account());
        } else {
            throw new AssertionError("never decided, or unknown: " + change.getClass());
        }
    }

    /** No mail outlives an account, however that went. */
    void accountGone(long account) throws SQLException {
        execute(accountGone, account);
    }

    void flush() throws SQLException {
        if (last > 0) {
            execute(raiseId, last);
            last = 0;
        }
    }

    /**
     * Removes at most so many mails of accounts that are gone, inside the transaction that is open.
     *
     * @return whether something is left
     */
    boolean sweep(int most) throws SQLException {
        int budget = most;
        while (true) {
            long account;
            try (ResultSet row = nextGone.executeQuery()) {
                if (!row.next()) {
                    return false;
                }
                account = row.getLong(1);
            }
            if (budget <= 0) {
                return true;
            }
            budget -= remove(removeSent, account, budget);
            budget -= remove(removeReceived, account, budget);
            if (budget <= 0) {
                return true;
            }
            execute(swept, account);
            budget--;
        }
    }

    private static int remove(PreparedStatement statement, long account, int most) throws SQLException {
        statement.setLong(1, account);
        statement.setInt(2, most);
        return statement.executeUpdate();
    }

    private static void execute(PreparedStatement statement, long number) throws SQLException {
        statement.setLong(1, number);
        statement.executeUpdate();
    }
}
