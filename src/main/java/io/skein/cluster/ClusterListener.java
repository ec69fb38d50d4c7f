package io.skein.cluster;

import io.skein.raft.Role;

/** What happens in this room, for figures. Called on the replica's context; must not block. */
public interface ClusterListener {
    ClusterListener NONE = new ClusterListener() {};

    default void roleChanged(Role role, long term) {}

    /** Entries were appended to this node's log: from handing them to the store until they were durable. */
    default void appended(long nanos) {}

    /** From proposal to answer. */
    default void committed(long nanos) {}

    default void refused(String reason) {}
}
