package io.skein.client;

import io.skein.frame.Command;
import io.skein.frame.Delivered;
import io.skein.frame.Problem;
import io.skein.frame.Push;
import io.skein.frame.Reply;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A subscription as the client keeps it: its position outlives connections. Used on the client's context only. */
final class LiveSubscription implements Subscription, Lasting {
    private static final Logger LOG = LoggerFactory.getLogger(LiveSubscription.class);
    private static final long RETRY_MS = 200;

    private final Vertx vertx;
    private final Subscriptions all;
    private final Link link;
    private final SubscribeOptions options;
    private final MessageHandler handler;
    private final Promise<Subscription> opened = Promise.promise();
    /** Its name on the present connection; empty when it has none. */
    private String sub = "";

    private volatile String cursor = "";
    /** Manual: credit given and not used up. */
    private long credit;
    /** Handled since credit was last given back. */
    private long used;

    /** Manual: credit given while the server was being asked. */
    private long given;

    private boolean asked;
    private boolean lost;
    private boolean closed;

    LiveSubscription(Vertx vertx, Subscriptions all, Link link, SubscribeOptions options, MessageHandler handler) {
        this.vertx = vertx;
        this.all = all;
        this.link = link;
        this.options = options;
        this.handler = handler;
        this.credit = options.credit();
    }

    Promise<Subscription> opened() {
        return opened;
    }

    @Override
    public void ask() {
        if (closed || asked || !link.isReady()) {
            return;
        }
        asked = true;
        used = 0;
        long id = all.ask(this::answered);
        String from = cursor.isEmpty() ? options.from() : cursor;
        link.say(new Command.Subscribe(
                Long.toString(id), options.topics(), from, options.isManual() ? credit : options.credit()));
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
            if (cursor.isEmpty()) {
                cursor = subscribed.cursor();
            }
            if (options.isManual() && given > 0) {
                link.say(new Command.Credit("", sub, given));
                given = 0;
            }
            if (!opened.tryComplete(this) && lost) {
                guarded(() -> handler.connection(true));
            }
            lost = false;
        } else {
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
    }

    @Override
    public void lost() {
        down();
        if (!lost && opened.future().succeeded()) {
            lost = true;
            guarded(() -> handler.connection(false));
        }
    }

    private void down() {
        sub = "";
        asked = false;
        given = 0;
    }

    @Override
    public void end(SkeinException why) {
        if (closed) {
            return;
        }
        closed = true;
        all.remove(this, sub);
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
            messages(messages.messages());
        } else if (push instanceof Push.Gap gap) {
            cursor = gap.resumedAt();
            guarded(() -> handler.gap(gap));
        } else if (push instanceof Push.Status status) {
            guarded(() -> handler.status(status.health()));
        } else if (push instanceof Push.Ended ended) {
            ended(ended);
        } else {
            throw new AssertionError("unhandled " + push);
        }
    }

    private void messages(List<Delivered> messages) {
        for (Delivered message : messages) {
            cursor = message.cursor();
            used++;
            credit--;
            try {
                handler.message(message);
            } catch (RuntimeException thrown) {
                LOG.error("a message handler failed at {} of {}", message.offset(), message.topic(), thrown);
            }
            if (closed) {
                return;
            }
        }
        if (!options.isManual() && used * 2 >= options.credit() && !sub.isEmpty()) {
            link.say(new Command.Credit("", sub, used));
            used = 0;
        }
    }

    private void ended(Push.Ended ended) {
        all.remove(sub);
        down();
        if (ended.retry()) {
            vertx.setTimer(RETRY_MS, id -> ask());
        } else {
            closed = true;
            all.remove(this, "");
            guarded(() -> handler.ended(ended.reason()));
        }
    }

    private static void guarded(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException thrown) {
            LOG.error("a message handler failed", thrown);
        }
    }

    @Override
    public String cursor() {
        return cursor;
    }

    @Override
    public void credit(long messages) {
        all.run(() -> {
            if (closed || !options.isManual()) {
                return;
            }
            credit += messages;
            if (!sub.isEmpty()) {
                link.say(new Command.Credit("", sub, messages));
            } else if (asked) {
                given += messages;
            }
        });
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
                link.say(new Command.Unsubscribe("", sub));
            }
            opened.tryFail(SkeinException.of("closed", "the subscription was closed"));
        });
    }
}
