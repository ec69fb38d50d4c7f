package io.skein.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.raft.NodeId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StateHashesTest {
    private static final NodeId A = new NodeId("a");
    private static final NodeId B = new NodeId("b");
    private static final NodeId C = new NodeId("c");
    private static final List<NodeId> VOTERS = List.of(A, B, C);

    private final StateHashes leader = new StateHashes(A, 1024);

    @Test
    void whatAMajorityHasIsTheTruth() {
        leader.applied(1024, 7);

        assertEquals(Optional.of(new StateHashes.Truth(1024, 7)), leader.reported(B, 1024, 7, VOTERS));
        assertEquals(Optional.of(new StateHashes.Truth(1024, 7)), leader.newestTruth());
    }

    @Test
    void aFollowerInTheMinorityContradictsIt() {
        StateHashes follower = new StateHashes(C, 1024);
        follower.applied(1024, 8);
        leader.applied(1024, 7);
        leader.reported(C, 1024, 8, VOTERS);
        Optional<StateHashes.Truth> truth = leader.reported(B, 1024, 7, VOTERS);

        assertTrue(follower.contradicts(truth.orElseThrow()));
        assertFalse(leader.contradicts(truth.orElseThrow()));
    }

    @Test
    void theLeaderItselfMayBeInTheMinority() {
        leader.applied(1024, 9);
        leader.reported(B, 1024, 7, VOTERS);

        assertTrue(leader.contradicts(leader.reported(C, 1024, 7, VOTERS).orElseThrow()));
    }

    @Test
    void whereAllDifferNobodyIsRight() {
        leader.applied(1024, 1);

        assertEquals(Optional.empty(), leader.reported(B, 1024, 2, VOTERS));
        assertEquals(Optional.empty(), leader.reported(C, 1024, 3, VOTERS));
    }

    @Test
    void onlyEvery1024thIndexIsCompared() {
        leader.applied(1023, 7);

        assertEquals(Optional.empty(), leader.mine());
        assertEquals(Optional.empty(), leader.reported(B, 1023, 8, VOTERS));
    }

    @Test
    void anIndexThatIsNotAppliedHereYetIsNotCompared() {
        assertEquals(Optional.empty(), leader.reported(B, 2048, 7, VOTERS));
    }
}
