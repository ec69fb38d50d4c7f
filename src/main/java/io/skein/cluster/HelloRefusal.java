package io.skein.cluster;

/** Why two nodes do not speak with each other. */
public enum HelloRefusal {
    /** No version of the protocol is known to both. */
    OTHER_VERSION,
    OTHER_GROUP,
    /** Both belong to a cluster, and not to the same. */
    OTHER_CLUSTER,
    /** Both have the same name. */
    SAME_NODE,
    /** At the address of a member answers a node of another name. Said by who called. */
    OTHER_NODE
}
