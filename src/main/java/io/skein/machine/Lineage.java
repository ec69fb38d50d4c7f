package io.skein.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The log's lineage: two random bytes, unlike any ancestor's (DESIGN D6), and the public text of cursors that carries
 * it: {@code c<lineage>.<index>.<place>} in base 36. A cursor text begins with a letter, an offset never does.
 *
 * @param ancestors logs that this one goes on from, the oldest first; at most {@link #MAX_ANCESTORS}
 */
public record Lineage(int id, List<Ancestor> ancestors) {
    /** Cursors of older ones say nothing any more. */
    public static final int MAX_ANCESTORS = 64;

    private static final String END = "z";

    /**
     * A log that an operator's recover or restore ended.
     *
     * @param end up to and with this index it is surely the same as the log that goes on
     */
    public record Ancestor(int id, long end) {}

    public Lineage {
        if (id < 0 || id > 0xFFFF) {
            throw new IllegalArgumentException("lineage " + id);
        }
        ancestors = List.copyOf(ancestors);
    }

    public Lineage(int id) {
        this(id, List.of());
    }

    /**
     * Of the log that goes on from this one.
     *
     * @param next unlike {@link #knows any known}
     */
    public Lineage successor(int next, long end) {
        if (knows(next)) {
            throw new IllegalArgumentException("lineage " + next + " was used before");
        }
        List<Ancestor> all = new ArrayList<>(ancestors);
        all.add(new Ancestor(id, end));
        return new Lineage(next, all.subList(Math.max(0, all.size() - MAX_ANCESTORS), all.size()));
    }

    public boolean knows(int lineage) {
        return sharedUpTo(lineage).isPresent();
    }

    /** The last index that this log surely shares with one of that lineage; empty when nothing is known of it. */
    public OptionalLong sharedUpTo(int lineage) {
        if (lineage == id) {
            return OptionalLong.of(Long.MAX_VALUE);
        }
        return ancestors.stream()
                .filter(ancestor -> ancestor.id() == lineage)
                .mapToLong(Ancestor::end)
                .findFirst();
    }

    public String text(Cursor cursor) {
        return text(cursor.index(), cursor.place());
    }

    public String text(long index, int place) {
        return "c" + Integer.toString(id, 36) + '.' + Long.toString(index, 36) + '.'
                + (place == Cursor.END ? END : Integer.toString(place, 36));
    }

    /** A cursor as read from a client, with the lineage it was written under. */
    public record Text(int lineage, Cursor cursor) {}

    /** Reads a cursor text of any lineage; empty when it is none. */
    public static Optional<Text> parse(String text) {
        int dot = text.indexOf('.');
        int second = text.indexOf('.', dot + 1);
        if (text.length() > 40 || text.isEmpty() || text.charAt(0) != 'c' || dot < 2 || second < 0) {
            return Optional.empty();
        }
        try {
            int lineage = Integer.parseInt(text.substring(1, dot), 36);
            long index = Long.parseLong(text.substring(dot + 1, second), 36);
            String tail = text.substring(second + 1);
            int place = tail.equals(END) ? Cursor.END : Integer.parseInt(tail, 36);
            if (lineage < 0 || lineage > 0xFFFF || index < 0 || place < 0) {
                return Optional.empty();
            }
            return Optional.of(new Text(lineage, new Cursor(index, place)));
        } catch (NumberFormatException notACursor) {
            return Optional.empty();
        }
    }
}
