package io.skein.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.skein.store.StoreListener;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What the disk does. */
final class StoreMeters implements StoreListener {
    private final Timer commit;
    private final Timer fsync;
    private final Timer checkpoint;
    private final DistributionSummary statements;
    private final Counter expired;
    private final Counter damages;
    private final Counter scrubs;
    private final Counter nackedToDeath;
    private final Counter leasesToDeath;
    private final AtomicInteger queued = new AtomicInteger();
    private final AtomicLong walWaiting = new AtomicLong();

    StoreMeters(MeterRegistry registry) {
        commit = Timer.builder("skein.sqlite.commit.duration")
                .description("A write transaction, from BEGIN to the end of COMMIT")
                .serviceLevelObjectives(Buckets.ofWrites())
                .register(registry);
        fsync = Timer.builder("skein.sqlite.fsync.duration")
                .description("COMMIT alone: the write-ahead log with its fsync")
                .serviceLevelObjectives(Buckets.ofWrites())
                .register(registry);
        checkpoint = Timer.builder("skein.sqlite.checkpoint.duration")
                .description("A checkpoint of the write-ahead log into the database file")
                .serviceLevelObjectives(Buckets.ofWrites())
                .register(registry);
        statements = DistributionSummary.builder("skein.sqlite.batch.statements")
                .description("Log entries and changes written in one transaction")
                .serviceLevelObjectives(Buckets.ofCounts())
                .register(registry);
        expired = Counter.builder("skein.messages.expired")
                .description("Messages whose own TTL was over; every node counts them. A topic's ttl is its retention")
                .register(registry);
        nackedToDeath = deadLettered(registry, "nacked");
        leasesToDeath = deadLettered(registry, "lease-expired");
        damages = Counter.builder("skein.sqlite.damage")
                .description("Rows found that are not what was written")
                .register(registry);
        scrubs = Counter.builder("skein.sqlite.scrubs")
                .description("Times every row was read again and checked")
                .register(registry);
        Gauge.builder("skein.sqlite.wal.waiting", walWaiting::get)
                .description("Bytes of the write-ahead log that wait for a checkpoint")
                .baseUnit("bytes")
                .register(registry);
        Gauge.builder("skein.sqlite.write.queue.depth", queued::get)
                .description("Write batches that were handed to the store and are not durable")
                .register(registry);
    }

    private static Counter deadLettered(MeterRegistry registry, String reason) {
        return Counter.builder("skein.messages.dead.lettered")
                .description(
                        "Messages that had all their deliveries, by how the last of them ended; every node counts them")
                .tag("reason", reason)
                .register(registry);
    }

    @Override
    public void queued(int batches) {
        queued.set(batches);
    }

    @Override
    public void committed(int batches, int entries, int changes, long bytes, long nanos, long commitNanos) {
        commit.record(nanos, TimeUnit.NANOSECONDS);
        fsync.record(commitNanos, TimeUnit.NANOSECONDS);
        statements.record(entries + changes);
    }

    @Override
    public void expired(int messages) {
        expired.increment(messages);
    }

    @Override
    public void deadLettered(long nacked, long leasesExpired) {
        nackedToDeath.increment(nacked);
        leasesToDeath.increment(leasesExpired);
    }

    @Override
    public void checkpointed(long nanos, long pages) {
        checkpoint.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void walBytes(long bytes) {
        walWaiting.set(bytes);
    }

    @Override
    public void damaged(String what) {
        damages.increment();
    }

    @Override
    public void scrubbed(long rows, long bytes) {
        scrubs.increment();
    }
}
