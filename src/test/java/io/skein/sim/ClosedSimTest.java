package io.skein.sim;

import java.lang.ref.WeakReference;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ClosedSimTest {
    /** A class of tests may start hundreds. */
    @Test
    void nothingOfAClosedClusterStaysInMemory() {
        WeakReference<Sim> closed = closed();

        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> {
            System.gc();
            return closed.get() == null;
        });
    }

    private static WeakReference<Sim> closed() {
        try (Sim sim = Sim.start(1, 42)) {
            return new WeakReference<>(sim);
        }
    }
}
