package io.skein.mailbox;

import io.skein.account.AccountChange;
import io.skein.account.AccountCommand;
import io.skein.account.AccountMachine;
import io.skein.account.AccountName;
import io.skein.account.AccountView;
import io.skein.machine.Brief;
import io.skein.machine.Change;
import io.skein.machine.Command;
import io.skein.machine.Decision;
import io.skein.machine.Due;
import io.skein.machine.Machine;
import io.skein.machine.Moment;
import io.skein.machine.Outcome;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.skein.mailbox.MailCommand.Delete;
import io.skein.mailbox.MailCommand.DeleteAccount;
import io.skein.mailbox.MailCommand.MarkRead;
import io.skein.mailbox.MailCommand.Send;
import io.skein.mailbox.MailOutcome.AccountGone;
import io.skein.mailbox.MailOutcome.Done;
import io.skein.mailbox.MailOutcome.Sent;
import io.skein.wire.CommandProto;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Mail between accounts as one state machine, on top of that of accounts: who wrote to whom, what was read. What a mail
 * says is in the log and in rows, never here.
 */
public final class MailMachine implements Machine {
    private static final int BRIEF_SENT = 1;
    private static final int BRIEF_DONE = 2;
    private static final int BRIEF_ACCOUNT_GONE = 3;

    private final AccountMachine accounts;
    private final MailLimits limits;
    private final MailRegister register = new MailRegister();

    /** @param accounts of the same replica, which stands before this machine in its list */
    public MailMachine(AccountMachine accounts) {
        this(accounts, MailLimits.DEFAULT);
    }

    public MailMachine(AccountMachine accounts, MailLimits limits) {
        this.accounts = accounts;
        this.limits = limits;
    }

    @Override
    public boolean owns(Command command) {
        return command instanceof MailCommand;
    }

    @Override
    public boolean owns(Change change) {
        return change instanceof MailChange;
    }

    @Override
    public Decision decide(Moment at, Command command) {
        if (command instanceof Send send) {
            return send(at, send);
        }
        if (command instanceof MarkRead read) {
            return markRead(read);
        }
        if (command instanceof Delete delete) {
            return delete(delete);
        }
        if (command instanceof DeleteAccount delete) {
            return deleteAccount(at, delete);
        }
        throw new AssertionError("unknown command " + command.getClass());
    }

    private Decision send(Moment at, Send send) {
        if (accounts.nameOf(send.from()).isEmpty()) {
            return senderGone();
        }
        Optional<AccountView> to = accounts.find(send.to());
        if (to.isEmpty()) {
            return unknown(send.to());
        }
        int bytes = send.content().bytes();
        if (bytes > limits.contentBytes()) {
            return tooMuch(
                    Rejection.TOO_LARGE,
                    "this mail's content has " + bytes + " bytes in UTF-8, the limit is " + limits.contentBytes(),
                    limits.contentBytes());
        }
        if (register.size() >= limits.mails()) {
            return tooMuch(
                    Rejection.MAILBOX_FULL,
                    "there are " + limits.mails() + " mails already, the limit",
                    limits.mails());
        }
        Box receiver = register.box(to.get().id());
        if (receiver != null && receiver.received >= limits.each()) {
            return full(to.get().name(), "received");
        }
        Box sender = register.box(send.from());
        if (sender != null && sender.sent >= limits.each()) {
            return full(accounts.nameOf(send.from()).orElseThrow(), "sent");
        }
        long id = register.lastId() + 1;
        return new Decision(
                new Sent(id, at.time()),
                List.of(new MailChange.Sent(id, send.from(), to.get().id(), at.time(), send.content())));
    }

    private Decision full(AccountName whose, String did) {
        return tooMuch(
                Rejection.MAILBOX_FULL,
                "of the mails that account \"" + whose + "\" " + did + " are " + limits.each()
                        + " kept, the limit; some must be deleted first",
                limits.each());
    }

    private Decision markRead(MarkRead read) {
        return each(
                read.owner(),
                read.ids(),
                mail -> mail.to() == read.owner(),
                mail -> !register.isRead(mail.id()),
                moved -> new MailChange.Read(read.owner(), moved));
    }

    private Decision delete(Delete delete) {
        return each(
                delete.owner(),
                delete.ids(),
                mail -> mail.to() == delete.owner() || mail.from() == delete.owner(),
                mail -> true,
                moved -> new MailChange.Deleted(delete.owner(), moved));
    }

    /**
     * @param may whether the owner may touch a mail
     * @param need whether something is to be done with it yet
     */
    private Decision each(
            long owner,
            List<Long> ids,
            Predicate<MailRef> may,
            Predicate<MailRef> need,
            Function<List<MailRef>, Change> move) {
        if (accounts.nameOf(owner).isEmpty()) {
            return senderGone();
        }
        if (ids.size() > limits.ids()) {
            return tooMuch(
                    Rejection.MALFORMED,
                    "one command names at most " + limits.ids() + " mails, this one " + ids.size(),
                    limits.ids());
        }
        int done = 0;
        List<Long> refused = new ArrayList<>();
        List<MailRef> moved = new ArrayList<>();
        for (Long id : new LinkedHashSet<>(ids)) {
            Optional<MailRef> mail = register.find(id);
            if (mail.isEmpty() || !may.test(mail.get())) {
                refused.add(id);
                continue;
            }
            done++;
            if (need.test(mail.get())) {
                moved.add(mail.get());
            }
        }
        return new Decision(new Done(done, refused), moved.isEmpty() ? List.of() : List.of(move.apply(moved)));
    }

    private Decision deleteAccount(Moment at, DeleteAccount delete) {
        Optional<AccountView> account = accounts.find(delete.name());
        Decision decision = accounts.decide(at, new AccountCommand.Delete(delete.name(), delete.checked()));
        if (decision.outcome() instanceof Rejected || account.isEmpty()) {
            return decision;
        }
        int mails = register.count(account.get().id());
        List<Change> changes = new ArrayList<>();
        changes.add(
                new MailChange.AccountMailGone(account.get().id(), account.get().name(), mails));
        changes.addAll(decision.changes());
        return new Decision(new AccountGone(mails), changes);
    }

    private static Decision unknown(AccountName name) {
        return Decision.rejected(Rejection.UNKNOWN_ACCOUNT, "there is no account \"" + name + '"');
    }

    private static Decision senderGone() {
        return Decision.rejected(Rejection.UNKNOWN_ACCOUNT, "the account that asks for this was deleted");
    }

    private static Decision tooMuch(Rejection reason, String detail, int limit) {
        return new Decision(new Rejected(reason, detail, limit), List.of());
    }

    @Override
    public void evolve(Change change) {
        if (change instanceof MailChange.Sent sent) {
            register.add(sent.id(), sent.from(), sent.to(), false);
        } else if (change instanceof MailChange.Read read) {
            read.mails().forEach(mail -> register.read(mail.id()));
        } else if (change instanceof MailChange.Deleted deleted) {
            deleted.mails().forEach(mail -> register.remove(mail.id()));
        } else if (change instanceof MailChange.AccountMailGone gone) {
            register.removeAll(gone.account());
        } else if (change instanceof MailChange.Kept kept) {
            for (int i = 0; i < kept.ids().length; i++) {
                register.add(
                        kept.ids()[i], kept.from()[i], kept.to()[i], kept.read().get(i));
            }
        } else if (change instanceof MailChange.LastMail last) {
            register.lastId(last.id());
        } else {
            throw new AssertionError("unknown change " + change.getClass());
        }
    }

    /** No mail outlives an account, however that goes. */
    @Override
    public void observe(Change change) {
        if (change instanceof AccountChange.AccountGone gone) {
            register.removeAll(gone.account());
        }
    }

    @Override
    public long nextDue() {
        return Long.MAX_VALUE;
    }

    @Override
    public List<Due> due(long time, int limit) {
        return List.of();
    }

    @Override
    public void snapshot(Consumer<Change> into) {
        register.snapshot(into);
    }

    // What others ask.

    /** A mail that is there, and whose it is. */
    public Optional<MailRef> find(long id) {
        return register.find(id);
    }

    /** Of a mail that is there. */
    public boolean isRead(long id) {
        return register.isRead(id);
    }

    /** The highest id that was ever given; 0: none. */
    public long lastId() {
        return register.lastId();
    }

    /** Mails that this account has not read; at once, whatever there is. */
    public int unreadCount(long account) {
        Box box = register.box(account);
        return box == null ? 0 : box.unread;
    }

    /**
     * The same, and from whom; looks at each sender of something unread once.
     *
     * @param most so many senders at most; 0: none
     */
    public Unread unread(long account, int most) {
        Box box = register.box(account);
        if (box == null || box.unread == 0) {
            return Unread.NONE;
        }
        if (most <= 0) {
            return new Unread(box.unread, List.of(), true);
        }
        // The last of the first few is on top.
        PriorityQueue<Unread.Sender> first =
                new PriorityQueue<>(Comparator.comparing(Unread.Sender::name).reversed());
        box.senders.each((handle, mails) -> {
            AccountName name = accounts.nameOf(register.account(handle)).orElseThrow();
            if (first.size() < most || name.compareTo(first.peek().name()) < 0) {
                first.add(new Unread.Sender(name, mails));
                if (first.size() > most) {
                    first.poll();
                }
            }
        });
        List<Unread.Sender> sorted = new ArrayList<>(first);
        sorted.sort(Comparator.comparing(Unread.Sender::name));
        return new Unread(box.unread, sorted, box.senders.size() > sorted.size());
    }

    public MailTotals totals() {
        return new MailTotals(register.size(), register.unread(), register.boxes());
    }

    /** Bytes of the arrays that mails stand in. */
    long memory() {
        return register.memory();
    }

    // Bytes.

    @Override
    public CommandProto toProto(Command command) {
        return CommandCodec.toProto((MailCommand) command);
    }

    @Override
    public Optional<Command> fromProto(CommandProto proto) {
        return CommandCodec.fromProto(proto);
    }

    /** All fit but those with refusals. */
    @Override
    public Optional<Brief> brief(Moment at, Outcome outcome) {
        if (outcome instanceof Sent sent) {
            return Optional.of(new Brief(BRIEF_SENT, sent.id()));
        }
        if (outcome instanceof Done done && done.refused().isEmpty()) {
            return Optional.of(new Brief(BRIEF_DONE, done.done()));
        }
        if (outcome instanceof AccountGone gone) {
            return Optional.of(new Brief(BRIEF_ACCOUNT_GONE, gone.mails()));
        }
        return Optional.empty();
    }

    @Override
    public Outcome fromBrief(Moment at, Brief brief) {
        return switch (brief.kind()) {
            case BRIEF_SENT -> new Sent(brief.number(), at.time());
            case BRIEF_DONE -> new Done((int) brief.number(), List.of());
            case BRIEF_ACCOUNT_GONE -> new AccountGone((int) brief.number());
            default -> throw new IllegalArgumentException("a brief outcome of an unknown kind: " + brief);
        };
    }

    @Override
    public byte[] encode(Outcome outcome) {
        return OutcomeCodec.encode(outcome);
    }

    @Override
    public Outcome decode(byte[] outcome) {
        return OutcomeCodec.decode(outcome);
    }

    /** Whether a row that keeps an outcome keeps one of this machine. */
    public static boolean isOutcome(byte[] row) {
        return OutcomeCodec.isOwn(row);
    }
}
