package io.skein.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** What becomes of the backups that a node makes by itself; from any thread. */
public final class BackupMeters {
    private final MeterRegistry registry;
    private final Counter failures;
    private final AtomicLong madeMs = new AtomicLong();
    private final AtomicBoolean isKnown = new AtomicBoolean();
    private volatile long everyMs;
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicBoolean wasMade = new AtomicBoolean();

    BackupMeters(MeterRegistry registry) {
        this.registry = registry;
        this.failures = Counter.builder("skein.backup.failures")
                .description("Scheduled backups that could not be made")
                .register(registry);
    }

    /** What the age of the newest is judged by. */
    public void every(long ms) {
        everyMs = ms;
        Gauge.builder("skein.backup.interval", () -> ms / 1e3)
                .description("From one scheduled backup to the next")
                .baseUnit("seconds")
                .register(registry);
    }

    /** From one to the next, milliseconds. */
    public long everyMs() {
        return everyMs;
    }

    /** When the newest was made, epoch milliseconds; 0 before there is one. */
    public long newestMs() {
        return madeMs.get();
    }

    /** One that was made before, perhaps by an earlier process. */
    public void found(long timeMs) {
        madeMs.accumulateAndGet(timeMs, Math::max);
        // An alert on its age must not see 1970 before there is one.
        if (isKnown.compareAndSet(false, true)) {
            Gauge.builder("skein.backup.last.success.timestamp", () -> madeMs.get() / 1e3)
                    .description("When the newest scheduled backup was made, Unix time")
                    .baseUnit("seconds")
                    .register(registry);
        }
    }

    public void made(long timeMs, long tookNanos, long size) {
        nanos.set(tookNanos);
        bytes.set(size);
        found(timeMs);
        if (wasMade.compareAndSet(false, true)) {
            Gauge.builder("skein.backup.duration", () -> nanos.get() / 1e9)
                    .description("What the last scheduled backup took")
                    .baseUnit("seconds")
                    .register(registry);
            Gauge.builder("skein.backup", bytes::get)
                    .description("Size of the last scheduled backup")
                    .baseUnit("bytes")
                    .register(registry);
        }
    }

    public void failed() {
        failures.increment();
    }
}
