package io.skein.cluster;

import io.skein.machine.FeatureLevel;
import io.skein.raft.NodeId;

/**
 * What a node says of itself before anything else is said on a connection.
 *
 * @param clusterId 0: it belongs to no cluster yet
 * @param incarnation 0: it has none yet
 * @param empty it holds no entry
 * @param build what runs there
 * @param clusterLevel feature level of its cluster, as far as it has applied
 */
public record PeerFacts(NodeId node, long clusterId, long incarnation, boolean empty, Build build, int clusterLevel) {
    /** Of a node that does not say what runs there. */
    public PeerFacts(NodeId node, long clusterId, long incarnation, boolean empty) {
        this(node, clusterId, incarnation, empty, Build.BEFORE_LEVELS, FeatureLevel.FIRST);
    }

    /** Whether that node's build cannot work in this one's cluster. */
    boolean isBeyond(PeerFacts other) {
        return hasCluster() && !other.build.worksAt(clusterLevel);
    }

    boolean hasCluster() {
        return clusterId != 0;
    }

    @Override
    public String toString() {
        return "node " + node + " of " + (hasCluster() ? "cluster " + Long.toHexString(clusterId) : "no cluster")
                + ", incarnation " + Long.toHexString(incarnation) + (empty ? ", empty, " : ", ") + build
                + (hasCluster() ? ", at " + clusterLevel : "");
    }
}
