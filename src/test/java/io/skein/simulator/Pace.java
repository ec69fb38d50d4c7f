package io.skein.simulator;

import static io.skein.simulator.History.check;

import io.skein.raft.Role;
import io.skein.replica.Replica;
import java.util.ArrayDeque;

/** Whatever the wall clocks do, a leader's stamps keep to its monotonic clock within a tenth (DESIGN D5). */
final class Pace {
    private static final double NANOS_PER_MS = 1_000_000;

    private record Made(long index, long term, long nanos) {}

    /** Entries that one node made in one life, and that are not applied there yet. */
    private final ArrayDeque<Made> made = new ArrayDeque<>();

    private long through;
    /** The first of the term, and the last. */
    private Made anchor = new Made(0, 0, 0);

    private long anchorStamp;
    private Made before = anchor;
    private long beforeStamp;

    Pace(long lastIndex) {
        through = lastIndex;
    }

    void follow(Replica replica, long nanos) {
        long last = replica.lastIndex();
        if (replica.role() == Role.LEADER) {
            for (long index = Math.max(through, replica.appliedIndex()) + 1; index <= last; index++) {
                if (replica.termOf(index) == replica.term()) {
                    made.add(new Made(index, replica.term(), nanos));
                }
            }
        } else if (!made.isEmpty()) {
            made.clear();
        }
        through = last;
    }

    void applied(long index, long stamp) {
        while (!made.isEmpty() && made.peekFirst().index() <= index) {
            Made entry = made.pollFirst();
            if (entry.index() == index) {
                follows(entry, stamp);
            }
        }
    }

    private void follows(Made entry, long stamp) {
        if (anchor.term() != entry.term()) {
            anchor = entry;
            anchorStamp = stamp;
        } else {
            moved(anchor, anchorStamp, entry, stamp);
            moved(before, beforeStamp, entry, stamp);
        }
        before = entry;
        beforeStamp = stamp;
    }

    /** Neither stood still nor ran. */
    private static void moved(Made from, long fromStamp, Made to, long toStamp) {
        double elapsed = (to.nanos() - from.nanos()) / NANOS_PER_MS;
        long moved = toStamp - fromStamp;
        check(
                moved <= elapsed * 1.1 + 2 && moved >= elapsed * 0.9 - 2,
                "stamps moved by %d ms to entry %d, the clock by %d ms",
                moved,
                to.index(),
                (long) elapsed);
    }
}
