package io.skein.sim;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** The election timeouts of one node, by the cluster's seed; whom the seed wants to lead first draws none at first. */
final class Draws implements RandomGenerator {
    private final SplittableRandom random;
    private boolean isFirst;

    Draws(long seed, int node, boolean leadsFirst) {
        this.random = new SplittableRandom(seed * 31 + node);
        this.isFirst = leadsFirst;
    }

    @Override
    public long nextLong() {
        return random.nextLong();
    }

    @Override
    public long nextLong(long bound) {
        if (isFirst) {
            isFirst = false;
            return 0;
        }
        return random.nextLong(bound);
    }
}
