package io.skein.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.skein.cluster.Removal.Verdict;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What others say of their members, and what a node that has no leader makes of it. */
class RemovalTest {
    private static final NodeId SELF = new NodeId("n3");
    private static final long INCARNATION = 33;
    private static final long CLUSTER = 7;
    private static final long OTHER = 8;

    private static Member member(String id, long incarnation) {
        return new Member(new NodeId(id), incarnation, id + ":1", true);
    }

    private static Facts facts(String id, long cluster, boolean leads, Member... members) {
        return new Facts(new NodeId(id), 1, cluster, false, false, 3, List.of(members), leads, "", id + ":1", "");
    }

    private static Verdict of(Facts... answers) {
        return Removal.of(SELF, INCARNATION, CLUSTER, Arrays.asList(answers));
    }

    @Test
    void whomALeaderListsIsCounted() {
        assertEquals(Verdict.COUNTED, of(facts("n1", CLUSTER, true, member("n1", 1), member("n3", INCARNATION))));
    }

    @Test
    void whomALeaderDoesNotListIsRemoved() {
        assertEquals(Verdict.REMOVED, of(facts("n1", CLUSTER, true, member("n1", 1), member("n2", 2))));
    }

    @Test
    void whomALeaderListsWithAnotherDiskIsReplaced() {
        assertEquals(Verdict.REPLACED, of(facts("n1", CLUSTER, true, member("n1", 1), member("n3", 34))));
    }

    @Test
    void theWordOfOneWhoDoesNotLeadDoesNotCount() {
        assertEquals(Verdict.UNKNOWN, of(facts("n1", CLUSTER, false, member("n1", 1))));
        assertEquals(Verdict.UNKNOWN, of());
    }

    @Test
    void whereEverybodyIsOfAnotherClusterThereIsNoWayBack() {
        assertEquals(Verdict.REMOVED, of(facts("n1", OTHER, true, member("n1", 1))));
    }

    @Test
    void asLongAsSomebodyIsOfTheOwnClusterAnotherOneSaysNothing() {
        assertEquals(
                Verdict.UNKNOWN,
                of(
                        facts("n1", OTHER, true, member("n1", 1)),
                        facts("n2", CLUSTER, false, member("n2", 2), member("n3", INCARNATION))));
    }

    @Test
    void anotherClusterThatListsTheIdHasReplacedIt() {
        assertEquals(Verdict.REPLACED, of(facts("n1", OTHER, true, member("n1", 1), member("n3", 34))));
    }
}
