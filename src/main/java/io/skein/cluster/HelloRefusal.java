package io.skein.cluster;

/** Why two nodes do not speak with each other. */
public enum HelloRefusal {
    /** No version of the protocol is known to both. */
    OTHER_VERSION("it speaks no version of the protocol that this node speaks"),
    OTHER_GROUP("it is of another Raft group"),
    /** Both belong to a cluster, and not to the same. */
    OTHER_CLUSTER("it belongs to another cluster"),
    SAME_NODE("it has the name of this node"),
    /** The build of one cannot work at the feature level that the cluster of the other has. */
    FEATURE_LEVEL("its build and ours have no feature level in common that the cluster is at"),
    /** Said by who called, of who answered. */
    OTHER_NODE("it is not the node that was expected there");

    private final String sentence;

    HelloRefusal(String sentence) {
        this.sentence = sentence;
    }

    String sentence() {
        return sentence;
    }
}
