package io.skein.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.raft.Configuration;
import io.skein.raft.Entry;
import io.skein.raft.HardState;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import io.skein.replica.ClusterConfiguration;
import io.skein.replica.Image;
import io.skein.replica.WriteBatch;
import io.skein.topic.TopicConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A snapshot is the state at one index, whole, whatever the writer does meanwhile; or there is none. */
class SnapshotTest {
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

    private Path target() {
        return directory.resolve("snapshot");
    }

    private OpenStore open(Faults faults) throws Exception {
        StoreConfig config = StoreConfig.at(directory.resolve("home")).with(StoreConfig.Durability.RELAXED);
        return OpenStore.at(vertx, config, StoreListener.NONE, faults);
    }

    /** A publish, a trim and a new topic in one batch; what there is then, by the index. */
    private static void step(OpenStore open, Map<Long, List<String>> states) throws Exception {
        for (int i = 0; i < 3; i++) {
            long offset = open.author
                    .machine
                    .find(open.author.id("trimmed"))
                    .orElseThrow()
                    .nextOffset();
            open.author.publish("trimmed", "trimmed " + offset, "trimmed " + (offset + 1));
            long kept = open.author
                    .machine
                    .find(open.author.id("kept"))
                    .orElseThrow()
                    .nextOffset();
            open.author.publish("kept", "kept " + kept);
        }
        open.author.publish("short-lived", "gone soon");
        open.author.publish("topic-" + open.author.index(), "one each");
        open.settle();
        states.put(open.author.index(), open.author.state());
        open.author.delete("short-lived");
        open.settle();
        states.put(open.author.index(), open.author.state());
    }

    @Test
    void aSnapshotIsTheStateAtOneIndexWhileTheWriterGoesOnTrimsAndDeletes() throws Exception {
        Map<Long, List<String>> states = new HashMap<>();
        Map<Long, Long> hashes = new HashMap<>();
        AtomicReference<OpenStore> source = new AtomicReference<>();
        AtomicInteger steps = new AtomicInteger();
        Faults writing = new Faults() {
            @Override
            public void snapshotStep() {
                try {
                    if (steps.incrementAndGet() <= 6) {
                        for (int i = 0; i < 8; i++) {
                            step(source.get(), states);
                            hashes.put(
                                    source.get().author.index(),
                                    source.get().author.settled().hash());
                        }
                    }
                } catch (Exception failed) {
                    throw new AssertionError(failed);
                }
            }
        };
        SnapshotFile snapshot;
        try (OpenStore open = open(writing)) {
            source.set(open);
            open.author.configure(
                    "trimmed", new TopicConfig(0, 0, 20, TopicConfig.OnFull.DROP_OLDEST, Optional.empty(), 0));
            open.author.configure("kept", TopicConfig.DEFAULT);
            for (int i = 0; i < 60; i++) {
                step(open, states);
            }
            long before = open.author.index();
            snapshot = open.snapshot(target());
            assertTrue(snapshot.settled().index() > before, "the writer did nothing meanwhile");
        }

        assertTrue(steps.get() >= 2, steps + " steps");
        assertEquals(hashes.get(snapshot.settled().index()), snapshot.settled().hash());
        assertEquals(states.get(snapshot.settled().index()), stateOf(snapshot));
        for (String topic : List.of("trimmed", "kept")) {
            List<String> messages = OpenStore.sql(
                    target(),
                    "SELECT \"offset\" || body FROM message WHERE topic = '" + topic + "' ORDER BY \"offset\"");
            long low = number("SELECT low_water FROM topic WHERE name = '" + topic + "'");
            long next = number("SELECT next_offset FROM topic WHERE name = '" + topic + "'");
            List<String> expected = new ArrayList<>();
            for (long offset = low; offset < next; offset++) {
                expected.add(offset + topic + " " + offset);
            }
            assertEquals(expected, messages);
        }
    }

    @Test
    void chunksThatWereSweptWhileTheyWereCopiedAreSweptByTheReceiver() throws Exception {
        AtomicReference<OpenStore> source = new AtomicReference<>();
        AtomicInteger steps = new AtomicInteger();
        Faults sweeping = new Faults() {
            @Override
            public void snapshotStep() {
                try {
                    OpenStore open = source.get();
                    if (steps.incrementAndGet() == 1) {
                        open.author.configure(
                                "trimmed",
                                new TopicConfig(0, 0, 1, TopicConfig.OnFull.DROP_OLDEST, Optional.empty(), 0));
                        open.author.delete("deleted");
                        do {
                            open.author.publish("trimmed", "x");
                            open.settle();
                        } while (!open.sql("SELECT topic_id FROM sweep").isEmpty());
                    }
                } catch (Exception failed) {
                    throw new AssertionError(failed);
                }
            }
        };
        SnapshotFile snapshot;
        try (OpenStore open = open(sweeping)) {
            source.set(open);
            for (int i = 0; i < 20; i++) {
                open.author.publish("trimmed", "x");
                open.author.publish("deleted", "y");
                open.settle();
            }
            snapshot = open.snapshot(target());
            assertEquals(List.of("1"), open.sql("SELECT count(*) FROM chunk"));
        }
        assertTrue(number("SELECT count(*) FROM chunk") > 40, "none had been copied before");

        Path home = directory.resolve("other");
        OpenStore.at(vertx, home).close();
        try (DataDirectory held = DataDirectory.lock(home)) {
            Store.install(vertx, held, StoreConfig.at(home), Author.NODE, snapshot)
                    .await();
        }
        try (OpenStore open = OpenStore.at(vertx, home)) {
            do {
                open.author.publish("trimmed", "x");
                open.settle();
            } while (!open.sql("SELECT topic_id FROM sweep").isEmpty());
            assertEquals(List.of("1"), open.sql("SELECT count(*) FROM chunk"));
        }
    }

    private long number(String query) throws Exception {
        return Long.parseLong(OpenStore.sql(target(), query).get(0));
    }

    /** What a machine knows that was rebuilt from the snapshot. */
    private List<String> stateOf(SnapshotFile snapshot) throws Exception {
        Path home = directory.resolve("other");
        OpenStore.at(vertx, home).close();
        try (DataDirectory held = DataDirectory.lock(home)) {
            Store.install(vertx, held, StoreConfig.at(home), Author.NODE, snapshot)
                    .await();
        }
        // The view is looked at in the snapshot's place afterwards.
        Files.copy(home.resolve("gen-2/skein.db"), target());
        try (OpenStore open = OpenStore.at(vertx, home)) {
            return open.author.state();
        }
    }

    @Test
    void itHoldsNothingOfItsNodeAndNoLaterConfiguration() throws Exception {
        SnapshotFile snapshot;
        try (OpenStore open = open(Faults.NONE)) {
            open.author.publish("a", "1");
            open.settle();
            WriteBatch next = open.author.logOnly();
            byte[] later = new ClusterConfiguration(
                            new Configuration(List.of(new Member(new NodeId("n9"), 8, "localhost:9", true))),
                            99,
                            Author.LINEAGE,
                            5)
                    .encode();
            open.write(new WriteBatch(
                    next.number(),
                    0,
                    List.of(new Entry(open.author.index() + 1, 1, Entry.Kind.CONFIGURATION, later)),
                    Optional.of(new HardState(3, Optional.of(new NodeId("n3")))),
                    List.of(),
                    Optional.empty(),
                    0,
                    next.commitHint()));

            snapshot = open.snapshot(target());
            assertEquals(open.author.settled(), snapshot.settled());
        }

        for (String table : List.of("node", "log", "term")) {
            assertEquals(0, number("SELECT count(*) FROM " + table), table);
        }
        assertEquals(List.of("1"), OpenStore.sql(target(), "SELECT idx FROM configuration"));
        assertEquals(99, snapshot.configuration().clusterId());
        assertTrue(snapshot.configuration().configuration().isVoter(Author.NODE));
        assertEquals(Files.size(target()), snapshot.bytes());
        assertEquals(snapshot.sha256(), SnapshotRows.sha256(target(), () -> {}));
    }

    @Test
    void aDamagedRowLeavesTheNodeInNoSnapshotAndIsReported() throws Exception {
        try (OpenStore open = open(Faults.NONE)) {
            open.author.publish("a", "1");
            open.settle();
            try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + open.file());
                    Statement statement = connection.createStatement()) {
                assertEquals(1, statement.executeUpdate("UPDATE chunk SET body = x'5B5D'"));
            }

            Damaged refused = assertThrows(Damaged.class, () -> open.snapshot(target()));

            assertEquals(refused.getMessage(), open.damage.poll(30, TimeUnit.SECONDS));
            assertFalse(Files.exists(target()));
        }
    }

    @Test
    void aFileThatIsThereIsLeftAlone() throws Exception {
        Files.writeString(target(), "mine");
        try (OpenStore open = open(Faults.NONE)) {
            open.settle();

            assertThrows(FileAlreadyExistsException.class, () -> open.snapshot(target()));
        }
        assertEquals("mine", Files.readString(target()));
    }

    @Test
    void ofAnEmptyNodeThereIsNone() throws Exception {
        try (OpenStore open = open(Faults.NONE)) {
            assertThrows(IllegalStateException.class, () -> open.snapshot(target()));
        }
        assertFalse(Files.exists(target()));
    }

    @Test
    void aStoreThatClosesDoesNotWaitForItsSnapshot() throws Exception {
        AtomicReference<OpenStore> source = new AtomicReference<>();
        AtomicReference<Future<Void>> closed = new AtomicReference<>();
        Faults closing = new Faults() {
            @Override
            public void snapshotStep() {
                try {
                    closed.set(source.get().on(() -> source.get().store.close()));
                } catch (Exception failed) {
                    throw new AssertionError(failed);
                }
            }
        };
        OpenStore open = open(closing);
        source.set(open);
        open.author.publish("a", "1");
        open.settle();

        assertThrows(CancellationException.class, () -> open.snapshot(target()));

        closed.get().await();
        assertFalse(Files.exists(target()));
        try (OpenStore again = open(Faults.NONE)) {
            assertEquals(
                    1,
                    again.author
                            .machine
                            .find(again.author.id("a"))
                            .orElseThrow()
                            .count());
        }
    }

    @Test
    void manySnapshotsAreMadeOneAfterTheOtherAndTooManyRefused() throws Exception {
        try (OpenStore open = open(Faults.NONE)) {
            open.author.publish("a", "1");
            open.settle();
            List<Future<SnapshotFile>> asked = open.on(() -> {
                List<Future<SnapshotFile>> all = new ArrayList<>();
                for (int i = 0; i < 10; i++) {
                    all.add(open.store.snapshot(directory.resolve("many" + i)));
                }
                return all;
            });

            Future.join(asked).otherwiseEmpty().await();

            assertEquals(8, asked.stream().filter(Future::succeeded).count());
            assertEquals(
                    1,
                    asked.stream()
                            .filter(Future::succeeded)
                            .map(f -> f.result().id())
                            .distinct()
                            .count());
        }
    }

    @Test
    void theImageOfAnInstalledSnapshotIsItsOwnLogsStart() throws Exception {
        SnapshotFile snapshot;
        try (OpenStore open = open(Faults.NONE)) {
            open.author.publish("a", "1");
            open.settle();
            snapshot = open.snapshot(target());
        }
        Path home = directory.resolve("other");
        OpenStore.at(vertx, home).close();
        try (DataDirectory held = DataDirectory.lock(home)) {
            Store.install(vertx, held, StoreConfig.at(home), Author.NODE, snapshot)
                    .await();
            Store store = Store.open(vertx, held, StoreConfig.at(home), Author.NODE, StoreListener.NONE)
                    .await();
            Image image = store.image();
            store.closeKeepingDirectory().await();

            long index = snapshot.settled().index();
            assertEquals(List.of(), image.entries());
            assertEquals(List.of(), image.terms());
            assertEquals(index, image.lastIndex());
            assertEquals(index, image.commitHint());
            assertEquals(new Image.TermStart(index, snapshot.settled().term()), image.compacted());
            assertEquals(snapshot.settled(), image.settled());
            assertEquals(snapshot.configuration().configuration(), image.configuration());
            assertEquals(99, image.clusterId());
            assertEquals(Author.LINEAGE, image.lineage());
        }
    }
}
