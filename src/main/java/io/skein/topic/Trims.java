package io.skein.topic;

import io.skein.machine.Cursor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/**
 * The topics that have lost messages: in the order in which they last did, and by the cursor where that ended. So whoever
 * reads many topics asks for those that changed and not for all. A cache over the topics, no state of its own.
 */
final class Trims {
    private final TreeMap<Long, TopicState> byNumber = new TreeMap<>();
    /** The cursor is one of the topic's own messages, so no two topics share it. */
    private final TreeMap<Cursor, TopicState> byLast = new TreeMap<>();

    private long count;

    long count() {
        return count;
    }

    /** @param before where the topic's trim before this one ended */
    void add(TopicState topic, Cursor before) {
        remove(topic, before);
        topic.trimNumber = ++count;
        byNumber.put(topic.trimNumber, topic);
        byLast.put(topic.figures.lastTrimmed, topic);
    }

    void remove(TopicState topic) {
        remove(topic, topic.figures.lastTrimmed);
    }

    private void remove(TopicState topic, Cursor last) {
        byNumber.remove(topic.trimNumber);
        byLast.remove(last, topic);
    }

    /** The topics trimmed after so many trims, each once, by their latest. */
    List<TopicTrim> since(long number, int limit) {
        return first(byNumber.tailMap(number, false).values(), limit);
    }

    /** The topics whose latest trim ended after a cursor, by where it ended. */
    List<TopicTrim> after(Cursor cursor, int limit) {
        return first(byLast.tailMap(cursor, false).values(), limit);
    }

    private static List<TopicTrim> first(Collection<TopicState> topics, int limit) {
        List<TopicTrim> trims = new ArrayList<>();
        for (TopicState topic : topics) {
            if (trims.size() == limit) {
                break;
            }
            Figures figures = topic.figures;
            trims.add(new TopicTrim(
                    topic.trimNumber,
                    topic.id,
                    topic.name,
                    figures.lowWater,
                    figures.lastTrimmed,
                    figures.expired > 0));
        }
        return trims;
    }
}
