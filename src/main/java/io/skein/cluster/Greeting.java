package io.skein.cluster;

import io.skein.cluster.PeerFrame.Purpose;
import io.skein.cluster.PeerFrame.Versions;
import io.skein.raft.NodeId;
import java.util.Optional;

/** Who speaks with whom: the rules of the first frame of a connection, and of what may follow. */
final class Greeting {
    /** This build's. */
    static final Versions VERSIONS = new Versions(1, 1);

    private Greeting() {}

    /** Whether one who is called refuses the caller, and why. */
    static Optional<HelloRefusal> refusal(PeerFrame.Hello hello, long group, PeerFacts mine) {
        if (!hello.versions().meet(VERSIONS)) {
            return Optional.of(HelloRefusal.OTHER_VERSION);
        }
        if (hello.group() != group) {
            return Optional.of(HelloRefusal.OTHER_GROUP);
        }
        if (hello.purpose() == Purpose.ASK) {
            return Optional.empty();
        }
        if (hello.facts().node().equals(mine.node())) {
            return Optional.of(HelloRefusal.SAME_NODE);
        }
        return betweenMembers(hello.facts(), mine);
    }

    /** Whether one who calls a member refuses who answered. */
    static Optional<HelloRefusal> refusal(PeerFrame.HelloReply reply, long group, PeerFacts mine, NodeId expected) {
        if (reply.refusal().isPresent()) {
            return reply.refusal();
        }
        if (!reply.versions().meet(VERSIONS)) {
            return Optional.of(HelloRefusal.OTHER_VERSION);
        }
        if (reply.group() != group) {
            return Optional.of(HelloRefusal.OTHER_GROUP);
        }
        if (!reply.facts().node().equals(expected)) {
            return Optional.of(HelloRefusal.OTHER_NODE);
        }
        return betweenMembers(reply.facts(), mine);
    }

    /** Why two do not speak as members, if they do not; either may be the one that is greeted. */
    static Optional<HelloRefusal> betweenMembers(PeerFacts one, PeerFacts other) {
        if (areStrangers(one, other)) {
            return Optional.of(HelloRefusal.OTHER_CLUSTER);
        }
        return one.isBeyond(other) || other.isBeyond(one) ? Optional.of(HelloRefusal.FEATURE_LEVEL) : Optional.empty();
    }

    /** Both belong to a cluster, and not to the same. */
    static boolean areStrangers(PeerFacts one, PeerFacts other) {
        return one.hasCluster() && other.hasCluster() && one.clusterId() != other.clusterId();
    }

    static boolean areOfOneCluster(PeerFacts one, PeerFacts other) {
        return one.hasCluster() && one.clusterId() == other.clusterId();
    }

    /**
     * Whether replicas may speak over this connection: both are of one cluster, or a node of a cluster called one that
     * belongs to none yet, which then may answer over that connection, and over no other.
     */
    static boolean replicasMaySpeak(PeerFacts caller, PeerFacts called) {
        return caller.hasCluster() && !areStrangers(caller, called);
    }
}
