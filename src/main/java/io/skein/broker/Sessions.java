package io.skein.broker;

import io.skein.machine.Cursor;
import io.skein.machine.Lineage;
import io.skein.store.StoredMessage;
import io.skein.topic.TopicFilter;
import io.vertx.core.Context;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sessions of one event loop. Everything but {@link #post} and {@link #isEmpty} happens on that loop.
 *
 * <p>Sessions with the same filters form an audience: what a batch holds for them is picked out once.
 */
final class Sessions {
    private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);
    /** Batches on their way to a loop that does not keep up, in bytes; above it they are dropped and read again later. */
    private static final long MAX_POSTED_BYTES = 16L << 20;
    /** Pages on their way to all subscribers of the node, read and not yet taken: above it pages are small. */
    static final long MUCH_HELD_BYTES = Math.min(32L << 20, Runtime.getRuntime().maxMemory() / 8);

    static final long PAGE_BYTES = 256 << 10;
    static final long SMALL_PAGE_BYTES = 8 << 10;

    /** Sessions with the same filters. */
    private static final class Audience {
        /** Topics seen are remembered up to this many. */
        private static final int MAX_REMEMBERED = 4096;

        final List<TopicFilter> filters;
        final Set<Session> members = new LinkedHashSet<>();
        private final Map<Long, Boolean> matches = new HashMap<>();

        Audience(List<TopicFilter> filters) {
            this.filters = filters;
        }

        private boolean wants(StoredMessage message) {
            Boolean known = matches.get(message.topicId());
            if (known == null) {
                if (matches.size() >= MAX_REMEMBERED) {
                    matches.clear();
                }
                known = matches(filters, message.topic());
                matches.put(message.topicId(), known);
            }
            return known;
        }

        /** The same list when all of it is wanted, so that whoever encodes it does so once. */
        List<StoredMessage> pick(List<StoredMessage> messages) {
            int wanted = 0;
            for (StoredMessage message : messages) {
                if (wants(message)) {
                    wanted++;
                }
            }
            if (wanted == messages.size()) {
                return messages;
            }
            List<StoredMessage> picked = new ArrayList<>(wanted);
            for (StoredMessage message : messages) {
                if (wants(message)) {
                    picked.add(message);
                }
            }
            return picked;
        }
    }

    private final Context context;
    private final Fanout fanout;
    private final Lineage lineage;
    private final Map<List<TopicFilter>, Audience> audiences = new HashMap<>();
    private final AtomicLong postedBytes = new AtomicLong();
    private final AtomicLong delivered;
    private final AtomicLong held;
    private final Allowance unsent;
    private volatile int count;
    private final AtomicBoolean catchUpPosted = new AtomicBoolean();

    private Cursor liveEnd = Cursor.ORIGIN;

    /**
     * @param held bytes, of all loops together
     * @param unsent of all doors together
     */
    Sessions(Context context, Fanout fanout, Lineage lineage, AtomicLong delivered, AtomicLong held, Allowance unsent) {
        this.context = context;
        this.fanout = fanout;
        this.lineage = lineage;
        this.delivered = delivered;
        this.held = held;
        this.unsent = unsent;
    }

    static boolean matches(List<TopicFilter> filters, String topic) {
        for (TopicFilter filter : filters) {
            if (filter.matches(topic)) {
                return true;
            }
        }
        return false;
    }

    Context context() {
        return context;
    }

    boolean isEmpty() {
        return count == 0;
    }

    int count() {
        return count;
    }

    void join(Session session) {
        Audience audience = audiences.computeIfAbsent(session.filters(), Audience::new);
        if (audience.members.add(session)) {
            if (count++ == 0) {
                fanout.add(this);
            }
        }
    }

    void leave(Session session) {
        Audience audience = audiences.get(session.filters());
        if (audience != null && audience.members.remove(session)) {
            if (audience.members.isEmpty()) {
                audiences.remove(session.filters());
            }
            if (--count == 0) {
                fanout.remove(this);
            }
        }
    }

    List<Session> all() {
        List<Session> all = new ArrayList<>();
        audiences.values().forEach(audience -> all.addAll(audience.members));
        return all;
    }

    String text(Cursor cursor) {
        return lineage.text(cursor);
    }

    void countDelivered(int messages) {
        delivered.addAndGet(messages);
    }

    /**
     * Of the next page. However many subscribers stand still, what waits for them in memory is {@link
     * #MUCH_HELD_BYTES} and for each a small page, or one message that is larger.
     */
    long pageBytes() {
        return isCrowded() ? SMALL_PAGE_BYTES : PAGE_BYTES;
    }

    private boolean isCrowded() {
        return held.get() >= MUCH_HELD_BYTES || unsent.isShort();
    }

    void hold(long bytes) {
        if (bytes != 0) {
            held.addAndGet(bytes);
        }
    }

    /** Called on the replica's context, in log order. */
    void post(LiveBatch batch) {
        if (postedBytes.get() + batch.bytes() > MAX_POSTED_BYTES) {
            // The batch is dropped; who is live reads it from the store. The word of that stands behind every batch
            // posted before, and one is enough for all that are dropped until it is heard.
            if (catchUpPosted.compareAndSet(false, true)) {
                context.runOnContext(v -> {
                    catchUpPosted.set(false);
                    all().forEach(session -> session.fallBehind(liveEnd));
                });
            }
            return;
        }
        postedBytes.addAndGet(batch.bytes());
        context.runOnContext(v -> {
            postedBytes.addAndGet(-batch.bytes());
            live(batch);
        });
    }

    private void live(LiveBatch batch) {
        Cursor before = liveEnd;
        liveEnd = batch.end();
        // A copy: what a session does with its messages may make it or another leave.
        for (Audience audience : List.copyOf(audiences.values())) {
            List<StoredMessage> picked = audience.pick(batch.messages());
            if (picked.isEmpty()) {
                continue;
            }
            boolean isLarge = batch.bytes() > SMALL_PAGE_BYTES && Session.bytes(picked) > SMALL_PAGE_BYTES;
            for (Session session : List.copyOf(audience.members)) {
                try {
                    if (isLarge && unsent.isShort() && !unsent.hasRoomFor(batch.bytes())) {
                        // Each would be given its own copy of it now; a page it takes when it comes to it. As long as
                        // there is room, those who read are not made to read in small pages by those who do not.
                        session.fallBehind(before);
                    } else {
                        session.live(picked, before);
                    }
                } catch (RuntimeException | AssertionError defect) {
                    // One door's defect is not the others' gap.
                    LOG.error("a subscriber failed", defect);
                    session.end("internal", true);
                }
            }
        }
    }
}
