package io.skein.cli;

import java.time.Duration;

/** Does something small again and again beside long work, until that is over. */
final class Ticker implements AutoCloseable {
    private static final Duration USUAL = Duration.ofMillis(200);
    private static final long LAST_MS = 1_500;

    private final Thread thread;
    private volatile boolean isOver;

    private Ticker(Duration every, Runnable tick) {
        thread = new Thread(
                () -> {
                    try {
                        while (!isOver) {
                            tick.run();
                            Pause.of(every);
                        }
                    } catch (CommandProblem interrupted) {
                        // It is over.
                    }
                },
                "ticker");
        thread.setDaemon(true);
        thread.start();
    }

    static Ticker of(Runnable tick) {
        return new Ticker(USUAL, tick);
    }

    /** What is done meanwhile. */
    interface Work<T, E extends Exception> {
        T get() throws E;
    }

    /** Work of which only the time that it took is known. */
    static <T, E extends Exception> T beside(Progress progress, String what, Work<T, E> work) throws E {
        return beside(() -> progress.say(what), work);
    }

    static <T, E extends Exception> T beside(Runnable tick, Work<T, E> work) throws E {
        Ticker ticker = of(tick);
        try {
            return work.get();
        } finally {
            ticker.close();
        }
    }

    /** What it was doing is done. */
    @Override
    public void close() {
        isOver = true;
        thread.interrupt();
        try {
            thread.join(LAST_MS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
