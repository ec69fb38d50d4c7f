package io.skein.simulator;

import io.skein.machine.Cursor;
import io.skein.topic.Message;
import io.skein.topic.TopicChange;
import io.skein.topic.TopicName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is known of every message that anybody ever wanted published: what was asked, what was answered, where it was
 * served, on which disks it is in rows. Each new fact is held against the others at once.
 *
 * <p>A message is a number, which its body begins with. A place, once served, is that message's for ever: whatever
 * another node serves, or a restart serves again, must stand where it stood, and no other in its place.
 */
final class Ledger {
    /** Messages of one publish have numbers {@code PER_PUBLISH * id + 0, 1, ...}. */
    static final int PER_PUBLISH = 8;

    static final TopicName[] NAMES = {
        new TopicName("a"), new TopicName("b/0"), new TopicName("b/1"), new TopicName("b/2"), new TopicName("c/d/e")
    };

    private static final int REFUSED = 1;
    private static final int ACKNOWLEDGED = 1 << 1;
    private static final int DELAYED = 1 << 3;
    private static final int CANCELLED = 1 << 4;
    private static final int MAYBE_CANCELLED = 1 << 5;
    private static final int SCHEDULED = 1 << 6;
    private static final int TAKEN_SOMEWHERE = 1 << 7;

    /** A topic by its id: what was ever served of it, by whomever. */
    private static final class Topic {
        long everServed;
        /** Expiry of each message by offset; {@link Long#MAX_VALUE} for never. */
        long[] expiries = new long[16];

        Message[] messages = new Message[16];
        private long[] indexes = new long[16];
        private int[] places = new int[16];
        /** Where those came from that are copies of others, by offset. */
        final Map<Long, Cursor> copies = new HashMap<>();
    }

    /** How far one topic is, somewhere. */
    private static final class Place {
        long next;
        long lastIndex;
        int lastPlace;
        long lowWater;

        Place copy() {
            Place copy = new Place();
            copy.next = next;
            copy.lastIndex = lastIndex;
            copy.lastPlace = lastPlace;
            return copy;
        }
    }

    private static Place place(List<Place> places, long id) {
        while (places.size() < id) {
            places.add(new Place());
        }
        return places.get((int) id - 1);
    }

    /** What is in the rows of one disk. */
    static final class Stored {
        private final List<Place> places = new ArrayList<>();
        private final BitSet written = new BitSet();
        private final BitSet scheduled = new BitSet();

        Stored copy() {
            Stored copy = new Stored();
            places.forEach(place -> copy.places.add(place.copy()));
            copy.written.or(written);
            copy.scheduled.or(scheduled);
            return copy;
        }
    }

    /** What one node has served in one of its lives, beginning with what is in its rows. */
    static final class Served {
        private final List<Place> places = new ArrayList<>();

        Served(Stored stored) {
            stored.places.forEach(place -> places.add(place.copy()));
        }
    }

    private final List<Topic> topics = new ArrayList<>();

    // By number of the message.
    private int[] flags = new int[1024];
    private byte[] names = new byte[1024];
    private int[] delays = new int[1024];
    private int[] ttls = new int[1024];
    private long[] dues = new long[1024];
    private long[] servedTopic = new long[1024];
    private long[] servedOffset = new long[1024];
    /** 0: never served. */
    private long[] servedIndex = new long[1024];

    private int[] servedPlace = new int[1024];
    private int end;
    private int acknowledged;

    int acknowledged() {
        return acknowledged;
    }

    /** Somebody is about to ask for this. */
    void wanted(long number, int name, int delayMs, int ttlMs) {
        int n = (int) number;
        if (n >= flags.length) {
            int length = Math.max(n + 1, flags.length * 2);
            flags = Arrays.copyOf(flags, length);
            names = Arrays.copyOf(names, length);
            delays = Arrays.copyOf(delays, length);
            ttls = Arrays.copyOf(ttls, length);
            dues = Arrays.copyOf(dues, length);
            servedTopic = Arrays.copyOf(servedTopic, length);
            servedOffset = Arrays.copyOf(servedOffset, length);
            servedIndex = Arrays.copyOf(servedIndex, length);
            servedPlace = Arrays.copyOf(servedPlace, length);
        }
        end = Math.max(end, n + 1);
        names[n] = (byte) name;
        delays[n] = delayMs;
        ttls[n] = ttlMs;
    }

    static byte[] body(long number, int length) {
        byte[] body = new byte[Math.max(8, length)];
        for (int i = 0; i < 8; i++) {
            body[i] = (byte) (number >>> 56 - 8 * i);
        }
        return body;
    }

    private static int number(Message message) {
        byte[] body = message.body();
        long number = 0;
        for (int i = 0; i < 8; i++) {
            number = number << 8 | body[i] & 0xFF;
        }
        return (int) number;
    }

    /** A lone node serves, before it says that it is ready, all that it ever served. */
    void caughtUp(Served served) {
        for (int id = 1; id <= topics.size(); id++) {
            check(
                    place(served.places, id).next >= topic(id).everServed,
                    "topic %d was served up to offset %d, is now up to %d",
                    id,
                    topic(id).everServed,
                    place(served.places, id).next);
        }
    }

    /** Subscribers get this. */
    void served(Served by, TopicChange.Appended run) {
        long id = run.topic();
        Topic topic = topic(id);
        Place at = place(by.places, id);
        check(run.firstOffset() == at.next, "topic %d: offset %d after %d", id, run.firstOffset(), at.next);
        long index = run.first().index();
        int place = run.first().place();
        check(
                index > at.lastIndex || index == at.lastIndex && place > at.lastPlace,
                "topic %d: entry %d comes after entry %d",
                id,
                index,
                at.lastIndex);
        long offset = run.firstOffset();
        for (Message message : run.messages()) {
            if (isCopy(message)) {
                copied(topic, offset, new Cursor(index, place), message);
            } else {
                served(topic, run, offset, place, message);
            }
            if (offset >= topic.expiries.length) {
                topic.expiries = Arrays.copyOf(topic.expiries, topic.expiries.length * 2);
                topic.messages = Arrays.copyOf(topic.messages, topic.messages.length * 2);
                topic.indexes = Arrays.copyOf(topic.indexes, topic.indexes.length * 2);
                topic.places = Arrays.copyOf(topic.places, topic.places.length * 2);
            }
            topic.expiries[(int) offset] = run.expiresAt();
            topic.messages[(int) offset] = message;
            topic.indexes[(int) offset] = index;
            topic.places[(int) offset] = place;
            offset++;
            place++;
        }
        at.next = offset;
        at.lastIndex = index;
        at.lastPlace = place - 1;
        topic.everServed = Math.max(topic.everServed, offset);
    }

    private void served(Topic topic, TopicChange.Appended run, long offset, int place, Message message) {
        long id = run.topic();
        long index = run.first().index();
        int n = number(message);
        check((flags[n] & REFUSED) == 0, "message %d was refused and is there", n);
        check((flags[n] & CANCELLED) == 0, "message %d was cancelled and is there", n);
        check(run.name().equals(NAMES[names[n]]), "message %d is in the wrong topic %d", n, id);
        if (servedIndex[n] != 0) {
            check(
                    isAt(n, id, offset, index, place),
                    "message %d was served from entry %d, is now at entry %d",
                    n,
                    servedIndex[n],
                    index);
        } else {
            check(
                    offset >= topic.everServed,
                    "message %d is at offset %d of topic %d, where another was served",
                    n,
                    offset,
                    id);
            servedTopic[n] = id;
            servedOffset[n] = offset;
            servedIndex[n] = index;
            servedPlace[n] = place;
        }
        check(delays[n] == 0 || dues[n] > 0, "message %d left before its waiting was written", n);
        check(dues[n] <= run.time(), "message %d was due at %d, left at %d", n, dues[n], run.time());
        check(
                run.expiresAt() == (ttls[n] == 0 ? Long.MAX_VALUE : run.time() + ttls[n]),
                "message %d expires at %d",
                n,
                run.expiresAt());
    }

    /** A dead letter; its body has the number of the message that it is a copy of. */
    private static boolean isCopy(Message message) {
        return !message.headers().isEmpty();
    }

    private void copied(Topic topic, long offset, Cursor at, Message message) {
        Cursor known = topic.copies.putIfAbsent(offset, at);
        if (known == null) {
            check(offset >= topic.everServed, "a copy is at offset %d, where another was served", offset);
        } else {
            check(
                    known.equals(at) && number(topic.messages[(int) offset]) == number(message),
                    "a copy was served from entry %d, is now at entry %d",
                    known.index(),
                    at.index());
        }
    }

    /** A message as it was served, if it is in rows there. */
    Optional<Message> message(Stored stored, long topic, long offset) {
        return offset < place(stored.places, topic).next
                ? Optional.of(topic(topic).messages[(int) offset])
                : Optional.empty();
    }

    /** Where a message that was served stands in the log. */
    Cursor cursor(long topic, long offset) {
        Topic of = topic(topic);
        return new Cursor(of.indexes[(int) offset], of.places[(int) offset]);
    }

    long everServed(long topic) {
        return topic(topic).everServed;
    }

    boolean isExpired(long topic, long offset, long time) {
        return topic(topic).expiries[(int) offset] <= time;
    }

    /** The first message of a topic that stands after a cursor, as far as anything was served. */
    long firstAfter(long topic, Cursor cursor) {
        long low = 0;
        long high = topic(topic).everServed;
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (cursor(topic, middle).isAfter(cursor)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** A message that was served. */
    Message message(long topic, long offset) {
        return topic(topic).messages[(int) offset];
    }

    /** This became a durable row. */
    void written(Stored stored, TopicChange change) {
        if (change instanceof TopicChange.Appended run) {
            Place at = place(stored.places, run.topic());
            check(run.firstOffset() == at.next, "rows of topic %d: offset %d", run.topic(), run.firstOffset());
            long offset = run.firstOffset();
            int place = run.first().place();
            for (Message message : run.messages()) {
                written(stored, run, offset++, place++, message);
            }
            at.next = offset;
            at.lastIndex = run.first().index();
            at.lastPlace = place - 1;
        } else if (change instanceof TopicChange.Scheduled waiting) {
            int n = number(waiting.publication().message());
            check(!stored.scheduled.get(n) && (flags[n] & REFUSED) == 0, "message %d waits and should not", n);
            check(waiting.due() == waiting.time() + delays[n], "message %d is due at %d", n, waiting.due());
            check(dues[n] == 0 || dues[n] == waiting.due(), "message %d is due at two times", n);
            stored.scheduled.set(n);
            flags[n] |= SCHEDULED;
            dues[n] = waiting.due();
        }
    }

    private void written(Stored stored, TopicChange.Appended run, long offset, int place, Message message) {
        int n = number(message);
        if (isCopy(message)) {
            check(
                    new Cursor(run.first().index(), place)
                            .equals(topic(run.topic()).copies.get(offset)),
                    "the copy of message %d is written elsewhere than it was served",
                    n);
            return;
        }
        check(!stored.written.get(n), "message %d is there twice", n);
        // Subscribers get it before the batch with its row is even submitted.
        check(
                isAt(n, run.topic(), offset, run.first().index(), place),
                "message %d was served from entry %d and is written as of entry %d",
                n,
                servedIndex[n],
                run.first().index());
        stored.written.set(n);
    }

    /** A client is told where its message is. */
    void acknowledged(long number, long offset, Cursor cursor) {
        int n = (int) number;
        check((flags[n] & REFUSED) == 0, "message %d was refused, then acknowledged", n);
        check(
                servedIndex[n] == cursor.index() && servedOffset[n] == offset && servedPlace[n] == cursor.place(),
                "message %d was acknowledged at offset %d, entry %d; it is at %d, %d",
                n,
                offset,
                cursor.index(),
                servedOffset[n],
                servedIndex[n]);
        if ((flags[n] & ACKNOWLEDGED) == 0) {
            flags[n] |= ACKNOWLEDGED;
            acknowledged++;
        }
    }

    /** A client is told that its message was taken, but no longer where. */
    void taken(long number) {
        flags[(int) number] |= TAKEN_SOMEWHERE;
        check((flags[(int) number] & REFUSED) == 0, "message %d was refused, then taken", number);
    }

    void delayed(long number) {
        check((flags[(int) number] & REFUSED) == 0, "message %d was refused, then waits", number);
        check(delays[(int) number] > 0, "message %d waits and nobody asked for that", number);
        flags[(int) number] |= DELAYED;
    }

    /** A client is told that its message is not there and never will be. */
    void refused(long number) {
        int n = (int) number;
        check(servedIndex[n] == 0, "message %d was refused and is in entry %d", n, servedIndex[n]);
        check((flags[n] & (ACKNOWLEDGED | SCHEDULED | DELAYED | TAKEN_SOMEWHERE)) == 0, "message %d was taken", n);
        flags[n] |= REFUSED;
    }

    void cancelled(long number) {
        int n = (int) number;
        check(servedIndex[n] == 0, "message %d was cancelled and is in entry %d", n, servedIndex[n]);
        flags[n] |= CANCELLED;
    }

    void maybeCancelled(long number) {
        flags[(int) number] |= MAYBE_CANCELLED;
    }

    /** A client is told that there is nothing to cancel. */
    void notWaiting(long number) {
        int n = (int) number;
        check(
                servedIndex[n] != 0 || (flags[n] & (CANCELLED | MAYBE_CANCELLED)) != 0,
                "message %d neither left nor was cancelled, and does not wait",
                n);
    }

    /** What a reader sees of a topic; low-water marks never go back, and nothing expires early. */
    void read(Served by, long id, long lowWater, long nextOffset, long count, long time, boolean allExpired) {
        Topic topic = topic(id);
        Place at = place(by.places, id);
        check(nextOffset == at.next, "topic %d is at %d, was served to %d", id, nextOffset, at.next);
        check(lowWater >= at.lowWater, "low water of topic %d went from %d to %d", id, at.lowWater, lowWater);
        check(lowWater <= nextOffset, "low water of topic %d is %d of %d", id, lowWater, nextOffset);
        at.lowWater = lowWater;
        long live = 0;
        for (int offset = (int) lowWater; offset < nextOffset; offset++) {
            if (topic.expiries[offset] > time) {
                live++;
            }
        }
        check(count >= live, "topic %d counts %d messages of %d not expired", id, count, live);
        check(count <= nextOffset - lowWater, "topic %d counts %d messages", id, count);
        check(!allExpired || count == live, "topic %d counts %d messages, %d have not expired", id, count, live);
    }

    /** Everything is answered and written, and what was due at all if {@code allDue}. */
    void finished(Stored stored, boolean allDue) {
        for (int n = 0; n < end; n++) {
            int is = flags[n];
            boolean written = stored.written.get(n);
            check((is & ACKNOWLEDGED) == 0 || written, "message %d was acknowledged and is lost", n);
            check(
                    (is & TAKEN_SOMEWHERE) == 0 || written || (is & SCHEDULED) != 0,
                    "message %d was said to be taken and is lost",
                    n);
            check(
                    (is & DELAYED) == 0
                            || written
                            || (is & (CANCELLED | MAYBE_CANCELLED)) != 0
                            || !allDue && stored.scheduled.get(n),
                    "message %d waited, was not cancelled, and is lost",
                    n);
            check(servedIndex[n] == 0 || written, "message %d was served and is lost", n);
        }
        for (int id = 1; id <= topics.size(); id++) {
            long next = place(stored.places, id).next;
            check(next == topic(id).everServed, "of topic %d are %d written of %d", id, next, topic(id).everServed);
        }
    }

    private Topic topic(long id) {
        while (topics.size() < id) {
            topics.add(new Topic());
        }
        return topics.get((int) id - 1);
    }

    private boolean isAt(int n, long topic, long offset, long index, int place) {
        return servedTopic[n] == topic
                && servedOffset[n] == offset
                && servedIndex[n] == index
                && servedPlace[n] == place;
    }

    private static void check(boolean holds, String what, long... numbers) {
        if (!holds) {
            throw new AssertionError("ledger: "
                    + String.format(what, Arrays.stream(numbers).boxed().toArray()));
        }
    }
}
