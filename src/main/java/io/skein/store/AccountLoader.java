package io.skein.store;

import io.skein.account.AccessFilter;
import io.skein.account.AccountChange;
import io.skein.account.AccountName;
import io.skein.account.Action;
import io.skein.account.BearerHash;
import io.skein.account.Grant;
import io.skein.account.LimitName;
import io.skein.account.PasswordHash;
import io.skein.account.Quota;
import io.skein.account.Role;
import io.skein.account.Scopes;
import io.skein.account.TokenName;
import io.skein.machine.Change;
import io.vertx.core.json.JsonArray;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Accounts' rows to the changes that rebuild them, in the order that {@code io.skein.account} asks for. */
final class AccountLoader {
    private final Connection connection;
    /** By account: what comes after its own row. */
    private final Map<Long, List<Change>> parts = new HashMap<>();

    AccountLoader(Connection connection) {
        this.connection = connection;
    }

    void load(List<Change> changes) throws SQLException {
        long last = Database.number(connection, "SELECT last FROM account_number");
        if (last > 0) {
            changes.add(new AccountChange.LastNumber(last));
        }
        each(
                "SELECT account_id, id, bearer, created_time, expires_at FROM session ORDER BY id",
                row -> new AccountChange.SessionSet(
                        row.getLong(2),
                        row.getLong(1),
                        BearerHash.ofHash(row.getBytes(3)),
                        row.getLong(4),
                        row.getLong(5)));
        each(
                "SELECT account_id, id, name, bearer, scopes, created_time, expires_at FROM token ORDER BY id",
                row -> new AccountChange.TokenSet(
                        row.getLong(2),
                        row.getLong(1),
                        new TokenName(row.getString(3)),
                        BearerHash.ofHash(row.getBytes(4)),
                        scopes(row.getString(5)),
                        row.getLong(6),
                        row.getLong(7)));
        each(
                "SELECT account_id, filter, action, allow FROM access_rule ORDER BY account_id, filter, action",
                row -> new AccountChange.RuleSet(
                        row.getLong(1),
                        new AccessFilter(row.getString(2)),
                        Action.valueOf(row.getString(3)),
                        row.getBoolean(4)));
        changes.addAll(parts.getOrDefault(0L, List.of()));
        ImageLoader.each(
                connection, "SELECT id, name, role, password, version, created_time FROM account ORDER BY id", row -> {
                    changes.add(new AccountChange.AccountSet(
                            row.getLong(1),
                            new AccountName(row.getString(2)),
                            Role.valueOf(row.getString(3)),
                            new PasswordHash(row.getString(4)),
                            row.getLong(5),
                            row.getLong(6)));
                    changes.addAll(parts.getOrDefault(row.getLong(1), List.of()));
                });
        if (Database.schemaVersion(connection) < LimitRows.SCHEMA) {
            return;
        }
        ImageLoader.each(
                connection,
                "SELECT name, account_id, filter, shared, messages_per_second, bytes_per_second, connections"
                        + " FROM traffic_limit ORDER BY name",
                row -> changes.add(new AccountChange.LimitSet(
                        new LimitName(row.getString(1)),
                        row.getLong(2),
                        Optional.of(row.getString(3))
                                .filter(filter -> !filter.isEmpty())
                                .map(AccessFilter::new),
                        row.getBoolean(4),
                        new Quota(row.getLong(5), row.getLong(6), row.getInt(7)))));
    }

    private interface Part {
        Change of(ResultSet row) throws SQLException;
    }

    private void each(String sql, Part part) throws SQLException {
        ImageLoader.each(
                connection,
                sql,
                row -> parts.computeIfAbsent(row.getLong(1), id -> new ArrayList<>())
                        .add(part.of(row)));
    }

    private static Scopes scopes(String text) {
        JsonArray pairs = new JsonArray(text);
        List<Grant> grants = new ArrayList<>(pairs.size() / 2);
        for (int i = 0; i + 1 < pairs.size(); i += 2) {
            grants.add(new Grant(Action.valueOf(pairs.getString(i)), new AccessFilter(pairs.getString(i + 1))));
        }
        return new Scopes(grants.isEmpty(), grants);
    }
}
