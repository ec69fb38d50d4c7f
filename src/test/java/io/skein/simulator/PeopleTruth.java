package io.skein.simulator;

import io.skein.account.AccountChange;
import io.skein.account.AccountCommand;
import io.skein.account.AccountLimits;
import io.skein.account.AccountMachine;
import io.skein.account.AccountName;
import io.skein.account.AccountOutcome;
import io.skein.account.BearerHash;
import io.skein.account.Limit;
import io.skein.account.LimitName;
import io.skein.account.TokenName;
import io.skein.machine.Change;
import io.skein.machine.Command;
import io.skein.machine.Decision;
import io.skein.machine.Moment;
import io.skein.machine.Outcome;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.skein.mailbox.MailChange;
import io.skein.mailbox.MailCommand;
import io.skein.mailbox.MailLimits;
import io.skein.mailbox.MailMachine;
import io.skein.mailbox.MailOutcome;
import io.skein.mailbox.Unread;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Who there is, what lets whom in and from which entry to which, every limit, and every mail, from the committed changes
 * and nothing else. Of limits and mail every answer is known beforehand; of accounts what an answer promises is held against what is there.
 */
final class PeopleTruth implements Verdicts.Watcher {
    static final AccountLimits ACCOUNT_LIMITS = new AccountLimits(6, 3, 10, 3, 8, 8, 20, 4, 10, 4);
    static final MailLimits MAIL_LIMITS = new MailLimits(120, 40, 5, 60);
    /** What lets somebody in is looked at on a node as long as it is among so many of the newest. */
    private static final int LOOKED_AT = 24;

    private static final class Account {
        final long number;
        final AccountName name;
        long version;

        Account(AccountChange.AccountSet set) {
            number = set.account();
            name = set.name();
            version = set.version();
        }
    }

    /** A session or a token, and the entries with which it began and ended. */
    private static final class Bearer {
        final long number;
        final BearerHash hash;
        final long account;
        /** Null: a session. */
        final TokenName token;

        final long expires;
        final long from;
        long end = Long.MAX_VALUE;

        Bearer(long number, BearerHash hash, long account, TokenName token, long expires, long from) {
            this.number = number;
            this.hash = hash;
            this.account = account;
            this.token = token;
            this.expires = expires;
            this.from = from;
        }

        boolean holds() {
            return end == Long.MAX_VALUE;
        }
    }

    /** A limit as it was put, and the entries with which it began and ended. */
    private static final class Standing {
        final Limit limit;
        final long from;
        long end = Long.MAX_VALUE;

        Standing(Limit limit, long from) {
            this.limit = limit;
            this.from = from;
        }
    }

    private static final class Mail {
        final long from;
        final long to;
        boolean read;

        Mail(long from, long to) {
            this.from = from;
            this.to = to;
        }

        boolean isOf(long account) {
            return from == account || to == account;
        }
    }

    private final Map<AccountName, Account> accounts = new HashMap<>();
    private final Map<Long, Account> byNumber = new HashMap<>();
    private final List<Bearer> bearers = new ArrayList<>();
    private final TreeMap<LimitName, Standing> limits = new TreeMap<>();
    private final List<Standing> everyLimit = new ArrayList<>();
    private final TreeMap<Long, Mail> mails = new TreeMap<>();
    /** Every mail ever, by id from 1 on. */
    private final List<MailChange.Sent> sent = new ArrayList<>();

    private final Set<String> contents = new HashSet<>();
    private final Set<String> refused = new HashSet<>();
    private long lastNumber;
    private int ended;

    /** Mails that were ever sent. */
    int sent() {
        return sent.size();
    }

    /** Sessions and tokens that ever ended. */
    int ended() {
        return ended;
    }

    // What the log decides.

    @Override
    public void decided(Moment at, Command command, Decision decision) {
        try {
            if (command instanceof MailCommand mail) {
                mail(at, mail, decision);
            } else {
                decision.changes().forEach(change -> apply(at, (AccountChange) change));
                account(at, (AccountCommand) command, decision.outcome());
            }
        } catch (AssertionError wrong) {
            throw new AssertionError(
                    "people: " + wrong.getMessage() + "\n at " + at + " by " + command + "\n answered "
                            + decision.outcome() + "\n with " + decision.changes(),
                    wrong);
        }
    }

    private void apply(Moment at, AccountChange change) {
        if (change instanceof AccountChange.AccountSet set) {
            Account known = byNumber.get(set.account());
            if (known == null) {
                number(set.account());
                check(!accounts.containsKey(set.name()), "an account is there twice");
                known = new Account(set);
                accounts.put(set.name(), known);
                byNumber.put(set.account(), known);
                number(set.version());
            } else if (set.version() != known.version) {
                number(set.version());
                known.version = set.version();
            }
        } else if (change instanceof AccountChange.AccountGone gone) {
            remove(at, gone.account());
        } else if (change instanceof AccountChange.SessionSet set) {
            number(set.session());
            begin(new Bearer(set.session(), set.bearer(), set.account(), null, set.expires(), at.index()));
        } else if (change instanceof AccountChange.TokenSet set) {
            number(set.token());
            long expires = set.expires() == 0 ? Long.MAX_VALUE : set.expires();
            begin(new Bearer(set.token(), set.bearer(), set.account(), set.name(), expires, at.index()));
        } else if (change instanceof AccountChange.SessionGone gone) {
            end(at, gone.session());
        } else if (change instanceof AccountChange.TokenGone gone) {
            end(at, gone.token());
        }
    }

    private void number(long number) {
        check(number > lastNumber, "number " + number + " is given again");
        lastNumber = number;
    }

    private void begin(Bearer bearer) {
        check(byNumber.containsKey(bearer.account), "somebody is let in who is not there");
        for (Bearer other : bearers) {
            check(!other.holds() || !other.hash.equals(bearer.hash), "a token is given twice");
        }
        bearers.add(bearer);
    }

    private void end(Moment at, long number) {
        for (Bearer bearer : bearers) {
            if (bearer.number == number) {
                check(bearer.holds(), "a token ends twice");
                end(at, bearer);
                return;
            }
        }
        check(false, "a token ends that never was");
    }

    private void end(Moment at, Standing standing) {
        standing.end = at.index();
        limits.remove(standing.limit.name());
    }

    private void end(Moment at, Bearer bearer) {
        bearer.end = at.index();
        ended++;
    }

    private void remove(Moment at, long number) {
        Account account = byNumber.remove(number);
        check(account != null, "an account goes that is not there");
        accounts.remove(account.name);
        bearers.stream().filter(b -> b.holds() && b.account == number).forEach(b -> end(at, b));
        List.copyOf(limits.values()).stream()
                .filter(standing -> standing.limit.whom().equals(Optional.of(account.name)))
                .forEach(standing -> end(at, standing));
        mails.values().removeIf(mail -> mail.isOf(number));
    }

    private void set(Moment at, Limit limit, Outcome outcome) {
        Standing before = limits.get(limit.name());
        if (limit.whom().isPresent() && !accounts.containsKey(limit.whom().get())) {
            is(outcome, Rejection.UNKNOWN_ACCOUNT);
        } else if (before == null && limits.size() >= ACCOUNT_LIMITS.limits()) {
            is(outcome, Rejection.TOO_MANY_LIMITS);
        } else {
            is(outcome, new AccountOutcome.Done(before == null));
            if (before != null) {
                end(at, before);
            }
            Standing standing = new Standing(limit, at.index());
            limits.put(limit.name(), standing);
            everyLimit.add(standing);
        }
    }

    private void drop(Moment at, LimitName name, Outcome outcome) {
        Standing standing = limits.get(name);
        is(outcome, new AccountOutcome.Gone(standing == null ? 0 : 1));
        if (standing != null) {
            end(at, standing);
        }
    }

    /** What an answer promises, after its changes. */
    private void account(Moment at, AccountCommand command, Outcome outcome) {
        if (command instanceof AccountCommand.SetLimit set) {
            set(at, set.limit(), outcome);
        } else if (command instanceof AccountCommand.DropLimit drop) {
            drop(at, drop.name(), outcome);
        }
        if (outcome instanceof Rejected) {
            return;
        }
        if (command instanceof AccountCommand.LogIn in) {
            Account account = accounts.get(in.name());
            check(in.checked() == account.version, "somebody is let in by an old password");
            Optional<Bearer> session = holding(in.session());
            check(
                    session.isPresent()
                            && session.get().account == account.number
                            && session.get().expires == ((AccountOutcome.LoggedIn) outcome).expires(),
                    "no session, or another's");
        } else if (command instanceof AccountCommand.LogOut out) {
            check(holding(out.session()).filter(b -> b.token == null).isEmpty(), "the session goes on");
        } else if (command instanceof AccountCommand.LogOutAll out) {
            noSessions(out.name());
        } else if (command instanceof AccountCommand.ChangePassword changed) {
            noSessions(changed.name());
        } else if (command instanceof AccountCommand.RevokeToken revoke) {
            long owner = accounts.get(revoke.owner()).number;
            check(
                    bearers.stream()
                            .noneMatch(b -> b.holds()
                                    && b.account == owner
                                    && revoke.token().equals(b.token)),
                    "the token goes on");
        } else if (command instanceof AccountCommand.Expire) {
            check(
                    ((AccountOutcome.Gone) outcome).count() == ACCOUNT_LIMITS.steps()
                            || bearers.stream().noneMatch(b -> b.holds() && b.expires <= at.time()),
                    "something is over and goes on");
        } else if (command instanceof AccountCommand.Delete delete) {
            check(!accounts.containsKey(delete.name()), "the account stays");
        }
    }

    private Optional<Bearer> holding(BearerHash hash) {
        return bearers.stream().filter(b -> b.holds() && b.hash.equals(hash)).findFirst();
    }

    private void noSessions(AccountName name) {
        long number = accounts.get(name).number;
        check(
                bearers.stream().noneMatch(b -> b.holds() && b.account == number && b.token == null),
                "a session goes on");
    }

    private void mail(Moment at, MailCommand command, Decision decision) {
        if (command instanceof MailCommand.Send send) {
            send(at, send, decision);
        } else if (command instanceof MailCommand.MarkRead read) {
            is(decision.outcome(), byNumber.containsKey(read.owner()) ? markRead(read) : Rejection.UNKNOWN_ACCOUNT);
        } else if (command instanceof MailCommand.Delete delete) {
            is(decision.outcome(), byNumber.containsKey(delete.owner()) ? delete(delete) : Rejection.UNKNOWN_ACCOUNT);
        } else if (command instanceof MailCommand.DeleteAccount delete && !(decision.outcome() instanceof Rejected)) {
            Account account = accounts.get(delete.name());
            check(delete.checked() == 0 || delete.checked() == account.version, "an old password deletes an account");
            int before = mails.size();
            remove(at, account.number);
            is(decision.outcome(), new MailOutcome.AccountGone(before - mails.size()));
        }
    }

    private void send(Moment at, MailCommand.Send send, Decision decision) {
        Account to = accounts.get(send.to());
        if (!byNumber.containsKey(send.from()) || to == null) {
            is(decision.outcome(), Rejection.UNKNOWN_ACCOUNT);
        } else if (mails.size() >= MAIL_LIMITS.mails()
                || mails.values().stream().filter(mail -> mail.to == to.number).count() >= MAIL_LIMITS.each()
                || mails.values().stream()
                                .filter(mail -> mail.from == send.from())
                                .count()
                        >= MAIL_LIMITS.each()) {
            is(decision.outcome(), Rejection.MAILBOX_FULL);
        } else {
            long id = sent.size() + 1;
            is(decision.outcome(), new MailOutcome.Sent(id, at.time()));
            var expected = new MailChange.Sent(id, send.from(), to.number, at.time(), send.content());
            check(decision.changes().equals(List.of(expected)), "another mail comes than was sent");
            check(contents.add(send.content().value()), "a mail is there twice");
            check(!refused.contains(send.content().value()), "a mail was refused and comes");
            sent.add(expected);
            mails.put(id, new Mail(send.from(), to.number));
        }
    }

    private MailOutcome markRead(MailCommand.MarkRead read) {
        List<Long> no = new ArrayList<>();
        int done = 0;
        for (Long id : new LinkedHashSet<>(read.ids())) {
            Mail mail = mails.get(id);
            if (mail == null || mail.to != read.owner()) {
                no.add(id);
            } else {
                mail.read = true;
                done++;
            }
        }
        return new MailOutcome.Done(done, no);
    }

    private MailOutcome delete(MailCommand.Delete delete) {
        List<Long> no = new ArrayList<>();
        int done = 0;
        for (Long id : new LinkedHashSet<>(delete.ids())) {
            Mail mail = mails.get(id);
            if (mail == null || !mail.isOf(delete.owner())) {
                no.add(id);
            } else {
                mails.remove(id);
                done++;
            }
        }
        return new MailOutcome.Done(done, no);
    }

    private static void is(Outcome outcome, Object expected) {
        Object said = outcome instanceof Rejected rejected ? rejected.reason() : outcome;
        check(said.equals(expected), "it should be " + expected);
    }

    // What nodes and clients see.

    /** Watchers of a node hear of this, the one before it was {@code last}; 0: none in this life. */
    void delivered(MailChange.Sent mail, long last) {
        check(last == 0 || mail.id() == last + 1, "mail " + mail.id() + " is told after " + last);
        check(mail.equals(sent.get((int) mail.id() - 1)), "another mail " + mail.id() + " is told");
    }

    /** This became a durable row, the last one was {@code last}. */
    void written(MailChange.Sent mail, long last) {
        check(mail.id() == last + 1, "mail " + mail.id() + " is written after " + last);
        check(mail.equals(sent.get((int) mail.id() - 1)), "another mail " + mail.id() + " is written");
    }

    /** A client is told that this was sent. */
    void acknowledged(String content, long id) {
        check(
                id <= sent.size() && sent.get((int) id - 1).content().value().equals(content),
                "a client is told that its mail is number " + id);
    }

    /** A client is told that this was not sent, and does not try again. */
    void refused(String content) {
        check(!contents.contains(content), "a mail was refused and is there");
        refused.add(content);
    }

    /** What a node says to who asks, having applied so much. */
    void look(AccountMachine here, MailMachine mailsHere, long applied, long time) {
        for (int i = Math.max(0, bearers.size() - LOOKED_AT); i < bearers.size(); i++) {
            Bearer bearer = bearers.get(i);
            boolean holds = bearer.from <= applied && applied < bearer.end;
            check(here.principal(bearer.hash, 0).isPresent() == holds, "a token holds, or does not, against the log");
            check(
                    here.principal(bearer.hash, time).isPresent() == (holds && bearer.expires > time),
                    "a token that is over lets somebody in, or one that is not does not");
        }
        for (int i = Math.max(0, everyLimit.size() - LOOKED_AT); i < everyLimit.size(); i++) {
            Standing standing = everyLimit.get(i);
            boolean holds = standing.from <= applied && applied < standing.end;
            check(
                    !holds || here.limit(standing.limit.name()).equals(Optional.of(standing.limit)),
                    "a limit does not hold, or another");
        }
        Map<Long, Integer> unread = new HashMap<>();
        mailsHere.snapshot(change -> count(change, unread));
        long total = 0;
        for (Account account : byNumber.values()) {
            int expected = unread.getOrDefault(account.number, 0);
            Unread said = mailsHere.unread(account.number, 100);
            check(
                    mailsHere.unreadCount(account.number) == expected && said.total() == expected,
                    "unread is miscounted");
            check(
                    said.senders().stream().mapToInt(Unread.Sender::mails).sum() == expected,
                    "unread is miscounted by sender");
            total += expected;
        }
        check(total <= mailsHere.totals().unread(), "unread is miscounted in all");
    }

    private static void count(Change change, Map<Long, Integer> unread) {
        if (change instanceof MailChange.Kept kept) {
            for (int i = 0; i < kept.ids().length; i++) {
                if (!kept.read().get(i)) {
                    unread.merge(kept.to()[i], 1, Integer::sum);
                }
            }
        }
    }

    /** A node that has applied everything. */
    void agrees(AccountMachine here, MailMachine mailsHere) {
        check(here.totals().accounts() == accounts.size(), "other accounts");
        check(
                here.totals().sessions() + here.totals().tokens()
                        == bearers.stream().filter(Bearer::holds).count(),
                "other sessions and tokens");
        check(
                here.limits(Optional.empty(), Integer.MAX_VALUE)
                        .limits()
                        .equals(limits.values().stream()
                                .map(standing -> standing.limit)
                                .toList()),
                "other limits");
        check(mailsHere.lastId() == sent.size(), "another last mail");
        check(mailsHere.totals().mails() == mails.size(), "another number of mails");
        mails.forEach((id, mail) -> {
            check(
                    mailsHere
                            .find(id)
                            .filter(m -> m.from() == mail.from && m.to() == mail.to)
                            .isPresent(),
                    "mail " + id + " is lost or another's");
            check(mailsHere.isRead(id) == mail.read, "mail " + id + " is marked otherwise");
        });
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("people: " + what);
        }
    }
}
