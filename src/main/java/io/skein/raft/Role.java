package io.skein.raft;

/** What a node is now. */
public enum Role {
    FOLLOWER,
    CANDIDATE,
    LEADER,
    LEARNER
}
