package io.skein.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class TallyTest {
    private static final long MS = 1_000_000;

    private final Tally.Live live = new Tally.Live();
    private final Tally tally = new Tally(live);

    @Test
    void percentilesAreInMilliseconds() {
        Histogram histogram = Latency.histogram();
        for (int i = 1; i <= 1000; i++) {
            Latency.record(histogram, i * MS);
        }

        Latency latency = Latency.of(histogram);

        assertEquals(1000, latency.count());
        assertEquals(500, latency.p50(), 5);
        assertEquals(990, latency.p99(), 10);
        assertEquals(999, latency.p999(), 10);
        assertEquals(1000, latency.max(), 10);
        assertEquals("0.142 / 12.35", new Latency(1, 0.142, 12.345, 700, 800).brief());
    }

    @Test
    void nothingMeasuredIsNoughtAndNotAnError() {
        assertEquals("0.000 / 0.000", Latency.of(Latency.histogram()).brief());
    }

    @Test
    void aLatencyThatIsTooLongForTheHistogramCountsAsTheLongest() {
        Histogram histogram = Latency.histogram();
        Latency.record(histogram, Long.MAX_VALUE);
        Latency.record(histogram, -1);

        assertEquals(Latency.LONGEST_NANOS / MS, Latency.of(histogram).max(), 5000);
    }

    @Test
    void onlyTheMeasuredTimeCounts() {
        tally.measure(100, 200);

        tally.acked(99, 50, 1, 0);
        tally.acked(150, 120, 2, 0);
        tally.acked(250, 199, 4, 0);
        tally.delivered(99, 0);
        tally.delivered(199, 150);
        tally.delivered(200, 199);
        tally.failed(200, 1, "late");

        assertEquals(2, tally.acked());
        assertEquals(6, tally.ack().count(), "what was due in time has a latency whenever it is answered");
        assertEquals(1, tally.delivered());
        assertEquals(2, tally.endToEnd().count());
        assertTrue(tally.errors().isEmpty());
        assertEquals(7, live.acked.sum());
    }

    @Test
    void endlessKindsOfErrorsAreOneKind() {
        tally.measure(0, 10);
        for (int i = 0; i < 1000; i++) {
            tally.failed(5, 1, "code-" + i);
        }

        assertEquals(33, tally.errors().size());
        assertEquals(968L, tally.errors().get("other"));
    }

    @Test
    void loopsAddUp() {
        tally.measure(0, 10);
        tally.failed(1, 2, "full");
        Tally other = new Tally(live);
        other.measure(0, 10);
        other.acked(5, 1, 3, 0);
        other.failed(1, 1, "full");

        tally.add(other);

        assertEquals(3, tally.acked());
        assertEquals(3L, tally.errors().get("full"));
    }
}
