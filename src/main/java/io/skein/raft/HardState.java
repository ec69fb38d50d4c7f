package io.skein.raft;

import java.util.Optional;

/** What must be on disk before anybody is told of it (Raft Figure 2, persistent state). */
public record HardState(long term, Optional<NodeId> votedFor) {
    public static final HardState INITIAL = new HardState(0, Optional.empty());
}
