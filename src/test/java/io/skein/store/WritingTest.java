package io.skein.store;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Cursor;
import io.skein.machine.Due;
import io.skein.replica.WriteBatch;
import io.skein.store.OpenStore.Heard;
import io.skein.subscription.Mark;
import io.skein.subscription.Start;
import io.skein.subscription.SubscriptionCommand;
import io.skein.subscription.SubscriptionConfig;
import io.skein.subscription.SubscriptionName;
import io.skein.subscription.SubscriptionOutcome.Pulled;
import io.skein.topic.Publication;
import io.skein.topic.TopicCommand;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicName;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** One transaction, one fsync, and what happens when the disk does not play along. */
class WritingTest {
    @TempDir
    Path directory;

    private Vertx vertx;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
    }

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    private OpenStore open(StoreListener listener, Faults faults) throws Exception {
        return OpenStore.at(vertx, StoreConfig.at(directory), listener, faults);
    }

    private static SQLiteException error(SQLiteErrorCode code) {
        return new SQLiteException("injected", code);
    }

    @Test
    void batchesThatWaitShareTheNextTransactionAndAreAnsweredOneByOne() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        BlockingQueue<Integer> groups = new LinkedBlockingQueue<>();
        Faults slow = new Faults() {
            @Override
            public void beforeCommit(long batch) {
                started.countDown();
                try {
                    assertTrue(released.await(30, TimeUnit.SECONDS));
                } catch (InterruptedException interrupted) {
                    throw new AssertionError(interrupted);
                }
            }
        };
        List<Integer> queued = new CopyOnWriteArrayList<>();
        StoreListener listener = new StoreListener() {
            @Override
            public void committed(int batches, int entries, int changes, long bytes, long nanos, long commitNanos) {
                groups.add(batches);
            }

            @Override
            public void queued(int batches) {
                queued.add(batches);
            }
        };
        try (OpenStore open = open(listener, slow)) {
            open.author.publish("a", "1");
            open.send(open.author.settling());
            assertTrue(started.await(30, TimeUnit.SECONDS));
            for (int i = 2; i <= 4; i++) {
                open.author.publish("a", "" + i);
                open.send(open.author.settling());
            }
            released.countDown();

            for (long number = 1; number <= 4; number++) {
                assertEquals(new Heard.Done(number), open.hear());
            }
            assertEquals(1, groups.poll(30, TimeUnit.SECONDS));
            assertEquals(3, groups.poll(30, TimeUnit.SECONDS));
            assertEquals(
                    4, open.readRows(open.author.of("a"), Cursor.ORIGIN, 10).size());
            assertEquals(List.of(1, 2, 3, 4, 3, 2, 1, 0), queued);
        }
    }

    @Test
    void anExpiredMessageIsToldOfOnce() throws Exception {
        AtomicInteger expired = new AtomicInteger();
        StoreListener listener = new StoreListener() {
            @Override
            public void expired(int messages) {
                expired.addAndGet(messages);
            }
        };
        try (OpenStore open = open(listener, Faults.NONE)) {
            for (String body : List.of("1", "2", "3")) {
                open.author.take(new TopicCommand.Publish(
                        List.of(new Publication(new TopicName("a"), Author.message(body), 0, 50, -1)),
                        false,
                        true,
                        Optional.empty()));
            }
            open.author.publish("a", "stays");
            open.settle();
            assertEquals(0, expired.get());

            open.author.later(100);
            open.author.take(new TopicCommand.Expire());
            open.settle();
            await().until(() -> expired.get() == 3);
        }
        try (OpenStore open = open(listener, Faults.NONE)) {
            open.author.publish("a", "later");
            open.settleAll();
        }
        assertEquals(3, expired.get());
    }

    @Test
    void aMessageThatBecomesADeadLetterIsToldOfOnceWithWhatEndedItsLastDelivery() throws Exception {
        AtomicLong nacked = new AtomicLong();
        AtomicLong expired = new AtomicLong();
        StoreListener listener = new StoreListener() {
            @Override
            public void deadLettered(long byNack, long byExpiry) {
                nacked.addAndGet(byNack);
                expired.addAndGet(byExpiry);
            }
        };
        var name = new SubscriptionName("s");
        var config = new SubscriptionConfig(
                new TopicFilter("a"), 1_000, 1, List.of(), Optional.empty(), SubscriptionConfig.Order.TOPIC, false);
        try (OpenStore open = open(listener, Faults.NONE)) {
            open.author.publish("a", "1", "2", "3");
            open.author.take(new SubscriptionCommand.Configure(name, config, new Start.Earliest()));
            Pulled two = pull(open, name, 2);
            open.author.take(new SubscriptionCommand.Nack(
                    name, List.of(two.leases(two.lent().get(0))), 0, "torn"));
            pull(open, name, 1);
            open.author.later(1_100);
            open.author.take(new SubscriptionCommand.Settle());
            open.settle();
            await().until(() -> nacked.get() + expired.get() == 3);
            // One of two is copied: what is left of the mark is written again.
            Mark mark = open.author.subscriptions.mark(firstMark(open)).orElseThrow();
            open.author.take(new SubscriptionCommand.DeadLetter(mark.at(), 0, List.of(Author.message("1"))));
            open.settleAll();
        }
        try (OpenStore open = open(listener, Faults.NONE)) {
            open.author.publish("a", "later");
            open.settleAll();
        }
        assertEquals(2, nacked.get());
        assertEquals(1, expired.get());
    }

    private static Pulled pull(OpenStore open, SubscriptionName name, int max) {
        return (Pulled) open.author
                .take(new SubscriptionCommand.Pull(name, max, "w", 0, List.of()))
                .outcome();
    }

    private static Cursor firstMark(OpenStore open) {
        return open.author.subscriptions.due(Long.MAX_VALUE / 2, 10).stream()
                .filter(Due.Fetch.class::isInstance)
                .map(due -> ((Due.Fetch) due).place())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aFullDiskTakesNothingAndAnswersNothingUntilTheBatchIsSentAgain() throws Exception {
        AtomicReference<SQLException> fault = new AtomicReference<>();
        ConcurrentLinkedQueue<Boolean> reported = new ConcurrentLinkedQueue<>();
        Faults faults = new Faults() {
            @Override
            public void beforeCommit(long batch) throws SQLException {
                if (fault.get() != null) {
                    throw fault.get();
                }
            }
        };
        StoreListener listener = new StoreListener() {
            @Override
            public void diskFull(boolean full) {
                reported.add(full);
            }
        };
        List<String> state;
        try (OpenStore open = open(listener, faults)) {
            open.author.publish("a", "1");
            open.settle();
            fault.set(error(SQLiteErrorCode.SQLITE_FULL));
            open.author.publish("a", "2");
            WriteBatch second = open.author.settling();
            open.author.publish("a", "3");
            WriteBatch third = open.author.settling();
            var deliveries = open.author.deliveries();
            open.on(() -> {
                deliveries.forEach(appended -> open.store.tail().append(Author.LINEAGE, appended));
                open.store.write(second);
                open.store.write(third);
                return null;
            });
            assertEquals(new Heard.Full(2), open.hear());
            assertEquals(List.of("1"), open.sql("SELECT batch FROM node"));

            open.on(() -> {
                open.store.write(second);
                open.store.write(third);
                return null;
            });
            assertEquals(new Heard.Full(2), open.hear());

            fault.set(null);
            open.on(() -> {
                open.store.write(second);
                open.store.write(third);
                return null;
            });
            assertEquals(new Heard.Done(2), open.hear());
            assertEquals(new Heard.Done(3), open.hear());
            await().until(() -> List.copyOf(reported).equals(List.of(true, false)));
            assertEquals(
                    List.of("1", "2", "3"), StoreTest.bodies(open.readRows(open.author.of("a"), Cursor.ORIGIN, 10)));
            state = open.author.state();
        }
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            assertEquals(state, open.author.state());
        }
    }

    @Test
    void ordersSentBeforeTheFullDiskWasHeardOfDoNotTakeTheirRepeatsAway() throws Exception {
        CountDownLatch writing = new CountDownLatch(1);
        CountDownLatch sent = new CountDownLatch(1);
        Faults faults = new Faults() {
            private boolean wasFull;

            @Override
            public void beforeCommit(long batch) throws SQLException {
                if (batch == 2 && !wasFull) {
                    wasFull = true;
                    writing.countDown();
                    awaitLatch(sent);
                    throw error(SQLiteErrorCode.SQLITE_FULL);
                }
            }
        };
        try (OpenStore open = open(StoreListener.NONE, faults)) {
            open.author.publish("a", "1");
            open.settle();
            open.author.publish("a", "2");
            WriteBatch second = open.author.settling();
            open.send(second);
            awaitLatch(writing);
            open.author.publish("a", "3");
            WriteBatch third = open.author.settling();
            open.send(third);
            // The word of the full disk has come by now, as far as the writer can tell.
            open.on(() -> {
                open.store.write(second);
                open.store.write(third);
                return null;
            });
            sent.countDown();
            assertEquals(new Heard.Full(2), open.hear());
            assertEquals(new Heard.Done(2), open.hear());
            assertEquals(new Heard.Done(3), open.hear());
            assertEquals(
                    List.of("1", "2", "3"), StoreTest.bodies(open.readRows(open.author.of("a"), Cursor.ORIGIN, 10)));
        }
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, TimeUnit.SECONDS));
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    @Test
    void aTightDiskIsLookedAtAgainAlsoWhenSweepingFindsNoRoom() throws Exception {
        ConcurrentLinkedQueue<Boolean> reported = new ConcurrentLinkedQueue<>();
        Faults faults = new Faults() {
            @Override
            public void beforeCommit(long batch) throws SQLException {
                if (batch == 22) {
                    throw error(SQLiteErrorCode.SQLITE_FULL);
                }
            }

            @Override
            public void beforeSweep() throws SQLException {
                throw error(SQLiteErrorCode.SQLITE_FULL);
            }
        };
        StoreListener listener = new StoreListener() {
            @Override
            public void diskFull(boolean full) {
                reported.add(full);
            }
        };
        try (OpenStore open = open(listener, faults)) {
            // More chunks than a batch removes on its way, so that some are left to sweep.
            for (int i = 1; i <= 20; i++) {
                open.author.publish("a", "" + i);
                open.settle();
            }
            open.author.delete("a");
            open.settle();
            open.author.publish("b", "1");
            open.send(open.author.settling());
            assertEquals(new Heard.Full(22), open.hear());
            await().until(() -> List.copyOf(reported).equals(List.of(true, false)));
        }
    }

    @Test
    void aDatabaseThatMayNotGrowIsFullAndGoesOnOnceItMay() throws Exception {
        AtomicReference<Connection> writer = new AtomicReference<>();
        Faults faults = new Faults() {
            @Override
            public void opened(Connection connection) {
                writer.set(connection);
            }
        };
        try (OpenStore open = open(StoreListener.NONE, faults)) {
            open.author.publish("a", "1");
            open.settle();
            await().until(() -> Files.exists(directory.resolve("reserve")));
            long pages = Long.parseLong(open.sql("PRAGMA page_count").get(0));
            maxPages(writer.get(), pages + 2);

            open.author.publish("a", "x".repeat(500_000));
            WriteBatch large = open.author.settling();
            open.send(large);
            assertEquals(new Heard.Full(2), open.hear());
            assertTrue(Files.notExists(directory.resolve("reserve")));

            maxPages(writer.get(), 1 << 30);
            open.on(() -> {
                open.store.write(large);
                return null;
            });
            assertEquals(new Heard.Done(2), open.hear());
            assertEquals(
                    2, open.readRows(open.author.of("a"), Cursor.ORIGIN, 10).size());
            await().until(() -> Files.exists(directory.resolve("reserve")));
        }
    }

    private static void maxPages(Connection connection, long pages) throws SQLException {
        try (Statement pragma = connection.createStatement()) {
            pragma.execute("PRAGMA max_page_count = " + pages);
        }
    }

    @Test
    void afterAnErrorAtCommitNothingMoreIsWritten() throws Exception {
        Faults faults = new Faults() {
            @Override
            public void beforeCommit(long batch) throws SQLException {
                if (batch == 2) {
                    throw error(SQLiteErrorCode.SQLITE_IOERR_FSYNC);
                }
            }
        };
        try (OpenStore open = open(StoreListener.NONE, faults)) {
            open.author.publish("a", "1");
            open.settle();
            open.author.publish("a", "2");
            open.send(open.author.settling());
            Heard.Broken broken = assertInstanceOf(Heard.Broken.class, open.hear());
            assertEquals(StoreFailure.Kind.DISK, broken.failure().kind());

            open.author.publish("a", "3");
            open.send(open.author.settling());
            assertNull(open.heard.poll(300, TimeUnit.MILLISECONDS));
            assertEquals(List.of("1"), open.sql("SELECT batch FROM node"));
        }
    }

    @Test
    void aContradictionInABatchEndsTheProcessAndIsNoDiskError() throws Exception {
        try (OpenStore open = open(StoreListener.NONE, Faults.NONE)) {
            open.author.publish("a", "1");
            WriteBatch first = open.author.logOnly();
            open.send(new WriteBatch(
                    5, 0, first.entries(), first.hardState(), List.of(), first.settled(), 0, first.commitHint()));

            Heard.Broken broken = assertInstanceOf(Heard.Broken.class, open.hear());
            assertEquals(StoreFailure.Kind.INVARIANT, broken.failure().kind());
        }
    }

    @Test
    void aCheckpointThatFindsTheDiskFullDoesNoHarm() throws Exception {
        CountDownLatch tried = new CountDownLatch(1);
        Faults faults = new Faults() {
            @Override
            public void beforeCheckpoint() throws SQLException {
                tried.countDown();
                throw error(SQLiteErrorCode.SQLITE_FULL);
            }
        };
        try (OpenStore open = open(StoreListener.NONE, faults)) {
            open.author.publish("a", "1");
            open.settle();
            assertTrue(tried.await(30, TimeUnit.SECONDS));
            open.author.publish("a", "2");
            open.settle();
        }
    }

    @Test
    void theWriteAheadLogIsCheckpointedWhenItPassesItsThreshold() throws Exception {
        BlockingQueue<Long> checkpoints = new LinkedBlockingQueue<>();
        StoreListener listener = new StoreListener() {
            @Override
            public void checkpointed(long nanos, long pages) {
                checkpoints.add(pages);
            }
        };
        StoreConfig config =
                new StoreConfig(directory, StoreConfig.Durability.RELAXED, 4096, 400_000, 800_000, 0, 1, 100, 0, 0);
        try (OpenStore open = OpenStore.at(vertx, config, listener, Faults.NONE)) {
            for (int i = 0; i < 60; i++) {
                open.author.publish("a", "x".repeat(50_000));
                open.settle();
                assertEquals(
                        1,
                        open.readRows(open.author.of("a"), new Cursor(i + 1, 0), 10)
                                .size());
            }
            assertTrue(checkpoints.size() >= 6, checkpoints + "");
            long wal = Files.size(Path.of(open.file() + "-wal"));
            assertTrue(wal <= 1_200_000, wal + " bytes, checkpoints " + checkpoints);
        }
    }

    @Test
    void aReaderThatHoldsOnToTheWriteAheadLogDoesNotStopTheWriter() throws Exception {
        BlockingQueue<Long> checkpoints = new LinkedBlockingQueue<>();
        StoreListener listener = new StoreListener() {
            @Override
            public void checkpointed(long nanos, long pages) {
                checkpoints.add(pages);
            }
        };
        StoreConfig config =
                new StoreConfig(directory, StoreConfig.Durability.RELAXED, 4096, 2_000_000, 4_000_000, 0, 1, 100, 0, 0);
        try (OpenStore open = OpenStore.at(vertx, config, listener, Faults.NONE);
                Connection reader = DriverManager.getConnection("jdbc:sqlite:" + open.file());
                Statement held = reader.createStatement()) {
            held.execute("BEGIN");
            held.executeQuery("SELECT count(*) FROM chunk").close();
            for (int i = 0; i < 100; i++) {
                open.author.publish("a", "x".repeat(20_000));
                open.settle();
            }
            assertTrue(checkpoints.size() < 30, checkpoints.size() + " checkpoints");
            held.execute("COMMIT");
            for (int i = 0; i < 20; i++) {
                open.author.publish("a", "x".repeat(20_000));
                open.settle();
            }
            Path wal = Path.of(open.file() + "-wal");
            await().until(() -> {
                open.author.publish("a", "x");
                open.settle();
                return Files.size(wal) <= 4_500_000;
            });
        }
    }

    @Test
    void orderedBatchesAreWrittenBeforeTheStoreCloses() throws Exception {
        try (OpenStore open = open(StoreListener.NONE, Faults.NONE)) {
            open.author.publish("a", "1");
            open.send(open.author.settling());
            open.author.publish("a", "2");
            open.send(open.author.settling());
        }
        try (OpenStore open = open(StoreListener.NONE, Faults.NONE)) {
            assertEquals(
                    2, open.readRows(open.author.of("a"), Cursor.ORIGIN, 10).size());
        }
    }
}
