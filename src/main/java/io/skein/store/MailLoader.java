package io.skein.store;

import io.skein.machine.Change;
import io.skein.mailbox.MailChange;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/** Rows of mail to the changes that rebuild what the mailbox machine knows. Reads no content. */
final class MailLoader {
    private static final int AT_ONCE = 4096;

    private final Connection connection;
    private final long[] ids = new long[AT_ONCE];
    private final long[] from = new long[AT_ONCE];
    private final long[] to = new long[AT_ONCE];
    private BitSet read = new BitSet();
    private int size;

    MailLoader(Connection connection) {
        this.connection = connection;
    }

    void load(List<Change> changes) throws SQLException {
        long last = Database.number(connection, "SELECT last FROM mail_id");
        if (last > 0) {
            changes.add(new MailChange.LastMail(last));
        }
        // Rows of accounts that are gone only wait to be removed.
        ImageLoader.each(connection, """
                SELECT id, from_id, to_id, read FROM mail
                WHERE from_id NOT IN (SELECT account_id FROM mail_sweep)
                    AND to_id NOT IN (SELECT account_id FROM mail_sweep)
                ORDER BY id""", row -> {
            if (size == AT_ONCE) {
                flush(changes);
            }
            ids[size] = row.getLong(1);
            from[size] = row.getLong(2);
            to[size] = row.getLong(3);
            read.set(size, row.getBoolean(4));
            size++;
        });
        if (size > 0) {
            flush(changes);
        }
    }

    private void flush(List<Change> changes) {
        changes.add(new MailChange.Kept(
                Arrays.copyOf(ids, size), Arrays.copyOf(from, size), Arrays.copyOf(to, size), read));
        read = new BitSet();
        size = 0;
    }
}
