package io.skein.client;

import io.skein.frame.Delivered;
import io.skein.frame.Push;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A stream that goes on over reconnects and is asked for its messages one by one, by one thread at a time. It holds at most
 * the credit of its {@link SubscribeOptions}; what it is not asked for waits at the node.
 */
public final class Reader implements AutoCloseable {
    /** Messages, gaps, and at last the reason of the end as text. Bounded by the credit. */
    private final BlockingQueue<Object> came = new LinkedBlockingQueue<>();

    private final Subscription subscription;
    private final long credit;
    private long taken;
    private volatile String cursor;

    private Reader(SkeinClient client, SubscribeOptions options) {
        this.credit = options.credit();
        this.subscription = client.subscribe(options.manual(options.credit()), new MessageHandler() {
                    @Override
                    public void message(Delivered message) {
                        came.add(message);
                    }

                    @Override
                    public void gap(Push.Gap gap) {
                        came.add(gap);
                    }

                    @Override
                    public void ended(String reason) {
                        came.add(reason);
                    }
                })
                .await();
        this.cursor = subscription.start();
    }

    static Reader open(SkeinClient client, SubscribeOptions options) {
        return new Reader(client, options);
    }

    /**
     * The next message.
     *
     * @return empty when none came in time
     * @throws SkeinException with the code {@code gap}, once, where messages are gone: the next call goes on behind them.
     *     With another code: the stream is over
     */
    public Optional<Delivered> next(Duration patience) throws InterruptedException {
        Object next = came.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
        if (next == null) {
            return Optional.empty();
        }
        if (next instanceof Delivered message) {
            cursor = message.cursor();
            if (++taken * 2 >= credit) {
                subscription.credit(taken);
                taken = 0;
            }
            return Optional.of(message);
        }
        if (next instanceof Push.Gap gap) {
            cursor = gap.resumedAt();
            String lost = gap.lost() > 0 ? gap.lost() + " messages" : "messages";
            throw SkeinException.of("gap", lost + " after " + gap.requested() + " are gone");
        }
        came.add(next);
        throw SkeinException.of("ended", next.toString());
    }

    /** Position after the last message that was taken, or where the stream began. Resumes on any node. */
    public String cursor() {
        return cursor;
    }

    @Override
    public void close() {
        subscription.close();
    }
}
