package io.skein.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class StampsTest {
    private static final long WALL = 1_700_000_000_000L;

    private final Stamps stamps = new Stamps(0);

    @Test
    void aLeaderStepsForwardToItsWallClockAndNeverBack() {
        assertEquals(WALL, stamps.begin(at(0, WALL)));
        assertEquals(WALL + 1, stamps.begin(at(5, WALL - 3_600_000)));
    }

    @Test
    void stampsFollowTheWallClockByATenthOfWhatElapsedAtMost() {
        stamps.begin(at(0, WALL));

        assertEquals(WALL + 1_100, stamps.next(at(1_000, WALL + 3_600_000)));
        assertEquals(WALL + 2_000, stamps.next(at(2_000, WALL - 3_600_000)));
        assertEquals(WALL + 3_000, stamps.next(at(3_000, WALL + 3_000)));
    }

    @Test
    void whatWasDueIsDueWhenItIsStampedThoughTheWallClockWentBack() {
        stamps.begin(at(0, WALL));
        long due = stamps.peek(at(1_000, WALL + 60_000));

        assertTrue(stamps.next(at(1_001, WALL - 60_000)) >= due);
    }

    @Test
    void manyShortStepsComeToWhatTheyElapsed() {
        stamps.begin(at(0, WALL));
        for (int i = 1; i <= 10_000; i++) {
            stamps.peek(new Now(i * 100_000L, WALL + i / 10));
        }

        assertEquals(WALL + 1_000, stamps.next(at(1_000, WALL + 1_000)), 1);
    }

    private static Now at(long ms, long wallMs) {
        return new Now(ms * 1_000_000, wallMs);
    }
}
