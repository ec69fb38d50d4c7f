package io.skein.broker;

import io.skein.account.AccessFilter;
import io.skein.account.AccessRule;
import io.skein.account.AccountName;
import io.skein.account.AccountPage;
import io.skein.account.AccountView;
import io.skein.account.Action;
import io.skein.account.Limit;
import io.skein.account.LimitName;
import io.skein.account.LimitPage;
import io.skein.account.NameGlob;
import io.skein.account.Role;
import io.skein.account.Scopes;
import io.skein.account.TokenName;
import io.skein.account.TokenView;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/**
 * Accounts, as far as they are open to a {@link Guest}: everybody may log in, whoever said who he is may look names up and
 * see to what is his own, an admin to everything. Contexts and failures as in {@link Broker}.
 *
 * <p>Passwords are 1 to {@value #MAX_PASSWORD} characters, and go no further than {@code Passwords}.
 */
public interface Accounts {
    int MAX_PASSWORD = 256;

    /** Strangers may make members where registration is open; an admin may make anybody. */
    Future<ChangeAck> create(AccountName name, String password, Role role, Optional<String> idempotencyKey);

    Future<AccountView> account(AccountName name, Freshness freshness);

    /** @param limit 1 to {@link BrokerConfig#MAX_LIMIT} */
    Future<AccountPage> list(NameGlob glob, Optional<AccountName> after, int limit, Freshness freshness);

    /**
     * The account goes, with its sessions, tokens and rules.
     *
     * @param password its own; without it only an admin may
     * @param peer where this comes from, for slowing down who guesses
     */
    Future<ChangeAck> delete(AccountName name, Optional<String> password, String peer);

    /**
     * Its sessions end, its tokens stay.
     *
     * @param old its own; without it only an admin may
     */
    Future<ChangeAck> changePassword(AccountName name, Optional<String> old, String next, String peer);

    Future<ChangeAck> setRole(AccountName name, Role role);

    /** @return with a token that nobody will show again */
    Future<LogIn> logIn(AccountName name, String password, String peer);

    /** Who this guest is, and until when. */
    Future<Standing> current();

    /** This session ends, on every node. */
    Future<ChangeAck> logOut();

    Future<ChangeAck> logOutAll(AccountName name);

    /**
     * @param lifetimeMs 0: it does not end by itself
     * @return with the token, which nobody will show again
     */
    Future<TokenAck> makeToken(AccountName owner, TokenName token, Scopes scopes, long lifetimeMs);

    Future<List<TokenView>> tokens(AccountName owner);

    Future<ChangeAck> revokeToken(AccountName owner, TokenName token);

    Future<ChangeAck> setRule(AccessRule rule);

    /** @param whom empty: every member */
    Future<ChangeAck> removeRule(Optional<AccountName> whom, AccessFilter filter, Action action);

    /** @param whom empty: those for every member */
    Future<List<AccessRule>> rules(Optional<AccountName> whom);

    /** For admins, and for everybody where no token is asked for; so are the following. */
    Future<ChangeAck> setLimit(Limit limit);

    Future<ChangeAck> dropLimit(LimitName name);

    Future<Limit> limit(LimitName name);

    /** @param limit 1 to {@link BrokerConfig#MAX_LIMIT} */
    Future<LimitPage> limits(Optional<LimitName> after, int limit);

    /**
     * @param expires epoch milliseconds
     * @param unread mail that waits
     */
    record LogIn(AccountName name, String token, long expires, long unread, long index) {
        /** Without the token. */
        @Override
        public String toString() {
            return "LogIn[" + name + ", until " + expires + "]";
        }
    }

    record TokenAck(String token, long index) {
        /** Without the token. */
        @Override
        public String toString() {
            return "TokenAck[index " + index + "]";
        }
    }

    /** @param expires epoch milliseconds; 0: it does not end by itself */
    record Standing(AccountName name, Role role, boolean isSession, long expires) {}
}
