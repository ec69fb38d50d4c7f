package io.skein.cluster;

import io.skein.raft.Role;

/**
 * Where this node's replica stands, as of its last turn.
 *
 * @param leader empty when unknown
 * @param firstIndex first entry still in the log
 * @param stateHash at {@code appliedIndex}
 * @param time stamp of the newest applied entry
 */
public record ReplicaStatus(
        Role role,
        String leader,
        long term,
        long commitIndex,
        long appliedIndex,
        long settledIndex,
        long firstIndex,
        long lastIndex,
        long stateHash,
        long time,
        boolean caughtUp,
        boolean diskFull) {}
