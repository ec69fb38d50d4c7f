package io.skein.broker;

import io.skein.machine.FeatureLevel;
import io.skein.raft.Role;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What a node says of itself; a value, replaced as a whole.
 *
 * @param heldRole what {@link Tenure} says: LEADER also for a while after the majority was lost
 * @param leader id of the leader, empty when unknown
 * @param leaderAddress advertised HTTP address of the leader, empty when unknown
 * @param health {@code ok}, {@code no-leader}, {@code catching-up}, {@code amnesiac}, {@code corrupt}, {@code disk-full},
 *     {@code draining}, {@code removed}
 * @param stateHash taken at {@code appliedIndex}
 * @param featureLevel of the cluster, as far as it is applied here
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
        Figures figures,
        int featureLevel) {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    /** At the first feature level. */
    public NodeStatus(
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
        this(
                node,
                role,
                heldRole,
                leader,
                leaderAddress,
                term,
                commitIndex,
                appliedIndex,
                settledIndex,
                lastLogIndex,
                firstLogIndex,
                stateHash,
                time,
                health,
                durable,
                members,
                figures,
                FeatureLevel.FIRST);
    }

    /**
     * Whether this is the web origin of a member's pages: a page goes on at another member when its own is gone. The names
     * of this machine are one, since people type another than what a node is told.
     *
     * @param origin scheme, host and port, as a browser says it
     */
    public boolean isOfMember(String origin) {
        URI page;
        try {
            page = URI.create(origin);
        } catch (IllegalArgumentException notAnOrigin) {
            return false;
        }
        if (page.getHost() == null || page.getScheme() == null) {
            return false;
        }
        return members.stream()
                .filter(member -> !member.httpAddress().isEmpty())
                .anyMatch(member -> isOf(page, member.httpAddress()));
    }

    private static boolean isOf(URI page, String httpAddress) {
        URI own = URI.create(httpAddress.contains("://") ? httpAddress : "http://" + httpAddress);
        return page.getScheme().equalsIgnoreCase(own.getScheme())
                && port(page) == port(own)
                && own.getHost() != null
                && (page.getHost().equalsIgnoreCase(own.getHost())
                        || LOOPBACK.contains(page.getHost().toLowerCase(Locale.ROOT))
                                && LOOPBACK.contains(own.getHost().toLowerCase(Locale.ROOT)));
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
    }

    /**
     * @param address host:port of its Raft port
     * @param httpAddress where clients find it; empty when this node has not heard
     * @param matchIndex what a leader knows to be durable there; -1 when this node does not lead
     * @param reachable this node's connection to it stands
     * @param version of the build that runs there; empty when this node has not heard
     * @param featureLevel the highest that it knows; 0 when this node has not heard
     */
    public record MemberStatus(
            String id,
            String address,
            String httpAddress,
            boolean voter,
            long matchIndex,
            boolean reachable,
            String version,
            int featureLevel) {
        /** Of whose build nothing was heard. */
        public MemberStatus(
                String id, String address, String httpAddress, boolean voter, long matchIndex, boolean reachable) {
            this(id, address, httpAddress, voter, matchIndex, reachable, "", 0);
        }
    }

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
