package io.skein.machine;

import java.util.Optional;

/**
 * The log's lineage: two random bytes, unlike any ancestor's (DESIGN D6), and the public text of cursors that carries
 * it: {@code c<lineage>.<index>.<place>} in base 36. A cursor text begins with a letter, an offset never does.
 */
public record Lineage(int id) {
    private static final String END = "z";

    public Lineage {
        if (id < 0 || id > 0xFFFF) {
            throw new IllegalArgumentException("lineage " + id);
        }
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
