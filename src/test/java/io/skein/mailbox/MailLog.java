package io.skein.mailbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.skein.account.AccountChange;
import io.skein.account.AccountCommand;
import io.skein.account.AccountMachine;
import io.skein.account.AccountName;
import io.skein.account.PasswordHash;
import io.skein.account.Role;
import io.skein.machine.Change;
import io.skein.machine.Command;
import io.skein.machine.Decision;
import io.skein.machine.Machine;
import io.skein.machine.Moment;
import io.skein.machine.Outcome;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.skein.machine.StateHash;
import io.skein.mailbox.MailOutcome.Done;
import io.skein.mailbox.MailOutcome.Sent;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;

/**
 * A log of one command an entry, applied to both machines as the replica does it. With every command it holds the laws of
 * machines: deciding twice gives the same, the command comes back from its bytes, and a second pair of machines, which
 * came back from rows at some time, decides the same.
 */
final class MailLog {
    final MailLimits limits;
    AccountMachine accounts = new AccountMachine();
    MailMachine mails;
    private AccountMachine shadowAccounts = new AccountMachine();
    MailMachine shadow;
    private final Rows rows = new Rows();
    /** Of the last command. */
    List<Change> changes = List.of();

    long index = 10;
    long time = 1_000_000;

    MailLog() {
        this(MailLimits.DEFAULT);
    }

    MailLog(MailLimits limits) {
        this.limits = limits;
        mails = new MailMachine(accounts, limits);
        shadow = new MailMachine(shadowAccounts, limits);
    }

    static AccountName name(String name) {
        return new AccountName(name);
    }

    long create(String name) {
        take(new AccountCommand.Create(name(name), new PasswordHash("$slow$" + name), Role.MEMBER));
        return number(name);
    }

    long number(String name) {
        return accounts.find(name(name)).orElseThrow().id();
    }

    Outcome take(Command command) {
        index++;
        time++;
        Moment at = new Moment(index, 0, time);
        Machine machine = accounts.owns(command) ? accounts : mails;
        Command read = machine.fromProto(machine.toProto(command)).orElseThrow();
        assertEquals(command, read);
        Decision decision = machine.decide(at, command);
        assertEquals(
                hashes(decision.changes()), hashes(machine.decide(at, command).changes()));
        Decision again = (accounts.owns(command) ? shadowAccounts : shadow).decide(at, read);
        assertEquals(decision.outcome(), again.outcome());
        assertEquals(hashes(decision.changes()), hashes(again.changes()));
        changes = decision.changes();
        for (Change change : changes) {
            evolve(change, accounts, mails);
            evolve(change, shadowAccounts, shadow);
            rows.write(change);
        }
        return decision.outcome();
    }

    private static void evolve(Change change, AccountMachine accounts, MailMachine mails) {
        for (Machine machine : List.of(accounts, mails)) {
            if (machine.owns(change)) {
                machine.evolve(change);
            } else {
                machine.observe(change);
            }
        }
    }

    Rejection why(Command command) {
        return ((Rejected) take(command)).reason();
    }

    Sent send(String from, String to, String content) {
        return (Sent) take(new MailCommand.Send(number(from), name(to), new MailContent(content)));
    }

    Done markRead(String owner, Long... ids) {
        return (Done) take(new MailCommand.MarkRead(number(owner), List.of(ids)));
    }

    Done delete(String owner, Long... ids) {
        return (Done) take(new MailCommand.Delete(number(owner), List.of(ids)));
    }

    Unread unread(String owner) {
        return mails.unread(number(owner), 100);
    }

    /** From here on the second pair is one that came back from rows. */
    void restartShadow() {
        shadowAccounts = new AccountMachine();
        shadow = new MailMachine(shadowAccounts, limits);
        List<Change> kept = new ArrayList<>();
        accounts.snapshot(kept::add);
        rows.read(kept);
        kept.forEach(change -> evolve(change, shadowAccounts, shadow));
    }

    /** The machine, one of its snapshot and one of its rows are the same. */
    void holdsAfterARestart() {
        AccountMachine freshAccounts = new AccountMachine();
        MailMachine fresh = new MailMachine(freshAccounts, limits);
        List<Change> snapshot = new ArrayList<>();
        accounts.snapshot(snapshot::add);
        mails.snapshot(snapshot::add);
        snapshot.forEach(change -> evolve(change, freshAccounts, fresh));
        assertSame(fresh);
        assertSame(shadow);
        restartShadow();
        assertSame(shadow);
    }

    private void assertSame(MailMachine other) {
        assertEquals(state(mails), state(other));
        assertEquals(mails.totals(), other.totals());
    }

    static List<String> state(MailMachine machine) {
        List<Change> changes = new ArrayList<>();
        machine.snapshot(changes::add);
        return hashes(changes);
    }

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
        private final TreeMap<Long, MailRef> mails = new TreeMap<>();
        private final BitSet read = new BitSet();
        private long last;

        void write(Change change) {
            if (change instanceof MailChange.Sent c) {
                mails.put(c.id(), new MailRef(c.id(), c.from(), c.to()));
                last = Math.max(last, c.id());
            } else if (change instanceof MailChange.Read c) {
                c.mails().forEach(mail -> read.set((int) mail.id()));
            } else if (change instanceof MailChange.Deleted c) {
                c.mails().forEach(mail -> mails.remove(mail.id()));
            } else if (change instanceof MailChange.AccountMailGone c) {
                gone(c.account());
            } else if (change instanceof AccountChange.AccountGone c) {
                gone(c.account());
            } else if (!(change instanceof AccountChange)) {
                throw new AssertionError("never decided: " + change);
            }
        }

        private void gone(long account) {
            mails.values().removeIf(mail -> mail.from() == account || mail.to() == account);
        }

        void read(List<Change> into) {
            into.add(new MailChange.LastMail(last));
            for (MailRef mail : mails.values()) {
                BitSet marked = new BitSet();
                marked.set(0, read.get((int) mail.id()));
                into.add(new MailChange.Kept(
                        new long[] {mail.id()}, new long[] {mail.from()}, new long[] {mail.to()}, marked));
            }
        }
    }
}
