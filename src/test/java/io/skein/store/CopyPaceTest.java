package io.skein.store;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who rests and who does not: an interrupted thread cannot rest, and says so. */
class CopyPaceTest {
    @AfterEach
    void uninterrupted() {
        Thread.interrupted();
    }

    private static void work(CopyPace pace) {
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < TimeUnit.MILLISECONDS.toNanos(5)) {
            Thread.onSpinWait();
        }
        Thread.currentThread().interrupt();
        pace.breathe();
    }

    @Test
    void whatNobodyWaitsForRests() {
        assertThrows(CancellationException.class, () -> work(CopyPace.leisurely()));
    }

    @Test
    void whatSomebodyWaitsForDoesNot() {
        assertDoesNotThrow(() -> work(CopyPace.urgent()));
    }

    @Test
    void whoBeganAtLeisureHurriesOnceSomebodyWaitsBehindIt() {
        AtomicBoolean awaited = new AtomicBoolean();
        CopyPace pace = CopyPace.leisurely(awaited::get);
        assertThrows(CancellationException.class, () -> work(pace));
        Thread.interrupted();

        awaited.set(true);

        assertDoesNotThrow(() -> work(pace));
    }
}
