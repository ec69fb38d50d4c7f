package io.skein.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.skein.raft.NodeId;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ClocksTest {
    private static final long WALL = 1_700_000_000_000L;
    private static final long HOUR = 3_600_000;
    private static final NodeId A = new NodeId("a");
    private static final NodeId B = new NodeId("b");
    private static final NodeId C = new NodeId("c");
    private static final Now NOW = new Now(1_000_000_000L, WALL);

    private final Clocks clocks = new Clocks(A);

    @Test
    void aloneItsOwnClockIsTheMedian() {
        assertEquals(OptionalLong.of(WALL), clocks.median(List.of(A), NOW));
    }

    @Test
    void oneWrongClockOfThreeIsNotFollowed() {
        clocks.heard(B, WALL + 20, NOW);
        clocks.heard(C, WALL + HOUR, NOW);

        assertEquals(OptionalLong.of(WALL + 20), clocks.median(List.of(A, B, C), NOW));
    }

    @Test
    void theOwnWrongClockIsNotFollowedEither() {
        clocks.heard(B, WALL - HOUR, NOW);
        clocks.heard(C, WALL - HOUR + 10, NOW);

        assertEquals(OptionalLong.of(WALL - HOUR + 10), clocks.median(List.of(A, B, C), NOW));
    }

    @Test
    void ofTwoTheSlowerIsFollowed() {
        clocks.heard(B, WALL + HOUR, NOW);

        assertEquals(OptionalLong.of(WALL), clocks.median(List.of(A, B, C), NOW));
    }

    @Test
    void withoutAMajorityThereIsNoMedian() {
        assertEquals(OptionalLong.empty(), clocks.median(List.of(A, B, C), NOW));
    }

    @Test
    void aJumpOfTheOwnClockMovesNoOther() {
        clocks.heard(B, WALL, NOW);
        clocks.heard(C, WALL + 10, NOW);
        Now jumped = new Now(NOW.nanos() + 1_000_000_000L, WALL + HOUR);

        assertEquals(OptionalLong.of(WALL + 1_010), clocks.median(List.of(A, B, C), jumped));
    }

    @Test
    void aClockGoesOnWhileItIsNotHeardAndIsForgottenAfterAWhile() {
        clocks.heard(B, WALL + 50, NOW);
        Now later = new Now(NOW.nanos() + 5_000_000_000L, WALL + 5_000);
        Now muchLater = new Now(NOW.nanos() + 11_000_000_000L, WALL + 11_000);

        assertEquals(OptionalLong.of(WALL + 5_050), clocks.median(List.of(B), later));
        assertEquals(OptionalLong.empty(), clocks.median(List.of(B), muchLater));
    }
}
