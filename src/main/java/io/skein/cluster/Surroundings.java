package io.skein.cluster;

import io.skein.store.StoreFailure;
import io.vertx.core.Context;
import java.util.function.Consumer;

/**
 * What stays while one replica of this node takes the place of another.
 *
 * @param context on which all of it lives
 * @param broken is told when the node must not go on
 */
record Surroundings(
        Context context,
        ReplicaVerticle.Clock clock,
        Opening opening,
        Peers peers,
        Roster roster,
        Replies replies,
        AppliedListener applied,
        ClusterListener listener,
        Consumer<StoreFailure> broken) {}
