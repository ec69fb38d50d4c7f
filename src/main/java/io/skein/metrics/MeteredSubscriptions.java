package io.skein.metrics;

import io.skein.broker.ChangeAck;
import io.skein.broker.DeadLetterFilter;
import io.skein.broker.Freshness;
import io.skein.broker.From;
import io.skein.broker.Leased;
import io.skein.broker.LettersAck;
import io.skein.broker.Loan;
import io.skein.broker.Pull;
import io.skein.broker.Pulling;
import io.skein.broker.Settlement;
import io.skein.broker.SubscriptionFigures;
import io.skein.broker.SubscriptionHistory;
import io.skein.broker.SubscriptionInfo;
import io.skein.broker.Subscriptions;
import io.skein.broker.SubscriptionsPage;
import io.skein.broker.Trace;
import io.skein.broker.Transaction;
import io.skein.broker.TransactionAck;
import io.skein.broker.Why;
import io.skein.subscription.Leases;
import io.skein.subscription.SubscriptionConfig;
import io.skein.subscription.SubscriptionName;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/** Durable subscriptions with counters at their door. Changes nothing that passes. */
final class MeteredSubscriptions implements Subscriptions {
    private final Subscriptions subscriptions;
    private final SubscriptionMeters meters;
    private final MessageMeters messages;

    MeteredSubscriptions(Subscriptions subscriptions, SubscriptionMeters meters, MessageMeters messages) {
        this.subscriptions = subscriptions;
        this.meters = meters;
        this.messages = messages;
    }

    @Override
    public Pulling pull(Pull pull) {
        Pulling pulling = subscriptions.pull(pull);
        Future<Loan> loan = pulling.loan()
                .map(lent -> lent.count() == 0
                        ? lent
                        : new MeteredLoan(lent, messages.delivered(pull.door(), MessageMeters.PULL)));
        return new Pulling() {
            @Override
            public Future<Loan> loan() {
                return loan;
            }

            @Override
            public void cancel() {
                pulling.cancel();
            }
        };
    }

    private final class MeteredLoan implements Loan {
        private final Loan loan;
        private final MessageMeters.Flow delivered;

        MeteredLoan(Loan loan, MessageMeters.Flow delivered) {
            this.loan = loan;
            this.delivered = delivered;
        }

        @Override
        public long count() {
            return loan.count();
        }

        @Override
        public long until() {
            return loan.until();
        }

        @Override
        public Future<List<Leased>> next(long maxBytes) {
            Future<List<Leased>> next = loan.next(maxBytes);
            if (next.succeeded()) {
                count(next.result());
                return next;
            }
            return next.map(lent -> {
                count(lent);
                return lent;
            });
        }

        private void count(List<Leased> lent) {
            long again = 0;
            long bytes = 0;
            for (Leased one : lent) {
                again += one.delivery() > 1 ? 1 : 0;
                bytes += one.message().json().length;
            }
            delivered.add(lent.size(), bytes);
            if (again > 0) {
                meters.redelivered(again);
            }
        }

        @Override
        public void close() {
            loan.close();
        }
    }

    @Override
    public Future<Settlement> ack(SubscriptionName name, List<Leases> leases, Optional<String> idempotencyKey) {
        return subscriptions.ack(name, leases, idempotencyKey).map(settlement -> {
            if (!settlement.replayed()) {
                meters.acked(settlement.done());
            }
            return settlement;
        });
    }

    @Override
    public Future<Settlement> nack(
            SubscriptionName name, List<Leases> leases, long delayMs, String reason, Optional<String> idempotencyKey) {
        return subscriptions.nack(name, leases, delayMs, reason, idempotencyKey).map(settlement -> {
            if (!settlement.replayed()) {
                meters.nacked(settlement.done());
            }
            return settlement;
        });
    }

    @Override
    public Future<TransactionAck> transact(Transaction transaction) {
        return subscriptions.transact(transaction).map(ack -> {
            if (ack.isDone() && !ack.replayed()) {
                messages.published(
                        transaction.door(), ack.results().size(), MessageMeters.sizeOf(transaction.messages()));
                meters.acked(ack.acknowledged());
                meters.nacked(ack.returned());
            }
            return ack;
        });
    }

    @Override
    public Future<ChangeAck> configure(
            SubscriptionName name, SubscriptionConfig config, From from, Optional<String> idempotencyKey) {
        return subscriptions.configure(name, config, from, idempotencyKey);
    }

    @Override
    public Future<ChangeAck> delete(SubscriptionName name, Optional<String> idempotencyKey) {
        return subscriptions.delete(name, idempotencyKey);
    }

    @Override
    public Future<SubscriptionInfo> subscription(SubscriptionName name, Freshness freshness) {
        return subscriptions.subscription(name, freshness);
    }

    @Override
    public Future<SubscriptionConfig> config(SubscriptionName name, Freshness freshness) {
        return subscriptions.config(name, freshness);
    }

    @Override
    public void withoutCredit(SubscriptionName name, int more) {
        subscriptions.withoutCredit(name, more);
    }

    @Override
    public Future<SubscriptionsPage> list(Optional<String> after, int limit, Freshness freshness) {
        return subscriptions.list(after, limit, freshness);
    }

    @Override
    public Future<Settlement> extend(
            SubscriptionName name, List<Leases> leases, long leaseMs, Optional<String> idempotencyKey) {
        return subscriptions.extend(name, leases, leaseMs, idempotencyKey);
    }

    @Override
    public Future<ChangeAck> seek(SubscriptionName name, From to, Optional<String> idempotencyKey) {
        return subscriptions.seek(name, to, idempotencyKey);
    }

    @Override
    public Future<LettersAck> redrive(
            SubscriptionName name, Optional<DeadLetterFilter> filter, int rate, Optional<String> idempotencyKey) {
        return subscriptions.redrive(name, filter, rate, idempotencyKey);
    }

    @Override
    public Future<LettersAck> discard(
            SubscriptionName name, Optional<DeadLetterFilter> filter, Optional<String> idempotencyKey) {
        return subscriptions.discard(name, filter, idempotencyKey);
    }

    @Override
    public Future<Why> why(SubscriptionName name, Freshness freshness) {
        return subscriptions.why(name, freshness);
    }

    @Override
    public Future<SubscriptionHistory> history(SubscriptionName name) {
        return subscriptions.history(name);
    }

    @Override
    public Future<Trace> trace(String cursor, Freshness freshness, boolean withDeliveries) {
        return subscriptions.trace(cursor, freshness, withDeliveries);
    }

    @Override
    public Future<SubscriptionFigures> figures() {
        return subscriptions.figures();
    }

    @Override
    public int waiting() {
        return subscriptions.waiting();
    }
}
