package io.skein.cluster;

import com.google.protobuf.InvalidProtocolBufferException;
import io.skein.machine.FeatureLevel;
import io.skein.raft.Configuration;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import io.skein.wire.FactsProto;
import io.skein.wire.MemberProto;
import java.util.List;
import java.util.Optional;

/**
 * What a node says about itself to whoever asks, before they are one cluster.
 *
 * @param clusterId 0 when it belongs to none
 * @param isEmpty nothing was ever written into its log
 * @param onlyFirst its log holds nothing but the first entry of a cluster
 * @param members as its log knows them, committed or not
 * @param leads it leads, and what it says of the members is committed: that is what holds
 * @param leaderAddress host:port of the Raft port of whom it takes for the leader; empty when it knows none
 * @param address host:port where it wants to be found
 * @param httpAddress host:port where clients find it
 * @param ancestors lineages of the logs that its log goes on from (DESIGN D6)
 * @param build what runs there
 * @param clusterLevel feature level of its cluster, as far as it has applied
 */
public record Facts(
        NodeId node,
        long incarnation,
        long clusterId,
        boolean isEmpty,
        boolean onlyFirst,
        long term,
        List<Member> members,
        boolean leads,
        String leaderAddress,
        String address,
        String httpAddress,
        List<Integer> ancestors,
        Build build,
        int clusterLevel) {
    public Facts {
        members = List.copyOf(members);
        ancestors = List.copyOf(ancestors);
    }

    /** Of a node that does not say what runs there. */
    public Facts(
            NodeId node,
            long incarnation,
            long clusterId,
            boolean isEmpty,
            boolean onlyFirst,
            long term,
            List<Member> members,
            boolean leads,
            String leaderAddress,
            String address,
            String httpAddress,
            List<Integer> ancestors) {
        this(
                node,
                incarnation,
                clusterId,
                isEmpty,
                onlyFirst,
                term,
                members,
                leads,
                leaderAddress,
                address,
                httpAddress,
                ancestors,
                Build.BEFORE_LEVELS,
                FeatureLevel.FIRST);
    }

    /** Of a node that belongs nowhere. */
    static Facts empty(NodeId node, long incarnation, String address, Build build) {
        return new Facts(
                node,
                incarnation,
                0,
                true,
                false,
                0,
                List.of(),
                false,
                "",
                address,
                "",
                List.of(),
                build,
                FeatureLevel.FIRST);
    }

    /** This id as that node's cluster knows it. */
    public Optional<Member> member(NodeId id) {
        return members.stream().filter(member -> member.id().equals(id)).findFirst();
    }

    public byte[] encode() {
        var proto = FactsProto.newBuilder()
                .setNode(node.value())
                .setIncarnation(incarnation)
                .setClusterId(clusterId)
                .setEmpty(isEmpty)
                .setOnlyFirst(onlyFirst)
                .setTerm(term)
                .setLeads(leads)
                .setLeaderAddress(leaderAddress)
                .setAddress(address)
                .setHttpAddress(httpAddress)
                .addAllAncestors(ancestors)
                .setBuild(build.version())
                .setFeatureLevel(build.newestLevel())
                .setOldestFeatureLevel(build.oldestLevel())
                .setClusterFeatureLevel(clusterLevel);
        for (Member member : members) {
            proto.addMembers(MemberProto.newBuilder()
                    .setId(member.id().value())
                    .setIncarnation(member.incarnation())
                    .setAddress(member.address())
                    .setVoter(member.voter())
                    .setPromote(member.promote()));
        }
        return proto.build().toByteArray();
    }

    /** @throws IllegalArgumentException when the bytes are no facts, or list one id twice */
    public static Facts decode(byte[] bytes) {
        try {
            FactsProto proto = FactsProto.parseFrom(bytes);
            // No cluster ever was like that (Configuration): whoever looks for a member would find one of the two by
            // chance.
            Configuration members = new Configuration(proto.getMembersList().stream()
                    .map(m -> new Member(
                            new NodeId(m.getId()), m.getIncarnation(), m.getAddress(), m.getVoter(), m.getPromote()))
                    .toList());
            return new Facts(
                    new NodeId(proto.getNode()),
                    proto.getIncarnation(),
                    proto.getClusterId(),
                    proto.getEmpty(),
                    proto.getOnlyFirst(),
                    proto.getTerm(),
                    members.members(),
                    proto.getLeads(),
                    proto.getLeaderAddress(),
                    proto.getAddress(),
                    proto.getHttpAddress(),
                    proto.getAncestorsList(),
                    new Build(
                            proto.getBuild(),
                            FeatureLevel.said(proto.getOldestFeatureLevel()),
                            FeatureLevel.said(proto.getFeatureLevel())),
                    FeatureLevel.said(proto.getClusterFeatureLevel()));
        } catch (InvalidProtocolBufferException damaged) {
            throw new IllegalArgumentException("not facts: " + damaged.getMessage(), damaged);
        }
    }
}
