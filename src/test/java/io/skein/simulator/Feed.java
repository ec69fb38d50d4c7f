package io.skein.simulator;

import io.skein.machine.Cursor;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicMachine;
import io.skein.topic.TopicTrim;
import io.skein.topic.TopicView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a door does for one subscriber as long as its node lives: pages from what the node has, from a cursor on, until it
 * has caught up, then whatever is applied. A gap is what trims say that ended after the position (DESIGN D6), which may be
 * one too many, never one too few.
 *
 * <p>Invariant: every matching message up to the position was given or said to be gone, none above it was.
 */
final class Feed {
    /** A message on its way to a subscriber. */
    record Given(long topic, long offset, Cursor cursor) {}

    /** @param gaps by topic: the offset below which messages may be gone */
    record Page(List<Given> messages, Map<Long, Long> gaps) {}

    private static final Comparator<Given> IN_LOG_ORDER = Comparator.comparing(Given::cursor);

    private final SimulatedNode node;
    private final Ledger ledger;
    private final TopicFilter filter;
    private Cursor position;
    /** Trims that are no news, by number. */
    private long told;

    private boolean live;

    Feed(SimulatedNode node, Ledger ledger, TopicFilter filter, Cursor after) {
        this.node = node;
        this.ledger = ledger;
        this.filter = filter;
        this.position = after;
        this.told = node.topics().trimsEndedBy(after);
    }

    SimulatedNode node() {
        return node;
    }

    boolean isLive() {
        return live;
    }

    /** A cursor ahead of what is applied here is waited for. */
    boolean isAhead() {
        return position.index() > node.replica().appliedIndex();
    }

    /** Reads on, at most so many messages; whoever gets fewer has caught up. */
    Page read(int most) {
        TopicMachine topics = node.topics();
        Map<Long, Long> gaps = new LinkedHashMap<>();
        for (TopicTrim trim : topics.trimmedSince(told, Integer.MAX_VALUE)) {
            told = trim.number();
            if (trim.last().isAfter(position) && filter.matches(trim.name().value())) {
                gaps.put(trim.topicId(), trim.lowWater());
            }
        }
        List<Given> found = new ArrayList<>();
        for (TopicView topic : topics.matching(filter)) {
            long first = Math.max(topic.lowWater(), ledger.firstAfter(topic.id(), position));
            int of = 0;
            for (long offset = first; offset < topic.nextOffset() && of <= most; offset++) {
                if (!ledger.isExpired(topic.id(), offset, node.replica().appliedTime())) {
                    of++;
                    found.add(new Given(topic.id(), offset, ledger.cursor(topic.id(), offset)));
                }
            }
        }
        found.sort(IN_LOG_ORDER);
        live = found.size() <= most;
        List<Given> messages = live ? found : found.subList(0, most);
        position = live
                ? Cursor.endOf(node.replica().appliedIndex())
                : messages.get(most - 1).cursor();
        return new Page(messages, gaps);
    }

    /** Applied just now. @param messages of that entry and topic, in their order */
    List<Given> pass(String topic, List<Given> messages) {
        if (!live || !filter.matches(topic)) {
            return List.of();
        }
        position = messages.get(messages.size() - 1).cursor();
        return messages;
    }

    /** Everything of this entry was passed. */
    void passed(long index) {
        if (live) {
            position = Cursor.endOf(index);
        }
    }

    /** The subscriber does not keep up: it reads again from where it stands. */
    void fallBehind() {
        live = false;
    }
}
