package io.skein.protocol.tcp;

import io.skein.machine.Cursor;
import io.skein.topic.TopicFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which of several streams with overlapping filters writes a message: whichever comes to it first. That is safe because
 * every stream begins with the first message, so whatever matches a filter and lies at or before its stream's position has
 * been written. A filter that is given up leaves its position with the streams that are behind it; those begun later know
 * nothing of it and replay everything, as a new subscription should.
 */
final class OnceEach {
    /** Where the stream of one filter is. */
    static final class Position {
        private final TopicFilter filter;
        private Cursor at = Cursor.ORIGIN;
        /** Filters given up while ahead of this one, and how far they were. */
        private final Map<TopicFilter, Cursor> left = new HashMap<>();

        private Position(TopicFilter filter) {
            this.filter = filter;
        }

        /** How many filters that were given up are still ahead; for a limit. */
        int leftAhead() {
            return left.size();
        }

        private boolean hasWritten(String topic, Cursor cursor) {
            return !cursor.isAfter(at) && filter.matches(topic);
        }
    }

    private final List<Position> positions = new ArrayList<>();

    Position begin(TopicFilter filter) {
        Position position = new Position(filter);
        positions.add(position);
        return position;
    }

    void giveUp(Position gone) {
        positions.remove(gone);
        for (Position position : positions) {
            if (gone.at.isAfter(position.at)) {
                position.left.merge(gone.filter, gone.at, (a, b) -> a.isAfter(b) ? a : b);
            }
        }
    }

    /**
     * The stream at {@code position} has come to this message, which its filter matches.
     *
     * @return whether it is to be written
     */
    boolean take(Position position, String topic, Cursor cursor) {
        boolean written = false;
        for (Map.Entry<TopicFilter, Cursor> gone : position.left.entrySet()) {
            written |= !cursor.isAfter(gone.getValue()) && gone.getKey().matches(topic);
        }
        if (positions.size() > 1) {
            for (Position other : positions) {
                written |= other != position && other.hasWritten(topic, cursor);
            }
        }
        position.at = cursor;
        if (!position.left.isEmpty()) {
            position.left.values().removeIf(upTo -> !upTo.isAfter(cursor));
        }
        return !written;
    }
}
