package io.skein.bench;

import io.vertx.core.Future;

/** One subscriber: tells its {@link Tally} of what comes. Belongs to one event loop. */
interface Listener {
    Future<Void> close();
}
