package io.skein.store;

import io.skein.account.AccountChange;
import io.skein.account.Grant;
import io.skein.account.Scopes;
import io.vertx.core.json.JsonArray;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Optional;

/** Writes the steps of the account machine. What is kept of each is said in {@code io.skein.account}'s package documentation. */
final class AccountRows {
    private final PreparedStatement raiseNumber;
    private final PreparedStatement setAccount;
    private final PreparedStatement setSession;
    private final PreparedStatement removeSession;
    private final PreparedStatement setToken;
    private final PreparedStatement removeToken;
    private final PreparedStatement setRule;
    private final PreparedStatement removeRule;
    private final PreparedStatement[] ofAccount;
    private final Statements statements;
    /** Empty as long as the cluster's level has no limits, nor the database their table. */
    private Optional<LimitRows> limits = Optional.empty();

    AccountRows(Statements statements, int schema) throws SQLException {
        this.statements = statements;
        raiseNumber = statements.prepare("""
                INSERT INTO account_number VALUES (1, ?)
                ON CONFLICT (only) DO UPDATE SET last = max(last, excluded.last)""");
        setAccount = statements.prepare("INSERT OR REPLACE INTO account VALUES (?, ?, ?, ?, ?, ?)");
        setSession = statements.prepare("INSERT INTO session VALUES (?, ?, ?, ?, ?)");
        removeSession = statements.prepare("DELETE FROM session WHERE id = ?");
        setToken = statements.prepare("INSERT INTO token VALUES (?, ?, ?, ?, ?, ?, ?)");
        removeToken = statements.prepare("DELETE FROM token WHERE id = ?");
        setRule = statements.prepare("INSERT OR REPLACE INTO access_rule VALUES (?, ?, ?, ?)");
        removeRule = statements.prepare("DELETE FROM access_rule WHERE account_id = ? AND filter = ? AND action = ?");
        ofAccount = new PreparedStatement[] {
            statements.prepare("DELETE FROM session WHERE account_id = ?"),
            statements.prepare("DELETE FROM token WHERE account_id = ?"),
            statements.prepare("DELETE FROM access_rule WHERE account_id = ?"),
            statements.prepare("DELETE FROM account WHERE id = ?")
        };
        raised(schema);
    }

    /** The database has this schema from here on. */
    void raised(int schema) throws SQLException {
        if (limits.isEmpty() && schema >= LimitRows.SCHEMA) {
            limits = Optional.of(new LimitRows(statements));
        }
    }

    void write(AccountChange change) throws SQLException {
        if (change instanceof AccountChange.SessionSet set) {
            session(set);
        } else if (change instanceof AccountChange.SessionGone gone) {
            execute(removeSession, gone.session());
        } else if (change instanceof AccountChange.AccountSet set) {
            account(set);
        } else if (change instanceof AccountChange.AccountGone gone) {
            for (PreparedStatement rows : ofAccount) {
                execute(rows, gone.account());
            }
            if (limits.isPresent()) {
                limits.get().accountGone(gone.account());
            }
        } else if (change instanceof AccountChange.TokenSet set) {
            token(set);
        } else if (change instanceof AccountChange.TokenGone gone) {
            execute(removeToken, gone.token());
        } else if (change instanceof AccountChange.RuleSet set) {
            setRule.setLong(1, set.account());
            setRule.setString(2, set.filter().value());
            setRule.setString(3, set.action().name());
            setRule.setBoolean(4, set.allow());
            setRule.executeUpdate();
        } else if (change instanceof AccountChange.RuleGone gone) {
            removeRule.setLong(1, gone.account());
            removeRule.setString(2, gone.filter().value());
            removeRule.setString(3, gone.action().name());
            removeRule.executeUpdate();
        } else if (change instanceof AccountChange.LimitSet set) {
            limits.orElseThrow().write(set);
        } else if (change instanceof AccountChange.LimitGone gone) {
            limits.orElseThrow().write(gone);
        } else {
            throw new AssertionError("never decided, or unknown: " + change.getClass());
        }
    }

    private void account(AccountChange.AccountSet set) throws SQLException {
        setAccount.setLong(1, set.account());
        setAccount.setString(2, set.name().value());
        setAccount.setString(3, set.role().name());
        setAccount.setString(4, set.password().value());
        setAccount.setLong(5, set.version());
        setAccount.setLong(6, set.time());
        setAccount.executeUpdate();
        execute(raiseNumber, Math.max(set.account(), set.version()));
    }

    private void session(AccountChange.SessionSet set) throws SQLException {
        setSession.setLong(1, set.session());
        setSession.setLong(2, set.account());
        setSession.setBytes(3, set.bearer().bytes());
        setSession.setLong(4, set.time());
        setSession.setLong(5, set.expires());
        setSession.executeUpdate();
        execute(raiseNumber, set.session());
    }

    private void token(AccountChange.TokenSet set) throws SQLException {
        setToken.setLong(1, set.token());
        setToken.setLong(2, set.account());
        setToken.setString(3, set.name().value());
        setToken.setBytes(4, set.bearer().bytes());
        setToken.setString(5, text(set.scopes()));
        setToken.setLong(6, set.time());
        setToken.setLong(7, set.expires());
        setToken.executeUpdate();
        execute(raiseNumber, set.token());
    }

    private static String text(Scopes scopes) {
        JsonArray text = new JsonArray();
        for (Grant grant : scopes.grants()) {
            text.add(grant.action().name()).add(grant.filter().value());
        }
        return text.encode();
    }

    private static void execute(PreparedStatement statement, long number) throws SQLException {
        statement.setLong(1, number);
        statement.executeUpdate();
    }
}
