package io.skein.node;

/** What the process says when it ends (API.md section 1). */
public final class ExitCode {
    /** The answer is no: refused, not there, not well. Nothing was changed. */
    public static final int NO = 1;

    /** Nothing came within the time. */
    public static final int NOTHING = 3;

    /** It may have been done, or not: the answer to a command that changes something never came. */
    public static final int UNKNOWN = 4;

    public static final int USAGE = 64;
    /** What is to be read, a backup for example, is not what was written. */
    public static final int DAMAGED = 65;

    /** No node answers, or none can do it now: nothing was done, and asking again is safe. */
    public static final int UNREACHABLE = 69;

    /** A fault of our own: of a node a broken invariant, after which it does not trust itself any more. */
    public static final int BROKEN = 70;

    public static final int DATA_DIRECTORY_IN_USE = 73;
    public static final int DISK_ERROR = 74;
    /** A cluster of one whose database went backwards. */
    public static final int WENT_BACKWARDS = 75;

    /** The data, or the cluster, is at a feature level or of a schema that this build does not know. */
    public static final int OTHER_LEVEL = 76;

    /** A node does not let a command do what was asked: who asks is not known there, or may not. */
    public static final int DENIED = 77;

    private ExitCode() {}
}
