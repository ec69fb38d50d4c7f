package io.skein.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long START = -5_000_000_000L;

    @Test
    void thePublishersTogetherHaveOneEvenlySpacedSchedule() {
        TreeSet<Long> due = new TreeSet<>();
        for (int publisher = 0; publisher < 4; publisher++) {
            Pace pace = new Pace(START, 1000, publisher, 4);
            for (int n = 0; n < 25; n++) {
                due.add(pace.dueAt(n));
            }
        }

        assertEquals(100, due.size());
        long expected = START;
        for (long at : due) {
            assertEquals(expected, at);
            expected += 1_000_000;
        }
    }

    @Test
    void aMessageIsDueFromItsMomentOn() {
        Pace pace = new Pace(START, 333, 1, 3);
        for (long n = 0; n < 5000; n += 7) {
            assertEquals(n, pace.dueBy(pace.dueAt(n) - 1));
            assertEquals(n + 1, pace.dueBy(pace.dueAt(n)));
        }
        assertEquals(0, pace.dueBy(START - 1));
    }

    @Test
    void theRateDoesNotDriftOverADay() {
        Pace pace = new Pace(START, 70_000.5, 0, 1);
        long day = 86_400L * 1_000_000_000;

        long due = pace.dueBy(START + day);

        assertTrue(Math.abs(due - 86_400 * 70_000.5) < 3, due + " were due");
    }

    @Test
    void aRateOfNothingIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Pace(0, 0, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> new Pace(0, Double.NaN, 0, 1));
    }
}
