package io.skein.cluster;

import io.skein.machine.FeatureLevel;
import io.skein.raft.Role;
import java.util.List;

/**
 * Where this node's replica stands, as of its last turn.
 *
 * @param leader empty when unknown
 * @param firstIndex first entry still in the log
 * @param stateHash at {@code appliedIndex}
 * @param time stamp of the newest applied entry
 * @param members as of a moment ago
 * @param featureLevel of the cluster, as far as it is applied here
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
        boolean diskFull,
        Standing standing,
        List<MemberStatus> members,
        int featureLevel) {
    /** Of a node that has no replica yet. */
    static final ReplicaStatus NONE = new ReplicaStatus(
            Role.FOLLOWER, "", 0, 0, 0, 0, 1, 0, 0, 0, false, false, Standing.MEMBER, List.of(), FeatureLevel.FIRST);

    /** Whether only figures differ. */
    boolean standsLike(ReplicaStatus other) {
        return role == other.role
                && term == other.term
                && leader.equals(other.leader)
                && caughtUp == other.caughtUp
                && diskFull == other.diskFull
                && standing == other.standing
                && featureLevel == other.featureLevel;
    }

    /** The same node while it has no replica. */
    ReplicaStatus away() {
        return standing(standing);
    }

    /** The same, as it is seen by its cluster now. */
    ReplicaStatus standing(Standing now) {
        return new ReplicaStatus(
                Role.FOLLOWER,
                "",
                term,
                commitIndex,
                appliedIndex,
                settledIndex,
                firstIndex,
                lastIndex,
                stateHash,
                time,
                false,
                diskFull,
                now,
                members,
                featureLevel);
    }

    /** Whether this node is one of its cluster. */
    public enum Standing {
        MEMBER,
        /** Its disk holds less than it promised, or it comes with a new one: it is on its way back as a new member. */
        AMNESIAC,
        /** Its state is not what a majority has. */
        CORRUPT,
        /** Its cluster does not count it, or no longer. */
        REMOVED
    }
}
