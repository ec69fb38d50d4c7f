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
import io.skein.account.Permit;
import io.skein.account.Role;
import io.skein.account.Scopes;
import io.skein.account.TokenName;
import io.skein.account.TokenView;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Accounts as far as they are open to one guest. Limits are like the topics' configuration an operator's. What is somebody's own (sessions, tokens, rules, the end of the account)
 * is his and an admin's also where no token is asked for.
 */
final class GuardedAccounts implements Accounts {
    private final LocalGuest guest;
    private final LocalAccounts accounts;

    GuardedAccounts(LocalGuest guest, LocalAccounts accounts) {
        this.guest = guest;
        this.accounts = accounts;
    }

    private static <T> Future<T> unless(Refusal no, Supplier<Future<T>> then) {
        return no == null ? then.get() : Future.failedFuture(no);
    }

    /** Null when he is one. */
    private Refusal whyNoAdmin() {
        if (guest.isAdmin()) {
            return null;
        }
        return guest.permit() == null ? guest.unknown() : Refusal.onlyAdmins();
    }

    /** Null when it is he himself, by a session or a token for all he may, or an admin. */
    private Refusal whyNotMine(AccountName name) {
        Permit permit = guest.permit();
        if (permit == null) {
            return guest.unknown();
        }
        return guest.isAdmin() || guest.isMe(name) && permit.isWhole()
                ? null
                : Refusal.forbidden("this is for \"" + name + "\" and for admins");
    }

    @Override
    public Future<ChangeAck> create(AccountName name, String password, Role role, Optional<String> idempotencyKey) {
        boolean mayRegister = accounts.isRegistrationOpen() && role == Role.MEMBER;
        return unless(
                mayRegister ? null : whyNoAdmin(),
                () -> accounts.create(name, password, role, guest.own(idempotencyKey), guest.isAdmin()));
    }

    @Override
    public Future<AccountView> account(AccountName name, Freshness freshness) {
        return unless(guest.whyNobody(), () -> accounts.account(name, freshness));
    }

    @Override
    public Future<AccountPage> list(NameGlob glob, Optional<AccountName> after, int limit, Freshness freshness) {
        return unless(guest.whyNobody(), () -> accounts.list(glob, after, limit, freshness));
    }

    @Override
    public Future<ChangeAck> delete(AccountName name, Optional<String> password, String peer) {
        return unless(password.isPresent() ? null : whyNoAdmin(), () -> accounts.delete(name, password, peer));
    }

    @Override
    public Future<ChangeAck> changePassword(AccountName name, Optional<String> old, String next, String peer) {
        return unless(old.isPresent() ? null : whyNoAdmin(), () -> accounts.changePassword(name, old, next, peer));
    }

    @Override
    public Future<ChangeAck> setRole(AccountName name, Role role) {
        return unless(whyNoAdmin(), () -> accounts.setRole(name, role));
    }

    @Override
    public Future<LogIn> logIn(AccountName name, String password, String peer) {
        return accounts.logIn(name, password, peer);
    }

    @Override
    public Future<Standing> current() {
        Permit permit = guest.permit();
        return permit == null
                ? Future.failedFuture(guest.unknown())
                : Future.succeededFuture(new Standing(
                        permit.principal().name(),
                        permit.role(),
                        permit.isSession(),
                        permit.expires() == Long.MAX_VALUE ? 0 : permit.expires()));
    }

    @Override
    public Future<ChangeAck> logOut() {
        Permit permit = guest.permit();
        if (permit == null) {
            return Future.failedFuture(guest.unknown());
        }
        return permit.isSession()
                ? accounts.logOut(permit.principal().bearer())
                : Future.failedFuture(Refusal.of(
                        Refusal.Kind.CONFLICT, "not-a-session", "this is a token for a program; revoke it instead"));
    }

    @Override
    public Future<ChangeAck> logOutAll(AccountName name) {
        return unless(whyNotMine(name), () -> accounts.logOutAll(name));
    }

    @Override
    public Future<TokenAck> makeToken(AccountName owner, TokenName token, Scopes scopes, long lifetimeMs) {
        return unless(whyNotMine(owner), () -> accounts.makeToken(owner, token, scopes, lifetimeMs));
    }

    @Override
    public Future<List<TokenView>> tokens(AccountName owner) {
        return unless(whyNotMine(owner), () -> accounts.tokens(owner));
    }

    @Override
    public Future<ChangeAck> revokeToken(AccountName owner, TokenName token) {
        return unless(whyNotMine(owner), () -> accounts.revokeToken(owner, token));
    }

    @Override
    public Future<ChangeAck> setRule(AccessRule rule) {
        return unless(whyNoAdmin(), () -> accounts.setRule(rule));
    }

    @Override
    public Future<ChangeAck> removeRule(Optional<AccountName> whom, AccessFilter filter, Action action) {
        return unless(whyNoAdmin(), () -> accounts.removeRule(whom, filter, action));
    }

    @Override
    public Future<List<AccessRule>> rules(Optional<AccountName> whom) {
        Refusal no = whom.isEmpty() ? guest.permit() == null ? guest.unknown() : null : whyNotMine(whom.get());
        return unless(no, () -> accounts.rules(whom));
    }

    @Override
    public Future<ChangeAck> setLimit(Limit limit) {
        return unless(guest.whyNoAdmin(), () -> accounts.setLimit(limit));
    }

    @Override
    public Future<ChangeAck> dropLimit(LimitName name) {
        return unless(guest.whyNoAdmin(), () -> accounts.dropLimit(name));
    }

    @Override
    public Future<Limit> limit(LimitName name) {
        return unless(guest.whyNoAdmin(), () -> accounts.limit(name));
    }

    @Override
    public Future<LimitPage> limits(Optional<LimitName> after, int limit) {
        return unless(guest.whyNoAdmin(), () -> accounts.limits(after, limit));
    }
}
