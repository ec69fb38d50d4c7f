package io.skein.store;

import io.skein.machine.Cursor;

/** Messages in log order, added at the end and removed at the front. */
final class MessageRing {
    private StoredMessage[] slots = new StoredMessage[4];
    private int head;
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    /** @param i 0 is the oldest */
    StoredMessage get(int i) {
        assert i >= 0 && i < size : i + " of " + size;
        return slots[(head + i) & (slots.length - 1)];
    }

    StoredMessage first() {
        return get(0);
    }

    StoredMessage last() {
        return get(size - 1);
    }

    void add(StoredMessage message) {
        if (size == slots.length) {
            resize(2 * slots.length);
        }
        slots[(head + size++) & (slots.length - 1)] = message;
    }

    StoredMessage removeFirst() {
        StoredMessage removed = get(0);
        slots[head] = null;
        head = (head + 1) & (slots.length - 1);
        size--;
        if (slots.length > 4 && size < slots.length / 4) {
            resize(slots.length / 2);
        }
        return removed;
    }

    void clear() {
        slots = new StoredMessage[4];
        head = 0;
        size = 0;
    }

    /** Position of the first message after this cursor; {@link #size} when there is none. */
    int firstAfter(Cursor cursor) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (get(middle).cursor().isAfter(cursor)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** Position of the first message stamped at this time or later; stamps never go back. */
    int firstAt(long time) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (get(middle).time() >= time) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private void resize(int length) {
        StoredMessage[] moved = new StoredMessage[length];
        for (int i = 0; i < size; i++) {
            moved[i] = get(i);
        }
        slots = moved;
        head = 0;
    }
}
