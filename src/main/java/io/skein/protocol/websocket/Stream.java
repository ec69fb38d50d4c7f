package io.skein.protocol.websocket;

import io.skein.broker.Subscriber;
import io.skein.broker.Subscription;
import io.skein.frame.Command;
import io.skein.frame.Push;
import io.skein.store.StoredMessage;
import io.skein.topic.TopicFilter;
import java.util.ArrayList;
import java.util.List;

/** One subscription of one connection. */
final class Stream implements Subscriber, Flow {
    private final Flows flows;
    private final Outbox outbox;
    private final String sub;
    private final List<TopicFilter> filters;
    /** Messages before a refill; 0 when the client gives credit itself. */
    private final int autoCredit;
    /** Delivered before the client knows this stream's name. At most one call's, because that is answered false. */
    private List<StoredMessage> early = new ArrayList<>();

    private final List<Push> earlyPushes = new ArrayList<>();
    private Subscription subscription;
    private boolean paused;
    private boolean over;
    private boolean closed;
    private long used;
    private String lateStatus = "";

    Stream(Flows flows, Outbox outbox, String sub, List<TopicFilter> filters, long credit, int autoCredit) {
        this.filters = filters;
        this.flows = flows;
        this.outbox = outbox;
        this.sub = sub;
        this.autoCredit = credit == Command.Subscribe.AUTO ? autoCredit : 0;
    }

    @Override
    public List<String> filters() {
        return filters.stream().map(TopicFilter::value).toList();
    }

    /** The client has been told of it. */
    void opened(Subscription subscription) {
        this.subscription = subscription;
        earlyPushes.forEach(outbox::push);
        earlyPushes.clear();
        List<StoredMessage> first = early;
        early = List.of();
        if (!first.isEmpty()) {
            send(first);
        }
        if (over) {
            finish();
        } else {
            drained();
        }
    }

    @Override
    public boolean deliver(List<StoredMessage> messages, String lastCursor) {
        if (closed) {
            return false;
        }
        if (subscription == null) {
            early.addAll(messages);
            paused = true;
            return false;
        }
        send(messages);
        paused = outbox.isFull();
        return !paused;
    }

    private void send(List<StoredMessage> messages) {
        outbox.messages(sub, messages);
        if (autoCredit > 0) {
            boolean asked = used * 2 >= autoCredit;
            used += messages.size();
            if (!asked && used * 2 >= autoCredit) {
                flows.refillAfterFlush(this);
            }
        }
    }

    /** A turn's messages have been handed to the socket. */
    void refill() {
        if (!closed) {
            long given = used;
            used = 0;
            subscription.credit(given);
        }
    }

    @Override
    public void drained() {
        if (closed || subscription == null || outbox.isFull()) {
            return;
        }
        if (!lateStatus.isEmpty()) {
            outbox.push(new Push.Status(sub, lateStatus));
            lateStatus = "";
        }
        if (paused) {
            paused = false;
            subscription.resume();
        }
    }

    @Override
    public void credit(long messages) {
        subscription.credit(messages);
    }

    @Override
    public void gap(String requested, String resumedAt, long lost) {
        say(new Push.Gap(sub, requested, resumedAt, lost));
    }

    @Override
    public void status(String health) {
        if (outbox.isFull()) {
            // Only the last matters to one who is behind.
            lateStatus = health;
        } else {
            say(new Push.Status(sub, health));
        }
    }

    @Override
    public void ended(String reason, boolean retry) {
        say(new Push.Ended(sub, reason, retry));
        over = true;
        if (subscription != null) {
            finish();
        }
    }

    private void finish() {
        closed = true;
        flows.ended(sub);
    }

    private void say(Push push) {
        if (closed) {
            return;
        }
        if (subscription == null) {
            earlyPushes.add(push);
        } else {
            outbox.push(push);
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            if (subscription != null) {
                subscription.close();
            }
        }
    }
}
