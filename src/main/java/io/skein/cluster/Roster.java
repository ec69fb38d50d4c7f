package io.skein.cluster;

import io.skein.cluster.ReplicaStatus.Standing;
import io.skein.machine.FeatureLevel;
import io.skein.machine.Lineage;
import io.skein.raft.Configuration;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import io.skein.replica.ClusterConfiguration;
import io.skein.replica.Effect;
import io.skein.replica.Image;
import io.skein.replica.Replica;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Who belongs to the cluster, as this node's log says, committed or not, and what else is known of them. The peers are
 * told of every change. On the replica's context.
 */
final class Roster {
    private static final Build NOT_HEARD = new Build("", 0, 0);

    private final NodeId self;
    private final String httpAddress;
    private final Peers peers;
    private final Map<NodeId, String> httpAddresses = new HashMap<>();
    private final Map<NodeId, Build> builds = new HashMap<>();
    private final Build build;
    private Configuration members = Configuration.EMPTY;
    private long index;
    /** Asked from other threads too. */
    private volatile long clusterId;

    private Lineage lineage = ClusterConfiguration.NONE.lineage();
    /** What this node found out of itself; its log says nothing of it. */
    private Optional<Standing> found = Optional.empty();

    private List<MemberStatus> status = List.of();

    /** @param httpAddress host:port where clients find this node, with {@code https://} before it where they must speak TLS */
    Roster(NodeId self, String httpAddress, Build build, Peers peers) {
        this.self = self;
        this.build = build;
        this.httpAddress = httpAddress;
        this.peers = peers;
    }

    /** This node belongs nowhere, or not yet. */
    void beginAlone(long incarnation) {
        members = Configuration.EMPTY;
        index = 0;
        clusterId = 0;
        lineage = ClusterConfiguration.NONE.lineage();
        found = Optional.empty();
        peers.featureLevel(FeatureLevel.FIRST);
        tellPeers(incarnation);
    }

    /** What a replica starts from. */
    void begin(Image image, long incarnation) {
        members = image.configuration();
        index = image.configurations().isEmpty() ? 0 : 1;
        clusterId = image.clusterId();
        lineage = image.lineage();
        found = Optional.empty();
        peers.featureLevel(image.featureLevel());
        tellPeers(incarnation);
    }

    /** Whether this node belonged to no cluster before. */
    boolean changed(Effect.MembersChanged changed, long incarnation) {
        boolean entered = clusterId == 0 && changed.clusterId() != 0;
        members = changed.configuration();
        index = changed.index();
        clusterId = changed.clusterId();
        lineage = changed.lineage();
        tellPeers(incarnation);
        return entered;
    }

    private void tellPeers(long incarnation) {
        peers.identity(clusterId, incarnation, isEmpty());
        Map<NodeId, String> addresses = new TreeMap<>();
        members.members().forEach(member -> addresses.put(member.id(), member.address()));
        builds.keySet().retainAll(addresses.keySet());
        peers.members(addresses);
    }

    /** Where a peer says that its clients find it. */
    void found(NodeId node, String http) {
        httpAddresses.put(node, http);
    }

    /** What runs there. */
    void runs(NodeId node, Build what) {
        builds.put(node, what);
    }

    /** What runs there, as far as this node has heard. */
    Build build(NodeId node) {
        return builds.getOrDefault(node, NOT_HEARD);
    }

    Configuration members() {
        return members;
    }

    /** 0 until this node belongs to a cluster. */
    long clusterId() {
        return clusterId;
    }

    /** Of this node's log; it says something once this node belongs to a cluster. */
    Lineage lineage() {
        return lineage;
    }

    /** The log knows no members yet. */
    boolean isEmpty() {
        return index == 0;
    }

    /** The other members, learners too. */
    List<NodeId> others() {
        return members.members().stream()
                .map(Member::id)
                .filter(id -> !id.equals(self))
                .sorted()
                .toList();
    }

    /** Raft addresses of the other members, where this node looks for them. */
    Set<String> othersAddresses() {
        Set<String> addresses = new TreeSet<>();
        for (Member member : members.members()) {
            if (!member.id().equals(self)) {
                addresses.add(peers.address(member.id(), member.address()));
            }
        }
        return addresses;
    }

    /** The Raft address of a member; empty when it is none. */
    String address(NodeId node) {
        return members.member(node).map(Member::address).orElse("");
    }

    /** The other voters that can be reached are a majority. */
    boolean couldGoOnWithoutThisNode() {
        return members.hasMajorityWithout(self, peers::isReachable);
    }

    /** Who could lead in place of that member: this node if it votes, else another voter that can be reached. */
    Optional<NodeId> heir(NodeId leader) {
        return heir(leader, self, members.voters(), peers::isReachable);
    }

    static Optional<NodeId> heir(NodeId leader, NodeId self, List<NodeId> voters, Predicate<NodeId> reachable) {
        return voters.contains(self) && !self.equals(leader)
                ? Optional.of(self)
                : voters.stream()
                        .filter(voter -> !voter.equals(leader))
                        .filter(reachable)
                        .findFirst();
    }

    /** The id of one who comes is that of a member which is there, and is another node. */
    boolean isInUse(Member comes) {
        return members.member(comes.id())
                .filter(there -> there.incarnation() != comes.incarnation())
                .filter(there -> there.id().equals(self) || peers.isThere(there.id(), there.incarnation()))
                .isPresent();
    }

    /** Of this node, which its log does not say; until it is found to be otherwise, or another state begins. */
    void find(Optional<Standing> ofThisNode) {
        found = ofThisNode;
    }

    /** By the log. */
    boolean isCounted(long incarnation) {
        return members.member(self).map(Member::incarnation).equals(Optional.of(incarnation));
    }

    Standing standing(long incarnation) {
        if (found.isPresent()) {
            return found.get();
        }
        Optional<Member> own = members.member(self);
        return isCounted(incarnation) || members.members().isEmpty()
                ? Standing.MEMBER
                : own.isPresent() ? Standing.AMNESIAC : Standing.REMOVED;
    }

    /** As of the last {@link #refresh}. */
    List<MemberStatus> status() {
        return status;
    }

    void refresh(Replica replica) {
        List<MemberStatus> all = new ArrayList<>();
        for (Member member : members.members()) {
            boolean isSelf = member.id().equals(self);
            Build runs = isSelf ? build : build(member.id());
            all.add(new MemberStatus(
                    member.id().value(),
                    member.address(),
                    member.voter(),
                    isSelf ? replica.lastIndex() : replica.matchIndex(member.id()),
                    isSelf ? httpAddress : httpAddresses.getOrDefault(member.id(), ""),
                    isSelf || peers.isReachable(member.id()),
                    runs.version(),
                    runs.newestLevel()));
        }
        status = List.copyOf(all);
    }
}
