package io.skein.client;

import io.skein.frame.Delivered;
import io.skein.frame.Problem;
import io.skein.frame.PublishItem;
import io.skein.frame.Push;
import io.skein.frame.Reply;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * A client of a Skein cluster. Finds a node, stays connected, publishes and subscribes. Methods may be called from any
 * thread; futures complete and handlers are called on the context that the client was made on. A handler does not wait for a
 * future of its own client, also where a context of virtual threads would let it: what completes it is read once the handler
 * has returned. {@link PlainClient} is the same for programs that have no Vert.x.
 *
 * <pre>{@code
 * return SkeinClient.connect(vertx, ClientOptions.of(nodes))
 *         .compose(skein -> skein.room() // back-pressure: completes when there is room
 *                 .compose(free -> skein.publish("orders/9", "{\"id\":9}"))
 *                 .map(Published::offset)
 *                 .eventually(skein::close));
 * }</pre>
 */
public final class SkeinClient {
    private static final SkeinException CLOSED = SkeinException.of("closed", "the client is closed");
    private static final long WORK_MS = 600_000;

    private final Vertx vertx;
    private final Context context;
    private final ClientOptions options;
    private final Promise<SkeinClient> connected = Promise.promise();
    private final Link link;
    private final PublishQueue publishes;
    private final Subscriptions subscriptions;
    private final PendingLimit room;
    /** Whether Vert.x ends with this client. */
    private final boolean ownsVertx;
    /** Handed over by callers, not yet on the context. Guarded by itself; bounded by the room that each has taken. */
    private final List<Outgoing> handedOver = new ArrayList<>();

    private boolean handing;
    /** Why it is over; null while it is not. */
    private volatile SkeinException over;

    private final AtomicBoolean closing = new AtomicBoolean();
    private final Promise<Void> closed = Promise.promise();

    private SkeinClient(Vertx vertx, boolean ownsVertx, ClientOptions options) {
        this.vertx = vertx;
        this.ownsVertx = ownsVertx;
        this.room = new PendingLimit(options.limits());
        this.context = vertx.getOrCreateContext();
        this.options = options;
        this.link = new Link(vertx, context, options, new Link.Listener() {
            @Override
            public void up() {
                publishes.up();
                subscriptions.up();
                Promises.complete(connected, SkeinClient.this);
            }

            @Override
            public void reply(Reply reply) {
                answered(reply);
            }

            @Override
            public void push(Push push) {
                if (push instanceof Push.Status status) {
                    link.leader.health(status.health());
                }
                subscriptions.pushed(push);
            }

            @Override
            public void read() {
                takeOver(false);
            }

            @Override
            public void down(Optional<Problem> untaken) {
                publishes.down(untaken);
                subscriptions.down();
            }

            @Override
            public void refused(SkeinException why) {
                end(why);
            }
        });
        this.publishes = new PublishQueue(vertx, link, room, options);
        this.subscriptions = new Subscriptions(context);
    }

    /**
     * Looks for a server that lets one in.
     *
     * @return fails with a {@link SkeinException} when there is none within {@link ClientOptions.Times#connect}
     */
    public static Future<SkeinClient> connect(Vertx vertx, ClientOptions options) {
        return connect(vertx, false, options);
    }

    /**
     * As {@link #connect(Vertx, ClientOptions)}, with a Vert.x of the client's own: one event loop, which ends with {@link
     * #close} or when there is no server.
     */
    public static Future<SkeinClient> connect(ClientOptions options) {
        // No directory for files that it never opens.
        FileSystemOptions noFiles =
                new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false);
        VertxOptions small = new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setFileSystemOptions(noFiles);
        return connect(Vertx.vertx(small), true, options);
    }

    private static Future<SkeinClient> connect(Vertx vertx, boolean ownsVertx, ClientOptions options) {
        var client = new SkeinClient(vertx, ownsVertx, options);
        client.context.runOnContext(v -> {
            long timer = vertx.setTimer(
                    options.times().connect(),
                    id -> client.end(SkeinException.passing(
                            "unreachable",
                            "no server answered within " + options.times().connect() + " ms"
                                    + (client.link.failure().isEmpty()
                                            ? ""
                                            : "; the last: " + client.link.failure()))));
            client.connected.future().onComplete(done -> vertx.cancelTimer(timer));
            client.link.connect();
        });
        return client.connected.future();
    }

    private void answered(Reply reply) {
        String id = reply.id();
        if (id.isEmpty()) {
            return;
        }
        long number = Long.parseLong(id);
        if (number > 0) {
            publishes.answered(number, reply);
        } else {
            subscriptions.answered(number, reply);
        }
    }

    /**
     * Publishes one message. Messages that are published while others wait travel with them; each has its own answer.
     *
     * @return fails with {@link SkeinException}
     */
    public Future<Published> publish(PublishItem message) {
        if (over != null) {
            return Future.failedFuture(over);
        }
        Promise<Published> promise = Promise.promise();
        hand(Outgoing.one(message, promise, deadline()));
        return promise.future();
    }

    public Future<Published> publish(String topic, byte[] body) {
        return publish(PublishItem.of(topic, body));
    }

    public Future<Published> publish(String topic, String body) {
        return publish(PublishItem.of(topic, body));
    }

    /**
     * Publishes a list as one command, all or nothing.
     *
     * @return one answer for each message, in order
     */
    public Future<List<Published>> publishAll(List<PublishItem> messages) {
        return publishAll(messages, "");
    }

    /** @param idempotencyKey the list is stored once, however often it is published under this key; empty for none */
    public Future<List<Published>> publishAll(List<PublishItem> messages, String idempotencyKey) {
        if (messages.isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        if (over != null) {
            return Future.failedFuture(over);
        }
        Promise<List<Published>> promise = Promise.promise();
        hand(Outgoing.list(List.copyOf(messages), true, idempotencyKey, promise, deadline()));
        return promise.future();
    }

    private long deadline() {
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(options.times().request());
    }

    private void hand(Outgoing outgoing) {
        if (!room.take(outgoing.messages(), outgoing.bytes)) {
            outgoing.fail(SkeinException.passing(
                    "client-full", room.messages() + " messages wait for their answers; see SkeinClient.room"));
            return;
        }
        synchronized (handedOver) {
            handedOver.add(outgoing);
            if (handing || isHere() && link.isReading()) {
                return;
            }
            handing = true;
        }
        try {
            context.runOnContext(v -> {
                takeOver(true);
                link.flush();
            });
        } catch (RejectedExecutionException vertxHasEnded) {
            for (Outgoing one : handedOver(true)) {
                room.give(one.messages(), one.bytes);
                one.fail(SkeinException.of("closed", "Vert.x was closed"));
            }
        }
    }

    private void takeOver(boolean isTurn) {
        List<Outgoing> all = handedOver(isTurn);
        if (!all.isEmpty()) {
            all.forEach(publishes::add);
            publishes.send();
        }
    }

    /**
     * @param isTurn whether this is the turn that was asked for. When that is still to come nothing is taken before: what
     *     other threads have asked for until then, a reconnect too, is done before what they published after it
     */
    private List<Outgoing> handedOver(boolean isTurn) {
        synchronized (handedOver) {
            if (handing && !isTurn) {
                return List.of();
            }
            handing = false;
            if (handedOver.isEmpty()) {
                return List.of();
            }
            List<Outgoing> all = new ArrayList<>(handedOver);
            handedOver.clear();
            return all;
        }
    }

    /**
     * Back-pressure: {@link ClientOptions.Limits} say how much a client holds that is not answered. A publish above that
     * fails at once as {@code client-full}, {@link SkeinException.Unavailable}; whoever produces faster than the cluster
     * stores waits for this first.
     *
     * @return completes at once when there is room, else when a quarter of it is free; fails when the client is closed. For
     *     what may be more than a quarter see {@link #room(List)}
     */
    public Future<Void> room() {
        return room.free();
    }

    /**
     * The same for a list that is to be published, however long.
     *
     * @return completes when a quarter is free, and as much as this takes; if it takes more than there ever is, when all
     *     else is answered. Fails when the client is closed
     */
    public Future<Void> room(List<PublishItem> messages) {
        return room.free(messages.size(), Outgoing.size(messages));
    }

    /**
     * Begins a stream that goes on over reconnects.
     *
     * @return completes when a server knows its position; fails with {@link SkeinException}
     */
    public Future<Subscription> subscribe(SubscribeOptions options, MessageHandler handler) {
        return begin(new LiveSubscription(vertx, subscriptions, link, options, handler));
    }

    /**
     * Works for a durable subscription, over reconnects.
     *
     * @return completes when a server has begun to hand out messages; fails with {@link SkeinException}
     */
    public Future<Worker> work(WorkOptions options, WorkHandler handler) {
        return begin(new LiveWorker(vertx, subscriptions, link, options, handler));
    }

    private <T> Future<T> begin(Lasting<T> lasting) {
        boolean runs = over == null
                && subscriptions.run(() -> {
                    if (over == null) {
                        subscriptions.add(lasting);
                    } else {
                        lasting.end(over);
                    }
                });
        return runs ? lasting.opened() : Future.failedFuture(over == null ? CLOSED : over);
    }

    /**
     * Works for a durable subscription by a function: a message is acknowledged when the future of its work succeeds, and
     * given back, with the failure's text as the reason, when that fails. Leases go on meanwhile: {@link
     * WorkOptions#extendFor}, ten minutes unless said.
     *
     * @param work called where {@link WorkOptions#executor} says; for as many messages at a time as there is credit
     * @return completes when a server has begun to hand out messages; fails with {@link SkeinException}
     */
    public Future<Worker> process(WorkOptions options, Function<Delivered, Future<?>> work) {
        WorkOptions extending = options.extendMs() > 0 ? options : options.extendFor(WORK_MS);
        return work(extending, new WorkHandler() {
            @Override
            public void message(Worker worker, Delivered message) {
                work.apply(message)
                        .onSuccess(done -> worker.ack(message).onFailure(lost -> {}))
                        .onFailure(failure -> worker.nack(message, -1, Settlements.reason(failure))
                                .onFailure(lost -> {}));
            }
        });
    }

    /** Whether the caller is on the client's own context. */
    boolean isHere() {
        return Vertx.currentContext() == context;
    }

    /** Whether there is a connection just now. */
    public boolean isConnected() {
        return link.isReady();
    }

    /** The server that serves now, or is tried next. */
    public URI server() {
        return link.server();
    }

    /** Those that were named, then those that a server told of; what is tried when the connection is lost. */
    public List<URI> servers() {
        return link.servers();
    }

    /** Epoch of the producer; -1 when there is none. */
    public long epoch() {
        return link.epoch();
    }

    /** Gives up the connection and looks for the next server, as if it had been lost. */
    public void reconnect() {
        subscriptions.run(link::drop);
    }

    /**
     * Closes at once. What is not answered fails as {@code closed}: unknown if it was sent. A second time it does nothing.
     *
     * @return completes when it is closed
     */
    public Future<Void> close() {
        if (closing.compareAndSet(false, true)) {
            Promise<Void> done = Promise.promise();
            boolean runs = subscriptions.run(() -> {
                link.flush();
                end(SkeinException.of("closed", "the client was closed"));
                done.complete();
            });
            if (!runs) {
                // Its thread is no more, and has left undone what it had put off.
                end(SkeinException.of("closed", "Vert.x was closed"));
                done.complete();
            }
            done.future()
                    .transform(ended -> ownsVertx ? vertx.close() : Future.succeededFuture())
                    .onComplete(ended -> Promises.complete(closed, null));
        }
        return closed.future();
    }

    /** Completes when it is closed, by whomever. */
    public Future<Void> closed() {
        return closed.future();
    }

    private void end(SkeinException why) {
        if (over != null) {
            return;
        }
        // To whoever asks for something from now on.
        over = SkeinException.certain(why);
        link.close();
        publishes.refuse(why);
        subscriptions.end(why);
        if (Promises.fail(connected, why) && ownsVertx) {
            vertx.close().onFailure(gone -> {});
        }
    }
}
