package io.skein.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What goes wrong in a cluster that is left to itself ({@code --faults}): the same for the same seed and number of nodes. One
 * thing at a time, so that a majority is always there to go on; a single node has only what it survives.
 */
final class FaultPlan {
    enum Kind {
        KILL,
        PAUSE,
        ISOLATE,
        DEAFEN,
        DELAY,
        SLOW_DISK,
        FULL_DISK
    }

    /**
     * One fault and its end.
     *
     * @param afterMs the end of the one before
     * @param node 0 and on
     * @param amountMs of delays; 0 for the others
     */
    record Fault(long afterMs, Kind kind, int node, long forMs, long amountMs) {
        String said(List<String> ids) {
            String name = ids.get(node);
            return switch (kind) {
                        case KILL -> "kills " + name;
                        case PAUSE -> "pauses " + name;
                        case ISOLATE -> "cuts " + name + " off";
                        case DEAFEN -> "lets " + name + " hear nothing";
                        case DELAY -> "delays all that " + name + " says by " + amountMs + " ms";
                        case SLOW_DISK -> "slows the disk of " + name + " by " + amountMs + " ms";
                        case FULL_DISK -> "fills the disk of " + name;
                    }
                    + " for " + forMs + " ms";
        }
    }

    private static final List<Kind> ALONE = List.of(Kind.KILL, Kind.PAUSE, Kind.SLOW_DISK, Kind.FULL_DISK);

    private final SplittableRandom random;
    private final int nodes;

    FaultPlan(long seed, int nodes) {
        this.random = new SplittableRandom(seed ^ 0xFA017);
        this.nodes = nodes;
    }

    Fault next() {
        List<Kind> kinds = nodes == 1 ? ALONE : List.of(Kind.values());
        Kind kind = kinds.get(random.nextInt(kinds.size()));
        int node = random.nextInt(nodes);
        long after = random.nextLong(1_000, 4_000);
        long lasts = random.nextLong(500, 3_000);
        boolean isSlow = kind == Kind.DELAY || kind == Kind.SLOW_DISK;
        return new Fault(after, kind, node, lasts, isSlow ? random.nextLong(5, 150) : 0);
    }

    /** The first so many. */
    List<Fault> first(int count) {
        List<Fault> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(next());
        }
        return all;
    }
}
