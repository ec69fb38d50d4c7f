package io.skein.sim;

import io.skein.metrics.Metrics;
import io.skein.store.Store;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.LoggerFactory;

/**
 * What the first node of a process loads, beside what it waits for: most of the time that the first cluster takes to start goes
 * into loading classes, one after the other, while other processors do nothing.
 */
final class Primer {
    private static final AtomicBoolean BEGUN = new AtomicBoolean();

    private Primer() {}

    /** Returns at once. */
    static void begin() {
        if (BEGUN.compareAndSet(false, true)) {
            // Alone: whoever asks for a logger while another begins to log gets one that is none yet.
            LoggerFactory.getILoggerFactory();
            List<Runnable> parts = List.of(Store::load, () -> new Metrics(Metrics.newRegistry()).close());
            for (Runnable part : parts) {
                Thread thread = new Thread(() -> load(part), "skein-sim-primer");
                thread.setDaemon(true);
                thread.start();
            }
        }
    }

    private static void load(Runnable part) {
        try {
            part.run();
        } catch (RuntimeException | LinkageError failed) {
            // Whoever really needs it says why it cannot be had.
            return;
        }
    }
}
