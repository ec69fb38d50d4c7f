package io.skein.bench;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

class LeashTest {
    private final LongAdder delivered = new LongAdder();
    private final Leash leash = new Leash(delivered, 10, 100);

    @Test
    void aPublisherWaitsForTheSubscribersOnTheAverage() {
        assertTrue(leash.take(1, 100));
        assertFalse(leash.take(2, 1));

        delivered.add(9);
        assertFalse(leash.take(3, 1));
        delivered.add(1);
        assertTrue(leash.take(4, 1));
    }

    @Test
    void whatIsLostIsNotWaitedForForEver() {
        assertTrue(leash.take(1, 100));
        assertFalse(leash.take(400_000_000, 1));

        assertTrue(leash.take(600_000_000, 1));
    }
}
