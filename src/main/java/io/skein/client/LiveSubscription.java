package io.skein.client;

import io.skein.frame.Command;
import io.skein.frame.Delivered;
import io.skein.frame.Push;
import io.skein.frame.Reply;
import io.vertx.core.Vertx;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A subscription as the client keeps it: its position outlives connections. Used on the client's context only. */
final class LiveSubscription extends Lasting<Subscription> implements Subscription {
    private static final Logger LOG = LoggerFactory.getLogger(LiveSubscription.class);

    private final SubscribeOptions options;
    private final MessageHandler handler;
    private volatile String cursor = "";
    /** Manual: credit given and not used up. */
    private long credit;
    /** Handled since credit was last given back. */
    private long used;

    /** Manual: credit given while the server was being asked. */
    private long given;

    LiveSubscription(Vertx vertx, Subscriptions all, Link link, SubscribeOptions options, MessageHandler handler) {
        super(vertx, all, link);
        this.options = options;
        this.handler = handler;
        this.credit = options.credit();
    }

    @Override
    Subscription self() {
        return this;
    }

    @Override
    Command asking(String id) {
        used = 0;
        String from = cursor.isEmpty() ? options.from() : cursor;
        return new Command.Subscribe(id, options.topics(), from, options.isManual() ? credit : options.credit());
    }

    @Override
    void begun(Reply.Subscribed reply) {
        if (cursor.isEmpty()) {
            cursor = reply.cursor();
        }
        if (options.isManual() && given > 0) {
            link.say(new Command.Credit("", sub(), given));
            given = 0;
        }
    }

    @Override
    void down() {
        given = 0;
    }

    @Override
    void connection(boolean isUp) {
        handler.connection(isUp);
    }

    @Override
    void over(SkeinException why, String words) {
        handler.ended(words);
    }

    @Override
    void take(Push push) {
        if (push instanceof Push.Messages messages) {
            messages(messages.messages());
        } else if (push instanceof Push.Gap gap) {
            cursor = gap.resumedAt();
            guarded(() -> handler.gap(gap));
        } else if (push instanceof Push.Status status) {
            guarded(() -> handler.status(status.health()));
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
            if (isClosed()) {
                return;
            }
        }
        if (!options.isManual() && used * 2 >= options.credit() && !sub().isEmpty()) {
            link.say(new Command.Credit("", sub(), used));
            used = 0;
        }
    }

    @Override
    public String cursor() {
        return cursor;
    }

    @Override
    public void credit(long messages) {
        all.run(() -> {
            if (isClosed() || !options.isManual()) {
                return;
            }
            credit += messages;
            if (!sub().isEmpty()) {
                link.say(new Command.Credit("", sub(), messages));
            } else if (isAsked()) {
                given += messages;
            }
        });
    }

    @Override
    public void close() {
        leave(() -> {});
    }
}
