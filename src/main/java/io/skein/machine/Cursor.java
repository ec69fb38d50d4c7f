package io.skein.machine;

/**
 * A place in the log: entry index, then place within the entry. Ordered like the log. Its public text form also carries
 * the log's lineage ({@link Lineage}).
 *
 * @param index 0 is before the first entry
 * @param place 0-based number of the message within its entry; {@link #END} is after all of them
 */
public record Cursor(long index, int place) implements Comparable<Cursor> {
    public static final int END = Integer.MAX_VALUE;
    /** Before everything. */
    public static final Cursor ORIGIN = new Cursor(0, END);

    public Cursor {
        if (index < 0 || place < 0) {
            throw new IllegalArgumentException("cursor " + index + "." + place);
        }
    }

    /** After everything in entry {@code index}. */
    public static Cursor endOf(long index) {
        return new Cursor(index, END);
    }

    @Override
    public int compareTo(Cursor other) {
        int byIndex = Long.compare(index, other.index);
        return byIndex != 0 ? byIndex : Integer.compare(place, other.place);
    }

    public boolean isAfter(Cursor other) {
        return compareTo(other) > 0;
    }
}
