package io.skein.node;

import io.skein.cluster.ClusterSecret;
import java.util.Optional;

/**
 * The cluster's secret as the operator gave it.
 *
 * @param previous the one before, still taken
 */
public record PeerSecret(String current, Optional<String> previous) {
    /** Takes a tenth of a second for each. */
    ClusterSecret derived() {
        return ClusterSecret.of(current, previous);
    }

    @Override
    public String toString() {
        return "a secret";
    }
}
