package io.skein.client;

import io.skein.frame.Delivered;
import io.skein.frame.PublishItem;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * A client for programs that know nothing of Vert.x: it waits where a thread may wait, hands out {@link
 * CompletableFuture}s, and calls handlers on threads of its own, where they may block. Beneath it is a {@link
 * SkeinClient}; reconnects, repeats and errors are that one's. To be used from any thread.
 *
 * <p>Messages that are published while others wait for their answers travel with them:
 *
 * <pre>{@code
 * List<CompletableFuture<Published>> answers = new ArrayList<>();
 * for (int i = 0; i < 10_000; i++) {
 *     answers.add(skein.publish("orders/7", "number " + i)); // waits when too much is not answered yet
 * }
 * return answers.stream().map(CompletableFuture::join).toList();
 * }</pre>
 *
 * <p>Stored once, however often it is published:
 *
 * <pre>{@code
 * PublishItem order = PublishItem.of("orders/8", "{\"id\":8}").withId("order-8");
 * skein.publish(order).join();
 * return skein.publish(order).join().isReplayed(); // stored once
 * }</pre>
 *
 * <p>All that one process publishes, exactly once and in order:
 *
 * <pre>{@code
 * ClientOptions options = ClientOptions.of(nodes).withProducer("till-3", -1);
 * try (PlainClient skein = PlainClient.connect(options)) {
 *     return skein.publish("sales", "4.20").join(); // stored exactly once and in order, however often nodes die
 * }
 * }</pre>
 *
 * <p>A stream, message by message, or asked for:
 *
 * <pre>{@code
 * SubscribeOptions orders = SubscribeOptions.of("orders/#").from("earliest");
 * return skein.subscribe(orders, new MessageHandler() {
 *     @Override
 *     public void message(Delivered message) {
 *         seen.add(message.topic() + " " + message.offset()); // on a thread of the client's: it may block
 *     }
 *
 *     @Override
 *     public void gap(Push.Gap gap) {
 *         seen.add("retention took " + gap.lost());
 *     }
 * });
 * }</pre>
 *
 * <pre>{@code
 * try (Reader reader = skein.read(SubscribeOptions.of("orders/#").from("earliest"))) {
 *     Optional<Delivered> first = reader.next(Duration.ofSeconds(5));
 *     return first.map(Delivered::text).orElse("nothing came");
 * }
 * }</pre>
 *
 * <p>A work queue:
 *
 * <pre>{@code
 * WorkOptions billing = WorkOptions.of("billing").credit(8); // eight at a time
 * return skein.process(billing, message -> {
 *     if (message.text().isEmpty()) {
 *         throw new IllegalArgumentException("nothing to bill"); // comes again, at last to the dead letters
 *     }
 *     done.add(message.text()); // acknowledged when this returns
 * });
 * }</pre>
 *
 * <p>What an error says:
 *
 * <pre>{@code
 * return skein.publish("no/+/topic", "x")
 *         .handle((stored, failure) -> {
 *             if (failure == null) {
 *                 return "stored";
 *             } else if (failure instanceof SkeinException.Refused no) {
 *                 return "never: " + no.code();
 *             } else if (failure instanceof SkeinException.Unavailable later) {
 *                 return "not stored, later perhaps: " + later.code();
 *             } else {
 *                 return "nobody knows"; // SkeinException.Unknown: only with an id it may be published again
 *             }
 *         })
 *         .join();
 * }</pre>
 *
 * <p>What depends on a future runs on the client's one thread, unless it is attached by a method that ends in {@code
 * Async}; it must not block there.
 */
public final class PlainClient implements AutoCloseable {
    private static final long CLOSE_MS = 5_000;

    private final SkeinClient client;
    private final long requestMs;
    private final ExecutorService threads;

    private PlainClient(SkeinClient client, ClientOptions options) {
        this.client = client;
        this.requestMs = options.times().request();
        AtomicLong number = new AtomicLong();
        this.threads = Executors.newCachedThreadPool(call -> {
            Thread thread = new Thread(call, "skein-handler-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Waits until a server lets one in.
     *
     * @param servers as {@link ClientOptions#of(String...)}
     * @throws SkeinException when there is none within {@link ClientOptions.Times#connect}
     */
    public static PlainClient connect(String... servers) {
        return connect(ClientOptions.of(servers));
    }

    /** @throws SkeinException when there is no server within {@link ClientOptions.Times#connect} */
    public static PlainClient connect(ClientOptions options) {
        return new PlainClient(SkeinClient.connect(options).await(), options);
    }

    /**
     * As {@link SkeinClient#publish(PublishItem)}. At the limit of {@link ClientOptions.Limits} the caller's thread waits
     * until there is room, at most as long as a request may take; then it fails as {@code client-full}.
     *
     * @return fails with {@link SkeinException}
     */
    public CompletableFuture<Published> publish(PublishItem message) {
        return whenThereIsRoom(List.of(message), () -> client.publish(message));
    }

    public CompletableFuture<Published> publish(String topic, String body) {
        return publish(PublishItem.of(topic, body));
    }

    public CompletableFuture<Published> publish(String topic, byte[] body) {
        return publish(PublishItem.of(topic, body));
    }

    /** As {@link SkeinClient#publishAll(List)}: all or nothing. Waits for room as {@link #publish(PublishItem)}. */
    public CompletableFuture<List<Published>> publishAll(List<PublishItem> messages) {
        return publishAll(messages, "");
    }

    /** @param idempotencyKey the list is stored once, however often it is published under this key; empty for none */
    public CompletableFuture<List<Published>> publishAll(List<PublishItem> messages, String idempotencyKey) {
        return whenThereIsRoom(messages, () -> client.publishAll(messages, idempotencyKey));
    }

    /** Not on the client's own thread, where it would wait for itself. */
    private <T> CompletableFuture<T> whenThereIsRoom(List<PublishItem> messages, Supplier<Future<T>> publish) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(requestMs);
        Future<T> answer = publish.get();
        // Others wait too, and may be quicker.
        while (isFull(answer) && !client.isHere() && System.nanoTime() - until < 0) {
            try {
                client.room(messages).await(until - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException | SkeinException noRoom) {
                break;
            }
            answer = publish.get();
        }
        return plain(answer);
    }

    private static boolean isFull(Future<?> answer) {
        return answer.failed()
                && answer.cause() instanceof SkeinException.Unavailable why
                && why.code().equals("client-full");
    }

    /**
     * Begins a stream that goes on over reconnects, and waits until a server knows its position.
     *
     * @param handler called on a thread of this client's, message by message; it may block
     * @throws SkeinException when the answer is no
     */
    public Subscription subscribe(SubscribeOptions options, MessageHandler handler) {
        SubscribeOptions elsewhere = options.executor().isPresent() ? options : options.on(threads);
        return client.subscribe(elsewhere, handler).await();
    }

    /**
     * A stream that is asked for its messages one by one.
     *
     * @throws SkeinException when the answer is no
     */
    public Reader read(SubscribeOptions options) {
        return Reader.open(client, options);
    }

    /**
     * Works for a durable subscription: each message is acknowledged when {@code work} returns, and given back when it
     * throws. Leases go on while it works, see {@link WorkOptions#extendFor}.
     *
     * @param work called on threads of this client's, on as many at a time as {@link WorkOptions#credit} says; it may block
     * @throws SkeinException when the answer is no
     */
    public Worker process(WorkOptions options, Work work) {
        WorkOptions elsewhere = options.executor().isPresent() ? options : options.on(threads);
        return client.process(elsewhere, message -> {
                    try {
                        work.on(message);
                        return Future.succeededFuture();
                    } catch (InterruptedException interrupted) {
                        Thread.currentThread().interrupt();
                        return Future.failedFuture(interrupted);
                    } catch (Throwable failure) {
                        // A failed assertion too: the message comes again.
                        return Future.failedFuture(failure);
                    }
                })
                .await();
    }

    /**
     * Works for a durable subscription by asking for its messages one by one.
     *
     * @throws SkeinException when the answer is no
     */
    public Puller pull(WorkOptions options) {
        return Puller.open(client, options);
    }

    /** What is done about a message. */
    @FunctionalInterface
    public interface Work {
        void on(Delivered message) throws Exception;
    }

    /**
     * Works for a durable subscription by hand: the handler settles each message itself, now or later.
     *
     * @throws SkeinException when the answer is no
     */
    public Worker work(WorkOptions options, WorkHandler handler) {
        WorkOptions elsewhere = options.executor().isPresent() ? options : options.on(threads);
        return client.work(elsewhere, handler).await();
    }

    /** What is beneath. */
    public SkeinClient client() {
        return client;
    }

    /** Closes at once, as {@link SkeinClient#close}; once. Handlers that work are not waited for. */
    @Override
    public void close() {
        try {
            client.close().await(CLOSE_MS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException slow) {
            // Its thread ends by itself.
        }
        threads.shutdown();
    }

    private static <T> CompletableFuture<T> plain(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture();
    }
}
