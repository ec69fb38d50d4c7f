package io.skein.simulator;

import io.skein.replica.Input;

/** Wakes a replica when it asked to be, by its node's own clock, which may stand still meanwhile. */
final class Alarm {
    private static final long NANOS_PER_MS = 1_000_000;

    private final SimulatedNode node;
    private final NodeClock clock;
    private long at = Long.MAX_VALUE;
    private long scheduled = Long.MAX_VALUE;

    Alarm(SimulatedNode node, NodeClock clock) {
        this.node = node;
        this.clock = clock;
    }

    void set(long nanos) {
        at = nanos;
        schedule();
    }

    private void schedule() {
        if (at < scheduled) {
            scheduled = at;
            long mine = at;
            node.later(Math.max(1, at - clock.nanos()), () -> {
                if (scheduled == mine) {
                    ring();
                }
            });
        }
    }

    private void ring() {
        scheduled = Long.MAX_VALUE;
        if (at <= clock.nanos()) {
            at = Long.MAX_VALUE;
            int life = node.life();
            node.feed(new Input.Tick());
            if (node.life() != life) {
                return;
            }
            if (at == Long.MAX_VALUE) {
                // The replica says when only if that changed; paused, it has not been asked yet.
                at = clock.nanos() + (node.isPaused() ? 100 : 10) * NANOS_PER_MS;
            }
        }
        schedule();
    }
}
