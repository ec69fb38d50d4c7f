package io.skein.store;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Cursor;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A row that is not what was written leaves the node nowhere, and is reported. */
class DamageTest {
    @TempDir
    Path directory;

    private final ConcurrentLinkedQueue<String> reported = new ConcurrentLinkedQueue<>();
    private final AtomicInteger rounds = new AtomicInteger();
    private final StoreListener listener = new StoreListener() {
        @Override
        public void damaged(String what) {
            reported.add(what);
        }

        @Override
        public void scrubbed(long rows, long bytes) {
            rounds.incrementAndGet();
        }
    };
    private Vertx vertx;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
    }

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    private OpenStore open(long scrubBytesPerSecond) throws Exception {
        return OpenStore.at(
                vertx,
                new StoreConfig(
                        directory,
                        StoreConfig.Durability.RELAXED,
                        4096,
                        1 << 20,
                        4 << 20,
                        0,
                        2,
                        100,
                        0,
                        scrubBytesPerSecond),
                listener,
                Faults.NONE);
    }

    private static void write(OpenStore open) throws Exception {
        for (int i = 0; i < 20; i++) {
            open.author.publish("a", "m" + i);
            open.author.publish("b", "n" + i);
            open.settle();
        }
    }

    private static void damage(OpenStore open, String sql) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + open.file());
                Statement statement = connection.createStatement()) {
            assertEquals(1, statement.executeUpdate(sql));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "body = CAST(replace(CAST(body AS TEXT), 'm7', 'm8') AS BLOB)",
                "positions = zeroblob(length(positions))",
                "base_offset = base_offset + 1",
                "first_time = 5",
                "topic_id = 2",
                "last_idx = last_idx + 1"
            })
    void aDamagedChunkFailsTheReadThatMeetsIt(String change) throws Exception {
        try (OpenStore open = open(0)) {
            write(open);
            damage(open, "UPDATE chunk SET " + change + " WHERE topic_id = 1 AND base_offset = 7");

            assertThrows(Damaged.class, () -> open.readRows(open.author.everything(), Cursor.ORIGIN, 5));

            assertEquals(1, reported.size());
            assertEquals(reported.peek(), open.damage.poll(30, TimeUnit.SECONDS));
        }
    }

    @Test
    void theOtherTopicsStayReadable() throws Exception {
        try (OpenStore open = open(0)) {
            write(open);
            damage(open, "UPDATE chunk SET body = x'00' WHERE topic_id = 1 AND base_offset = 7");

            assertEquals(
                    20, open.readRows(open.author.of("b"), Cursor.ORIGIN, 100).size());
            assertEquals(List.of(), List.copyOf(reported));
        }
    }

    @Test
    void aDamagedLogEntryIsNotHandedOut() throws Exception {
        try (OpenStore open = open(0)) {
            write(open);
            damage(open, "UPDATE log SET term = term + 1 WHERE idx = 9");

            assertEquals(
                    5,
                    open.onLoop(() -> open.store.reader().entries(4, 8, 1 << 20))
                            .size());
            assertThrows(
                    Damaged.class, () -> open.onLoop(() -> open.store.reader().entries(4, 9, 1 << 20)));
        }
    }

    @Test
    void theScrubberFindsWhatNobodyHasAskedFor() throws Exception {
        try (OpenStore open = open(1L << 30)) {
            write(open);
            damage(open, "UPDATE chunk SET body = x'00' WHERE topic_id = 1 AND base_offset = 7");
            damage(open, "UPDATE log SET payload = x'00' WHERE idx = 9");
        }
        reported.clear();
        rounds.set(0);

        try (OpenStore open = open(1L << 30)) {
            await().until(() -> rounds.get() > 0);
            assertEquals(2, reported.size(), reported + "");
            assertTrue(reported.stream().anyMatch(what -> what.contains("log entry 9")));
            assertEquals(20, open.author.machine.find(1).orElseThrow().count());
        }
    }

    @Test
    void theScrubberIsContentWithWholeRows() throws Exception {
        try (OpenStore open = open(1L << 30)) {
            write(open);
        }
        rounds.set(0);

        try (OpenStore open = open(1L << 30)) {
            await().until(() -> rounds.get() > 0);
            assertEquals(List.of(), List.copyOf(reported));
            assertEquals(20, open.author.machine.find(1).orElseThrow().count());
        }
    }
}
