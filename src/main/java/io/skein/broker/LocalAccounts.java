package io.skein.broker;

import io.skein.account.AccessFilter;
import io.skein.account.AccessRule;
import io.skein.account.AccountCommand;
import io.skein.account.AccountMachine;
import io.skein.account.AccountName;
import io.skein.account.AccountOutcome.Done;
import io.skein.account.AccountOutcome.LoggedIn;
import io.skein.account.AccountPage;
import io.skein.account.AccountView;
import io.skein.account.Action;
import io.skein.account.BearerHash;
import io.skein.account.Credential;
import io.skein.account.Limit;
import io.skein.account.LimitName;
import io.skein.account.LimitPage;
import io.skein.account.NameGlob;
import io.skein.account.Role;
import io.skein.account.Scopes;
import io.skein.account.TokenName;
import io.skein.account.TokenView;
import io.skein.cluster.Committed;
import io.skein.cluster.Proposer;
import io.skein.machine.IdempotencyKey;
import io.skein.machine.Rejection;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Accounts of one node: does what is asked, whoever asks ({@link GuardedAccounts} has looked who may). What is slow or
 * random is made here, before the command: hashes of passwords, tokens. A password is checked against what all that was
 * committed says, and the command names the version that was checked.
 */
final class LocalAccounts {
    static final AccountName FIRST_ADMIN = new AccountName("admin");

    private static final int TOKEN_BYTES = 32;
    private static final String SCOPE = "accounts";

    private final Proposer proposer;
    private final Way way;
    private final Supplier<Ground> ground;
    private final LocalMail mail;
    private final GateConfig config;
    private final Passwords passwords;
    private final Attempts attempts;
    private final SecureRandom random = new SecureRandom();
    /** Proposed for the first admin, and not known whether it was taken; null: nothing is. */
    private final AtomicReference<String> drawnForFirst = new AtomicReference<>();

    LocalAccounts(
            Vertx vertx,
            Proposer proposer,
            Way way,
            Supplier<Ground> ground,
            LocalMail mail,
            GateConfig config,
            WallClock clock) {
        this.attempts = new Attempts(clock::nanos);
        this.proposer = proposer;
        this.way = way;
        this.ground = ground;
        this.mail = mail;
        this.config = config;
        this.passwords = new Passwords(vertx, config.iterations());
    }

    boolean isRegistrationOpen() {
        return config.registrationOpen();
    }

    // Accounts.

    /** @param byAdmin else by somebody for himself */
    Future<ChangeAck> create(AccountName name, String password, Role role, Optional<String> key, boolean byAdmin) {
        Optional<Refusal> problem = problem(password);
        if (problem.isPresent()) {
            return Future.failedFuture(problem.get());
        }
        // The password is no part of what a repeat must equal: nobody is to find it out from a hash that is not slow.
        Optional<IdempotencyKey> once = key.map(k -> KeyHash.of(SCOPE, k, "create " + name + ' ' + role));
        return (byAdmin ? passwords.hash(password) : passwords.register(password))
                .compose(hash -> propose(new AccountCommand.Create(name, hash, role), once));
    }

    Future<AccountView> account(AccountName name, Freshness freshness) {
        return ask(freshness, machine -> machine.find(name))
                .compose(found -> found.isPresent()
                        ? Future.succeededFuture(found.get())
                        : Future.failedFuture(Refusal.of(
                                Refusal.Kind.NOT_FOUND, "unknown-account", "there is no account \"" + name + '"')));
    }

    Future<AccountPage> list(NameGlob glob, Optional<AccountName> after, int limit, Freshness freshness) {
        return limit < 1 || limit > BrokerConfig.MAX_LIMIT
                ? Future.failedFuture(Refusal.malformed("limit is 1 to " + BrokerConfig.MAX_LIMIT))
                : ask(freshness, machine -> machine.list(glob, after, limit));
    }

    Future<ChangeAck> delete(AccountName name, Optional<String> password, String peer) {
        return version(name, password, peer)
                .compose(version -> mail.deleteAccount(name, version))
                .compose(ack -> inForce(ack.index()).map(ack));
    }

    Future<ChangeAck> changePassword(AccountName name, Optional<String> old, String next, String peer) {
        Optional<Refusal> problem = problem(next);
        return problem.isPresent()
                ? Future.failedFuture(problem.get())
                : version(name, old, peer)
                        .compose(version -> passwords
                                .hash(next)
                                .compose(hash -> propose(
                                        new AccountCommand.ChangePassword(name, hash, version), Optional.empty())));
    }

    Future<ChangeAck> setRole(AccountName name, Role role) {
        return propose(new AccountCommand.SetRole(name, role), Optional.empty());
    }

    // Passwords.

    Future<Accounts.LogIn> logIn(AccountName name, String password, String peer) {
        return checked(name, password, peer).compose(version -> {
            String token = draw("sks_");
            var command = new AccountCommand.LogIn(name, version, BearerHash.of(token), AccountCommand.SESSION_MS);
            return commit(command, Optional.empty())
                    .recover(LocalAccounts::wrongBySecretChanged)
                    .compose(committed -> unread(name)
                            .map(unread -> new Accounts.LogIn(
                                    name,
                                    token,
                                    ((LoggedIn) committed.outcome()).expires(),
                                    unread,
                                    committed.index())));
        });
    }

    /** As far as this node knows; whoever is in already is not turned away because it cannot say. */
    private Future<Integer> unread(AccountName name) {
        return ask(
                        Freshness.NONE,
                        machine -> machine.find(name)
                                .map(account -> ground.get().mails().unreadCount(account.id()))
                                .orElse(0))
                .recover(cause -> cause instanceof Refusal ? Future.succeededFuture(0) : Future.failedFuture(cause));
    }

    /** It was right a moment ago, which is as good as wrong. */
    private static <T> Future<T> wrongBySecretChanged(Throwable cause) {
        boolean changed = cause instanceof Refusal refusal
                && refusal.kind() == Refusal.Kind.REJECTED
                && (refusal.rejected().reason() == Rejection.SECRET_CHANGED
                        || refusal.rejected().reason() == Rejection.UNKNOWN_ACCOUNT);
        return Future.failedFuture(changed ? wrong() : cause);
    }

    /** The same words whether the account is there or not. */
    private static Refusal wrong() {
        return Refusal.of(
                Refusal.Kind.UNAUTHENTICATED, "wrong-password", "there is no such account, or the password is wrong");
    }

    private Future<Long> version(AccountName name, Optional<String> password, String peer) {
        return password.isEmpty()
                ? Future.succeededFuture(AccountCommand.UNCHECKED)
                : checked(name, password.get(), peer);
    }

    /** The version of the password, if it is right. */
    private Future<Long> checked(AccountName name, String password, String peer) {
        if (problem(password).isPresent()) {
            return Future.failedFuture(wrong());
        }
        String address = address(peer);
        OptionalLong wait = attempts.begin(address, name);
        if (wait.isPresent()) {
            return Future.failedFuture(Refusal.of(
                    Refusal.Kind.TOO_MANY,
                    "too-many-attempts",
                    "too many wrong passwords; the next try is in " + wait.getAsLong() + " ms",
                    Map.of("retryAfterMs", wait.getAsLong())));
        }
        return ask(Freshness.LINEARIZABLE, machine -> machine.credential(name))
                .compose(found -> passwords
                        .isRight(password, found.map(Credential::password))
                        .map(right -> right ? found.map(Credential::version) : Optional.<Long>empty()))
                .onFailure(notLookedAt -> attempts.takeBack(address, name))
                .compose(version -> {
                    if (version.isEmpty()) {
                        return Future.failedFuture(wrong());
                    }
                    attempts.takeBack(address, name);
                    return Future.succeededFuture(version.get());
                });
    }

    /**
     * Without the port; of an IPv6 address the first half, since whoever has one has all that begin alike (RFC 4291 §2.5.1).
     *
     * @param peer as a socket says it: IPv6 with all eight groups
     */
    static String address(String peer) {
        int colon = peer.lastIndexOf(':');
        String host = colon < 0 ? peer : peer.substring(0, colon);
        String[] groups = host.split(":", -1);
        return groups.length == 8 ? String.join(":", List.of(groups).subList(0, 4)) : host;
    }

    private static Optional<Refusal> problem(String password) {
        return password.isEmpty() || password.length() > Accounts.MAX_PASSWORD
                ? Optional.of(Refusal.malformed("a password has 1 to " + Accounts.MAX_PASSWORD + " characters"))
                : Optional.empty();
    }

    // Sessions and tokens.

    Future<ChangeAck> logOut(BearerHash session) {
        return propose(new AccountCommand.LogOut(session), Optional.empty());
    }

    Future<ChangeAck> logOutAll(AccountName name) {
        return propose(new AccountCommand.LogOutAll(name), Optional.empty());
    }

    Future<Accounts.TokenAck> makeToken(AccountName owner, TokenName name, Scopes scopes, long lifetimeMs) {
        String token = draw("skt_");
        return propose(
                        new AccountCommand.MakeToken(owner, name, BearerHash.of(token), scopes, lifetimeMs),
                        Optional.empty())
                .map(made -> new Accounts.TokenAck(token, made.index()));
    }

    Future<List<TokenView>> tokens(AccountName owner) {
        return account(owner, Freshness.LINEARIZABLE)
                .compose(there -> ask(Freshness.NONE, machine -> machine.tokens(owner)));
    }

    Future<ChangeAck> revokeToken(AccountName owner, TokenName token) {
        return propose(new AccountCommand.RevokeToken(owner, token), Optional.empty());
    }

    /** 256 bits that nobody guesses, behind what tells people and scanners what it is. */
    private String draw(String kind) {
        byte[] bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        return kind + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /**
     * The first admin has a token ({@code --auth}).
     *
     * @param token the one that the node was told, which holds from then on whatever was before; empty: one is drawn, if
     *     there is no admin yet
     * @return the token that was drawn; empty when none was
     */
    Future<Optional<String>> firstAdmin(Optional<String> token) {
        if (token.isPresent()) {
            return propose(
                            new AccountCommand.Bootstrap(FIRST_ADMIN, BearerHash.of(token.get()), true),
                            Optional.empty())
                    .map(done -> Optional.empty());
        }
        return ask(Freshness.LINEARIZABLE, machine -> machine.totals().admins())
                .compose(admins -> admins > 0 && drawnForFirst.get() == null
                        ? Future.succeededFuture(Optional.empty())
                        : drawFirst());
    }

    private Future<Optional<String>> drawFirst() {
        // A try of which nobody heard the end may have been taken: the next one says the same token.
        String drawn = drawnForFirst.updateAndGet(before -> before == null ? draw("skt_") : before);
        return propose(new AccountCommand.Bootstrap(FIRST_ADMIN, BearerHash.of(drawn), false), Optional.empty())
                .map(done -> Optional.of(drawn))
                .recover(cause -> cause instanceof Refusal refusal
                                && refusal.kind() == Refusal.Kind.REJECTED
                                && refusal.rejected().reason() == Rejection.ADMIN_EXISTS
                        ? Future.succeededFuture(Optional.empty())
                        : Future.failedFuture(cause))
                .onSuccess(known -> drawnForFirst.set(null));
    }

    // Rules.

    Future<ChangeAck> setRule(AccessRule rule) {
        return propose(new AccountCommand.SetRule(rule), Optional.empty());
    }

    Future<ChangeAck> removeRule(Optional<AccountName> whom, AccessFilter filter, Action action) {
        return propose(new AccountCommand.RemoveRule(whom, filter, action), Optional.empty());
    }

    Future<List<AccessRule>> rules(Optional<AccountName> whom) {
        return whom.isEmpty()
                ? ask(Freshness.LINEARIZABLE, machine -> machine.rules(whom))
                : account(whom.get(), Freshness.LINEARIZABLE)
                        .compose(there -> ask(Freshness.NONE, machine -> machine.rules(whom)));
    }

    // Limits.

    Future<ChangeAck> setLimit(Limit limit) {
        return propose(new AccountCommand.SetLimit(limit), Optional.empty());
    }

    Future<ChangeAck> dropLimit(LimitName name) {
        return propose(new AccountCommand.DropLimit(name), Optional.empty());
    }

    Future<Limit> limit(LimitName name) {
        return ask(Freshness.LINEARIZABLE, machine -> machine.limit(name))
                .compose(found -> found.isPresent()
                        ? Future.succeededFuture(found.get())
                        : Future.failedFuture(Refusal.of(
                                Refusal.Kind.NOT_FOUND, "unknown-limit", "there is no limit \"" + name + '"')));
    }

    Future<LimitPage> limits(Optional<LimitName> after, int limit) {
        return limit < 1 || limit > BrokerConfig.MAX_LIMIT
                ? Future.failedFuture(Refusal.malformed("limit is 1 to " + BrokerConfig.MAX_LIMIT))
                : ask(Freshness.LINEARIZABLE, machine -> machine.limits(after, limit));
    }

    private Future<ChangeAck> propose(AccountCommand command, Optional<IdempotencyKey> key) {
        return commit(command, key).map(LocalAccounts::changed);
    }

    /** What changes rights or limits is answered when it holds at this node, whoever leads. */
    private Future<Committed> commit(AccountCommand command, Optional<IdempotencyKey> key) {
        return way.propose(command, key)
                .compose(committed -> inForce(committed.index()).map(committed));
    }

    /**
     * Until this node has applied it. A leader has when it answers; to others the answer comes by one connection, and how far
     * the log is committed by another. It is done all the same where that does not come within a second.
     */
    private Future<Void> inForce(long index) {
        return way.applied(index).otherwiseEmpty();
    }

    private static ChangeAck changed(Committed committed) {
        boolean made = committed.outcome() instanceof Done done && done.created();
        return new ChangeAck(made, committed.index(), committed.replayed());
    }

    private <T> Future<T> ask(Freshness freshness, Function<AccountMachine, T> question) {
        return way.fresh(freshness)
                .compose(v -> proposer.ask(() -> question.apply(ground.get().accounts())))
                .recover(cause -> Future.failedFuture(Refusal.from(cause)));
    }
}
