package io.skein.broker;

import io.skein.raft.Role;
import java.util.List;

/**
 * What a node says of itself; a value, replaced as a whole.
 *
 * @param heldRole what {@link Tenure} says: LEADER also for a while after the majority was lost
 * @param leader id of the leader, empty when unknown
 * @param leaderAddress advertised HTTP address of the leader, empty when unknown
 * @param health {@code ok}, {@code no-leader}, {@code catching-up}, {@code amnesiac}, {@code corrupt}, {@code disk-full},
 *     {@code draining}, {@code removed}
 * @param stateHash taken at {@code appliedIndex}
 * @param durable {@code quorum}, or {@code memory} with relaxed durability
 */
public record NodeStatus(
        String node,
        Role role,
        Role heldRole,
        String leader,
        String leaderAddress,
        long term,
        long commitIndex,
        long appliedIndex,
        long settledIndex,
        long lastLogIndex,
        long firstLogIndex,
        long stateHash,
        long time,
        String health,
        String durable,
        List<MemberStatus> members,
        Figures figures) {
    /**
     * @param address host:port of its Raft port
     * @param httpAddress where clients find it; empty when this node has not heard
     * @param matchIndex what a leader knows to be durable there; -1 when this node does not lead
     * @param reachable this node's connection to it stands
     */
    public record MemberStatus(
            String id, String address, String httpAddress, boolean voter, long matchIndex, boolean reachable) {}

    /**
     * Counters since start and sizes now.
     *
     * @param connections open now, all doors
     * @param stored messages kept, all topics
     */
    public record Figures(
            long published,
            long delivered,
            long topics,
            long stored,
            long storedBytes,
            long scheduled,
            long subscribers,
            long connections,
            long databaseBytes,
            long walBytes,
            long startedAtMs) {}
}
