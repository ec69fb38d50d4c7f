package io.skein.account;

import static io.skein.account.AccountLog.name;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Outcome;
import io.skein.machine.Rejected;
import io.skein.topic.TopicFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random commands against the machine and against a model that knows nothing but lists. After each one what the machine
 * says of accounts, sessions, tokens and rights is true of the model; and machines made from the rows or from the snapshot
 * are the same.
 */
class AccountModelTest {
    private static final int STEPS = 600;
    private static final AccountLimits LIMITS = new AccountLimits(4, 2, 6, 2, 5, 4, 9, 3, 3, 2);
    private static final List<String> NAMES = List.of("anna", "Bert", "carl", "dora", "emil");
    private static final List<String> FILTERS = List.of("a", "a/+", "a/#", "#", "$s/x", "+/b", "a/b");
    private static final List<String> TOPICS = List.of("a", "a/b", "a/b/c", "b", "b/b", "$s/x");

    private static final class Pass {
        final BearerHash bearer;
        final long expires;
        /** Null: a session. */
        final String token;

        final Scopes scopes;

        Pass(BearerHash bearer, long expires, String token, Scopes scopes) {
            this.bearer = bearer;
            this.expires = expires;
            this.token = token;
            this.scopes = scopes;
        }
    }

    private static final class Account {
        boolean admin;
        String password;
        final List<Pass> passes = new ArrayList<>();
        final Map<String, Boolean> rules = new HashMap<>();

        List<Pass> sessions() {
            return passes.stream().filter(pass -> pass.token == null).toList();
        }

        List<Pass> tokens() {
            return passes.stream().filter(pass -> pass.token != null).toList();
        }
    }

    private final TreeMap<String, Account> accounts = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final Map<String, Boolean> everybodys = new HashMap<>();
    private final TreeMap<String, Limit> limits = new TreeMap<>();
    /** Everything that anybody was ever given. */
    private final List<BearerHash> drawn = new ArrayList<>();
    /** Versions that were checked at some time, with the name and the password of then. */
    private final List<Checked> checks = new ArrayList<>();

    private record Checked(String name, String password, Account account, long version) {}

    private final AccountLog log = new AccountLog(LIMITS);
    private Random random;
    private int drawing;
    private int taken;
    private int allowed;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void theMachineAgreesWithAModel(long seed) {
        random = new Random(seed);
        for (int step = 0; step < STEPS; step++) {
            log.time += random.nextInt(10) == 0 ? random.nextInt(500) : 1;
            step();
            agrees();
            if (random.nextInt(20) == 0) {
                log.shadow = log.restarted();
            }
            log.holdsAfterARestart();
        }
        assertTrue(taken > 100, "seed " + seed + " took only " + taken);
        assertTrue(allowed > 100, "seed " + seed + " allowed only " + allowed);
    }

    private void step() {
        String who = pick(NAMES);
        Account account = accounts.get(who);
        switch (random.nextInt(16)) {
            case 0, 1 -> create(who, account);
            case 2 -> delete();
            case 3 -> changePassword();
            case 4 -> setRole(who, account);
            case 5, 6 -> logIn();
            case 7 -> logOut();
            case 8 -> makeToken(who, account);
            case 9 -> revoke(who, account);
            case 10, 11 -> setRule(who, account);
            case 12 -> removeRule(who, account);
            case 13 -> setLimit(who, account);
            case 14 -> dropLimit();
            default -> expire();
        }
    }

    private void create(String who, Account account) {
        boolean admin = random.nextInt(3) == 0;
        String password = "p" + ++drawing;
        boolean done = took(log.take(
                new AccountCommand.Create(name(who), AccountLog.password(password), admin ? Role.ADMIN : Role.MEMBER)));
        assertEquals(account == null && accounts.size() < LIMITS.accounts(), done);
        if (done) {
            Account made = new Account();
            made.admin = admin;
            made.password = password;
            accounts.put(who, made);
            check(who, made);
        }
    }

    private void check(String who, Account account) {
        checks.add(new Checked(who, account.password, account, log.version(who)));
    }

    private Optional<Checked> someCheck() {
        int from = Math.max(0, checks.size() - 8);
        return checks.isEmpty()
                ? Optional.empty()
                : Optional.of(checks.get(from + random.nextInt(checks.size() - from)));
    }

    private boolean isInForce(Checked checked) {
        return accounts.get(checked.name()) == checked.account()
                && checked.account().password.equals(checked.password());
    }

    private void delete() {
        someCheck().ifPresent(checked -> {
            boolean last = isInForce(checked) && checked.account().admin && admins() == 1;
            boolean done = took(log.take(new AccountCommand.Delete(name(checked.name()), checked.version())));
            assertEquals(isInForce(checked) && !last, done);
            if (done) {
                accounts.remove(checked.name());
                limits.values().removeIf(limit -> limit.whom().equals(Optional.of(name(checked.name()))));
            }
        });
    }

    private void changePassword() {
        someCheck().ifPresent(checked -> {
            String next = "p" + ++drawing;
            boolean inForce = isInForce(checked);
            assertEquals(
                    inForce,
                    took(log.take(new AccountCommand.ChangePassword(
                            name(checked.name()), AccountLog.password(next), checked.version()))));
            if (inForce) {
                checked.account().password = next;
                checked.account().passes.removeIf(pass -> pass.token == null);
                check(checked.name(), checked.account());
            }
        });
    }

    private void setRole(String who, Account account) {
        boolean admin = random.nextBoolean();
        boolean done = took(log.take(new AccountCommand.SetRole(name(who), admin ? Role.ADMIN : Role.MEMBER)));
        assertEquals(account != null && (admin || !account.admin || admins() > 1), done);
        if (done) {
            account.admin = admin;
        }
    }

    private void logIn() {
        someCheck().ifPresent(checked -> {
            BearerHash bearer = draw();
            long lifetime = 1 + random.nextInt(1_000);
            boolean done =
                    took(log.take(new AccountCommand.LogIn(name(checked.name()), checked.version(), bearer, lifetime)));
            Account account = checked.account();
            boolean full = isInForce(checked)
                    && account.sessions().size() < LIMITS.sessionsEach()
                    && all(false) >= LIMITS.sessions();
            assertEquals(isInForce(checked) && !full, done);
            if (done) {
                if (account.sessions().size() >= LIMITS.sessionsEach()) {
                    account.passes.remove(account.sessions().get(0));
                }
                account.passes.add(new Pass(bearer, log.time + lifetime, null, Scopes.WHOLE));
            }
        });
    }

    private void logOut() {
        if (!drawn.isEmpty()) {
            BearerHash bearer = pick(drawn);
            log.take(new AccountCommand.LogOut(bearer));
            accounts.values()
                    .forEach(account ->
                            account.passes.removeIf(pass -> pass.token == null && pass.bearer.equals(bearer)));
        }
    }

    private void makeToken(String who, Account account) {
        BearerHash bearer = draw();
        String token = "t" + random.nextInt(3);
        Scopes scopes = random.nextBoolean()
                ? Scopes.WHOLE
                : Scopes.of(new Grant(Action.PUBLISH, new AccessFilter(pick(FILTERS))));
        long lifetime = random.nextBoolean() ? 0 : 1 + random.nextInt(1_000);
        boolean done =
                took(log.take(new AccountCommand.MakeToken(name(who), new TokenName(token), bearer, scopes, lifetime)));
        if (done) {
            account.passes.removeIf(pass -> token.equals(pass.token));
            account.passes.add(new Pass(bearer, lifetime == 0 ? Long.MAX_VALUE : log.time + lifetime, token, scopes));
            assertTrue(account.tokens().size() <= LIMITS.tokensEach());
            assertTrue(all(true) <= LIMITS.tokens());
        } else {
            assertTrue(account == null
                    || account.tokens().size() >= LIMITS.tokensEach()
                    || all(true) >= LIMITS.tokens()
                    || account.tokens().stream().anyMatch(pass -> pass.token.equals(token) && pass.expires > log.time));
        }
    }

    private void revoke(String who, Account account) {
        String token = "t" + random.nextInt(3);
        boolean done = took(log.take(new AccountCommand.RevokeToken(name(who), new TokenName(token))));
        assertEquals(account != null && account.passes.removeIf(pass -> token.equals(pass.token)), done);
    }

    private void setRule(String who, Account account) {
        boolean everybody = random.nextInt(3) == 0;
        Map<String, Boolean> rules = everybody ? everybodys : account == null ? null : account.rules;
        String filter = pick(FILTERS);
        boolean allow = random.nextInt(4) > 0;
        boolean done = took(log.take(new AccountCommand.SetRule(new AccessRule(
                everybody ? Optional.empty() : Optional.of(name(who)),
                new AccessFilter(filter),
                Action.PUBLISH,
                allow))));
        int all = everybodys.size()
                + accounts.values().stream().mapToInt(one -> one.rules.size()).sum();
        boolean fits = rules != null
                && (rules.containsKey(filter) || rules.size() < LIMITS.rulesEach() && all < LIMITS.rules());
        assertEquals(fits, done);
        if (done) {
            rules.put(filter, allow);
        }
    }

    private void removeRule(String who, Account account) {
        boolean everybody = random.nextInt(3) == 0;
        String filter = pick(FILTERS);
        log.take(new AccountCommand.RemoveRule(
                everybody ? Optional.empty() : Optional.of(name(who)), new AccessFilter(filter), Action.PUBLISH));
        if (everybody) {
            everybodys.remove(filter);
        } else if (account != null) {
            account.rules.remove(filter);
        }
    }

    private void setLimit(String who, Account account) {
        boolean everybody = random.nextInt(3) == 0;
        boolean topic = random.nextBoolean();
        Limit limit = AccountLog.limitOf(
                "l" + random.nextInt(5),
                everybody ? "" : who,
                topic ? pick(FILTERS) : "",
                everybody && random.nextBoolean(),
                new Quota(1 + random.nextInt(3), random.nextInt(3), topic ? 0 : random.nextInt(3)));
        boolean done = took(log.take(new AccountCommand.SetLimit(limit)));
        assertEquals(
                (everybody || account != null)
                        && (limits.containsKey(limit.name().value()) || limits.size() < LIMITS.limits()),
                done);
        if (done) {
            limits.put(limit.name().value(), limit);
        }
    }

    private void dropLimit() {
        String name = "l" + random.nextInt(5);
        int there = limits.remove(name) == null ? 0 : 1;
        assertEquals(new AccountOutcome.Gone(there), log.take(new AccountCommand.DropLimit(new LimitName(name))));
    }

    private void expire() {
        while (log.machine.nextDue() <= log.time) {
            log.settle();
        }
        accounts.values().forEach(account -> account.passes.removeIf(pass -> pass.expires <= log.time));
    }

    private void agrees() {
        assertEquals(
                new AccountTotals(
                        accounts.size(),
                        admins(),
                        all(false),
                        all(true),
                        everybodys.size()
                                + accounts.values().stream()
                                        .mapToInt(account -> account.rules.size())
                                        .sum()),
                log.machine.totals());
        List<String> listed = new ArrayList<>();
        Optional<AccountName> after = Optional.empty();
        do {
            AccountPage page = log.machine.list(NameGlob.ALL, after, 2);
            page.accounts().forEach(one -> listed.add(one.name().value()));
            after = page.next();
        } while (after.isPresent());
        assertEquals(List.copyOf(accounts.keySet()), listed);
        List<Limit> named = new ArrayList<>();
        Optional<LimitName> last = Optional.empty();
        do {
            LimitPage page = log.machine.limits(last, 2);
            named.addAll(page.limits());
            last = page.next();
        } while (last.isPresent());
        assertEquals(List.copyOf(limits.values()), named);
        int from = Math.max(0, drawn.size() - 12);
        drawn.subList(from, drawn.size()).forEach(this::agrees);
    }

    private void agrees(BearerHash bearer) {
        for (Map.Entry<String, Account> entry : accounts.entrySet()) {
            for (Pass pass : entry.getValue().passes) {
                if (pass.bearer.equals(bearer)) {
                    Optional<Principal> principal = log.machine.principal(bearer, log.time);
                    assertEquals(pass.expires > log.time, principal.isPresent());
                    principal.ifPresent(one -> agrees(one, entry.getKey(), entry.getValue(), pass));
                    return;
                }
            }
        }
        assertEquals(Optional.empty(), log.machine.principal(bearer, log.time));
    }

    private void agrees(Principal principal, String who, Account account, Pass pass) {
        assertEquals(name(who), principal.name());
        assertEquals(account.admin && pass.scopes.whole(), log.machine.mayAdminister(principal));
        for (String topic : TOPICS) {
            boolean reached = pass.scopes.whole()
                    || pass.scopes.grants().stream()
                            .anyMatch(grant -> new TopicFilter(grant.filter().value()).matches(topic));
            boolean may = reached
                    && (account.admin
                            || (says(account.rules, topic, true) || says(everybodys, topic, true))
                                    && !says(account.rules, topic, false)
                                    && !says(everybodys, topic, false));
            assertEquals(may, log.machine.mayI(principal, Action.PUBLISH, topic), who + " and " + topic);
            allowed += may ? 1 : 0;
        }
    }

    private static boolean says(Map<String, Boolean> rules, String topic, boolean allow) {
        return rules.entrySet().stream()
                .anyMatch(rule -> rule.getValue() == allow && new TopicFilter(rule.getKey()).matches(topic));
    }

    private int admins() {
        return (int) accounts.values().stream().filter(account -> account.admin).count();
    }

    private int all(boolean tokens) {
        return accounts.values().stream()
                .mapToInt(account ->
                        tokens ? account.tokens().size() : account.sessions().size())
                .sum();
    }

    private BearerHash draw() {
        BearerHash bearer = log.draw();
        drawn.add(bearer);
        return bearer;
    }

    private boolean took(Outcome outcome) {
        boolean took = !(outcome instanceof Rejected);
        taken += took ? 1 : 0;
        return took;
    }

    private <T> T pick(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }
}
