package io.skein.store;

import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What making a snapshot costs, and what it costs a writer that goes on beside it. Not a test:
 *
 * <pre>java -cp target/test-classes:target/classes:... io.skein.store.SnapshotBench DIRECTORY [key=value...]</pre>
 *
 * Keys: total (messages in the store), messages (a batch), bytes (a body), rate (batches a second; 0: as many as can be),
 * rest (of kind 0, in percent of its time at work; a backup's is 100), kind (0: {@link SnapshotCopy}; 1: {@code VACUUM
 * INTO} and then removing what must not travel; 2: all tables in one read transaction; 3: none, as long as {@code
 * seconds}).
 */
final class SnapshotBench {
    private SnapshotBench() {}

    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]);
        long total = WriteBench.option(args, "total", 1_000_000);
        int perBatch = (int) WriteBench.option(args, "messages", 256);
        int bytes = (int) WriteBench.option(args, "bytes", 256);
        long rate = WriteBench.option(args, "rate", 100);
        long kind = WriteBench.option(args, "kind", 0);
        WriteBench.delete(directory);
        Files.createDirectories(directory);
        Path file = directory.resolve("bench.db");
        Path target = directory.resolve("copy.db");
        StoreConfig config = StoreConfig.at(directory);
        try (Connection connection = Database.openWriter(file, config)) {
            Database.migrate(connection, file);
            Database.initialize(connection, file, Author.NODE);
            Database.execute(connection, "INSERT INTO configuration VALUES (1, x'')");
            Writing writing = new Writing(connection, file, config, new WriteBench.Batches(perBatch, bytes, 1));
            for (long i = 0; i < total / perBatch; i++) {
                writing.write();
            }
            AtomicBoolean done = new AtomicBoolean();
            AtomicReference<String> figures = new AtomicReference<>("");
            Thread copying = new Thread(() -> {
                try {
                    long begin = System.nanoTime();
                    String result = copy(
                            kind,
                            file,
                            target,
                            WriteBench.option(args, "seconds", 3),
                            WriteBench.option(args, "rest", 0));
                    figures.set(String.format(
                            "took %.0f ms%s, %d MiB",
                            (System.nanoTime() - begin) / 1e6,
                            result,
                            Files.exists(target) ? Files.size(target) >> 20 : 0));
                } catch (Exception failed) {
                    failed.printStackTrace();
                }
                done.set(true);
            });
            long[] latencies = new long[1_000_000];
            int batches = 0;
            long longestWal = 0;
            long start = System.nanoTime();
            copying.start();
            while (!done.get()) {
                long due = rate == 0 ? System.nanoTime() : start + batches * 1_000_000_000L / rate;
                while (System.nanoTime() < due) {
                    Thread.sleep(0, 100_000);
                }
                // From when it was due, so that one that waits counts for those behind it.
                writing.write();
                latencies[batches++] = System.nanoTime() - due;
                longestWal = Math.max(longestWal, Files.size(Path.of(file + "-wal")));
            }
            Arrays.sort(latencies, 0, batches);
            System.out.printf(
                    "%s: %s; beside it %,.0f batches/s, ms p50 %.2f p99 %.2f max %.2f; wal at most %d MiB%n",
                    String.join(" ", Arrays.asList(args).subList(1, args.length)),
                    figures.get(),
                    batches / ((System.nanoTime() - start) / 1e9),
                    latencies[batches / 2] / 1e6,
                    latencies[(int) (batches * 0.99)] / 1e6,
                    latencies[batches - 1] / 1e6,
                    longestWal >> 20);
            writing.close();
        }
        WriteBench.delete(directory);
    }

    private static String copy(long kind, Path file, Path target, long seconds, long rest) throws Exception {
        if (kind == 0) {
            new SnapshotCopy(file, target, 0, Faults.NONE, () -> false, new CopyPace(rest / 100.0)).make();
            return "";
        } else if (kind == 1) {
            try (Connection live = Database.openReader(file)) {
                Database.execute(live, "VACUUM INTO '" + target + "'");
            }
            try (Connection copy = java.sql.DriverManager.getConnection("jdbc:sqlite:" + target)) {
                Database.execute(copy, "PRAGMA journal_mode = OFF");
                Database.execute(copy, "PRAGMA synchronous = OFF");
                for (String table : List.of("node", "log", "term")) {
                    Database.execute(copy, "DELETE FROM " + table);
                }
            }
        } else if (kind == 2) {
            try (Connection copy = Database.openCopy(target, file)) {
                Database.execute(copy, "BEGIN");
                Database.execute(copy, "INSERT INTO main.state SELECT * FROM live.state");
                for (String table : List.of("chunk", "topic", "mark", "sweep", "ttl", "scheduled", "producer")) {
                    Database.execute(copy, "INSERT INTO main." + table + " SELECT * FROM live." + table);
                }
                Database.execute(copy, "COMMIT");
            }
        } else {
            TimeUnit.SECONDS.sleep(seconds);
            return "";
        }
        long begin = System.nanoTime();
        try (FileChannel copied = FileChannel.open(target, StandardOpenOption.WRITE)) {
            copied.force(true);
        }
        long flushed = System.nanoTime();
        try (Connection copy = Database.openReader(target)) {
            new SnapshotRows(copy, target, () -> {}).check(true);
        }
        long checked = System.nanoTime();
        SnapshotRows.sha256(target, () -> {});
        return String.format(
                " (of that flush %.0f, check %.0f, sha %.0f)",
                (flushed - begin) / 1e6, (checked - flushed) / 1e6, (System.nanoTime() - checked) / 1e6);
    }

    /** The writer with its checkpoints, as the verticle does it. */
    private static final class Writing {
        private final BatchWriter writer;
        private final Checkpointer checkpointer;
        private final WriteBench.Batches source;
        private final ExecutorService beside = Executors.newSingleThreadExecutor();
        private final AtomicBoolean busy = new AtomicBoolean();

        Writing(Connection connection, Path file, StoreConfig config, WriteBench.Batches source) throws Exception {
            this.source = source;
            writer = new BatchWriter(connection, new ImageLoader(connection).progress(), new Holds(), Faults.NONE);
            checkpointer = new Checkpointer(connection, file, config, StoreListener.NONE, Faults.NONE);
        }

        void write() throws Exception {
            writer.write(List.of(source.next()));
            Checkpointer.Need need = checkpointer.need();
            if (need == Checkpointer.Need.RESTART) {
                checkpointer.restart();
            } else if (need == Checkpointer.Need.BETWEEN && !busy.get()) {
                checkpointer.between();
            } else if (need == Checkpointer.Need.BESIDE && busy.compareAndSet(false, true)) {
                checkpointer.besideBegins();
                beside.submit(() -> {
                    checkpointer.beside();
                    busy.set(false);
                    return null;
                });
            }
        }

        void close() throws Exception {
            beside.shutdown();
            beside.awaitTermination(1, TimeUnit.MINUTES);
            checkpointer.close();
        }
    }
}
