package io.skein.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.skein.cluster.Discovery.Verdict;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DiscoveryTest {
    private static final NodeId A = new NodeId("a");
    private static final NodeId B = new NodeId("b");
    private static final NodeId C = new NodeId("c");
    private static final Map<NodeId, String> PEERS = Map.of(A, "host-a:1", B, "host-b:1", C, "host-c:1");

    @Test
    void allEmptyNodesWriteTheSameFirstEntryHoweverTheirListsCallThem() {
        var atA = (Verdict.Form) at(A, false).decide(List.of(empty(B), empty(C)));
        Map<NodeId, String> otherNames = Map.of(A, "a.example:1", B, "b.example:1", C, "c.example:1");
        var atC = (Verdict.Form) new Discovery(C, 3, "c:1", otherNames, false).decide(List.of(empty(B), empty(A)));

        assertEquals(atA.first(), atC.first());
        assertEquals(3, atA.first().configuration().voters().size());
    }

    @Test
    void anotherIncarnationMakesAnotherCluster() {
        var before = (Verdict.Form) at(A, false).decide(List.of(empty(B), empty(C)));
        var after = (Verdict.Form) new Discovery(A, 99, "a:1", PEERS, false).decide(List.of(empty(B), empty(C)));

        assertNotEquals(before.first().clusterId(), after.first().clusterId());
    }

    @Test
    void nobodyBeginsWhileOneIsSilent() {
        assertEquals(new Verdict.Wait(List.of(C)), at(A, false).decide(List.of(empty(B))));
    }

    @Test
    void anAnswerUnderAnotherIdThanListedDoesNotCount() {
        Facts stranger = Facts.empty(new NodeId("z"), 9, "z:1", Build.ofThis("test"));

        assertEquals(new Verdict.Wait(List.of(C)), at(A, false).decide(List.of(empty(B), stranger)));
    }

    @Test
    void aClusterThatKnowsThisIncarnationIsAdopted() {
        Facts cluster = inCluster(C, 5, new Member(A, 1, "", true));

        assertEquals(new Verdict.Adopt(7), at(A, false).decide(List.of(empty(B), cluster)));
    }

    @Test
    void aClusterThatKnowsAnotherIncarnationMeansWiped() {
        Verdict verdict = at(A, false).decide(List.of(inCluster(C, 5, new Member(A, 77, "", true))));

        assertEquals(
                List.of("leader:1", "host-c:1"),
                assertInstanceOf(Verdict.Wiped.class, verdict).ask());
    }

    @Test
    void whoWasWipedKnowsWhetherTheOthersCanTakeItBack() {
        Member wiped = new Member(A, 77, "", true);
        Member b = new Member(B, 2, "", true);
        Member c = new Member(C, 3, "", true);

        assertEquals(List.of(B), powerless(wiped, b));
        assertEquals(List.of(), powerless(wiped, b, c));
        assertEquals(List.of(), powerless(new Member(A, 77, "", false), b));
    }

    private static List<NodeId> powerless(Member... members) {
        Verdict verdict = at(A, false).decide(List.of(inCluster(B, 5, members)));
        return assertInstanceOf(Verdict.Wiped.class, verdict).powerless();
    }

    @Test
    void aClusterThatDoesNotKnowTheIdAddsItOnlyWithJoin() {
        Facts cluster = inCluster(C, 5, new Member(C, 3, "", true));

        assertEquals(new Verdict.Stranger(7), at(A, false).decide(List.of(cluster)));
        assertInstanceOf(Verdict.Join.class, at(A, true).decide(List.of(cluster)));
    }

    @Test
    void anIdThatIsNotListedNeverFormsACluster() {
        Discovery unlisted = new Discovery(new NodeId("d"), 4, "d:1", PEERS, false);

        assertInstanceOf(Verdict.Wait.class, unlisted.decide(List.of(empty(A), empty(B), empty(C))));
        assertInstanceOf(Verdict.Join.class, unlisted.decide(List.of(inCluster(C, 5, new Member(C, 3, "", true)))));
    }

    @Test
    void theNewestTermKnowsWhoBelongs() {
        Facts old = inCluster(B, 4, new Member(A, 1, "", true));
        Facts newer = inCluster(C, 6, new Member(A, 77, "", true));

        assertInstanceOf(Verdict.Wiped.class, at(A, false).decide(List.of(old, newer)));
    }

    @Test
    void factsSurviveTheWire() {
        Facts facts = inCluster(B, 4, new Member(A, 1, "a:1", false, true));

        assertEquals(facts, Facts.decode(facts.encode()));
    }

    private static Discovery at(NodeId self, boolean join) {
        return new Discovery(self, number(self), self.value() + ":1", PEERS, join);
    }

    private static Facts empty(NodeId id) {
        return Facts.empty(id, number(id), id.value() + ":1", Build.ofThis("test"));
    }

    private static Facts inCluster(NodeId id, long term, Member... members) {
        return new Facts(
                id,
                50,
                7,
                false,
                false,
                term,
                List.of(members),
                false,
                "leader:1",
                id.value() + ":1",
                "h:1",
                List.of(7, 8));
    }

    private static long number(NodeId id) {
        return id.value().charAt(0) - 'a' + 1;
    }
}
