package io.skein.sim;

import io.vertx.core.Future;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The one thread on which everything is done to a simulated cluster, one thing after the other. From any thread. */
final class Hand {
    /** What a deed waits for has come by then, or does not come. */
    private static final long WAIT_SECONDS = 60;

    private final ScheduledThreadPoolExecutor tasks;
    private volatile Thread thread;

    Hand() {
        tasks = new ScheduledThreadPoolExecutor(1, task -> {
            Thread one = new Thread(task, "skein-sim");
            one.setDaemon(true);
            thread = one;
            return one;
        });
        tasks.setRemoveOnCancelPolicy(true);
    }

    /** Something that is done to the cluster. */
    interface Deed {
        void run() throws Exception;
    }

    void run(Deed deed) {
        call(() -> {
            deed.run();
            return null;
        });
    }

    /**
     * Does it when nothing else is being done, and waits for it; a deed may ask for another.
     *
     * @throws IllegalStateException for what is no {@link RuntimeException} of the deed's own
     */
    <T> T call(Callable<T> deed) {
        try {
            if (Thread.currentThread() == thread) {
                return deed.call();
            }
            return tasks.submit(deed).get();
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", ended);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException problem) {
                throw problem;
            }
            throw new IllegalStateException(failed.getCause().getMessage(), failed.getCause());
        } catch (RuntimeException problem) {
            throw problem;
        } catch (Exception failed) {
            throw new IllegalStateException(failed.getMessage(), failed);
        }
    }

    /** Does it when nothing else is being done, and after that time. */
    void later(long ms, Runnable task) {
        tasks.schedule(task, ms, TimeUnit.MILLISECONDS);
    }

    /** Nothing is done any more. */
    void close() {
        tasks.shutdownNow();
    }

    static <T> T await(Future<T> future) {
        try {
            return future.await(WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            throw new IllegalStateException("no end within " + WAIT_SECONDS + " s", late);
        }
    }

    static void await(CountDownLatch latch) {
        try {
            if (!latch.await(WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("no end within " + WAIT_SECONDS + " s");
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", ended);
        }
    }
}
