package io.skein.mailbox;

import java.util.Arrays;

/**
 * Mails with ids from {@code base} on, up to {@link #SPAN} of them: ten bytes each, by rising id. What was deleted is
 * marked, and closed up once it is more than half.
 */
final class Segment {
    static final int SPAN = 4096;
    static final int BITS = 12;
    private static final int OFFSET = SPAN - 1;
    private static final int READ = 1 << BITS;
    private static final int GONE = 1 << BITS + 1;
    private static final int SMALLEST = 16;

    final long base;
    /** Of each: the last bits of its id, whether it was read, whether it is gone. */
    private short[] marks = new short[SMALLEST];
    /** Handles of boxes. */
    private int[] from = new int[SMALLEST];

    private int[] to = new int[SMALLEST];
    private int size;
    private int kept;

    Segment(long base) {
        this.base = base;
    }

    /** Places in use; what stands there may be gone. */
    int size() {
        return size;
    }

    /** Mails that are not gone. */
    int kept() {
        return kept;
    }

    /** An id that is higher than all before. */
    void add(long id, int sender, int receiver, boolean isRead) {
        assert size == 0 || id(size - 1) < id : "mail " + id + " comes after mail " + id(size - 1);
        if (size == marks.length) {
            resize(Math.min(SPAN, 2 * size));
        }
        marks[size] = (short) ((int) (id & OFFSET) | (isRead ? READ : 0));
        from[size] = sender;
        to[size] = receiver;
        size++;
        kept++;
    }

    /** -1: it is not there. */
    int find(long id) {
        int offset = (int) (id & OFFSET);
        int low = 0;
        int high = Math.min(size - 1, offset);
        while (low <= high) {
            int middle = low + high >>> 1;
            int found = marks[middle] & OFFSET;
            if (found == offset) {
                return isGone(middle) ? -1 : middle;
            }
            if (found < offset) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -1;
    }

    long id(int place) {
        return base + (marks[place] & OFFSET);
    }

    int from(int place) {
        return from[place];
    }

    int to(int place) {
        return to[place];
    }

    boolean isRead(int place) {
        return (marks[place] & READ) != 0;
    }

    boolean isGone(int place) {
        return (marks[place] & GONE) != 0;
    }

    void read(int place) {
        marks[place] |= (short) READ;
    }

    /** Places stay as they are until {@link #tidy}. */
    void remove(int place) {
        marks[place] |= (short) GONE;
        kept--;
    }

    void tidy() {
        if (2 * kept >= size) {
            return;
        }
        int next = 0;
        for (int place = 0; place < size; place++) {
            if (!isGone(place)) {
                marks[next] = marks[place];
                from[next] = from[place];
                to[next] = to[place];
                next++;
            }
        }
        size = next;
        resize(Math.max(SMALLEST, size));
    }

    private void resize(int places) {
        marks = Arrays.copyOf(marks, places);
        from = Arrays.copyOf(from, places);
        to = Arrays.copyOf(to, places);
    }

    /** Bytes of the arrays. */
    long memory() {
        return 10L * marks.length;
    }
}
