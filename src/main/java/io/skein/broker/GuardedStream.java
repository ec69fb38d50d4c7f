package io.skein.broker;

import io.skein.account.Permit;
import io.skein.store.StoredMessage;
import io.skein.topic.TopicFilter;
import io.vertx.core.Future;
import java.util.List;

/** A live stream that ends when its guest may no longer have it. */
final class GuardedStream implements Subscriber, Subscription, LocalGuest.Stake {
    private final LocalGuest guest;
    private final List<TopicFilter> filters;
    private final Subscriber subscriber;
    private Subscription stream;
    /** What the guest may, as it was looked at last. */
    private Permit looked;

    private boolean over;

    GuardedStream(LocalGuest guest, List<TopicFilter> filters, Subscriber subscriber) {
        this.guest = guest;
        this.filters = filters;
        this.subscriber = subscriber;
    }

    /** Fails when the guest may no longer have it by now. */
    Future<Subscription> opened(Subscription begun) {
        stream = begun;
        Refusal no = GuardedBroker.whyNotRead(guest, filters);
        if (no != null) {
            over = true;
            begun.close();
            return Future.failedFuture(no);
        }
        if (!over) {
            guest.hold(this);
        }
        return Future.succeededFuture(this);
    }

    @Override
    public void look() {
        looked = guest.permit();
        Refusal no = over ? null : GuardedBroker.whyNotRead(guest, filters);
        if (no != null) {
            close();
            subscriber.ended(no.code(), false);
        }
    }

    /** What was taken away is not waited for: it may have been when this loop had messages to deliver already. */
    private boolean isOver() {
        if (!over && guest.permit() != looked) {
            look();
        }
        return over;
    }

    // What the broker says.

    @Override
    public boolean deliver(List<StoredMessage> messages, String lastCursor) {
        return !isOver() && subscriber.deliver(messages, lastCursor);
    }

    @Override
    public void gap(String requested, String resumedAt, long lost) {
        if (!isOver()) {
            subscriber.gap(requested, resumedAt, lost);
        }
    }

    @Override
    public void status(String health) {
        if (!over) {
            subscriber.status(health);
        }
    }

    @Override
    public void ended(String reason, boolean retry) {
        if (!over) {
            over = true;
            guest.drop(this);
            subscriber.ended(reason, retry);
        }
    }

    // What the door asks.

    @Override
    public String start() {
        return stream.start();
    }

    @Override
    public String cursor() {
        return stream.cursor();
    }

    @Override
    public void credit(long messages) {
        stream.credit(messages);
    }

    @Override
    public void resume() {
        stream.resume();
    }

    @Override
    public void close() {
        if (!over) {
            over = true;
            guest.drop(this);
            if (stream != null) {
                stream.close();
            }
        }
    }
}
