package io.skein.mailbox;

import java.util.Arrays;

/** How many of each, by small number: open addressing, 8 bytes a slot, no slot for what there is none of. */
final class Tally {
    private static final int FREE = -1;
    private static final int SMALLEST = 4;

    private int[] keys;
    private int[] counts;
    private int size;

    Tally() {
        allocate(SMALLEST);
    }

    interface Visitor {
        void visit(int key, int count);
    }

    /** Kinds that there are some of. */
    int size() {
        return size;
    }

    int of(int key) {
        int slot = find(key);
        return keys[slot] == key ? counts[slot] : 0;
    }

    void add(int key, int more) {
        int slot = find(key);
        if (keys[slot] != key) {
            if (2 * (size + 1) > keys.length) {
                resize(2 * keys.length);
                slot = find(key);
            }
            keys[slot] = key;
            counts[slot] = 0;
            size++;
        }
        counts[slot] += more;
        if (counts[slot] == 0) {
            close(slot);
            size--;
            if (keys.length > SMALLEST && 8 * size < keys.length) {
                resize(keys.length / 2);
            }
        }
    }

    void each(Visitor visitor) {
        for (int slot = 0; slot < keys.length; slot++) {
            if (keys[slot] != FREE) {
                visitor.visit(keys[slot], counts[slot]);
            }
        }
    }

    private void allocate(int slots) {
        keys = new int[slots];
        counts = new int[slots];
        Arrays.fill(keys, FREE);
    }

    private int home(int key) {
        return (key * 0x9E3779B9 >>> 7) & keys.length - 1;
    }

    /** Where the key is, or would be. */
    private int find(int key) {
        int slot = home(key);
        while (keys[slot] != FREE && keys[slot] != key) {
            slot = slot + 1 & keys.length - 1;
        }
        return slot;
    }

    private void resize(int slots) {
        int[] oldKeys = keys;
        int[] oldCounts = counts;
        allocate(slots);
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != FREE) {
                int slot = find(oldKeys[i]);
                keys[slot] = oldKeys[i];
                counts[slot] = oldCounts[i];
            }
        }
    }

    /** Frees a slot and moves up those behind it that would not be found any more. */
    private void close(int free) {
        int hole = free;
        for (int slot = free + 1 & keys.length - 1; keys[slot] != FREE; slot = slot + 1 & keys.length - 1) {
            // Moves when its home is not cyclically within (hole, slot].
            if ((slot - home(keys[slot]) & keys.length - 1) >= (slot - hole & keys.length - 1)) {
                keys[hole] = keys[slot];
                counts[hole] = counts[slot];
                hole = slot;
            }
        }
        keys[hole] = FREE;
    }
}
