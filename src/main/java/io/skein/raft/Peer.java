package io.skein.raft;

/**
 * What a leader knows of another member, for people.
 *
 * @param matchIndex its durable log is known to be the leader's up to here
 * @param lastHeardNanos when it last answered, of the monotonic time that is given with each input; the leader's
 *     election, or the member's addition, if that was later
 * @param reachable heard less than one election timeout ago
 * @param streaming its log agrees and it is sent entries as they come; else the leader looks for where they agree
 * @param snapshotting it needs a snapshot, which was asked for and has not arrived
 */
public record Peer(
        NodeId id, long matchIndex, long lastHeardNanos, boolean reachable, boolean streaming, boolean snapshotting) {}
