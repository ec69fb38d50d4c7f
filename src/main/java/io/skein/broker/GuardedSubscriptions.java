package io.skein.broker;

import io.skein.account.Action;
import io.skein.subscription.Leases;
import io.skein.subscription.SubscriptionCommand.Acks;
import io.skein.subscription.SubscriptionCommand.Nacks;
import io.skein.subscription.SubscriptionConfig;
import io.skein.subscription.SubscriptionName;
import io.vertx.core.Future;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Durable subscriptions as far as they are open to one guest, which is by their filters: who may read all that one may
 * hand out may pull from it, who may manage all that may make, move and delete it. Dead letters go where whoever says so
 * may publish.
 */
final class GuardedSubscriptions implements Subscriptions {
    private final LocalGuest guest;
    private final Subscriptions hall;

    GuardedSubscriptions(LocalGuest guest, Broker hall) {
        this.guest = guest;
        this.hall = hall.subscriptions();
    }

    /** An admin is not asked what for. */
    private boolean isOpen() {
        return guest.mayAdminister() && guest.whyNoAdmin() == null;
    }

    private <T> Future<T> where(Action action, SubscriptionName name, Supplier<Future<T>> then) {
        return isOpen()
                ? then.get()
                : filter(name).compose(filter -> {
                    Refusal no = guest.whyNot(action, filter);
                    return no == null ? then.get() : Future.failedFuture(no);
                });
    }

    /** That of a subscription that exists, as this node knows it; fails when there is none. */
    private Future<String> filter(SubscriptionName name) {
        Refusal nobody = guest.whyNobody();
        if (nobody != null) {
            return Future.failedFuture(nobody);
        }
        return hall.config(name, Freshness.NONE)
                .recover(notHere -> hall.config(name, Freshness.LINEARIZABLE))
                .map(config -> config.filter().value());
    }

    @Override
    public Future<ChangeAck> configure(
            SubscriptionName name, SubscriptionConfig config, From from, Optional<String> idempotencyKey) {
        Supplier<Future<ChangeAck>> then = () -> hall.configure(name, config, from, guest.own(idempotencyKey));
        if (isOpen()) {
            return then.get();
        }
        Refusal no = guest.whyNot(Action.MANAGE, config.filter().value());
        if (no == null && config.deadLetter().isPresent()) {
            no = guest.whyNot(Action.PUBLISH, config.deadLetter().get().value());
        }
        if (no != null) {
            return Future.failedFuture(no);
        }
        return hall.config(name, Freshness.LINEARIZABLE).transform(before -> {
            // Whoever takes over a subscription takes what it has handed out and what it remembers.
            Refusal notThat = before.succeeded()
                    ? guest.whyNot(Action.MANAGE, before.result().filter().value())
                    : null;
            return notThat == null ? then.get() : Future.failedFuture(notThat);
        });
    }

    @Override
    public Future<ChangeAck> delete(SubscriptionName name, Optional<String> idempotencyKey) {
        return where(Action.MANAGE, name, () -> hall.delete(name, guest.own(idempotencyKey)));
    }

    @Override
    public Future<SubscriptionInfo> subscription(SubscriptionName name, Freshness freshness) {
        return where(Action.SUBSCRIBE, name, () -> hall.subscription(name, freshness));
    }

    @Override
    public Future<SubscriptionConfig> config(SubscriptionName name, Freshness freshness) {
        return where(Action.SUBSCRIBE, name, () -> hall.config(name, freshness));
    }

    @Override
    public Future<SubscriptionsPage> list(Optional<String> after, int limit, Freshness freshness) {
        Refusal nobody = guest.whyNobody();
        if (nobody != null) {
            return Future.failedFuture(nobody);
        }
        Future<SubscriptionsPage> page = hall.list(after, limit, freshness);
        return isOpen()
                ? page
                : page.map(all -> new SubscriptionsPage(
                        all.subscriptions().stream()
                                .filter(info -> GuardedBroker.mayKnow(
                                        guest, info.view().config().filter().value()))
                                .toList(),
                        all.next(),
                        all.total()));
    }

    @Override
    public Pulling pull(Pull pull) {
        if (guest.permit() == null && guest.whyNobody() == null) {
            return hall.pull(pull);
        }
        return new GuardedPull(
                guest,
                hall,
                pull,
                isOpen()
                        ? Future.succeededFuture(Optional.empty())
                        : filter(pull.name()).map(Optional::of));
    }

    @Override
    public void withoutCredit(SubscriptionName name, int more) {
        hall.withoutCredit(name, more);
    }

    @Override
    public Future<Settlement> ack(SubscriptionName name, List<Leases> leases, Optional<String> idempotencyKey) {
        return where(Action.SUBSCRIBE, name, () -> hall.ack(name, leases, guest.own(idempotencyKey)));
    }

    @Override
    public Future<Settlement> nack(
            SubscriptionName name, List<Leases> leases, long delayMs, String reason, Optional<String> idempotencyKey) {
        return where(Action.SUBSCRIBE, name, () -> hall.nack(name, leases, delayMs, reason, guest.own(idempotencyKey)));
    }

    @Override
    public Future<Settlement> extend(
            SubscriptionName name, List<Leases> leases, long leaseMs, Optional<String> idempotencyKey) {
        return where(Action.SUBSCRIBE, name, () -> hall.extend(name, leases, leaseMs, guest.own(idempotencyKey)));
    }

    @Override
    public Future<ChangeAck> seek(SubscriptionName name, From to, Optional<String> idempotencyKey) {
        return where(Action.MANAGE, name, () -> hall.seek(name, to, guest.own(idempotencyKey)));
    }

    @Override
    public Future<LettersAck> redrive(
            SubscriptionName name, Optional<DeadLetterFilter> filter, int rate, Optional<String> idempotencyKey) {
        return where(Action.MANAGE, name, () -> hall.redrive(name, filter, rate, guest.own(idempotencyKey)));
    }

    @Override
    public Future<LettersAck> discard(
            SubscriptionName name, Optional<DeadLetterFilter> filter, Optional<String> idempotencyKey) {
        return where(Action.MANAGE, name, () -> hall.discard(name, filter, guest.own(idempotencyKey)));
    }

    @Override
    public Future<Why> why(SubscriptionName name, Freshness freshness) {
        return where(Action.SUBSCRIBE, name, () -> hall.why(name, freshness));
    }

    @Override
    public Future<SubscriptionHistory> history(SubscriptionName name) {
        return where(Action.SUBSCRIBE, name, () -> hall.history(name));
    }

    @Override
    public Future<Trace> trace(String cursor, Freshness freshness, boolean withDeliveries) {
        Refusal nobody = guest.whyNobody();
        if (nobody != null) {
            return Future.failedFuture(nobody);
        }
        // What it costs is looked at first: only whoever may see the message makes this node read its log.
        return isOpen()
                ? hall.trace(cursor, freshness, withDeliveries)
                : hall.trace(cursor, freshness, false).compose(trace -> {
                    Refusal no = guest.whyNot(Action.SUBSCRIBE, trace.topic());
                    if (no != null) {
                        return Future.failedFuture(no);
                    }
                    return withDeliveries ? hall.trace(cursor, freshness, true) : Future.succeededFuture(trace);
                });
    }

    @Override
    public Future<TransactionAck> transact(Transaction transaction) {
        Refusal no = guest.whyNobody();
        no = no == null ? GuardedBroker.whyNotPublish(guest, transaction.messages()) : no;
        if (no != null) {
            return Future.failedFuture(no);
        }
        Transaction own = new Transaction(
                transaction.messages(),
                transaction.acks(),
                transaction.nacks(),
                transaction.door(),
                guest.own(transaction.scope()),
                transaction.idempotencyKey());
        Supplier<Future<TransactionAck>> then = () -> guest.throttle()
                .charged(guest.account(), transaction.messages(), () -> hall.transact(own), TransactionAck::results);
        if (isOpen()) {
            return then.get();
        }
        Set<SubscriptionName> names = new LinkedHashSet<>();
        transaction.acks().stream().map(Acks::name).forEach(names::add);
        transaction.nacks().stream().map(Nacks::name).forEach(names::add);
        Future<Void> each = Future.succeededFuture();
        for (SubscriptionName name : names) {
            each = each.compose(v -> where(Action.SUBSCRIBE, name, Future::<Void>succeededFuture));
        }
        return each.compose(v -> then.get());
    }

    @Override
    public Future<SubscriptionFigures> figures() {
        Refusal nobody = guest.whyNobody();
        return nobody == null ? hall.figures() : Future.failedFuture(nobody);
    }

    @Override
    public int waiting() {
        return hall.waiting();
    }
}
