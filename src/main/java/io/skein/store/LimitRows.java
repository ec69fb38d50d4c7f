package io.skein.store;

import io.skein.account.AccessFilter;
import io.skein.account.AccountChange;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** Writes limits: table {@code traffic_limit}, which a database has from feature level 2 on. */
final class LimitRows {
    /** The script that makes the table. */
    static final int SCHEMA = 5;

    private final PreparedStatement set;
    private final PreparedStatement remove;
    private final PreparedStatement removeOf;

    LimitRows(Statements statements) throws SQLException {
        set = statements.prepare("INSERT OR REPLACE INTO traffic_limit VALUES (?, ?, ?, ?, ?, ?, ?)");
        remove = statements.prepare("DELETE FROM traffic_limit WHERE name = ?");
        removeOf = statements.prepare("DELETE FROM traffic_limit WHERE account_id = ?");
    }

    void write(AccountChange.LimitSet limit) throws SQLException {
        set.setString(1, limit.name().value());
        set.setLong(2, limit.account());
        set.setString(3, limit.topic().map(AccessFilter::value).orElse(""));
        set.setBoolean(4, limit.shared());
        set.setLong(5, limit.quota().messagesPerSecond());
        set.setLong(6, limit.quota().bytesPerSecond());
        set.setInt(7, limit.quota().connections());
        set.executeUpdate();
    }

    void write(AccountChange.LimitGone gone) throws SQLException {
        remove.setString(1, gone.name().value());
        remove.executeUpdate();
    }

    void accountGone(long account) throws SQLException {
        removeOf.setLong(1, account);
        removeOf.executeUpdate();
    }
}
