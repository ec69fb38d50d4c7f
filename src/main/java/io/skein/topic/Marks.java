package io.skein.topic;

import java.util.Arrays;

/** A topic's marks above its low water, oldest first. */
final class Marks {
    private static final TopicChange.Marked[] NONE = {};

    private TopicChange.Marked[] ring = NONE;
    private int head;
    private int size;

    int size() {
        return size;
    }

    TopicChange.Marked get(int i) {
        return ring[(head + i) & (ring.length - 1)];
    }

    void add(TopicChange.Marked mark) {
        assert size == 0 || get(size - 1).end() < mark.end() : mark + " after " + get(size - 1);
        if (size == ring.length) {
            var larger = new TopicChange.Marked[Math.max(4, 2 * size)];
            for (int i = 0; i < size; i++) {
                larger[i] = get(i);
            }
            ring = larger;
            head = 0;
        }
        ring[(head + size) & (ring.length - 1)] = mark;
        size++;
    }

    void removeThrough(long lowWater) {
        while (size > 0 && get(0).end() <= lowWater) {
            ring[head] = null;
            head = (head + 1) & (ring.length - 1);
            size--;
        }
        if (size == 0 && ring.length > 64) {
            ring = NONE;
            head = 0;
        } else if (ring.length > 64 && size < ring.length / 8) {
            shrink();
        }
    }

    private void shrink() {
        var smaller = new TopicChange.Marked[ring.length / 4];
        for (int i = 0; i < size; i++) {
            smaller[i] = get(i);
        }
        ring = smaller;
        head = 0;
    }

    @Override
    public String toString() {
        var kept = new TopicChange.Marked[size];
        for (int i = 0; i < size; i++) {
            kept[i] = get(i);
        }
        return Arrays.toString(kept);
    }
}
