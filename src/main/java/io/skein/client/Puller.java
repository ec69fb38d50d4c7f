package io.skein.client;

import io.skein.frame.Delivered;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A worker that is asked for its messages one by one, from any threads. As many messages as its {@link WorkOptions} give
 * credit are lent to it at a time, taken or not; each is to be settled here.
 */
public final class Puller implements AutoCloseable {
    /** Messages, and at last the reason of the end as text. Bounded by the credit. */
    private final BlockingQueue<Object> came = new LinkedBlockingQueue<>();

    private final Worker worker;

    private Puller(SkeinClient client, WorkOptions options) {
        this.worker = client.work(options, new WorkHandler() {
                    @Override
                    public void message(Worker worker, Delivered message) {
                        came.add(message);
                    }

                    @Override
                    public void ended(String reason) {
                        came.add(reason);
                    }
                })
                .await();
    }

    static Puller open(SkeinClient client, WorkOptions options) {
        return new Puller(client, options);
    }

    /**
     * The next message.
     *
     * @return empty when none came in time
     * @throws SkeinException when no more will come
     */
    public Optional<Delivered> next(Duration patience) throws InterruptedException {
        Object next = came.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
        if (next instanceof String reason) {
            came.add(reason);
            throw SkeinException.of("ended", reason);
        }
        return Optional.ofNullable((Delivered) next);
    }

    /** As {@link Worker#ack}. */
    public CompletableFuture<Void> ack(Delivered message) {
        return worker.ack(message).toCompletionStage().toCompletableFuture();
    }

    /** As {@link Worker#nack}. */
    public CompletableFuture<Void> nack(Delivered message, Duration delay, String reason) {
        return worker.nack(message, delay.toMillis(), reason)
                .toCompletionStage()
                .toCompletableFuture();
    }

    /** As {@link Worker#extend}. */
    public CompletableFuture<Void> extend(Delivered message, Duration lease) {
        return worker.extend(message, lease.toMillis()).toCompletionStage().toCompletableFuture();
    }

    /** What is lent stays lent until its leases run out. */
    @Override
    public void close() {
        worker.close();
    }
}
