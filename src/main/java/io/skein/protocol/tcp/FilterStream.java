package io.skein.protocol.tcp;

import io.skein.broker.Broker;
import io.skein.broker.From;
import io.skein.broker.Refusal;
import io.skein.broker.Subscribe;
import io.skein.broker.Subscriber;
import io.skein.broker.Subscription;
import io.skein.store.StoredMessage;
import io.skein.topic.TopicFilter;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One filter of a subscriber, from the first message kept to live. */
final class FilterStream implements Subscriber {
    private static final Logger LOG = LoggerFactory.getLogger(FilterStream.class);

    private static final long RETRY_MS = 500;
    private static final int MAX_LEFT = 64;

    private final SubscriberSession session;
    private final TcpDoor door;
    private final Broker broker;
    private final TopicFilter filter;
    private final String peer;

    private final OnceEach onceEach;
    private final OnceEach.Position position;
    private Optional<Subscription> subscription = Optional.empty();
    private boolean resumed;
    private boolean closed;

    FilterStream(
            SubscriberSession session,
            TcpDoor door,
            Broker broker,
            OnceEach onceEach,
            TopicFilter filter,
            String peer) {
        this.session = session;
        this.door = door;
        this.broker = broker;
        this.filter = filter;
        this.onceEach = onceEach;
        this.position = onceEach.begin(filter);
        this.peer = peer;
    }

    TopicFilter filter() {
        return filter;
    }

    /** Messages may come. */
    boolean isOpen() {
        return subscription.isPresent();
    }

    void open() {
        broker.subscribe(new Subscribe(List.of(filter), From.EARLIEST, Subscribe.UNLIMITED, TcpDoor.NAME, peer), this)
                .onComplete(this::opened, this::failed);
    }

    private void opened(Subscription live) {
        subscription = Optional.of(live);
        if (closed) {
            live.close();
        } else if (resumed) {
            resumed = false;
            live.resume();
        }
    }

    private void failed(Throwable failure) {
        if (closed) {
            return;
        }
        if (!(failure instanceof Refusal refusal)) {
            LOG.error("subscribe of {} to {} failed", peer, filter, failure);
            session.refused(this, "internal", "not subscribed to " + filter);
        } else if (refusal.kind() == Refusal.Kind.UNAVAILABLE || refusal.kind() == Refusal.Kind.INDETERMINATE) {
            door.vertx().setTimer(RETRY_MS, id -> {
                if (!closed) {
                    open();
                }
            });
        } else {
            session.refused(this, refusal.code(), refusal.getMessage());
        }
    }

    @Override
    public boolean deliver(List<StoredMessage> messages, String lastCursor) {
        if (closed) {
            return true;
        }
        Buffer out = Buffer.buffer();
        int count = 0;
        for (StoredMessage message : messages) {
            if (onceEach.take(position, message.topic(), message.cursor())) {
                out.appendBytes(door.deliveryLines().of(message));
                count++;
            }
        }
        return session.write(out, count, this);
    }

    @Override
    public void gap(String requested, String resumedAt, long lost) {
        LOG.info("subscriber {} is behind what {} keeps: {} messages are gone", peer, filter, lost);
    }

    @Override
    public void ended(String reason, boolean retry) {
        LOG.info("the stream of subscriber {} ended: {}", peer, reason);
        if (!closed) {
            session.close(); // it connects again, here or elsewhere
        }
    }

    /** The socket takes more. */
    void resume() {
        if (subscription.isPresent()) {
            subscription.get().resume();
        } else {
            resumed = true;
        }
    }

    void close() {
        closed = true;
        onceEach.giveUp(position);
        subscription.ifPresent(Subscription::close);
    }

    /** Whether so many filters came and went while this one was behind that somebody plays with us. */
    boolean isOverrun() {
        return position.leftAhead() > MAX_LEFT;
    }
}
