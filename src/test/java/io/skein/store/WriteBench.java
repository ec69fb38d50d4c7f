package io.skein.store;

import io.skein.machine.Change;
import io.skein.machine.Cursor;
import io.skein.raft.Entry;
import io.skein.raft.HardState;
import io.skein.replica.WriteBatch;
import io.skein.replica.WriteBatch.Settled;
import io.skein.topic.Format;
import io.skein.topic.Message;
import io.skein.topic.TopicChange;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicName;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the writer takes, one batch after the other on one thread, fsync each, and what checkpoints do to it. Not a test:
 *
 * <pre>java -cp target/test-classes:target/classes:... io.skein.store.WriteBench DIRECTORY [key=value...]</pre>
 *
 * Keys: seconds, messages (a batch), bytes (a body), every (batches between two that carry changes), page, wal (MiB at
 * which the writer checkpoints), beside (0: everything between batches), and {@code open=1} to time an opening as well.
 */
final class WriteBench {
    private static final String TEXT =
            "The geese fly south in a skein; one leads, and when it drops back another does. ";

    private WriteBench() {}

    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]);
        long seconds = option(args, "seconds", 5);
        int perBatch = (int) option(args, "messages", 256);
        int bytes = (int) option(args, "bytes", 256);
        int every = (int) option(args, "every", 1);
        int page = (int) option(args, "page", 16384);
        long wal = option(args, "wal", 64) << 20;
        boolean alone = option(args, "beside", 1) == 0;
        StoreConfig config = new StoreConfig(
                directory, StoreConfig.Durability.FSYNC, page, wal, Math.max(wal, 256L << 20), 0, 1, 1, 0, 0);
        delete(directory);
        Files.createDirectories(directory);
        Path file = directory.resolve("bench.db");
        try (Connection connection = Database.openWriter(file, config)) {
            Database.migrate(connection, file);
            Database.initialize(connection, file, Author.NODE);
            Progress progress = new ImageLoader(connection).progress();
            BatchWriter writer = new BatchWriter(connection, progress, new Holds(), Faults.NONE);
            AtomicLong checkpoints = new AtomicLong();
            AtomicLong longest = new AtomicLong();
            StoreListener listener = new StoreListener() {
                @Override
                public void checkpointed(long nanos, long pages) {
                    checkpoints.incrementAndGet();
                    longest.accumulateAndGet(nanos, Math::max);
                }
            };
            Checkpointer checkpointer = new Checkpointer(connection, file, config, listener, Faults.NONE);
            ExecutorService beside = Executors.newSingleThreadExecutor();
            AtomicBoolean busy = new AtomicBoolean();
            long[] latencies = new long[10_000_000];
            int batches = 0;
            Batches source = new Batches(perBatch, bytes, every);
            long start = System.nanoTime();
            long end = start + seconds * 1_000_000_000L;
            long now = start;
            while (now < end) {
                WriteOrder order = source.next();
                long begin = System.nanoTime();
                writer.write(List.of(order));
                Checkpointer.Need need = checkpointer.need();
                if (need == Checkpointer.Need.RESTART) {
                    checkpointer.restart();
                } else if (need == Checkpointer.Need.BETWEEN && (alone || !busy.get())) {
                    checkpointer.between();
                } else if (need == Checkpointer.Need.BESIDE && !alone && busy.compareAndSet(false, true)) {
                    checkpointer.besideBegins();
                    beside.submit(() -> {
                        checkpointer.beside();
                        busy.set(false);
                        return null;
                    });
                }
                now = System.nanoTime();
                latencies[batches++] = now - begin;
            }
            beside.shutdown();
            beside.awaitTermination(1, TimeUnit.MINUTES);
            checkpointer.close();
            double took = (now - start) / 1e9;
            Arrays.sort(latencies, 0, batches);
            System.out.printf(
                    "%s: %,.0f messages/s, %,.0f batches/s, ms p50 %.2f p99 %.2f p99.9 %.2f max %.2f;"
                            + " %d checkpoints by the writer, longest %.1f ms; wal %d MiB, db %d MiB%n",
                    String.join(" ", Arrays.asList(args).subList(1, args.length)),
                    batches * (double) perBatch / took,
                    batches / took,
                    latencies[batches / 2] / 1e6,
                    latencies[(int) (batches * 0.99)] / 1e6,
                    latencies[(int) (batches * 0.999)] / 1e6,
                    latencies[batches - 1] / 1e6,
                    checkpoints.get(),
                    longest.get() / 1e6,
                    Files.size(Path.of(file + "-wal")) >> 20,
                    Files.size(file) >> 20);
        }
        if (option(args, "open", 0) == 1) {
            long begin = System.nanoTime();
            try (Connection connection = Database.openWriter(file, config)) {
                Database.migrate(connection, file);
                ImageLoader loader = new ImageLoader(connection);
                Progress found = loader.progress();
                loader.image(found);
                System.out.printf(
                        "%s messages: opened in %.0f ms%n",
                        Database.number(connection, "SELECT next_offset FROM topic"),
                        (System.nanoTime() - begin) / 1e6);
            }
        }
        delete(directory);
    }

    static long option(String[] args, String key, long otherwise) {
        return Arrays.stream(args)
                .filter(a -> a.startsWith(key + "="))
                .mapToLong(a -> Long.parseLong(a.substring(key.length() + 1)))
                .findFirst()
                .orElse(otherwise);
    }

    static void delete(Path directory) throws Exception {
        if (Files.exists(directory)) {
            try (var files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** Batches as a busy leader makes them: one entry each, changes in every so many. */
    static final class Batches {
        private final int perBatch;
        private final int every;
        private final Message message;
        private final TopicName topic = new TopicName("bench/one");
        private final Tail tail = new Tail(0, 0);
        private final List<Change> changes = new ArrayList<>();
        private long index;
        private long offset;
        private long settled;

        Batches(int perBatch, int bytes, int every) {
            this.perBatch = perBatch;
            this.every = every;
            String body = TEXT.repeat(bytes / TEXT.length() + 1).substring(0, bytes);
            message = new Message("", List.of(), Format.RAW, "", body.getBytes(StandardCharsets.UTF_8));
        }

        WriteOrder next() {
            index++;
            Cursor at = new Cursor(index, 0);
            if (index == 1) {
                changes.add(new TopicChange.Created(1, topic, TopicConfig.DEFAULT, at, 1000));
            }
            List<Message> messages = Collections.nCopies(perBatch, message);
            TopicChange.Appended appended = new TopicChange.Appended(
                    1, topic, offset, at, 1000 + index, Long.MAX_VALUE, messages, 100L * perBatch);
            offset += perBatch;
            tail.append(Author.LINEAGE, appended);
            changes.add(appended);
            byte[] payload = new byte[perBatch * (message.body().length + 24)];
            for (int i = 0; i < perBatch; i++) {
                System.arraycopy(message.body(), 0, payload, i * (message.body().length + 24), message.body().length);
            }
            boolean carries = index % every == 0;
            WriteBatch batch = new WriteBatch(
                    index,
                    0,
                    List.of(new Entry(index, 1, Entry.Kind.COMMANDS, payload)),
                    index == 1 ? Optional.of(new HardState(1, Optional.of(Author.NODE))) : Optional.empty(),
                    carries ? changes : List.of(),
                    carries ? Optional.of(new Settled(index, 1, 1000 + index, 7)) : Optional.empty(),
                    // The log goes after 64 MiB, as it does with a budget.
                    carries ? Math.max(0, index - (64 << 20) / payload.length) : 0,
                    index);
            List<StoredMessage> encoded = carries ? tail.take(settled, index) : List.of();
            if (carries) {
                changes.clear();
                settled = index;
                tail.settledVisible(index);
            }
            return new WriteOrder(batch, encoded);
        }
    }
}
