package io.skein.cluster;

/**
 * A member as this node sees it.
 *
 * @param address host:port of its Raft port
 * @param matchIndex what a leader knows to be durable there; -1 when this node does not lead
 * @param httpAddress where clients find it; empty when this node has not heard
 * @param reachable this node's connection to it stands
 * @param version of the build that runs there; empty when this node has not heard
 * @param featureLevel the highest that it knows; 0 when this node has not heard
 */
public record MemberStatus(
        String id,
        String address,
        boolean voter,
        long matchIndex,
        String httpAddress,
        boolean reachable,
        String version,
        int featureLevel) {}
