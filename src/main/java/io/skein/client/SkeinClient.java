package io.skein.client;

import io.skein.frame.Problem;
import io.skein.frame.PublishItem;
import io.skein.frame.Push;
import io.skein.frame.Reply;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A client of a Skein cluster. Finds a node, stays connected, publishes and subscribes. Methods may be called from any
 * thread; futures complete and handlers are called on the context that the client was made on.
 */
public final class SkeinClient {
    private final Vertx vertx;
    private final Context context;
    private final ClientOptions options;
    private final Promise<SkeinClient> connected = Promise.promise();
    private final Link link;
    private final PublishQueue publishes;
    private final Subscriptions subscriptions;
    /** Handed over by callers, not yet on the context. Guarded by itself; what it may hold is bounded by the queue. */
    private final List<Outgoing> handedOver = new ArrayList<>();

    private long handedOverBytes;
    private boolean handing;
    private volatile boolean closed;

    private SkeinClient(Vertx vertx, ClientOptions options) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.options = options;
        this.link = new Link(vertx, context, options, new Link.Listener() {
            @Override
            public void up() {
                publishes.up();
                subscriptions.up();
                connected.tryComplete(SkeinClient.this);
            }

            @Override
            public void reply(Reply reply) {
                answered(reply);
            }

            @Override
            public void push(Push push) {
                subscriptions.pushed(push);
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
        this.publishes = new PublishQueue(vertx, link, options);
        this.subscriptions = new Subscriptions(context);
    }

    /**
     * Looks for a server that lets one in.
     *
     * @return fails with a {@link SkeinException} when there is none within {@link ClientOptions.Times#connect}
     */
    public static Future<SkeinClient> connect(Vertx vertx, ClientOptions options) {
        var client = new SkeinClient(vertx, options);
        client.context.runOnContext(v -> {
            long timer = vertx.setTimer(
                    options.times().connect(),
                    id -> client.end(SkeinException.passing(
                            "unreachable",
                            "no server answered within " + options.times().connect() + " ms")));
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
        Promise<List<Published>> promise = Promise.promise();
        hand(Outgoing.list(List.copyOf(messages), true, idempotencyKey, promise, deadline()));
        return promise.future();
    }

    private long deadline() {
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(options.times().request());
    }

    private void hand(Outgoing outgoing) {
        boolean full;
        synchronized (handedOver) {
            full = handedOver.size() >= options.limits().maxPending()
                    || handedOverBytes > options.limits().maxPendingBytes();
            if (!full) {
                handedOver.add(outgoing);
                handedOverBytes += outgoing.bytes;
                if (handing) {
                    return;
                }
                handing = true;
            }
        }
        if (full) {
            outgoing.fail(SkeinException.passing("client-full", "too many publishes wait to be looked at"));
            return;
        }
        context.runOnContext(v -> {
            List<Outgoing> all;
            synchronized (handedOver) {
                all = List.copyOf(handedOver);
                handedOver.clear();
                handedOverBytes = 0;
                handing = false;
            }
            all.forEach(publishes::add);
            publishes.send();
            link.flush();
        });
    }

    /**
     * Begins a stream that goes on over reconnects.
     *
     * @return completes when a server knows its position; fails with {@link SkeinException}
     */
    public Future<Subscription> subscribe(SubscribeOptions options, MessageHandler handler) {
        var subscription = new LiveSubscription(vertx, subscriptions, link, options, handler);
        subscriptions.run(() -> {
            if (closed) {
                subscription.end(SkeinException.of("closed", "the client is closed"));
            } else {
                subscriptions.add(subscription);
            }
        });
        return subscription.opened();
    }

    /**
     * Works for a durable subscription, over reconnects.
     *
     * @return completes when a server has begun to hand out messages; fails with {@link SkeinException}
     */
    public Future<Worker> work(WorkOptions options, WorkHandler handler) {
        var worker = new LiveWorker(vertx, subscriptions, link, options, handler);
        subscriptions.run(() -> {
            if (closed) {
                worker.end(SkeinException.of("closed", "the client is closed"));
            } else {
                subscriptions.add(worker);
            }
        });
        return worker.opened();
    }

    /** Whether there is a connection just now. */
    public boolean isConnected() {
        return link.isReady();
    }

    /** The server that serves now, or is tried next. */
    public URI server() {
        return link.server();
    }

    /** Epoch of the producer; -1 when there is none. */
    public long epoch() {
        return link.epoch();
    }

    /** Gives up the connection and looks for the next server, as if it had been lost. */
    public void reconnect() {
        subscriptions.run(link::drop);
    }

    /** Closes at once. What is not answered fails as {@code closed}: unknown if it was sent. */
    public Future<Void> close() {
        Promise<Void> done = Promise.promise();
        subscriptions.run(() -> {
            link.flush();
            end(SkeinException.of("closed", "the client was closed"));
            done.complete();
        });
        return done.future();
    }

    private void end(SkeinException why) {
        if (closed) {
            return;
        }
        closed = true;
        link.close();
        publishes.refuse(why);
        subscriptions.end(why);
        connected.tryFail(why);
    }
}
