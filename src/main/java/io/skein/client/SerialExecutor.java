package io.skein.client;

import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Calls on somebody's threads, one after the other, in order. What is called counts in whoever bounds it. */
final class SerialExecutor implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(SerialExecutor.class);

    private final Executor threads;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private boolean busy;

    SerialExecutor(Executor threads) {
        this.threads = threads;
    }

    @Override
    public void execute(Runnable call) {
        synchronized (waiting) {
            waiting.add(call);
            if (busy) {
                return;
            }
            busy = true;
        }
        try {
            threads.execute(this::run);
        } catch (RejectedExecutionException closed) {
            // Its user has ended his threads before the stream: it stands still, and fills no memory.
            LOG.error("the executor of a handler takes no more calls", closed);
            synchronized (waiting) {
                waiting.clear();
            }
        }
    }

    private void run() {
        for (Runnable next = next(); next != null; next = next()) {
            Lasting.guarded(next);
        }
    }

    private Runnable next() {
        synchronized (waiting) {
            Runnable next = waiting.poll();
            busy = next != null;
            return next;
        }
    }
}
