package io.skein.cluster;

import io.skein.raft.Role;

/** What happens in this room, for figures. Called on the replica's context; must not block. */
public interface ClusterListener {
    ClusterListener NONE = new ClusterListener() {};

    default void roleChanged(Role role, long term) {}

    /** From proposal to answer. */
    default void committed(long nanos) {}

    default void refused(String reason) {}
}
