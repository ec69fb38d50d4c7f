package io.skein.cluster;

import io.skein.raft.NodeId;

/**
 * What a node says of itself before anything else is said on a connection.
 *
 * @param clusterId 0: it belongs to no cluster yet
 * @param incarnation 0: it has none yet
 * @param empty it holds no entry
 */
public record PeerFacts(NodeId node, long clusterId, long incarnation, boolean empty) {
    boolean hasCluster() {
        return clusterId != 0;
    }

    @Override
    public String toString() {
        return "node " + node + " of " + (hasCluster() ? "cluster " + Long.toHexString(clusterId) : "no cluster")
                + ", incarnation " + Long.toHexString(incarnation) + (empty ? ", empty" : "");
    }
}
