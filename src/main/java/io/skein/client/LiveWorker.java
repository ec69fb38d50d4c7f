package io.skein.client;

import io.skein.frame.Command;
import io.skein.frame.Delivered;
import io.skein.frame.Problem;
import io.skein.frame.Push;
import io.skein.frame.Reply;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A worker as the client keeps it. Used on the client's context only, except for what {@link Worker} says. */
final class LiveWorker implements Worker, Lasting {
    private static final Logger LOG = LoggerFactory.getLogger(LiveWorker.class);
    private static final long RETRY_MS = 200;

    private final Vertx vertx;
    private final Subscriptions all;
    private final Link link;
    private final WorkOptions options;
    private final WorkHandler handler;
    private final Settlements settlements;
    private final Promise<Worker> opened = Promise.promise();
    /** Counts on the context; read from anywhere. */
    private final AtomicInteger inHand = new AtomicInteger();
    /** Its name on the present connection; empty when it has none. */
    private String sub = "";
    /** Settled, and the server does not know that there is room for others. */
    private int owed;

    private boolean asked;
    private boolean lost;
    private boolean closed;

    LiveWorker(Vertx vertx, Subscriptions all, Link link, WorkOptions options, WorkHandler handler) {
        this.vertx = vertx;
        this.all = all;
        this.link = link;
        this.options = options;
        this.handler = handler;
        this.settlements = new Settlements(vertx, all, link);
    }

    Promise<Worker> opened() {
        return opened;
    }

    @Override
    public void ask() {
        if (closed || asked || !link.isReady()) {
            return;
        }
        asked = true;
        owed = 0;
        long credit = Math.max(0, options.credit() - inHand.get());
        long id = all.ask(this::answered);
        link.say(new Command.Work(
                Long.toString(id), options.subscription(), options.consumer(), credit, options.leaseMs()));
    }

    @Override
    public void answered(Reply reply) {
        if (reply instanceof Reply.Subscribed subscribed) {
            if (closed) {
                link.say(new Command.Unsubscribe("", subscribed.sub()));
                return;
            }
            sub = subscribed.sub();
            all.open(sub, this);
            settlements.up(sub);
            giveCredit();
            if (!opened.tryComplete(this) && lost) {
                guarded(() -> handler.connection(true));
            }
            lost = false;
            return;
        }
        Problem problem = reply instanceof Reply.Failed failed
                ? failed.problem()
                : Problem.of("internal", "the server answered something else: " + reply);
        asked = false;
        if (problem.retryable()) {
            vertx.setTimer(RETRY_MS, id -> ask());
        } else {
            end(new SkeinException(problem));
        }
    }

    @Override
    public void lost() {
        sub = "";
        asked = false;
        settlements.down();
        if (!lost && opened.future().succeeded()) {
            lost = true;
            guarded(() -> handler.connection(false));
        }
    }

    @Override
    public void end(SkeinException why) {
        if (closed) {
            return;
        }
        closed = true;
        all.remove(this, sub);
        settlements.end(why);
        if (!opened.tryFail(why)) {
            guarded(() -> handler.ended(why.getMessage()));
        }
    }

    @Override
    public void pushed(Push push) {
        if (closed) {
            return;
        }
        if (push instanceof Push.Messages messages) {
            for (Delivered message : messages.messages()) {
                inHand.incrementAndGet();
                hand(message);
                if (closed) {
                    return;
                }
            }
        } else if (push instanceof Push.Status status) {
            guarded(() -> handler.status(status.health()));
        } else if (push instanceof Push.Ended ended) {
            all.remove(sub);
            sub = "";
            asked = false;
            settlements.down();
            if (ended.retry()) {
                vertx.setTimer(RETRY_MS, id -> ask());
            } else {
                end(SkeinException.of(ended.reason(), "the server ended it"));
            }
        } else {
            throw new AssertionError("unhandled " + push);
        }
    }

    private void hand(Delivered message) {
        try {
            handler.message(this, message);
        } catch (RuntimeException thrown) {
            LOG.error("a work handler failed at {} of {}", message.offset(), message.topic(), thrown);
            nack(message, -1, String.valueOf(thrown.getMessage())).onFailure(said -> {});
        }
    }

    private static void guarded(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException thrown) {
            LOG.error("a work handler failed", thrown);
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
        all.run(() -> {
            settlements.add(kind, message.lease(), promise);
            if (kind.settles()) {
                inHand.decrementAndGet();
                owed++;
                giveCredit();
            }
        });
        return promise.future();
    }

    /** In portions: a command for each message would cost more than the message. */
    private void giveCredit() {
        if (owed > 0 && !sub.isEmpty() && !closed && owed * 4 >= options.credit()) {
            // After the acknowledgements that made the room.
            settlements.send();
            link.say(new Command.Credit("", sub, owed));
            owed = 0;
        }
    }

    @Override
    public int inHand() {
        return inHand.get();
    }

    @Override
    public void close() {
        all.run(() -> {
            if (closed) {
                return;
            }
            closed = true;
            all.remove(this, sub);
            if (!sub.isEmpty()) {
                settlements.send();
                link.say(new Command.Unsubscribe("", sub));
            }
            settlements.end(SkeinException.of("closed", "the worker was closed"));
            opened.tryFail(SkeinException.of("closed", "the worker was closed"));
        });
    }
}
