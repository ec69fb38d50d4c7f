package io.skein.store;

/** Why this process must end now: what is on the disk is not known, or not what it should be (DESIGN D10, D13). */
public record StoreFailure(Kind kind, Throwable cause) {
    public enum Kind {
        /** The disk failed or the file is damaged: exit code 74. */
        DISK,
        /** A contradiction within the program: exit code 70. */
        INVARIANT,
        /** The cluster is at a feature level at which this build cannot work: exit code 76. */
        OTHER_LEVEL
    }

    static StoreFailure of(Throwable cause) {
        return new StoreFailure(cause instanceof AssertionError ? Kind.INVARIANT : Kind.DISK, cause);
    }
}
