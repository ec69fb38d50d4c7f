package io.skein.client;

import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * Begin with {@link #of} and change what is to be otherwise.
 *
 * @param subscription the durable subscription's name
 * @param consumer who works, for people to read; may be empty
 * @param credit messages in hand and not settled, at most: with an executor, handlers at a time
 * @param leaseMs how long a message is lent; 0: as the subscription says
 * @param limit takes no more than this, ever
 * @param extendMs a message in hand is lent on, again and again, until it was so long in hand; 0: it is not. Needs a lease
 * @param executor where the handler is called, for several messages at a time; it may block there. Empty: on the client's
 *     own thread, which must not be held up
 */
public record WorkOptions(
        String subscription,
        String consumer,
        int credit,
        long leaseMs,
        long limit,
        long extendMs,
        Optional<Executor> executor) {
    public static final int DEFAULT_CREDIT = 64;
    private static final long LEASE_MS = 30_000;

    public WorkOptions {
        if (subscription.isEmpty() || credit < 1 || leaseMs < 0 || limit < 1 || extendMs < 0) {
            throw new IllegalArgumentException("a worker has a subscription and some credit");
        }
        if (extendMs > 0 && leaseMs == 0) {
            throw new IllegalArgumentException("a lease that is to be extended has a length");
        }
    }

    public static WorkOptions of(String subscription) {
        return new WorkOptions(subscription, "", DEFAULT_CREDIT, 0, Long.MAX_VALUE, 0, Optional.empty());
    }

    public WorkOptions consumer(String name) {
        return new WorkOptions(subscription, name, credit, leaseMs, limit, extendMs, executor);
    }

    public WorkOptions credit(int messages) {
        return new WorkOptions(subscription, consumer, messages, leaseMs, limit, extendMs, executor);
    }

    public WorkOptions leaseMs(long ms) {
        return new WorkOptions(subscription, consumer, credit, ms, limit, extendMs, executor);
    }

    public WorkOptions limit(long messages) {
        return new WorkOptions(subscription, consumer, credit, leaseMs, messages, extendMs, executor);
    }

    /**
     * Leases go on while messages are in hand, so that short leases bring back what a dead worker had and yet no slow one
     * loses its message. The lease is 30 s unless said.
     *
     * @param ms nobody works longer on a message; then its lease runs out
     */
    public WorkOptions extendFor(long ms) {
        long lease = leaseMs == 0 ? LEASE_MS : leaseMs;
        return new WorkOptions(subscription, consumer, credit, lease, limit, ms, executor);
    }

    /** The handler is called on these threads and may block. */
    public WorkOptions on(Executor threads) {
        return new WorkOptions(subscription, consumer, credit, leaseMs, limit, extendMs, Optional.of(threads));
    }
}
