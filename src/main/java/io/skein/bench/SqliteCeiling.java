package io.skein.bench;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.HdrHistogram.Histogram;

/**
 * What SQLite can take and give back, with one fsync for each commit, in the shapes of DESIGN D16. A passive checkpoint
 * runs between two commits whenever the WAL has passed 64 MiB, and once more at the end: its time is in the rate, but not
 * in the latency of a commit.
 */
final class SqliteCeiling {
    private static final long WAL_LIMIT_BYTES = 64L << 20;
    /** A run ends early at this size of log and messages: a ceiling must not fill the disk. */
    private static final long MAX_BYTES = 4L << 30;

    private static final int PAGE = 100;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /**
     * Messages written in one shape.
     *
     * @param cpuMicros of the writing thread for each message, checkpoints included: what stays true beside other load
     * @param commit from the first statement of a transaction to its durability
     */
    record Figure(
            Shape shape,
            int batch,
            int bytes,
            int topics,
            int pageKiB,
            long messagesPerSecond,
            double checkpointShare,
            double cpuMicros,
            Latency commit) {

        JsonObject toJson() {
            return new JsonObject()
                    .put("shape", shape.name())
                    .put("batch", batch)
                    .put("bytes", bytes)
                    .put("topics", topics)
                    .put("pageKiB", pageKiB)
                    .put("messagesPerSecond", messagesPerSecond)
                    .put("checkpointShare", Math.round(checkpointShare * 100) / 100.0)
                    .put("cpuMicros", Math.round(cpuMicros * 100) / 100.0)
                    .put("commitMs", commit.toJson());
        }
    }

    /** {@code messages} read back: in pages of 100 from random offsets, and once from the first to the last. */
    record ReadFigure(Shape shape, int batch, int messages, long pagedPerSecond, Latency page, long scannedPerSecond) {

        JsonObject toJson() {
            return new JsonObject()
                    .put("shape", shape.name())
                    .put("batch", batch)
                    .put("messages", messages)
                    .put("pagedPerSecond", pagedPerSecond)
                    .put("pageMs", page.toJson())
                    .put("scannedPerSecond", scannedPerSecond);
        }
    }

    private SqliteCeiling() {}

    static Figure write(Path folder, Shape shape, int batch, int bytes, int topics, int pageKiB, Duration time)
            throws IOException, SQLException {
        try (ShapeFile file = ShapeFile.create(folder, pageKiB);
                ShapeWriter writer = new ShapeWriter(file.connection(), shape, topics, batch, bytes)) {
            Checkpoints checkpoints = new Checkpoints(file);
            long warm = System.nanoTime() + Math.min(time.toNanos() / 4, 1_000_000_000L);
            do {
                writer.commit(batch);
                checkpoints.maybe();
            } while (System.nanoTime() < warm);
            checkpoints.now();

            checkpoints.nanos = 0;
            long before = writer.written();
            Histogram commits = Latency.histogram();
            long cpuBefore = THREADS.getCurrentThreadCpuTime();
            long started = System.nanoTime();
            long end = started + time.toNanos();
            long now = started;
            while (now < end && writer.written() * bytes * 2 < MAX_BYTES) {
                writer.commit(batch);
                long after = System.nanoTime();
                Latency.record(commits, after - now);
                now = checkpoints.maybe() ? System.nanoTime() : after;
            }
            writer.settle();
            checkpoints.now();
            long nanos = System.nanoTime() - started;
            long cpuNanos = THREADS.getCurrentThreadCpuTime() - cpuBefore;
            long messages = writer.written() - before;
            return new Figure(
                    shape,
                    batch,
                    bytes,
                    topics,
                    pageKiB,
                    Math.round(messages * 1e9 / nanos),
                    (double) checkpoints.nanos / nanos,
                    cpuNanos / 1e3 / messages,
                    Latency.of(commits));
        }
    }

    static ReadFigure readBack(Path folder, Shape shape, int batch, int bytes, int messages, int pageKiB, Duration time)
            throws IOException, SQLException {
        try (ShapeFile file = ShapeFile.create(folder, pageKiB);
                ShapeWriter writer = new ShapeWriter(file.connection(), shape, 1, batch, bytes)) {
            while (writer.written() < messages) {
                writer.commit((int) Math.min(batch, messages - writer.written()));
            }
            writer.settle();
            file.checkpoint();
            try (ShapeReader reader = new ShapeReader(file.connection(), shape.messages)) {
                return read(reader, shape, batch, messages, time.toNanos() / 2);
            }
        }
    }

    private static ReadFigure read(ShapeReader reader, Shape shape, int batch, int messages, long nanos)
            throws SQLException {
        if (reader.scan(0) != messages) {
            throw new SQLException(shape + ": not every message came back");
        }
        Histogram pages = Latency.histogram();
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long delivered = 0;
        long started = System.nanoTime();
        long now = started;
        while (now < started + nanos) {
            delivered += reader.page(0, random.nextLong(messages), PAGE).size();
            long after = System.nanoTime();
            Latency.record(pages, after - now);
            now = after;
        }
        long pagedPerSecond = Math.round(delivered * 1e9 / (now - started));

        long scanned = 0;
        started = System.nanoTime();
        do {
            scanned += reader.scan(0);
            now = System.nanoTime();
        } while (now < started + nanos);
        return new ReadFigure(
                shape, batch, messages, pagedPerSecond, Latency.of(pages), Math.round(scanned * 1e9 / (now - started)));
    }

    /** Keeps the WAL below its limit and knows what that took. */
    private static final class Checkpoints {
        /** Asking for the size takes some microseconds: not after every commit. */
        private static final int ASK_EVERY = 16;

        private final ShapeFile file;
        private int commits;
        private long nanos;

        Checkpoints(ShapeFile file) {
            this.file = file;
        }

        /** @return whether this took time that is no commit's */
        boolean maybe() throws SQLException {
            if (++commits % ASK_EVERY != 0) {
                return false;
            }
            if (file.walBytes() > WAL_LIMIT_BYTES) {
                now();
            }
            return true;
        }

        void now() throws SQLException {
            long started = System.nanoTime();
            file.checkpoint();
            nanos += System.nanoTime() - started;
        }
    }
}
