package io.skein.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.concurrent.TimeUnit;

/**
 * How late an event loop runs: a timer is set, and how much later than asked it fires is the lag. One-shot timers, set again
 * each time, because periodic ones all fire at once after a stop.
 */
final class EventLoopLag extends VerticleBase {
    private static final long INTERVAL_MS = 200;
    /** Vert.x warns of a blocked thread at the same. */
    private static final long BLOCKED_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Timer lag;
    private final Counter blocked;
    private long timer;

    EventLoopLag(MeterRegistry registry) {
        lag = Timer.builder("skein.eventloop.lag")
                .description("How much later than asked a timer of an event loop fires")
                .serviceLevelObjectives(Buckets.ofLags())
                .register(registry);
        blocked = Counter.builder("skein.eventloop.blocked")
                .description("Times an event loop stood still for 2 seconds or more")
                .register(registry);
    }

    @Override
    public Future<?> start() {
        measure();
        return Future.succeededFuture();
    }

    @Override
    public Future<?> stop() {
        vertx.cancelTimer(timer);
        return Future.succeededFuture();
    }

    private void measure() {
        long due = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(INTERVAL_MS);
        timer = vertx.setTimer(INTERVAL_MS, id -> {
            long late = Math.max(0, System.nanoTime() - due);
            lag.record(late, TimeUnit.NANOSECONDS);
            if (late >= BLOCKED_NANOS) {
                blocked.increment();
            }
            measure();
        });
    }
}
