package io.skein.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.cluster.Removal.Verdict;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What others say of their members, and what a node that has no leader makes of it. */
class RemovalTest {
    private static final NodeId SELF = new NodeId("n3");
    private static final long INCARNATION = 33;
    private static final long CLUSTER = 7;
    private static final long OTHER = 8;
    private static final int LINEAGE = 70;

    private static Member member(String id, long incarnation) {
        return new Member(new NodeId(id), incarnation, id + ":1", true);
    }

    private static Facts facts(String id, long cluster, boolean leads, Member... members) {
        return facts(id, cluster, 3, leads, members);
    }

    private static Facts facts(String id, long cluster, long term, boolean leads, Member... members) {
        return facts(id, cluster, term, leads, List.of(), members);
    }

    private static Facts facts(
            String id, long cluster, long term, boolean leads, List<Integer> ancestors, Member... members) {
        return new Facts(
                new NodeId(id), 1, cluster, false, false, term, List.of(members), leads, "", id + ":1", "", ancestors);
    }

    private static Verdict of(Facts... answers) {
        return Removal.of(SELF, INCARNATION, CLUSTER, LINEAGE, Arrays.asList(answers));
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
    void whoMeetsWhatItsClusterWasMadeIntoDoesNotWaitForOthersThatWereLeftBehind() {
        Facts recovered = facts("n1", OTHER, 3, true, List.of(69, LINEAGE), member("n1", 1));
        Facts leftBehind = facts("n2", CLUSTER, false, member("n2", 2), member("n3", INCARNATION));

        assertEquals(Verdict.REMOVED, of(recovered, leftBehind));
    }

    @Test
    void aLeaderOfTheOwnClusterIsRightWhateverItWasMadeIntoElsewhere() {
        Facts recovered = facts("n1", OTHER, 9, true, List.of(LINEAGE), member("n1", 1));
        Facts leader = facts("n2", CLUSTER, 3, true, member("n2", 2), member("n3", INCARNATION));

        assertEquals(Verdict.COUNTED, of(recovered, leader));
    }

    @Test
    void anotherClusterThatListsTheIdIsNotTheOneThatReplacedIt() {
        assertEquals(Verdict.REPLACED_ELSEWHERE, of(facts("n1", OTHER, true, member("n1", 1), member("n3", 34))));
    }

    @Test
    void anotherClusterCountsNobodyWhoseLogIsNotItsOwn() {
        assertEquals(Verdict.REMOVED, of(facts("n1", OTHER, true, member("n1", 1), member("n3", INCARNATION))));
    }

    @Test
    void whoIsCountedOrDoesNotKnowStaysAsItIs() {
        assertFalse(Verdict.COUNTED.comesAsNew(true, true, true));
        assertFalse(Verdict.UNKNOWN.comesAsNew(true, true, true));
    }

    @Test
    void whoIsReplacedInItsClusterComesAsANewOneWhereItCan() {
        assertTrue(Verdict.REPLACED.comesAsNew(false, true, false));
        assertFalse(Verdict.REPLACED.comesAsNew(false, false, false));
    }

    @Test
    void whoIsRemovedComesAsANewOneOnlyIfTheOperatorSaysSo() {
        assertTrue(Verdict.REMOVED.comesAsNew(true, false, false));
        assertFalse(Verdict.REMOVED.comesAsNew(false, true, true));
    }

    @Test
    void whoMeetsAnotherClusterKeepsItsDataUnlessTheOperatorSaysOtherwiseOrThereIsNone() {
        assertFalse(Verdict.REPLACED_ELSEWHERE.comesAsNew(false, true, false));
        assertTrue(Verdict.REPLACED_ELSEWHERE.comesAsNew(true, true, false));
        assertTrue(Verdict.REPLACED_ELSEWHERE.comesAsNew(false, true, true));
    }

    @Test
    void theLeaderOfTheHighestTermIsRight() {
        Facts deposed = facts("n1", CLUSTER, 3, true, member("n1", 1), member("n2", 2));
        Facts leader = facts("n2", CLUSTER, 4, true, member("n2", 2), member("n3", INCARNATION));

        assertEquals(Verdict.COUNTED, of(deposed, leader));
        assertEquals(Verdict.COUNTED, of(leader, deposed));
    }

    private static Removal rounds() {
        return new Removal(SELF, null, null, Set.of());
    }

    @Test
    void whatWasHeardTwiceIsSaidOnce() {
        Removal removal = rounds();

        assertEquals(Verdict.UNKNOWN, removal.hear(Verdict.REMOVED));
        assertEquals(Verdict.REMOVED, removal.hear(Verdict.REMOVED));
        assertEquals(Verdict.UNKNOWN, removal.hear(Verdict.REMOVED));
    }

    @Test
    void whatIsHeardBetweenIsCountedFromTheBeginning() {
        Removal removal = rounds();
        removal.hear(Verdict.REMOVED);
        removal.hear(Verdict.UNKNOWN);

        assertEquals(Verdict.UNKNOWN, removal.hear(Verdict.REMOVED));
        assertEquals(Verdict.REMOVED, removal.hear(Verdict.REMOVED));
    }

    @Test
    void aReplicaThatBeginsAfterwardsHearsItToo() {
        Removal removal = rounds();
        removal.hear(Verdict.REMOVED);
        removal.hear(Verdict.REMOVED);

        removal.forget();

        assertEquals(Verdict.UNKNOWN, removal.hear(Verdict.REMOVED));
        assertEquals(Verdict.REMOVED, removal.hear(Verdict.REMOVED));
    }
}
