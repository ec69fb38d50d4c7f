package io.skein.cluster;

import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Completes promises on the event loops of those who wait, with one hop for each loop and turn however many wait there.
 */
final class Replies {
    private static final Logger LOG = LoggerFactory.getLogger(Replies.class);

    /** Where somebody waits: a loop's thread, and any context of that loop. */
    record Home(Thread loop, Context context) {
        static Home here(Vertx vertx) {
            Context context = vertx.getOrCreateContext();
            return new Home(Context.isOnEventLoopThread() ? Thread.currentThread() : null, context);
        }
    }

    private static final class Loop {
        final Context context;
        final List<Runnable> replies = new ArrayList<>();

        Loop(Context context) {
            this.context = context;
        }

        void give() {
            for (Runnable reply : replies) {
                try {
                    reply.run();
                } catch (RuntimeException | AssertionError defect) {
                    // Whoever waits behind gets an answer all the same.
                    LOG.error("somebody could not take an answer", defect);
                }
            }
        }
    }

    private final Map<Object, Loop> loops = new HashMap<>();

    <T> void complete(Home home, Promise<T> promise, T value) {
        add(home, () -> promise.tryComplete(value));
    }

    <T> void fail(Home home, Promise<T> promise, Throwable failure) {
        add(home, () -> promise.tryFail(failure));
    }

    private void add(Home home, Runnable reply) {
        // Every request has a context of its own; what they share is the loop.
        Object key = home.loop() != null ? home.loop() : home.context();
        loops.computeIfAbsent(key, k -> new Loop(home.context())).replies.add(reply);
    }

    void flush() {
        if (!loops.isEmpty()) {
            for (Loop loop : loops.values()) {
                loop.context.runOnContext(v -> loop.give());
            }
            loops.clear();
        }
    }
}
