package io.skein.broker;

import io.skein.account.AccountMachine;
import io.skein.account.AccountName;
import io.skein.account.AccountView;
import io.skein.account.Principal;
import io.skein.cluster.Committed;
import io.skein.cluster.Proposer;
import io.skein.machine.IdempotencyKey;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.skein.mailbox.MailChange;
import io.skein.mailbox.MailCommand;
import io.skein.mailbox.MailContent;
import io.skein.mailbox.MailLimits;
import io.skein.mailbox.MailOutcome;
import io.skein.mailbox.Unread;
import io.skein.store.MailReader;
import io.skein.store.StoredMail;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** Mail of one node: what is asked becomes commands, pages come from rows, and who watches hears what was applied. */
final class LocalMail implements Mail {
    /** Of contents in one page. */
    private static final long PAGE_BYTES = 1 << 20;

    private static final MailLimits LIMITS = MailLimits.DEFAULT;

    private final Vertx vertx;
    private final Proposer proposer;
    private final Way way;
    private final Supplier<Ground> ground;
    private final MailWatches watches;
    private final Presence presence;

    /**
     * @param closed why this node takes nothing; empty when it does
     * @param watchers at most so many
     */
    LocalMail(
            Vertx vertx,
            Proposer proposer,
            Way way,
            Supplier<Ground> ground,
            Supplier<Optional<Refusal>> closed,
            int watchers) {
        this.vertx = vertx;
        this.proposer = proposer;
        this.way = way;
        this.ground = ground;
        this.watches = new MailWatches(watchers, closed);
        this.presence = new Presence(proposer, ground, watches::isWatched);
    }

    // What the replica says, on its context.

    void attach(Ground opened) {
        presence.attach(opened);
    }

    /** Something was applied. */
    void happened(MailChange change) {
        watches.happened(change, number -> accounts().nameOf(number));
    }

    /** Another state takes the place of all there was. */
    void left() {
        watches.gapForAll();
    }

    void endAll(String why) {
        watches.endAll(why);
    }

    private AccountMachine accounts() {
        return ground.get().accounts();
    }

    // What doors ask.

    @Override
    public Future<MailAck> send(Principal from, AccountName to, String content, Optional<String> idempotencyKey) {
        MailContent checked;
        try {
            checked = new MailContent(content);
        } catch (IllegalArgumentException none) {
            return Future.failedFuture(Refusal.malformed(none.getMessage()));
        }
        // Saves a place in the log; the machine has the last word.
        int bytes = checked.bytes();
        if (bytes > LIMITS.contentBytes()) {
            return Future.failedFuture(Refusal.of(new Rejected(
                    Rejection.TOO_LARGE,
                    "this mail's content has " + bytes + " bytes in UTF-8, the limit is " + LIMITS.contentBytes(),
                    LIMITS.contentBytes())));
        }
        Optional<IdempotencyKey> key = key("send", from, idempotencyKey, () -> to.key() + " " + checked.value());
        return way.propose(new MailCommand.Send(from.account(), to, checked), key)
                .map(committed -> {
                    MailOutcome.Sent sent = (MailOutcome.Sent) committed.outcome();
                    return new MailAck(sent.id(), sent.time(), committed.index(), committed.replayed());
                });
    }

    @Override
    public Future<MailsAck> markRead(Principal owner, List<Long> ids, Optional<String> idempotencyKey) {
        Optional<Refusal> no = tooMany(ids);
        return no.isPresent()
                ? Future.failedFuture(no.get())
                : way.propose(
                                new MailCommand.MarkRead(owner.account(), ids),
                                key("read", owner, idempotencyKey, ids::toString))
                        .map(LocalMail::done);
    }

    @Override
    public Future<MailsAck> delete(Principal owner, List<Long> ids, Optional<String> idempotencyKey) {
        Optional<Refusal> no = tooMany(ids);
        return no.isPresent()
                ? Future.failedFuture(no.get())
                : way.propose(
                                new MailCommand.Delete(owner.account(), ids),
                                key("delete", owner, idempotencyKey, ids::toString))
                        .map(LocalMail::done);
    }

    private static MailsAck done(Committed committed) {
        MailOutcome.Done done = (MailOutcome.Done) committed.outcome();
        return new MailsAck(done.done(), done.refused(), committed.index(), committed.replayed());
    }

    private static Optional<Refusal> tooMany(List<Long> ids) {
        return ids.isEmpty() || ids.size() > LIMITS.ids()
                ? Optional.of(Refusal.malformed("1 to " + LIMITS.ids() + " ids"))
                : Optional.empty();
    }

    /** Of one account, since another one made under its name has others, and of one route (API.md, Idempotency-Key). */
    private static Optional<IdempotencyKey> key(
            String verb, Principal who, Optional<String> key, Supplier<String> command) {
        return key.map(k -> KeyHash.of("mail " + verb + ' ' + who.account(), k, command.get()));
    }

    @Override
    public Future<ChangeAck> deleteAccount(AccountName name, long checked) {
        return way.propose(new MailCommand.DeleteAccount(name, checked), Optional.empty())
                .map(committed -> new ChangeAck(false, committed.index(), committed.replayed()));
    }

    @Override
    public Future<MailPage> list(Principal owner, Which which, Freshness freshness) {
        if (which.limit() < 1 || which.limit() > BrokerConfig.MAX_LIMIT) {
            return Future.failedFuture(Refusal.malformed("limit is 1 to " + BrokerConfig.MAX_LIMIT));
        }
        return way.fresh(freshness)
                .compose(v -> proposer.ask(() -> {
                    there(owner);
                    return which.with().map(this::number).map(OptionalLong::of).orElse(OptionalLong.empty());
                }))
                .compose(with -> way.settled().map(with))
                .compose(with -> ground.get()
                        .store()
                        .reader()
                        .mail()
                        .page(
                                owner.account(),
                                with,
                                which.unreadOnly(),
                                which.before().orElse(Long.MAX_VALUE),
                                which.limit(),
                                PAGE_BYTES))
                .map(LocalMail::page)
                .recover(LocalMail::refused);
    }

    private static MailPage page(MailReader.Page page) {
        return new MailPage(page.mails().stream().map(LocalMail::message).toList(), page.next());
    }

    private static MailMessage message(StoredMail mail) {
        return new MailMessage(
                mail.id(),
                new AccountName(mail.fromName()),
                new AccountName(mail.toName()),
                mail.content(),
                mail.time(),
                mail.read());
    }

    /** On the replica's context. */
    private void there(Principal owner) {
        if (accounts().nameOf(owner.account()).isEmpty()) {
            throw unknown(owner.name());
        }
    }

    private long number(AccountName name) {
        return accounts().find(name).map(AccountView::id).orElseThrow(() -> unknown(name));
    }

    private static Refusal unknown(AccountName name) {
        return Refusal.of(Rejected.of(Rejection.UNKNOWN_ACCOUNT, "there is no account \"" + name + '"'));
    }

    @Override
    public Future<Unread> unread(Principal owner, int senders, Freshness freshness) {
        return way.fresh(freshness)
                .compose(v -> proposer.ask(() -> {
                    there(owner);
                    return ground.get().mails().unread(owner.account(), Math.min(senders, BrokerConfig.MAX_LIMIT));
                }))
                .recover(LocalMail::refused);
    }

    @Override
    public Future<List<AccountName>> present(List<AccountName> names) {
        return presence.of(names);
    }

    @Override
    public Future<MailWatch> watch(Principal owner, MailWatcher watcher) {
        Context home = vertx.getOrCreateContext();
        return way.ready()
                .compose(v -> proposer.<MailWatch>ask(() -> {
                    there(owner);
                    return watches.open(owner.account(), home, watcher);
                }))
                .recover(LocalMail::refused);
    }

    private static <T> Future<T> refused(Throwable cause) {
        return Future.failedFuture(Refusal.from(cause));
    }
}
