package io.skein.broker;

import io.skein.account.AccountCommand;
import io.skein.account.AccountMachine;
import io.skein.account.AccountName;
import io.skein.account.AccountView;
import io.skein.account.BearerHash;
import io.skein.account.PasswordHash;
import io.skein.account.Principal;
import io.skein.account.Role;
import io.skein.machine.Change;
import io.skein.machine.Command;
import io.skein.machine.Decision;
import io.skein.machine.Machine;
import io.skein.machine.Moment;
import io.skein.machine.Outcome;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.skein.mailbox.MailChange;
import io.skein.mailbox.MailCommand;
import io.skein.mailbox.MailContent;
import io.skein.mailbox.MailMachine;
import io.skein.mailbox.MailOutcome;
import io.skein.mailbox.Unread;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Mail in memory: the real machines, and nothing durable. Keys are not remembered. */
public final class FakeMail implements Mail {
    private final Vertx vertx;
    private final AccountMachine accounts = new AccountMachine();
    private final MailMachine mails = new MailMachine(accounts);
    private final TreeMap<Long, MailChange.Sent> sent = new TreeMap<>();
    private final MailWatches watches = new MailWatches(1_000);
    private long index;

    FakeMail(Vertx vertx) {
        this.vertx = vertx;
    }

    /** Makes an account, if there is none, and lets it in. */
    public synchronized Principal account(String name) {
        AccountName account = new AccountName(name);
        if (!accounts.exists(account)) {
            take(new AccountCommand.Create(account, new PasswordHash("$"), Role.MEMBER));
        }
        return new Principal(BearerHash.of(name), number(account), account);
    }

    private long number(AccountName name) {
        return accounts.find(name)
                .map(AccountView::id)
                .orElseThrow(() ->
                        Refusal.of(Rejected.of(Rejection.UNKNOWN_ACCOUNT, "there is no account \"" + name + '"')));
    }

    private synchronized Outcome take(Command command) {
        index++;
        Machine owner = accounts.owns(command) ? accounts : mails;
        Decision decision = owner.decide(new Moment(index, 0, 1_700_000_000_000L + index), command);
        if (decision.outcome() instanceof Rejected rejected) {
            throw Refusal.of(rejected);
        }
        for (Change change : decision.changes()) {
            if (change instanceof MailChange mail) {
                mails.evolve(mail);
                if (mail instanceof MailChange.Sent one) {
                    sent.put(one.id(), one);
                }
                watches.happened(mail, accounts::nameOf);
            } else {
                accounts.evolve(change);
                mails.observe(change);
            }
        }
        return decision.outcome();
    }

    private static <T> Future<T> answer(Supplier<T> answer) {
        try {
            return Future.succeededFuture(answer.get());
        } catch (Refusal no) {
            return Future.failedFuture(no);
        } catch (IllegalArgumentException none) {
            return Future.failedFuture(Refusal.malformed(none.getMessage()));
        }
    }

    @Override
    public Future<MailAck> send(Principal from, AccountName to, String content, Optional<String> idempotencyKey) {
        return answer(() -> {
            var done = (MailOutcome.Sent) take(new MailCommand.Send(from.account(), to, new MailContent(content)));
            return new MailAck(done.id(), done.time(), index, false);
        });
    }

    @Override
    public Future<MailPage> list(Principal owner, Which which, Freshness freshness) {
        return answer(() -> page(owner, which));
    }

    private synchronized MailPage page(Principal owner, Which which) {
        OptionalLong with = which.with().map(this::number).map(OptionalLong::of).orElse(OptionalLong.empty());
        List<MailMessage> page = new ArrayList<>();
        for (MailChange.Sent mail : sent.headMap(which.before().orElse(Long.MAX_VALUE), false)
                .descendingMap()
                .values()) {
            long partner = mail.from() == owner.account() ? mail.to() : mail.from();
            boolean isMeant = mails.find(mail.id()).isPresent()
                    && (mail.to() == owner.account() || mail.from() == owner.account() && !which.unreadOnly())
                    && !(which.unreadOnly() && mails.isRead(mail.id()))
                    && (with.isEmpty() || with.getAsLong() == partner);
            if (isMeant && page.size() == which.limit()) {
                return new MailPage(
                        page, OptionalLong.of(page.get(page.size() - 1).id()));
            }
            if (isMeant) {
                page.add(new MailMessage(
                        mail.id(),
                        accounts.nameOf(mail.from()).orElseThrow(),
                        accounts.nameOf(mail.to()).orElseThrow(),
                        mail.content().value(),
                        mail.time(),
                        mails.isRead(mail.id())));
            }
        }
        return new MailPage(page, OptionalLong.empty());
    }

    @Override
    public synchronized Future<Unread> unread(Principal owner, int senders, Freshness freshness) {
        return answer(() -> mails.unread(owner.account(), senders));
    }

    @Override
    public Future<MailsAck> markRead(Principal owner, List<Long> ids, Optional<String> idempotencyKey) {
        return answer(() -> done(new MailCommand.MarkRead(owner.account(), ids)));
    }

    @Override
    public Future<MailsAck> delete(Principal owner, List<Long> ids, Optional<String> idempotencyKey) {
        return answer(() -> done(new MailCommand.Delete(owner.account(), ids)));
    }

    private MailsAck done(MailCommand command) {
        var done = (MailOutcome.Done) take(command);
        return new MailsAck(done.done(), done.refused(), index, false);
    }

    @Override
    public Future<Integer> deleteAccount(AccountName name, long checked) {
        return answer(() -> ((MailOutcome.AccountGone) take(new MailCommand.DeleteAccount(name, checked))).mails());
    }

    @Override
    public Future<MailWatch> watch(Principal owner, MailWatcher watcher) {
        return answer(() -> watches.open(owner.account(), vertx.getOrCreateContext(), watcher));
    }
}
