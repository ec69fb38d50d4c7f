package io.skein.node;

import io.skein.broker.WallClock;
import io.skein.cluster.ReplicaVerticle;
import io.skein.metrics.MetricsRoutes;
import io.skein.store.DiskTrouble;
import io.vertx.ext.web.Router;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * What a node finds around it, beside what its operator says. A simulator gives it another one.
 *
 * @param clock by which its doors tell the time
 * @param replicaClock by which its replica does
 * @param random for election timeouts
 * @param disk what becomes of its commits; empty: they take what they take
 * @param pages what else its HTTP port serves
 * @param doors on how many event loops it has doors
 * @param console whether it has pages to look at
 */
public record World(
        WallClock clock,
        ReplicaVerticle.Clock replicaClock,
        RandomGenerator random,
        Optional<DiskTrouble> disk,
        Optional<Pages> pages,
        int doors,
        boolean console) {
    /** The one outside. */
    public static World real() {
        return new World(
                WallClock.SYSTEM,
                ReplicaVerticle.Clock.SYSTEM,
                RandomGenerator.getDefault(),
                Optional.empty(),
                Optional.empty(),
                Runtime.getRuntime().availableProcessors(),
                true);
    }

    /** Paths of a node that are not its own. */
    public interface Pages {
        /** @param door what the node's door does for its own routes it does for these; once for each event loop of it */
        void mount(Router router, MetricsRoutes.Door door);
    }
}
