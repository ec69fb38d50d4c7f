package io.skein.broker;

import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Those at all doors of the node together, up to {@link BrokerConfig#maxConnections}. From any thread. */
final class Connections {
    private final int most;
    private final AtomicLong open = new AtomicLong();
    /** Of {@link #most}: the open ones, and others whose peers have ended their side. */
    private final AtomicLong places = new AtomicLong();

    Connections(int most) {
        this.most = most;
    }

    /** That are open now. */
    long count() {
        return open.get();
    }

    /** @throws Refusal when there are as many as there may be */
    Connection open() {
        if (places.incrementAndGet() > most) {
            places.decrementAndGet();
            throw Refusal.of(
                    Refusal.Kind.UNAVAILABLE,
                    "too-many-connections",
                    "this node has " + most + " connections open, its limit",
                    Map.of("limit", most));
        }
        open.incrementAndGet();
        return new Connection() {
            private boolean ended;
            private boolean closed;

            @Override
            public void ended() {
                if (!ended) {
                    ended = true;
                    open.decrementAndGet();
                }
            }

            @Override
            public void close() {
                ended();
                if (!closed) {
                    closed = true;
                    places.decrementAndGet();
                }
            }
        };
    }
}
