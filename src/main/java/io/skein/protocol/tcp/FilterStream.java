package io.skein.protocol.tcp;

import io.skein.broker.From;
import io.skein.broker.Refusal;
import io.skein.broker.Subscribe;
import io.skein.broker.Subscriber;
import io.skein.broker.Subscription;
import io.skein.machine.Cursor;
import io.skein.store.StoredMessage;
import io.skein.topic.TopicFilter;
import io.vertx.core.buffer.Buffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One filter of a subscriber, from the first message kept to live. */
final class FilterStream implements Subscriber {
    private static final Logger LOG = LoggerFactory.getLogger(FilterStream.class);

    private static final long RETRY_MS = 500;
    /** Filters given up while this one was behind them; more end the connection. */
    private static final int MAX_REMEMBERED = 64;

    private final SubscriberSession session;
    private final TcpDoor door;
    private final TopicFilter filter;
    private final String peer;

    /** Everything that matches and lies here or before has been written. */
    private Cursor at = Cursor.ORIGIN;
    /** Filters that were given up while ahead of this one: what they wrote is not written again. */
    private final Map<TopicFilter, Cursor> remembered = new HashMap<>();

    private Optional<Subscription> subscription = Optional.empty();
    private boolean resumed;
    private boolean closed;

    FilterStream(SubscriberSession session, TcpDoor door, TopicFilter filter, String peer) {
        this.session = session;
        this.door = door;
        this.filter = filter;
        this.peer = peer;
    }

    TopicFilter filter() {
        return filter;
    }

    void open() {
        door.broker()
                .subscribe(new Subscribe(List.of(filter), From.EARLIEST, Subscribe.UNLIMITED, TcpDoor.NAME, peer), this)
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
        for (StoredMessage message : messages) {
            if (!isRemembered(message) && !session.isWritten(message, this)) {
                out.appendBytes(door.deliveryLines().of(message));
            }
            at = message.cursor();
        }
        remembered.values().removeIf(upTo -> !upTo.isAfter(at));
        return session.write(out, this);
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
        subscription.ifPresent(Subscription::close);
    }

    /** What {@code gone} has written beyond this stream's position must not be written again. */
    void remember(FilterStream gone) {
        if (gone.at.isAfter(at)) {
            remembered.merge(gone.filter, gone.at, (a, b) -> a.isAfter(b) ? a : b);
        }
        if (remembered.size() > MAX_REMEMBERED) {
            LOG.info("subscriber {} changes its filters faster than it reads", peer);
            session.close();
        }
    }

    boolean hasWritten(StoredMessage message) {
        return !message.cursor().isAfter(at) && filter.matches(message.topic());
    }

    private boolean isRemembered(StoredMessage message) {
        if (!remembered.isEmpty()) {
            for (Map.Entry<TopicFilter, Cursor> gone : remembered.entrySet()) {
                if (!message.cursor().isAfter(gone.getValue()) && gone.getKey().matches(message.topic())) {
                    return true;
                }
            }
        }
        return false;
    }
}
