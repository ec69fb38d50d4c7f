package io.skein.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.dashboard.ConsoleFigures.Latency;
import org.junit.jupiter.api.Test;

class LatencyWindowTest {

    @Test
    void percentilesAreAtMostASixteenthTooHighAndNeverTooLow() {
        for (long scale = 1; scale < 10_000_000_000L; scale *= 7) {
            var window = new LatencyWindow();
            for (long i = 1; i <= 100; i++) {
                window.record(i * scale);
            }
            Latency taken = window.take();
            assertEquals(100, taken.count());
            assertNear(50 * scale, taken.p50Ms());
            assertNear(99 * scale, taken.p99Ms());
        }
    }

    @Test
    void whatWasTakenIsNotTakenAgain() {
        var window = new LatencyWindow();
        window.record(5_000_000);

        assertEquals(1, window.take().count());
        assertEquals(Latency.NONE, window.take());
    }

    @Test
    void timesBeyondTheRangeCountAsItsEnds() {
        var window = new LatencyWindow();
        window.record(-1);
        window.record(Long.MAX_VALUE);

        Latency taken = window.take();
        assertEquals(2, taken.count());
        assertEquals(0, taken.p50Ms());
        assertEquals((1L << 42) / 1e6, taken.p99Ms(), 1);
    }

    private static void assertNear(long nanos, double ms) {
        assertTrue(
                ms * 1e6 >= nanos - 1 && ms * 1e6 <= nanos * (1 + 1 / 16.0) + 1, nanos + " ns shown as " + ms + " ms");
    }
}
