package io.skein.cluster;

/**
 * Nobody answers at an address, or somebody else than was meant. No stack trace: an answer. Nothing was executed.
 */
public final class NotThere extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean silent;

    private NotThere(String what, boolean silent) {
        super(what, null, false, false);
        this.silent = silent;
    }

    static NotThere nobody(String address) {
        return new NotThere("nobody answers at " + address + "; is that its Raft port, and is it running?", true);
    }

    static NotThere other(String address, String found, String meant) {
        return new NotThere("node " + found + " is at " + address + ", not " + meant, false);
    }

    /** False when somebody else answered. */
    public boolean isSilent() {
        return silent;
    }
}
