package io.skein.client;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * Begin with {@link #of} and change what is to be otherwise.
 *
 * @param topics filters, 1 to 64
 * @param from {@code earliest}, {@code latest}, a cursor, an offset (of a single topic), a time or a duration; empty: latest
 * @param credit messages that may be on their way or wait for the handler at a time
 * @param isManual the handler's side gives credit itself; {@code credit} is what it begins with. Else it is given back as
 *     messages are handled
 * @param executor where the handler is called, one message at a time; it may block there. Empty: on the client's own
 *     thread, which must not be held up
 */
public record SubscribeOptions(
        List<String> topics, String from, long credit, boolean isManual, Optional<Executor> executor) {
    public static final long DEFAULT_CREDIT = 4096;

    public SubscribeOptions {
        topics = List.copyOf(topics);
        if (topics.isEmpty() || credit < 0 || credit == 0 && !isManual) {
            throw new IllegalArgumentException("a subscription has a topic and some credit");
        }
    }

    public static SubscribeOptions of(String... topics) {
        return new SubscribeOptions(List.of(topics), "", DEFAULT_CREDIT, false, Optional.empty());
    }

    public SubscribeOptions from(String from) {
        return new SubscribeOptions(topics, from, credit, isManual, executor);
    }

    public SubscribeOptions credit(long credit) {
        return new SubscribeOptions(topics, from, credit, isManual, executor);
    }

    public SubscribeOptions manual(long credit) {
        return new SubscribeOptions(topics, from, credit, true, executor);
    }

    /** The handler is called on these threads and may block. */
    public SubscribeOptions on(Executor threads) {
        return new SubscribeOptions(topics, from, credit, isManual, Optional.of(threads));
    }
}
