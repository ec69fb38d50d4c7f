package io.skein.cluster;

import io.skein.raft.NodeId;

/** The cluster is at a feature level at which this node's build cannot work: the node must not go on. */
public final class OtherLevel extends RuntimeException {
    private static final long serialVersionUID = 1;

    OtherLevel(NodeId member, int level, Build itsBuild, Build mine) {
        super("the cluster is at feature level " + level + ", says " + member + " (" + itsBuild
                + "), and this node runs " + mine
                + ": start it with the build that the others run, its data stays as it is");
    }
}
