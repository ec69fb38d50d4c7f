package io.skein.machine;

import java.util.Optional;

/** What somebody wants done to the replicated state. Each machine seals its own kinds in its own room. */
public interface Command {
    /** Whether this makes the state smaller, so that it is taken even while the disk is full. */
    default boolean frees() {
        return false;
    }

    /** Places within its entry that this command's messages may take; at least 1. */
    default int places() {
        return 1;
    }

    /** The place whose kept body this command brings with it (DESIGN D17), if it does. */
    default Optional<Cursor> body() {
        return Optional.empty();
    }

    /**
     * The {@link FeatureLevel} that the cluster must have for this to be proposed. What falls due by itself needs no higher
     * one than what made it due.
     */
    default int needs() {
        return FeatureLevel.FIRST;
    }

    /** Bytes towards the limits of a log entry and of what may wait, roughly. */
    default int size() {
        return 64;
    }
}
