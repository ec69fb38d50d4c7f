package io.skein.client;

/**
 * @param subscription the durable subscription's name
 * @param consumer who works, for people to read; may be empty
 * @param credit messages in hand and not settled, at most
 * @param leaseMs how long a message is lent; 0: as the subscription says
 * @param limit takes no more than this, ever
 */
public record WorkOptions(String subscription, String consumer, int credit, long leaseMs, long limit) {
    public static final int DEFAULT_CREDIT = 64;

    public WorkOptions {
        if (subscription.isEmpty() || credit < 1 || leaseMs < 0 || limit < 1) {
            throw new IllegalArgumentException("a worker has a subscription and some credit");
        }
    }

    public static WorkOptions of(String subscription) {
        return new WorkOptions(subscription, "", DEFAULT_CREDIT, 0, Long.MAX_VALUE);
    }

    public WorkOptions consumer(String name) {
        return new WorkOptions(subscription, name, credit, leaseMs, limit);
    }

    public WorkOptions credit(int messages) {
        return new WorkOptions(subscription, consumer, messages, leaseMs, limit);
    }

    public WorkOptions leaseMs(long ms) {
        return new WorkOptions(subscription, consumer, credit, ms, limit);
    }

    public WorkOptions limit(long messages) {
        return new WorkOptions(subscription, consumer, credit, leaseMs, messages);
    }
}
