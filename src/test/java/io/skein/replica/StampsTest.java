package io.skein.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class StampsTest {
    private static final long WALL = 1_700_000_000_000L;

    private final Stamps stamps = new Stamps();

    @Test
    void aLeaderStepsForwardToTheMedianAndNeverBack() {
        assertEquals(WALL, stamps.begin(17, at(0, WALL), OptionalLong.of(WALL)));
        assertEquals(WALL + 1, stamps.begin(WALL, at(5, WALL), OptionalLong.of(WALL - 3_600_000)));
    }

    @Test
    void whatALeaderStampedAndWasOverwrittenIsForgotten() {
        begin(at(0, WALL));
        next(at(10_000, WALL + 10_000));

        assertEquals(WALL + 6, stamps.begin(WALL + 5, at(20_000, WALL), OptionalLong.of(WALL)));
    }

    @Test
    void stampsFollowTheWallClockByATenthOfWhatElapsedAtMost() {
        begin(at(0, WALL));

        assertEquals(WALL + 1_100, next(at(1_000, WALL + 3_600_000)));
        assertEquals(WALL + 2_000, next(at(2_000, WALL - 3_600_000)));
        assertEquals(WALL + 3_000, next(at(3_000, WALL + 3_000)));
    }

    @Test
    void whatWasDueIsDueWhenItIsStampedThoughTheWallClockWentBack() {
        begin(at(0, WALL));
        long due = peek(at(1_000, WALL + 60_000));

        assertTrue(next(at(1_001, WALL - 60_000)) >= due);
    }

    @Test
    void manyShortStepsComeToWhatTheyElapsed() {
        begin(at(0, WALL));
        for (int i = 1; i <= 10_000; i++) {
            peek(new Now(i * 100_000L, WALL + i / 10));
        }

        assertEquals(WALL + 1_000, next(at(1_000, WALL + 1_000)), 1);
    }

    @Test
    void withoutAMajorityALeaderBeginsJustAboveTheLastStampAndFollowsItsOwnMonotonicClock() {
        assertEquals(WALL + 1, stamps.begin(WALL, at(0, WALL + 3_600_000), OptionalLong.empty()));
        assertEquals(WALL + 1_001, stamps.next(at(1_000, WALL + 7_200_000), OptionalLong.empty()));
    }

    @Test
    void whereTheTimeOfAClusterIsMovedTheLogsFollowsAtOnce() {
        begin(at(0, WALL));
        next(at(10, WALL + 10));
        Now moved = new Now(11_000_000, WALL + 3_600_011, WALL + 3_600_011);

        assertTrue(stamps.isBelowFloor(moved));
        assertEquals(WALL + 3_600_011, stamps.next(moved, OptionalLong.of(WALL + 11)));
        assertFalse(stamps.isBelowFloor(moved));
    }

    private long begin(Now now) {
        return stamps.begin(0, now, OptionalLong.of(now.wallMs()));
    }

    private long next(Now now) {
        return stamps.next(now, OptionalLong.of(now.wallMs()));
    }

    private long peek(Now now) {
        return stamps.peek(now, OptionalLong.of(now.wallMs()));
    }

    private static Now at(long ms, long wallMs) {
        return new Now(ms * 1_000_000, wallMs);
    }
}
