package io.skein.store;

import io.skein.frame.MessageJson;
import io.skein.machine.Cursor;
import io.skein.machine.Lineage;
import io.skein.topic.Header;
import io.skein.topic.Message;
import io.skein.topic.TopicChange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * The newest messages, in memory, in log order: at least all that no reader can see in rows yet, and beyond these what
 * fits into {@code tailBytes}. Here a message is encoded, once. Confined to the replica's context.
 */
public final class Tail {
    /** Messages that a page looks at when it walks them all; a longer stretch is for the next page. */
    private static final int WALK = 8192;
    /** What a message takes beside its JSON, roughly. */
    private static final int MESSAGE_BYTES = 144;

    private final long cacheBytes;
    private final MessageRing all = new MessageRing();
    private final Map<Long, MessageRing> byTopic = new HashMap<>();
    private long bytes;
    /** Every message after it is here. */
    private Cursor floor;
    /** Entries up to here are visible in rows. */
    private long visible;

    Tail(long cacheBytes, long settled) {
        this.cacheBytes = cacheBytes;
        this.floor = Cursor.endOf(settled);
        this.visible = settled;
    }

    /** Encodes the messages of a change and keeps them; changes come in log order, each once. */
    public List<StoredMessage> append(Lineage lineage, TopicChange.Appended appended) {
        if (!appended.first().isAfter(floor)
                || !all.isEmpty() && !appended.first().isAfter(all.last().cursor())) {
            throw new AssertionError("message at " + appended.first() + " after " + floor);
        }
        List<StoredMessage> messages = new ArrayList<>(appended.messages().size());
        for (int i = 0; i < appended.messages().size(); i++) {
            messages.add(encode(lineage, appended, i));
        }
        MessageRing topic = byTopic.computeIfAbsent(appended.topic(), ignored -> new MessageRing());
        for (StoredMessage message : messages) {
            all.add(message);
            topic.add(message);
            bytes += weight(message);
        }
        evict();
        return messages;
    }

    private static StoredMessage encode(Lineage lineage, TopicChange.Appended appended, int i) {
        Message message = appended.messages().get(i);
        long offset = appended.firstOffset() + i;
        Cursor cursor = new Cursor(appended.first().index(), appended.first().place() + i);
        String[] headers = new String[2 * message.headers().size()];
        int at = 0;
        for (Header header : message.headers()) {
            headers[at++] = header.name();
            headers[at++] = header.value();
        }
        byte[] json = MessageJson.encode(
                appended.name().value(),
                offset,
                lineage.text(cursor),
                appended.time(),
                message.key(),
                headers,
                message.format().name(),
                message.contentType(),
                message.body());
        return new StoredMessage(
                appended.topic(), appended.name().value(), offset, cursor, appended.time(), appended.expiresAt(), json);
    }

    /** Rows up to and with this entry are visible to readers from now on; messages up to there may leave. */
    public void settledVisible(long index) {
        visible = Math.max(visible, index);
        evict();
    }

    /** Rows up to and with this entry are visible to readers. */
    public long visible() {
        return visible;
    }

    /** Whether every message after this cursor, that was appended at all, is here. */
    public boolean covers(Cursor after) {
        return !floor.isAfter(after);
    }

    /** Whether nothing here is after this cursor. */
    public boolean endsAt(Cursor cursor) {
        return all.isEmpty() || !all.last().cursor().isAfter(cursor);
    }

    /** Whether every message there ever was is here. */
    public boolean isWhole() {
        return floor.index() == 0;
    }

    /** The messages of entries in (from, to], for the batch that settles them. */
    List<StoredMessage> take(long fromIndexExclusive, long toIndex) {
        Cursor from = Cursor.endOf(fromIndexExclusive);
        if (!covers(from)) {
            throw new AssertionError("messages after " + from + " have left the tail, which begins after " + floor);
        }
        List<StoredMessage> taken = new ArrayList<>();
        for (int i = all.firstAfter(from); i < all.size() && all.get(i).cursor().index() <= toIndex; i++) {
            taken.add(all.get(i));
        }
        return taken;
    }

    /**
     * Messages after a cursor that the tail {@link #covers}, at least one when there is one.
     *
     * @param appliedTime stamp of the last applied entry; what expired by then is left out
     */
    public StoredPage page(Scope scope, Cursor after, int limit, long maxBytes, long appliedTime) {
        if (!covers(after)) {
            throw new AssertionError("the tail begins after " + floor + ", not after " + after);
        }
        PageOf page = new PageOf(scope, limit, maxBytes, appliedTime);
        if (scope.few().isEmpty()) {
            int i = all.firstAfter(after);
            int stop = Math.min(all.size(), i + WALK);
            while (i < stop && page.take(all.get(i))) {
                i++;
            }
            if (i == stop && stop < all.size()) {
                return page.upTo(all.get(stop - 1).cursor(), false);
            }
        } else {
            merge(scope.few(), after, page);
        }
        Cursor end = all.isEmpty() || after.isAfter(all.last().cursor())
                ? after
                : all.last().cursor();
        return page.upTo(end, true);
    }

    private void merge(List<Long> topics, Cursor after, PageOf page) {
        record At(MessageRing ring, int position) {
            StoredMessage message() {
                return ring.get(position);
            }
        }
        PriorityQueue<At> heads =
                new PriorityQueue<>(Comparator.comparing((At at) -> at.message().cursor()));
        for (Long topic : topics) {
            MessageRing ring = byTopic.get(topic);
            int first = ring == null ? 0 : ring.firstAfter(after);
            if (ring != null && first < ring.size()) {
                heads.add(new At(ring, first));
            }
        }
        while (!heads.isEmpty()) {
            At head = heads.poll();
            if (!page.take(head.message())) {
                return;
            }
            if (head.position() + 1 < head.ring().size()) {
                heads.add(new At(head.ring(), head.position() + 1));
            }
        }
    }

    /** The message, when it is here. */
    public Optional<StoredMessage> find(long topicId, long offset) {
        MessageRing ring = byTopic.get(topicId);
        if (ring == null
                || offset < ring.first().offset()
                || offset > ring.last().offset()) {
            return Optional.empty();
        }
        return Optional.of(ring.get((int) (offset - ring.first().offset())));
    }

    /** The first message here that was stamped at this time or later. */
    public Optional<StoredMessage> firstAt(long time) {
        int i = all.firstAt(time);
        return i < all.size() ? Optional.of(all.get(i)) : Optional.empty();
    }

    /** Whether a message here was stamped before this time, so that whatever is older was too. */
    boolean beginsBefore(long time) {
        return !all.isEmpty() && all.first().time() < time;
    }

    /** Forgets everything, because the rows were replaced by others that stand at this entry. */
    public void reset(long settled) {
        all.clear();
        byTopic.clear();
        bytes = 0;
        visible = settled;
        floor = Cursor.endOf(settled);
    }

    public int messages() {
        return all.size();
    }

    public long bytes() {
        return bytes;
    }

    private void evict() {
        while (bytes > cacheBytes && !all.isEmpty() && all.first().cursor().index() <= visible) {
            StoredMessage oldest = all.removeFirst();
            MessageRing topic = byTopic.get(oldest.topicId());
            topic.removeFirst();
            if (topic.isEmpty()) {
                byTopic.remove(oldest.topicId());
            }
            bytes -= weight(oldest);
            floor = oldest.cursor();
        }
    }

    private static long weight(StoredMessage message) {
        return message.json().length + MESSAGE_BYTES;
    }
}
