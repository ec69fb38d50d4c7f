package io.skein.broker;

import io.skein.cluster.Committed;
import io.skein.cluster.Proposer;
import io.skein.cluster.ReplicaStatus;
import io.skein.machine.Command;
import io.skein.machine.IdempotencyKey;
import io.skein.machine.Lineage;
import io.skein.machine.Rejection;
import io.skein.store.Holds.Hold;
import io.skein.subscription.Leases;
import io.skein.subscription.OffsetRange;
import io.skein.subscription.SubscriptionCommand;
import io.skein.subscription.SubscriptionCommand.Ack;
import io.skein.subscription.SubscriptionCommand.Configure;
import io.skein.subscription.SubscriptionCommand.Delete;
import io.skein.subscription.SubscriptionCommand.Extend;
import io.skein.subscription.SubscriptionCommand.Nack;
import io.skein.subscription.SubscriptionCommand.Seek;
import io.skein.subscription.SubscriptionCommand.Transact;
import io.skein.subscription.SubscriptionConfig;
import io.skein.subscription.SubscriptionName;
import io.skein.subscription.SubscriptionOutcome.Aborted;
import io.skein.subscription.SubscriptionOutcome.Done;
import io.skein.subscription.SubscriptionOutcome.Pulled;
import io.skein.subscription.SubscriptionOutcome.Refused;
import io.skein.subscription.SubscriptionOutcome.Settled;
import io.skein.subscription.SubscriptionOutcome.Transacted;
import io.skein.topic.TopicOutcome;
import io.skein.wire.Limits;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntFunction;

/** Durable subscriptions of one node: what is asked becomes commands, what they came to becomes messages. */
final class LocalSubscriptions implements Subscriptions {
    /** How long this node may take to apply what is committed, before it says that it cannot read a pull's answer. */
    private static final long BEHIND_MS = 10_000;

    private static final String SCOPE = "subscriptions";

    private final BrokerConfig config;
    private final Proposer proposer;
    private final Way way;
    private final PullLines lines;
    private final AppliedIndex applied;
    private final Inquiries inquiries;
    private final Traces traces;
    private final LagSampler sampler;
    private final LentTraces lentTraces = new LentTraces();
    /** Written on the replica's context before anybody else looks. */
    private volatile Ground ground;

    LocalSubscriptions(
            Vertx vertx, BrokerConfig config, Proposer proposer, AppliedIndex applied, Way way, WallClock clock) {
        this.config = config;
        this.proposer = proposer;
        this.way = way;
        this.applied = applied;
        this.lines = new PullLines(
                vertx,
                () -> ground.subscriptions(),
                this::lend,
                () -> way.fresh(Freshness.LINEARIZABLE),
                config.maxStreams());
        this.inquiries = new Inquiries(proposer, way, () -> ground, lines);
        this.traces = new Traces(proposer, way, () -> ground);
        this.sampler = new LagSampler(vertx, proposer::ask, () -> ground, clock);
    }

    void attach(Ground opened) {
        ground = opened;
        sampler.start();
    }

    /** On the replica's context. */
    void applied() {
        lines.applied();
    }

    /** On the replica's context: another state takes the place of all there was. */
    void left() {
        endAll("catching-up");
    }

    void endAll(String why) {
        lines.endAll(() -> Refusal.unavailable(why, "the node ended the wait: " + why));
    }

    /** From any context. */
    void drain() {
        sampler.stop();
        proposer.ask(() -> {
                    endAll("draining");
                    return null;
                })
                .onFailure(nobodyWaits -> {});
    }

    @Override
    public int waiting() {
        return lines.waiting();
    }

    // Operators.

    @Override
    public Future<ChangeAck> configure(
            SubscriptionName name, SubscriptionConfig asked, From from, Optional<String> idempotencyKey) {
        Optional<IdempotencyKey> key = key(idempotencyKey, "put", name, asked + " " + from);
        return way.fresh(Freshness.LINEARIZABLE)
                .compose(v -> new Positions(ground, proposer).of(asked.filter(), from))
                .compose(start -> way.propose(new Configure(name, asked, start), key))
                .map(LocalSubscriptions::changed)
                .recover(LocalSubscriptions::refused);
    }

    @Override
    public Future<ChangeAck> delete(SubscriptionName name, Optional<String> idempotencyKey) {
        return way.propose(new Delete(name), key(idempotencyKey, "delete", name, ""))
                .map(LocalSubscriptions::changed);
    }

    private static ChangeAck changed(Committed committed) {
        return new ChangeAck(((Done) committed.outcome()).created(), committed.index(), committed.replayed());
    }

    @Override
    public Future<ChangeAck> seek(SubscriptionName name, From to, Optional<String> idempotencyKey) {
        Optional<IdempotencyKey> key = key(idempotencyKey, "seek", name, to.toString());
        return inquiries
                .config(name, Freshness.LINEARIZABLE)
                .compose(config -> new Positions(ground, proposer).of(config.filter(), to))
                .compose(start -> way.propose(new Seek(name, start), key))
                .map(LocalSubscriptions::changed)
                .recover(LocalSubscriptions::refused);
    }

    @Override
    public Future<LettersAck> redrive(
            SubscriptionName name, Optional<DeadLetterFilter> filter, int rate, Optional<String> idempotencyKey) {
        return exhume(
                name,
                filter,
                chosen -> new SubscriptionCommand.Redrive(name, chosen, rate),
                part -> key(idempotencyKey.map(k -> k + '#' + part), "redrive", name, rate + " " + filter));
    }

    @Override
    public Future<LettersAck> discard(
            SubscriptionName name, Optional<DeadLetterFilter> filter, Optional<String> idempotencyKey) {
        return exhume(
                name,
                filter,
                chosen -> new SubscriptionCommand.Discard(name, chosen),
                part -> key(idempotencyKey.map(k -> k + '#' + part), "discard", name, filter.toString()));
    }

    private Future<LettersAck> exhume(
            SubscriptionName name,
            Optional<DeadLetterFilter> filter,
            Function<Optional<List<OffsetRange>>, Command> command,
            IntFunction<Optional<IdempotencyKey>> keys) {
        return inquiries
                .config(name, Freshness.LINEARIZABLE)
                .compose(config ->
                        new Exhumation(ground, proposer, way, name, filter, command, keys, Exhumation.STRETCHES).run())
                .recover(LocalSubscriptions::refused);
    }

    // Consumers.

    @Override
    public Pulling pull(Pull pull) {
        PullLines.Waiter waiter = lines.waiter(pull, this::onReplica);
        Optional<Refusal> problem = problem(pull);
        if (problem.isPresent()) {
            waiter.refuse(problem.get());
        } else {
            way.ready()
                    .compose(v -> onReplica(() -> lines.enter(waiter)))
                    .onFailure(failure -> waiter.refuse(Refusal.from(failure)));
        }
        return waiter;
    }

    @Override
    public void withoutCredit(SubscriptionName name, int more) {
        inquiries.withoutCredit(name, more);
    }

    private Future<Void> onReplica(Runnable action) {
        return proposer.ask(() -> {
            action.run();
            return null;
        });
    }

    private static Optional<Refusal> problem(Pull pull) {
        if (pull.max() < 1 || pull.max() > Limits.MAX_PULL_MESSAGES) {
            return Optional.of(Refusal.malformed(
                    "a pull asks for 1 to " + Limits.MAX_PULL_MESSAGES + " messages, not " + pull.max()));
        }
        return Optional.empty();
    }

    /** On the replica's context. */
    private Future<Loan> lend(Pull pull, long underWay) {
        Ground here = ground;
        Hold hold = here.store().holds().open();
        return KeyReader.read(here, here.subscriptions().keysWanted(pull.name(), underWay))
                .recover(failure -> Future.failedFuture(
                        here.store().isClosed()
                                ? Refusal.unavailable("catching-up", "another state takes the place of all there was")
                                : failure))
                .compose(keys -> way.propose(
                        new SubscriptionCommand.Pull(pull.name(), pull.max(), pull.consumer(), pull.leaseMs(), keys),
                        Optional.empty()))
                .compose(committed ->
                        applied(committed).map(v -> open(here, pull.name(), (Pulled) committed.outcome(), hold)))
                .recover(failure -> {
                    hold.close();
                    return refused(failure);
                });
    }

    private Loan open(Ground here, SubscriptionName name, Pulled pulled, Hold hold) {
        if (pulled.lent().isEmpty()) {
            hold.close();
            return OpenLoan.EMPTY;
        }
        return new OpenLoan(here, proposer, name, lentTraces, pulled, hold).lookAhead();
    }

    /** A node that does not lead may hear what was decided before it gets so far itself. */
    private Future<Void> applied(Committed committed) {
        return applied.reached(committed.index(), BEHIND_MS)
                .recover(behind -> Future.failedFuture(Refusal.of(
                        Refusal.Kind.INDETERMINATE,
                        "indeterminate",
                        "it was done at entry " + committed.index() + "; " + behind.getMessage())));
    }

    @Override
    public Future<Settlement> ack(SubscriptionName name, List<Leases> leases, Optional<String> idempotencyKey) {
        return told(
                "ack",
                name,
                leases,
                settle(name, leases, few -> new Ack(name, few), key(idempotencyKey, "ack", name, leases.toString())));
    }

    @Override
    public Future<Settlement> nack(
            SubscriptionName name, List<Leases> leases, long delayMs, String reason, Optional<String> idempotencyKey) {
        return told(
                "nack",
                name,
                leases,
                settle(
                        name,
                        leases,
                        few -> new Nack(name, few, delayMs, reason),
                        key(idempotencyKey, "nack", name, delayMs + " " + reason + leases)));
    }

    @Override
    public Future<Settlement> extend(
            SubscriptionName name, List<Leases> leases, long leaseMs, Optional<String> idempotencyKey) {
        return settle(
                name,
                leases,
                few -> new Extend(name, few, leaseMs),
                key(idempotencyKey, "extend", name, leaseMs + " " + leases));
    }

    private Future<Settlement> told(
            String what, SubscriptionName name, List<Leases> leases, Future<Settlement> settlement) {
        return TraceLog.isOn()
                ? settlement.onSuccess(done -> lentTraces.settled(what, name, leases, done))
                : settlement;
    }

    private Future<Settlement> settle(
            SubscriptionName name,
            List<Leases> leases,
            Function<List<Leases>, Command> command,
            Optional<IdempotencyKey> key) {
        return way.ready().compose(v -> {
            List<Refused> lost = lost(leases);
            if (lost.isEmpty()) {
                return settle(leases, List.of(), command, key);
            }
            List<Leases> ours = leases.stream()
                    .filter(lease -> lease.isOf(ground.lineage()))
                    .toList();
            return ours.isEmpty()
                    ? inquiries
                            .config(name, Freshness.LINEARIZABLE)
                            .map(config -> new Settlement(0, lost, status().appliedIndex(), false))
                            .recover(LocalSubscriptions::refused)
                    : settle(ours, lost, command, key);
        });
    }

    private Future<Settlement> settle(
            List<Leases> leases,
            List<Refused> lost,
            Function<List<Leases>, Command> command,
            Optional<IdempotencyKey> key) {
        return way.propose(command.apply(joined(leases)), key).map(committed -> {
            Settled settled = (Settled) committed.outcome();
            List<Refused> refused = new ArrayList<>(settled.refusedOf(leases));
            refused.addAll(lost);
            return new Settlement(settled.done(), refused, committed.index(), committed.replayed());
        });
    }

    /** Those of another log: their places mean something else here. */
    private List<Refused> lost(List<Leases> leases) {
        Lineage lineage = ground.lineage();
        List<Refused> lost = new ArrayList<>();
        for (Leases lease : leases) {
            if (!lease.isOf(lineage)) {
                lost.add(new Refused(lease, Rejection.LEASE_LOST));
            }
        }
        return lost;
    }

    private ReplicaStatus status() {
        return ground.replica().status();
    }

    /** What was lent together and is named in that order is one in the log. */
    private static List<Leases> joined(List<Leases> leases) {
        List<Leases> joined = new ArrayList<>();
        for (Leases next : leases) {
            int last = joined.size() - 1;
            if (last >= 0 && joined.get(last).isFollowedBy(next)) {
                Leases before = joined.get(last);
                joined.set(
                        last,
                        new Leases(
                                before.subscription(),
                                before.topic(),
                                before.first(),
                                before.count() + next.count(),
                                before.lease()));
            } else {
                joined.add(next);
            }
        }
        return joined;
    }

    @Override
    public Future<TransactionAck> transact(Transaction transaction) {
        Optional<Refusal> problem = transaction.problem(config.maxMessageBytes());
        if (problem.isPresent()) {
            return Future.failedFuture(problem.get());
        }
        Transact command = new Transact(
                transaction.messages(),
                config.mayCreateTopics(),
                transaction.acks(),
                transaction.nacks(),
                transaction.door());
        Optional<IdempotencyKey> key = transaction
                .idempotencyKey()
                .map(k -> KeyHash.of(
                        transaction.scope(),
                        k,
                        transaction.messages(),
                        transaction.acks() + " " + transaction.nacks()));
        return way.ready().compose(v -> {
            List<Refused> lost = lost(asked(transaction));
            return lost.isEmpty() ? transact(transaction, command, key) : aborted(transaction, lost);
        });
    }

    /** Nothing is done because of leases of another log. */
    private Future<TransactionAck> aborted(Transaction transaction, List<Refused> lost) {
        Set<SubscriptionName> names = new LinkedHashSet<>();
        transaction.acks().forEach(acks -> names.add(acks.name()));
        transaction.nacks().forEach(nacks -> names.add(nacks.name()));
        Future<Void> known = Future.succeededFuture();
        for (SubscriptionName name : names) {
            known = known.compose(
                    v -> inquiries.config(name, Freshness.LINEARIZABLE).mapEmpty());
        }
        return known.map(v -> new TransactionAck(
                        List.of(), 0, 0, lost, status().term(), status().appliedIndex(), false, ground.lineage()))
                .recover(LocalSubscriptions::refused);
    }

    private Future<TransactionAck> transact(Transaction transaction, Transact command, Optional<IdempotencyKey> key) {
        return way.propose(command, key).map(committed -> {
            if (committed.outcome() instanceof Aborted aborted) {
                return ack(committed, List.of(), 0, 0, aborted.refusedOf(asked(transaction)));
            }
            Transacted done = (Transacted) committed.outcome();
            return ack(committed, done.results(), done.acknowledged(), done.returned(), List.of());
        });
    }

    private static List<Leases> asked(Transaction transaction) {
        List<Leases> all = new ArrayList<>();
        transaction.acks().forEach(acks -> all.addAll(acks.leases()));
        transaction.nacks().forEach(nacks -> all.addAll(nacks.leases()));
        return all;
    }

    private TransactionAck ack(
            Committed committed,
            List<TopicOutcome.Result> results,
            long acknowledged,
            long returned,
            List<Refused> refused) {
        return new TransactionAck(
                results,
                acknowledged,
                returned,
                refused,
                committed.term(),
                committed.index(),
                committed.replayed(),
                ground.lineage());
    }

    // Who asks.

    @Override
    public Future<SubscriptionInfo> subscription(SubscriptionName name, Freshness freshness) {
        return inquiries.info(name, freshness).recover(LocalSubscriptions::refused);
    }

    @Override
    public Future<SubscriptionConfig> config(SubscriptionName name, Freshness freshness) {
        return inquiries.config(name, freshness).recover(LocalSubscriptions::refused);
    }

    @Override
    public Future<SubscriptionsPage> list(Optional<String> after, int limit, Freshness freshness) {
        return inquiries.list(after, limit, freshness).recover(LocalSubscriptions::refused);
    }

    @Override
    public Future<Why> why(SubscriptionName name, Freshness freshness) {
        return inquiries.why(name, freshness).recover(LocalSubscriptions::refused);
    }

    @Override
    public Future<SubscriptionHistory> history(SubscriptionName name) {
        return inquiries
                .config(name, Freshness.NONE)
                .map(there -> sampler.of(name))
                .recover(LocalSubscriptions::refused);
    }

    LagSampler sampler() {
        return sampler;
    }

    @Override
    public Future<Trace> trace(String cursor, Freshness freshness, boolean withDeliveries) {
        return traces.of(cursor, freshness, withDeliveries).recover(LocalSubscriptions::refused);
    }

    @Override
    public Future<SubscriptionFigures> figures() {
        return ground == null
                ? Future.succeededFuture(SubscriptionFigures.NONE)
                : inquiries.figures().recover(LocalSubscriptions::refused);
    }

    /** A key holds for what is done to one subscription; with the same key and another body it is refused. */
    private static Optional<IdempotencyKey> key(Optional<String> key, String verb, SubscriptionName name, String body) {
        return key.map(k -> KeyHash.of(SCOPE + ' ' + verb + ' ' + name, k, body));
    }

    private static <T> Future<T> refused(Throwable cause) {
        return Future.failedFuture(Refusal.from(cause));
    }
}
