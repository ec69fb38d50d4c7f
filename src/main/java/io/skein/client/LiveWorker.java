package io.skein.client;

import io.skein.frame.Command;
import io.skein.frame.Delivered;
import io.skein.frame.Push;
import io.skein.frame.Reply;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** A worker as the client keeps it. Used on the client's context only, except for what {@link Worker} says. */
final class LiveWorker extends Lasting<Worker> implements Worker {
    private static final Logger LOG = LoggerFactory.getLogger(LiveWorker.class);

    private final Vertx vertx;
    private final WorkOptions options;
    private final WorkHandler handler;
    private final Settlements settlements;
    /** Null when the handler is called here. */
    private final Executor threads;
    /** What else the handler is told, in order. */
    private final Executor turns;
    /** Leases of what was handed over and not settled, and the {@code System.nanoTime()} since when. */
    private final Map<String, Long> hand = new HashMap<>();
    /** How many those are, for any thread. */
    private volatile int inHand;
    /** Settled, and the server does not know that there is room for others. */
    private int owed;
    /** Credit that the server has and did not use. */
    private long granted;

    private long taken;
    /** Leases that are being extended without that anybody asked for it: the server has not answered. */
    private final Set<String> extending = new HashSet<>();

    private long timer = -1;

    LiveWorker(Vertx vertx, Subscriptions all, Link link, WorkOptions options, WorkHandler handler) {
        super(vertx, all, link);
        this.options = options;
        this.handler = handler;
        this.settlements = new Settlements(vertx, all, link);
        this.vertx = vertx;
        this.threads = options.executor().orElse(null);
        this.turns = threads == null ? Lasting::guarded : new SerialExecutor(threads);
    }

    @Override
    Worker self() {
        return this;
    }

    @Override
    Command asking(String id) {
        owed = 0;
        granted = Math.min(Math.max(0, options.credit() - hand.size()), options.limit() - taken);
        return new Command.Work(id, options.subscription(), options.consumer(), granted, options.leaseMs());
    }

    @Override
    void begun(Reply.Subscribed reply) {
        settlements.up(sub());
        giveCredit();
        if (options.extendMs() > 0) {
            if (timer < 0) {
                arm();
            } else {
                extend();
            }
        }
    }

    @Override
    void down() {
        settlements.down();
    }

    @Override
    void connection(boolean isUp) {
        turns.execute(() -> handler.connection(isUp));
    }

    @Override
    void over(SkeinException why, String words) {
        vertx.cancelTimer(timer);
        settlements.end(why);
        turns.execute(() -> handler.ended(words));
    }

    @Override
    void take(Push push) {
        if (push instanceof Push.Messages messages) {
            for (Delivered message : messages.messages()) {
                hand.put(message.lease(), System.nanoTime());
                inHand = hand.size();
                taken++;
                granted--;
                hand(message);
                if (isClosed()) {
                    return;
                }
            }
        } else if (push instanceof Push.Status status) {
            turns.execute(() -> handler.status(status.health()));
        } else {
            throw new AssertionError("unhandled " + push);
        }
    }

    private void hand(Delivered message) {
        if (threads == null) {
            call(message);
            return;
        }
        try {
            threads.execute(() -> {
                if (!isClosed()) {
                    call(message);
                }
            });
        } catch (RejectedExecutionException closed) {
            nack(message, -1, "the worker's threads take no more").onFailure(said -> {});
        }
    }

    private void call(Delivered message) {
        try {
            handler.message(this, message);
        } catch (Throwable thrown) {
            LOG.error("a work handler failed at " + message.offset() + " of " + message.topic(), thrown);
            nack(message, -1, Settlements.reason(thrown)).onFailure(said -> {});
        }
    }

    @Override
    public Future<Void> ack(Delivered message) {
        return settle(Settlements.Kind.ack(), message);
    }

    @Override
    public Future<Void> nack(Delivered message, long delayMs, String reason) {
        return settle(Settlements.Kind.nack(delayMs, reason), message);
    }

    @Override
    public Future<Void> extend(Delivered message, long leaseMs) {
        return settle(Settlements.Kind.extend(leaseMs), message);
    }

    private Future<Void> settle(Settlements.Kind kind, Delivered message) {
        Promise<Void> promise = Promise.promise();
        boolean runs = all.run(() -> {
            settlements.add(kind, message.lease(), promise);
            // Whoever settles a message twice has no more room for it.
            if (kind.settles() && hand.remove(message.lease()) != null) {
                inHand = hand.size();
                owed++;
                giveCredit();
            }
        });
        return runs ? promise.future() : Future.failedFuture(Settlements.CLOSED);
    }

    /** Before a third of the lease is over: one that is lost on the way is followed by two more. */
    private void arm() {
        timer = vertx.setTimer(Math.max(1, options.leaseMs() / 3), id -> {
            extend();
            arm();
        });
    }

    /** All that is in hand; not while there is no server, nor what it has not answered since the last time: it would pile up. */
    private void extend() {
        if (sub().isEmpty()) {
            return;
        }
        long now = System.nanoTime();
        long longest = TimeUnit.MILLISECONDS.toNanos(options.extendMs());
        hand.forEach((lease, since) -> {
            if (now - since < longest && extending.add(lease)) {
                Promise<Void> promise = Promise.promise();
                // Whoever lost a lease is told when he settles the message.
                promise.future().onComplete(said -> extending.remove(lease));
                settlements.add(Settlements.Kind.extend(options.leaseMs()), lease, promise);
            }
        });
    }

    /** In portions: a command for each message would cost more than the message. */
    private void giveCredit() {
        if (owed > 0 && !sub().isEmpty() && !isClosed() && owed * 4 >= options.credit()) {
            // After the acknowledgements that made the room.
            settlements.send();
            long more = Math.min(owed, options.limit() - taken - granted);
            if (more > 0) {
                link.say(new Command.Credit("", sub(), more));
                granted += more;
            }
            owed = 0;
        }
    }

    @Override
    public int inHand() {
        return inHand;
    }

    @Override
    public void close() {
        leave(() -> {
            vertx.cancelTimer(timer);
            settlements.leave();
        });
    }
}
