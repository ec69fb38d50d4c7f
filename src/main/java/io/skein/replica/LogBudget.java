package io.skein.replica;

import java.util.ArrayDeque;

/**
 * How much log lies on disk, in stretches of about 64 KiB (less when the budget is small), and so up to where it can go.
 * What was there before the start counts as half the budget: its size is not known without reading it.
 */
final class LogBudget {
    private static final long STRETCH_BYTES = 64 << 10;
    /** A budget has at least this many stretches. */
    private static final long STRETCHES = 16;

    private record Stretch(long end, long bytes) {}

    private final ArrayDeque<Stretch> closed = new ArrayDeque<>();
    private final long budget;
    private final long stretchBytes;
    private long openEnd;
    private long openBytes;
    private long bytes;

    LogBudget(long budget, long compacted, long lastIndex) {
        this.budget = budget;
        this.stretchBytes = Math.min(STRETCH_BYTES, budget / STRETCHES);
        if (lastIndex > compacted) {
            closed.add(new Stretch(lastIndex, budget / 2));
            bytes = budget / 2;
        }
    }

    void appended(long index, long size) {
        openEnd = index;
        openBytes += size;
        bytes += size;
        if (openBytes >= stretchBytes) {
            closed.add(new Stretch(openEnd, openBytes));
            openBytes = 0;
        }
    }

    /** Entries from {@code index} on are gone; what they weighed stays counted until their stretch goes. */
    void truncated(long index) {
        while (!closed.isEmpty() && closed.peekLast().end() >= index) {
            Stretch stretch = closed.pollLast();
            openBytes += stretch.bytes();
        }
        openEnd = index - 1;
    }

    boolean isTwiceOver() {
        return bytes > 2 * budget;
    }

    /** The index up to which the log should go, not above {@code limit}; 0 when nothing should. */
    long compactTo(long limit) {
        long to = 0;
        while (bytes > budget && !closed.isEmpty() && closed.peekFirst().end() <= limit) {
            Stretch stretch = closed.pollFirst();
            bytes -= stretch.bytes();
            to = stretch.end();
        }
        return to;
    }
}
