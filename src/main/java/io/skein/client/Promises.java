package io.skein.client;

import io.vertx.core.Promise;
import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;

/**
 * Keeps promises. What depends on their futures is called here and belongs to users: whatever it throws, nobody else goes
 * without his answer for it. What the only one that depends on a future throws is logged; what one of several throws Vert.x
 * 5.0.12 keeps to itself. They have no context: what is attached after the client's Vert.x has ended is called all the same.
 */
final class Promises {
    private static final Logger LOG = LoggerFactory.getLogger(Promises.class);

    private Promises() {}

    /** @return false when it was kept before */
    static <T> boolean complete(Promise<T> promise, T value) {
        try {
            return promise.tryComplete(value);
        } catch (Throwable thrown) {
            return logged(thrown);
        }
    }

    /** @return false when it was kept before */
    static boolean fail(Promise<?> promise, SkeinException why) {
        try {
            return promise.tryFail(why);
        } catch (Throwable thrown) {
            return logged(thrown);
        }
    }

    private static boolean logged(Throwable thrown) {
        LOG.error("what depends on an answer failed", thrown);
        return true;
    }
}
