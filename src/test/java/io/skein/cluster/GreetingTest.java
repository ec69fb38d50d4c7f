package io.skein.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.cluster.PeerFrame.Hello;
import io.skein.cluster.PeerFrame.HelloReply;
import io.skein.cluster.PeerFrame.Purpose;
import io.skein.cluster.PeerFrame.Versions;
import io.skein.raft.NodeId;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GreetingTest {
    private static final NodeId N1 = new NodeId("n1");
    private static final NodeId N2 = new NodeId("n2");
    private static final Versions OURS = Greeting.VERSIONS;

    private static PeerFacts node(NodeId id, long cluster) {
        return new PeerFacts(id, cluster, 5, cluster == 0);
    }

    private static Optional<HelloRefusal> called(long group, Versions versions, PeerFacts caller, Purpose purpose) {
        return Greeting.refusal(new Hello(group, versions, caller, purpose), 0, node(N1, 7));
    }

    @Test
    void membersOfOneClusterSpeakAndSoDoesWhoBelongsToNone() {
        assertEquals(Optional.empty(), called(0, OURS, node(N2, 7), Purpose.MEMBER));
        assertEquals(Optional.empty(), called(0, OURS, node(N2, 0), Purpose.MEMBER));
    }

    @Test
    void strangersMayAskAndNothingElse() {
        assertEquals(Optional.of(HelloRefusal.OTHER_CLUSTER), called(0, OURS, node(N2, 8), Purpose.MEMBER));
        assertEquals(Optional.empty(), called(0, OURS, node(N2, 8), Purpose.ASK));
    }

    @Test
    void aNodeMayAskItselfAndNothingElse() {
        assertEquals(Optional.of(HelloRefusal.SAME_NODE), called(0, OURS, node(N1, 7), Purpose.MEMBER));
        assertEquals(Optional.empty(), called(0, OURS, node(N1, 7), Purpose.ASK));
    }

    @Test
    void versionsThatMeetSpeak() {
        assertEquals(Optional.empty(), called(0, new Versions(1, 9), node(N2, 7), Purpose.MEMBER));
        assertEquals(Optional.of(HelloRefusal.OTHER_VERSION), called(0, new Versions(2, 9), node(N2, 7), Purpose.ASK));
        assertEquals(Optional.of(HelloRefusal.OTHER_VERSION), called(0, new Versions(0, 0), node(N2, 7), Purpose.ASK));
    }

    @Test
    void anotherGroupIsRefused() {
        assertEquals(Optional.of(HelloRefusal.OTHER_GROUP), called(1, OURS, node(N2, 7), Purpose.ASK));
    }

    private static PeerFacts at(NodeId id, long cluster, int clusterLevel, int oldest, int newest) {
        return new PeerFacts(id, cluster, 5, cluster == 0, new Build("1.0", oldest, newest), clusterLevel);
    }

    private static Optional<HelloRefusal> meet(PeerFacts one, PeerFacts other) {
        Optional<HelloRefusal> refusal = Greeting.betweenMembers(one, other);
        assertEquals(refusal, Greeting.betweenMembers(other, one));
        return refusal;
    }

    @Test
    void aBuildThatCannotWorkAtTheClustersLevelIsRefusedWhoeverCalls() {
        PeerFacts raised = at(N1, 7, 2, 1, 2);

        assertEquals(Optional.of(HelloRefusal.FEATURE_LEVEL), meet(raised, node(N2, 7)));
        assertEquals(Optional.of(HelloRefusal.FEATURE_LEVEL), meet(raised, node(N2, 0)));
        assertEquals(Optional.of(HelloRefusal.FEATURE_LEVEL), meet(raised, at(N2, 7, 3, 3, 3)));
        assertEquals(Optional.of(HelloRefusal.FEATURE_LEVEL), meet(at(N1, 7, 1, 1, 2), at(N2, 0, 1, 2, 3)));
    }

    @Test
    void aBuildThatKnowsMoreThanTheClusterHasSpeaksWithOneThatKnowsLess() {
        assertEquals(Optional.empty(), meet(at(N1, 7, 1, 1, 2), node(N2, 7)));
        assertEquals(Optional.empty(), meet(at(N1, 7, 1, 1, 2), node(N2, 0)));
        assertEquals(Optional.empty(), meet(at(N1, 7, 2, 1, 2), at(N2, 7, 1, 1, 3)));
    }

    @Test
    void whoIsOfAnotherClusterIsToldThat() {
        assertEquals(Optional.of(HelloRefusal.OTHER_CLUSTER), meet(at(N1, 7, 2, 1, 2), node(N2, 8)));
    }

    @Test
    void whoAnswersMustBeTheNodeThatWasCalled() {
        HelloReply reply = new HelloReply(0, OURS, Optional.empty(), node(N2, 7));

        assertEquals(Optional.empty(), Greeting.refusal(reply, 0, node(N1, 7), N2));
        assertEquals(Optional.of(HelloRefusal.OTHER_NODE), Greeting.refusal(reply, 0, node(N1, 7), new NodeId("n3")));
    }

    @Test
    void replicasSpeakWhereTheCallerHasAClusterAndTheCalledHasNoOther() {
        assertTrue(Greeting.replicasMaySpeak(node(N1, 7), node(N2, 7)));
        assertTrue(Greeting.replicasMaySpeak(node(N1, 7), node(N2, 0)));
        assertFalse(Greeting.replicasMaySpeak(node(N1, 0), node(N2, 7)));
        assertFalse(Greeting.replicasMaySpeak(node(N1, 0), node(N2, 0)));
        assertFalse(Greeting.replicasMaySpeak(node(N1, 7), node(N2, 8)));
    }

    @Test
    void anAddressIsHostAndPort() {
        assertEquals(new PeerAddress("n1.skein", 6000), PeerAddress.of("n1.skein:6000"));
        assertEquals(new PeerAddress("::1", 6000), PeerAddress.of("[::1]:6000"));
        for (String none : new String[] {"", "host", ":6000", "host:", "host:0", "host:65536", "host:x"}) {
            assertThrows(IllegalArgumentException.class, () -> PeerAddress.of(none), none);
        }
    }
}
