package io.skein.account;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.skein.machine.Change;
import io.skein.machine.Command;
import io.skein.machine.Decision;
import io.skein.machine.Due;
import io.skein.machine.Moment;
import io.skein.machine.Outcome;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.skein.machine.StateHash;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A log of one command an entry, applied to the machine as the replica does it. With every command it holds the laws of
 * machines: deciding twice gives the same, asking moves nothing, the command comes back from its bytes, and a second
 * machine, which came back from its rows at some time, decides the same.
 */
final class AccountLog {
    final AccountLimits limits;
    final AccountMachine machine;
    AccountMachine shadow;
    private final Rows rows = new Rows();

    long index = 10;
    long time = 1_000_000;
    private int drawn;

    AccountLog() {
        this(AccountLimits.DEFAULT);
    }

    AccountLog(AccountLimits limits) {
        this.limits = limits;
        machine = new AccountMachine(limits);
        shadow = new AccountMachine(limits);
    }

    static AccountName name(String name) {
        return new AccountName(name);
    }

    static PasswordHash password(String text) {
        return new PasswordHash("$slow$" + text);
    }

    Outcome take(Command command) {
        index++;
        time++;
        Command read = machine.fromProto(machine.toProto(command)).orElseThrow();
        assertEquals(command, read);
        Moment at = new Moment(index, 0, time);
        Decision decision = machine.decide(at, command);
        assertEquals(
                hashes(decision.changes()), hashes(machine.decide(at, command).changes()));
        Decision again = shadow.decide(at, read);
        assertEquals(decision.outcome(), again.outcome());
        assertEquals(hashes(decision.changes()), hashes(again.changes()));
        for (Change change : decision.changes()) {
            machine.evolve(change);
            shadow.evolve(change);
            rows.write(change);
        }
        return decision.outcome();
    }

    Rejection why(Command command) {
        return ((Rejected) take(command)).reason();
    }

    /** A token as somebody would draw it. */
    BearerHash draw() {
        return BearerHash.of("token " + ++drawn);
    }

    void create(String name) {
        assertEquals(
                new AccountOutcome.Done(true),
                take(new AccountCommand.Create(name(name), password("first"), Role.MEMBER)));
    }

    void admin(String name) {
        assertEquals(
                new AccountOutcome.Done(true),
                take(new AccountCommand.Create(name(name), password("first"), Role.ADMIN)));
    }

    long version(String name) {
        return machine.credential(name(name)).orElseThrow().version();
    }

    Principal logIn(String name) {
        BearerHash bearer = draw();
        take(new AccountCommand.LogIn(name(name), version(name), bearer, AccountCommand.SESSION_MS));
        return machine.principal(bearer, time).orElseThrow();
    }

    Principal token(String owner, String token, Scopes scopes) {
        BearerHash bearer = draw();
        assertEquals(
                new AccountOutcome.Done(true),
                take(new AccountCommand.MakeToken(name(owner), new TokenName(token), bearer, scopes, 0)));
        return machine.principal(bearer, time).orElseThrow();
    }

    void rule(String whom, String filter, Action action, boolean allow) {
        take(new AccountCommand.SetRule(new AccessRule(
                Optional.of(whom).filter(one -> !one.isEmpty()).map(AccountName::new),
                new AccessFilter(filter),
                action,
                allow)));
    }

    Outcome limit(String name, String whom, String topic, boolean shared, Quota quota) {
        return take(new AccountCommand.SetLimit(limitOf(name, whom, topic, shared, quota)));
    }

    /** @param whom empty: every account @param topic empty: any */
    static Limit limitOf(String name, String whom, String topic, boolean shared, Quota quota) {
        return new Limit(
                new LimitName(name),
                Optional.of(whom).filter(one -> !one.isEmpty()).map(AccountName::new),
                Optional.of(topic).filter(one -> !one.isEmpty()).map(AccessFilter::new),
                shared,
                quota);
    }

    boolean may(Principal principal, Action action, String asked) {
        return machine.mayI(principal, action, asked);
    }

    /** What is due is done, as the leader would. */
    void settle() {
        for (Due due : machine.due(time, 10)) {
            take(((Due.Propose) due).command());
        }
    }

    /** A machine made of the rows. */
    AccountMachine restarted() {
        AccountMachine fresh = new AccountMachine(limits);
        rows.read().forEach(fresh::evolve);
        return fresh;
    }

    /** The machine, one of its snapshot and one of its rows are the same. */
    void holdsAfterARestart() {
        List<Change> snapshot = new ArrayList<>();
        machine.snapshot(snapshot::add);
        AccountMachine fresh = new AccountMachine(limits);
        snapshot.forEach(fresh::evolve);
        assertSame(fresh);
        assertSame(restarted());
        assertSame(shadow);
    }

    private void assertSame(AccountMachine other) {
        assertEquals(state(machine), state(other));
        assertEquals(machine.totals(), other.totals());
        assertEquals(machine.nextDue(), other.nextDue());
    }

    static List<String> state(AccountMachine machine) {
        List<Change> changes = new ArrayList<>();
        machine.snapshot(changes::add);
        return hashes(changes);
    }

    /** With the hashes, as secrets do not show themselves. */
    private static List<String> hashes(List<Change> changes) {
        return changes.stream()
                .map(change -> {
                    StateHash hash = new StateHash(0);
                    change.hashInto(hash);
                    return change + " " + hash.value();
                })
                .toList();
    }

    /** What a store keeps of the changes and gives back at start, word for word as the room's package-info says it. */
    private static final class Rows {
        private record Rule(long account, String filter, Action action) {}

        private final TreeMap<Long, AccountChange.AccountSet> accounts = new TreeMap<>();
        private final TreeMap<Long, AccountChange.SessionSet> sessions = new TreeMap<>();
        private final TreeMap<Long, AccountChange.TokenSet> tokens = new TreeMap<>();
        private final java.util.HashMap<Rule, AccountChange.RuleSet> rules = new java.util.HashMap<>();
        private final TreeMap<String, AccountChange.LimitSet> limits = new TreeMap<>();
        private long last;

        void write(Change change) {
            if (change instanceof AccountChange.AccountSet c) {
                accounts.put(c.account(), c);
                last = Math.max(last, Math.max(c.account(), c.version()));
            } else if (change instanceof AccountChange.AccountGone c) {
                accounts.remove(c.account());
                sessions.values().removeIf(session -> session.account() == c.account());
                tokens.values().removeIf(token -> token.account() == c.account());
                rules.keySet().removeIf(rule -> rule.account() == c.account());
                limits.values().removeIf(limit -> limit.account() == c.account());
            } else if (change instanceof AccountChange.SessionSet c) {
                sessions.put(c.session(), c);
                last = Math.max(last, c.session());
            } else if (change instanceof AccountChange.SessionGone c) {
                assertEquals(true, sessions.remove(c.session()) != null);
            } else if (change instanceof AccountChange.TokenSet c) {
                tokens.put(c.token(), c);
                last = Math.max(last, c.token());
            } else if (change instanceof AccountChange.TokenGone c) {
                assertEquals(true, tokens.remove(c.token()) != null);
            } else if (change instanceof AccountChange.RuleSet c) {
                rules.put(new Rule(c.account(), c.filter().value(), c.action()), c);
            } else if (change instanceof AccountChange.RuleGone c) {
                assertEquals(true, rules.remove(new Rule(c.account(), c.filter().value(), c.action())) != null);
            } else if (change instanceof AccountChange.LimitSet c) {
                limits.put(c.name().value(), c);
            } else if (change instanceof AccountChange.LimitGone c) {
                assertEquals(true, limits.remove(c.name().value()) != null);
            } else {
                throw new AssertionError("never decided: " + change);
            }
        }

        List<Change> read() {
            List<Change> all = new ArrayList<>();
            all.add(new AccountChange.LastNumber(last));
            rules(0, all);
            accounts.forEach((id, account) -> {
                all.add(account);
                sessions.values().stream()
                        .filter(session -> session.account() == id)
                        .forEach(all::add);
                tokens.values().stream().filter(token -> token.account() == id).forEach(all::add);
                rules(id, all);
            });
            all.addAll(limits.values());
            return all;
        }

        private void rules(long account, List<Change> into) {
            rules.values().stream().filter(rule -> rule.account() == account).forEach(into::add);
        }
    }
}
