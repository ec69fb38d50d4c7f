package io.skein.replica;

import com.google.protobuf.InvalidProtocolBufferException;
import io.skein.machine.FeatureLevel;
import io.skein.machine.Lineage;
import io.skein.raft.Configuration;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import io.skein.wire.AncestorProto;
import io.skein.wire.ConfigurationProto;
import io.skein.wire.MemberProto;
import java.util.List;

/**
 * The payload of a CONFIGURATION entry: members, and what makes this cluster and its log this one.
 *
 * @param featureLevel what the members can, from this entry on; at the first level it leaves no trace in the bytes
 */
public record ClusterConfiguration(
        Configuration configuration, long clusterId, Lineage lineage, long time, int featureLevel) {
    /** Of a node that belongs to no cluster. */
    public static final ClusterConfiguration NONE =
            new ClusterConfiguration(new Configuration(List.of()), 0, new Lineage(0), 0);

    /** At the first feature level. */
    public ClusterConfiguration(Configuration configuration, long clusterId, Lineage lineage, long time) {
        this(configuration, clusterId, lineage, time, FeatureLevel.FIRST);
    }

    public byte[] encode() {
        var proto = ConfigurationProto.newBuilder()
                .setClusterId(clusterId)
                .setLineage(lineage.id())
                .setTime(time);
        if (featureLevel > FeatureLevel.FIRST) {
            proto.setFeatureLevel(featureLevel);
        }
        for (Lineage.Ancestor ancestor : lineage.ancestors()) {
            proto.addAncestors(
                    AncestorProto.newBuilder().setLineage(ancestor.id()).setEnd(ancestor.end()));
        }
        for (Member member : configuration.members()) {
            proto.addMembers(MemberProto.newBuilder()
                    .setId(member.id().value())
                    .setIncarnation(member.incarnation())
                    .setAddress(member.address())
                    .setVoter(member.voter())
                    .setPromote(member.promote()));
        }
        return proto.build().toByteArray();
    }

    public static ClusterConfiguration decode(byte[] payload) {
        try {
            var proto = ConfigurationProto.parseFrom(payload);
            var members = proto.getMembersList().stream()
                    .map(m -> new Member(
                            new NodeId(m.getId()), m.getIncarnation(), m.getAddress(), m.getVoter(), m.getPromote()))
                    .toList();
            var ancestors = proto.getAncestorsList().stream()
                    .map(a -> new Lineage.Ancestor(a.getLineage(), a.getEnd()))
                    .toList();
            return new ClusterConfiguration(
                    new Configuration(members),
                    proto.getClusterId(),
                    new Lineage(proto.getLineage(), ancestors),
                    proto.getTime(),
                    FeatureLevel.said(proto.getFeatureLevel()));
        } catch (InvalidProtocolBufferException damaged) {
            throw new IllegalArgumentException("not a configuration: " + damaged.getMessage(), damaged);
        }
    }
}
