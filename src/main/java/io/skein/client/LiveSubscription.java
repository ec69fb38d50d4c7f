package io.skein.client;

import io.skein.frame.Command;
import io.skein.frame.Delivered;
import io.skein.frame.Push;
import io.skein.frame.Reply;
import io.vertx.core.Vertx;
import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A subscription as the client keeps it: its position outlives connections. Used on the client's context only. */
final class LiveSubscription extends Lasting<Subscription> implements Subscription {
    private static final Logger LOG = LoggerFactory.getLogger(LiveSubscription.class);
    /** Handed to other threads together. */
    private static final int PORTION = 256;

    private final SubscribeOptions options;
    private final MessageHandler handler;
    /** Null when the handler is called here. */
    private final SerialExecutor turns;

    private volatile String start = "";
    /** After the last that was handed out. */
    private volatile String cursor = "";
    /** After the last that came. */
    private String received = "";
    /** Came and not handed out, at most {@link SubscribeOptions#credit} messages, and gaps between them. */
    private final Deque<Object> held = new ArrayDeque<>();

    private long heldMessages;
    /** To be handed out. */
    private volatile long demand = Long.MAX_VALUE;
    /** Handing out, here or elsewhere. */
    private boolean busy;
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
        this.turns = options.executor().map(SerialExecutor::new).orElse(null);
        this.credit = options.credit();
    }

    @Override
    Subscription self() {
        return this;
    }

    @Override
    Command asking(String id) {
        used = 0;
        String from = received.isEmpty() ? options.from() : received;
        long room = options.isManual() ? credit : Math.max(0, options.credit() - heldMessages);
        return new Command.Subscribe(id, options.topics(), from, room);
    }

    @Override
    void begun(Reply.Subscribed reply) {
        if (received.isEmpty()) {
            received = reply.cursor();
            start = received;
            cursor = received;
        }
        if (options.isManual() && given > 0) {
            link.say(new Command.Credit("", sub(), given));
            given = 0;
        }
        giveBack();
    }

    @Override
    void down() {
        given = 0;
    }

    @Override
    void connection(boolean isUp) {
        call(() -> handler.connection(isUp));
    }

    @Override
    void over(SkeinException why, String words) {
        call(() -> handler.ended(words));
    }

    private void call(Runnable what) {
        if (turns == null) {
            guarded(what);
        } else {
            turns.execute(what);
        }
    }

    @Override
    void take(Push push) {
        if (push instanceof Push.Messages messages) {
            List<Delivered> list = messages.messages();
            if (list.isEmpty()) {
                return;
            }
            received = list.get(list.size() - 1).cursor();
            credit -= list.size();
            if (turns == null && held.isEmpty() && demand == Long.MAX_VALUE && !busy) {
                handOut(list);
            } else {
                held.addAll(list);
                heldMessages += list.size();
                drain();
            }
        } else if (push instanceof Push.Gap gap) {
            received = gap.resumedAt();
            held.add(gap);
            drain();
        } else if (push instanceof Push.Status status) {
            call(() -> handler.status(status.health()));
        } else {
            throw new AssertionError("unhandled " + push);
        }
    }

    /** Nothing waits: the common case. */
    private void handOut(List<Delivered> messages) {
        busy = true;
        for (int i = 0; i < messages.size(); i++) {
            if (isClosed()) {
                break;
            }
            if (demand == 0) {
                // The handler paused it: the rest waits.
                for (Delivered message : messages.subList(i, messages.size())) {
                    held.add(message);
                    heldMessages++;
                }
                break;
            }
            hand(messages.get(i));
        }
        busy = false;
        giveBack();
        drain();
    }

    private void drain() {
        if (busy || demand == 0 || held.isEmpty() || isClosed()) {
            return;
        }
        busy = true;
        if (turns != null) {
            elsewhere();
            return;
        }
        while (!held.isEmpty() && demand > 0 && !isClosed()) {
            Object next = held.poll();
            if (next instanceof Delivered message) {
                heldMessages--;
                hand(message);
            } else {
                hand((Push.Gap) next);
            }
        }
        busy = false;
        giveBack();
    }

    private void hand(Delivered message) {
        cursor = message.cursor();
        used++;
        if (demand != Long.MAX_VALUE) {
            demand--;
        }
        call(message);
    }

    private void call(Delivered message) {
        try {
            handler.message(message);
        } catch (Throwable thrown) {
            LOG.error("a message handler failed at " + message.offset() + " of " + message.topic(), thrown);
        }
    }

    private void hand(Push.Gap gap) {
        cursor = gap.resumedAt();
        guarded(() -> handler.gap(gap));
    }

    /** On the handler's own threads; what it did not come to, because it paused or closed the stream, waits on. */
    private void elsewhere() {
        List<Object> portion = new ArrayList<>();
        while (!held.isEmpty() && portion.size() < Math.min(PORTION, demand)) {
            portion.add(held.poll());
        }
        turns.execute(() -> {
            int done = 0;
            long handed = 0;
            while (done < portion.size() && demand > handed && !isClosed()) {
                Object next = portion.get(done++);
                if (next instanceof Delivered message) {
                    cursor = message.cursor();
                    handed++;
                    call(message);
                } else {
                    hand((Push.Gap) next);
                }
            }
            int undone = done;
            long taken = handed;
            all.run(() -> handed(portion.subList(undone, portion.size()), taken));
        });
    }

    private void handed(List<Object> undone, long messages) {
        for (int i = undone.size() - 1; i >= 0; i--) {
            held.addFirst(undone.get(i));
        }
        heldMessages -= messages;
        used += messages;
        if (demand != Long.MAX_VALUE) {
            demand = Math.max(0, demand - messages);
        }
        busy = false;
        giveBack();
        drain();
    }

    private void giveBack() {
        if (!options.isManual() && used > 0 && used * 2 >= options.credit() && !sub().isEmpty() && !isClosed()) {
            link.say(new Command.Credit("", sub(), used));
            used = 0;
        }
    }

    @Override
    public String cursor() {
        return cursor;
    }

    @Override
    public String start() {
        return start;
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
    public void pause() {
        // At once also for a handler that is elsewhere.
        demand = 0;
        all.run(() -> demand = 0);
    }

    @Override
    public void resume() {
        all.run(() -> {
            demand = Long.MAX_VALUE;
            drain();
        });
    }

    @Override
    public void fetch(long messages) {
        all.run(() -> {
            demand = demand > Long.MAX_VALUE - messages ? Long.MAX_VALUE : demand + messages;
            drain();
        });
    }

    @Override
    public void close() {
        leave(() -> {});
    }
}
