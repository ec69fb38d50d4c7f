package io.skein.topic;

import io.skein.machine.Cursor;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The topics that have lost messages, in the order in which they last did, so that whoever reads many topics asks for those
 * that changed and not for all. A cache over the topics, no state of its own.
 *
 * <p>A busy topic is trimmed with every publish, so a trim only moves its topic from one list to another: trims in a row
 * share a bucket, and only buckets are searched for.
 */
final class Trims {
    /** Trims that share a bucket. */
    private static final int TOGETHER = 512;

    /** Where a topic stands: in the list of the bucket of its latest trim. */
    static final class Place {
        private final TopicState topic;
        private long number;
        private Place before = this;
        private Place next = this;

        private Place(TopicState topic) {
            this.topic = topic;
        }

        private void unlink() {
            before.next = next;
            next.before = before;
            before = this;
            next = this;
        }

        private void linkBefore(Place other) {
            before = other.before;
            next = other;
            before.next = this;
            other.before = this;
        }
    }

    private static final class Bucket {
        final long key;
        /** Begins and ends the list. */
        final Place ends = new Place(null);
        /** Where the one ended that ended last, of the trims of this bucket and of all before it. */
        Cursor highest;

        Bucket(long key) {
            this.key = key;
        }

        boolean isEmpty() {
            return ends.next == ends;
        }
    }

    /** By the number of the trim, divided; the current one and those before it in which there is a topic. */
    private final TreeMap<Long, Bucket> buckets = new TreeMap<>();

    private Bucket current = new Bucket(0);
    private Cursor highest = Cursor.ORIGIN;
    private long count;

    Trims() {
        current.highest = highest;
        buckets.put(current.key, current);
    }

    long count() {
        return count;
    }

    void add(TopicState topic) {
        if (topic.trim == null) {
            topic.trim = new Place(topic);
        } else {
            leave(topic.trim);
        }
        Cursor last = topic.figures.lastTrimmed;
        highest = last.isAfter(highest) ? last : highest;
        long key = count / TOGETHER;
        if (key != current.key) {
            if (current.isEmpty()) {
                buckets.remove(current.key);
            }
            current = new Bucket(key);
            buckets.put(key, current);
        }
        current.highest = highest;
        topic.trim.number = ++count;
        topic.trim.linkBefore(current.ends);
    }

    void remove(TopicState topic) {
        if (topic.trim != null) {
            leave(topic.trim);
            topic.trim = null;
        }
    }

    private void leave(Place place) {
        boolean isLast = place.before == place.next;
        place.unlink();
        long key = (place.number - 1) / TOGETHER;
        if (isLast && key != current.key) {
            buckets.remove(key);
        }
    }

    /** A number of trims that all ended at or before the cursor: the highest, but for less than a bucket. */
    long endedBy(Cursor cursor) {
        for (Bucket bucket : buckets.descendingMap().values()) {
            if (!bucket.highest.isAfter(cursor)) {
                return Math.min(count, (bucket.key + 1) * TOGETHER);
            }
        }
        return 0;
    }

    /** The topics trimmed after so many trims, each once, by their latest. */
    List<TopicTrim> since(long number, int limit) {
        List<TopicTrim> trims = new ArrayList<>();
        for (Bucket bucket : buckets.tailMap(number / TOGETHER, true).values()) {
            for (Place place = bucket.ends.next; place != bucket.ends; place = place.next) {
                if (trims.size() == limit) {
                    return trims;
                }
                if (place.number > number) {
                    trims.add(trim(place));
                }
            }
        }
        return trims;
    }

    private static TopicTrim trim(Place place) {
        TopicState topic = place.topic;
        Figures figures = topic.figures;
        return new TopicTrim(
                place.number, topic.id, topic.name, figures.lowWater, figures.lastTrimmed, figures.expired > 0);
    }
}
