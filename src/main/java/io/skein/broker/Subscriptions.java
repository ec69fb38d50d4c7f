package io.skein.broker;

import io.skein.subscription.Leases;
import io.skein.subscription.SubscriptionConfig;
import io.skein.subscription.SubscriptionName;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/**
 * What every door asks of durable subscriptions. Callable from any event-loop context; futures complete on the caller's
 * context. A future fails with {@link Refusal} and nothing else; anything else is a defect.
 *
 * <p>An idempotency key is the client's, at most 255 characters: a repeat under it gets the first answer.
 */
public interface Subscriptions {
    /**
     * Makes a subscription or changes its configuration.
     *
     * @param from where it begins: a new one in all topics that exist, another in those that a changed filter adds
     */
    Future<ChangeAck> configure(
            SubscriptionName name, SubscriptionConfig config, From from, Optional<String> idempotencyKey);

    /** Its dead letters stay in their topic. */
    Future<ChangeAck> delete(SubscriptionName name, Optional<String> idempotencyKey);

    Future<SubscriptionInfo> subscription(SubscriptionName name, Freshness freshness);

    /** How it is configured; nothing is counted for that. */
    Future<SubscriptionConfig> config(SubscriptionName name, Freshness freshness);

    /**
     * By name, those of queues too; not all at one moment.
     *
     * @param after only those with names after this one
     * @param limit 1 to {@link BrokerConfig#MAX_LIMIT}
     */
    Future<SubscriptionsPage> list(Optional<String> after, int limit, Freshness freshness);

    /** Lends messages, and waits up to {@link Pull#waitMs} for a first one. */
    Pulling pull(Pull pull);

    /**
     * Workers at this node's doors that take nothing until their client gives credit: so many more, or fewer when below 0.
     * From any thread; for {@link #why} to tell.
     */
    void withoutCredit(SubscriptionName name, int more);

    /** Messages are done with. @return how many, and what was refused and why */
    Future<Settlement> ack(SubscriptionName name, List<Leases> leases, Optional<String> idempotencyKey);

    /**
     * Messages could not be worked on; they come back later, or become dead letters.
     *
     * @param delayMs how long they wait; -1: as the subscription's backoff says
     * @param reason goes with those that become dead letters; may be empty
     */
    Future<Settlement> nack(
            SubscriptionName name, List<Leases> leases, long delayMs, String reason, Optional<String> idempotencyKey);

    /** The leases last longer, from now. @param leaseMs 0: as the subscription says */
    Future<Settlement> extend(
            SubscriptionName name, List<Leases> leases, long leaseMs, Optional<String> idempotencyKey);

    /** Moves the positions in all topics; leases are lost, and what waits for its time does so no longer. */
    Future<ChangeAck> seek(SubscriptionName name, From to, Optional<String> idempotencyKey);

    /**
     * Makes dead letters deliverable again, as if for the first time.
     *
     * @param filter which; empty: all
     * @param rate so many a second; 0: at once
     */
    Future<LettersAck> redrive(
            SubscriptionName name, Optional<DeadLetterFilter> filter, int rate, Optional<String> idempotencyKey);

    /** Forgets dead letters; they stay in their topic. */
    Future<LettersAck> discard(
            SubscriptionName name, Optional<DeadLetterFilter> filter, Optional<String> idempotencyKey);

    /** Why nothing flows, or that it does. */
    Future<Why> why(SubscriptionName name, Freshness freshness);

    /** How it did in the last hour, as far as this node kept it; fails when this node knows of none of this name. */
    Future<SubscriptionHistory> history(SubscriptionName name);

    /**
     * What happened to the message with this cursor, or to the delayed message.
     *
     * @param withDeliveries also what this node's log holds of it, which costs reading the log since then
     */
    Future<Trace> trace(String cursor, Freshness freshness, boolean withDeliveries);

    /** Publishes, acknowledges and gives back, all or nothing. */
    Future<TransactionAck> transact(Transaction transaction);

    /** All together; this node's word, never waits for others. Counted anew when it is asked. */
    Future<SubscriptionFigures> figures();

    /** Pulls of this node that wait for a message; from any thread. */
    int waiting();
}
