package io.skein.cluster;

/**
 * Nobody answers at an address, or not the node that was meant, or one that cannot come. No stack trace: an answer.
 * Nothing was executed.
 */
public final class NotThere extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What is there instead. */
    public enum Found {
        NOBODY,
        OTHER_NODE,
        /** The node, and it is a member of another cluster. */
        OTHER_CLUSTER,
        /** Whatever is there could not speak with the node that was asked to add it. */
        NO_WAY_BACK
    }

    private final Found found;

    private NotThere(Found found, String what) {
        super(what, null, false, false);
        this.found = found;
    }

    static NotThere nobody(String address) {
        return new NotThere(
                Found.NOBODY, "nobody answers at " + address + "; is that its Raft port, and is it running?");
    }

    static NotThere other(String address, String found, String meant) {
        return new NotThere(Found.OTHER_NODE, "node " + found + " is at " + address + ", not " + meant);
    }

    static NotThere ofOtherCluster(String address, String node) {
        return new NotThere(
                Found.OTHER_CLUSTER,
                "node " + node + " at " + address + " is a member of another cluster; only an empty node can be added:"
                        + " start it with another data directory and --join");
    }

    static NotThere noWayBack(String why) {
        return new NotThere(Found.NO_WAY_BACK, why);
    }

    public Found found() {
        return found;
    }
}
