package io.skein.broker;

import io.skein.subscription.Leases;
import io.skein.subscription.SubscriptionConfig;
import io.skein.subscription.SubscriptionName;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/** Durable subscriptions of a broker that has none, and makes none; for tests to override. */
public class NoSubscriptions implements Subscriptions {
    private static <T> Future<T> none(Object name) {
        return Future.failedFuture(
                Refusal.of(Refusal.Kind.NOT_FOUND, "unknown-subscription", "there is no subscription \"" + name + '"'));
    }

    @Override
    public Future<ChangeAck> configure(
            SubscriptionName name, SubscriptionConfig config, From from, Optional<String> idempotencyKey) {
        return none(name);
    }

    @Override
    public Future<ChangeAck> delete(SubscriptionName name, Optional<String> idempotencyKey) {
        return none(name);
    }

    @Override
    public Future<SubscriptionInfo> subscription(SubscriptionName name, Freshness freshness) {
        return none(name);
    }

    @Override
    public Future<SubscriptionConfig> config(SubscriptionName name, Freshness freshness) {
        return none(name);
    }

    @Override
    public void withoutCredit(SubscriptionName name, int more) {}

    @Override
    public Future<SubscriptionsPage> list(Optional<String> after, int limit, Freshness freshness) {
        return Future.succeededFuture(new SubscriptionsPage(List.of(), Optional.empty(), 0));
    }

    @Override
    public Pulling pull(Pull pull) {
        return new Pulling() {
            @Override
            public Future<Loan> loan() {
                return none(pull.name());
            }

            @Override
            public void cancel() {}
        };
    }

    @Override
    public Future<Settlement> ack(SubscriptionName name, List<Leases> leases, Optional<String> idempotencyKey) {
        return none(name);
    }

    @Override
    public Future<Settlement> nack(
            SubscriptionName name, List<Leases> leases, long delayMs, String reason, Optional<String> idempotencyKey) {
        return none(name);
    }

    @Override
    public Future<Settlement> extend(
            SubscriptionName name, List<Leases> leases, long leaseMs, Optional<String> idempotencyKey) {
        return none(name);
    }

    @Override
    public Future<ChangeAck> seek(SubscriptionName name, From to, Optional<String> idempotencyKey) {
        return none(name);
    }

    @Override
    public Future<LettersAck> redrive(
            SubscriptionName name, Optional<DeadLetterFilter> filter, int rate, Optional<String> idempotencyKey) {
        return none(name);
    }

    @Override
    public Future<LettersAck> discard(
            SubscriptionName name, Optional<DeadLetterFilter> filter, Optional<String> idempotencyKey) {
        return none(name);
    }

    @Override
    public Future<Why> why(SubscriptionName name, Freshness freshness) {
        return none(name);
    }

    @Override
    public Future<SubscriptionHistory> history(SubscriptionName name) {
        return none(name);
    }

    @Override
    public Future<Trace> trace(String cursor, Freshness freshness, boolean withDeliveries) {
        return none(cursor);
    }

    @Override
    public Future<TransactionAck> transact(Transaction transaction) {
        return none(transaction.acks());
    }

    @Override
    public Future<SubscriptionFigures> figures() {
        return Future.succeededFuture(SubscriptionFigures.NONE);
    }

    @Override
    public int waiting() {
        return 0;
    }
}
