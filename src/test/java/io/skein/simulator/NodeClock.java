package io.skein.simulator;

import io.skein.replica.Now;

/** What time one node is told it is: by a monotonic clock that begins with each life, and by one on the wall that may jump. */
final class NodeClock {
    private static final long NANOS_PER_MS = 1_000_000;
    private static final long AWAKE = -1;

    private final Simulation world;
    private long bootedAt;
    private long asleepSince = AWAKE;
    private long wallOffsetMs;

    NodeClock(Simulation world) {
        this.world = world;
    }

    /** A life begins, so long after the machine's. */
    void boot(long before) {
        bootedAt = world.agenda().now() - before;
        asleepSince = AWAKE;
    }

    void jump(long ms) {
        wallOffsetMs += ms;
    }

    /** The monotonic clock stands still, too, until the process goes on. */
    void sleep() {
        asleepSince = world.agenda().now();
    }

    void wake() {
        if (asleepSince != AWAKE) {
            bootedAt += world.agenda().now() - asleepSince;
            asleepSince = AWAKE;
        }
    }

    long wallMs() {
        return world.trueMs() + wallOffsetMs;
    }

    long nanos() {
        return (asleepSince == AWAKE ? world.agenda().now() : asleepSince) - bootedAt;
    }

    Now now() {
        return new Now(nanos(), wallMs());
    }
}
