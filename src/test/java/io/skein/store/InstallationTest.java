package io.skein.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Cursor;
import io.skein.raft.Configuration;
import io.skein.raft.Entry;
import io.skein.raft.HardState;
import io.skein.raft.NodeId;
import io.skein.replica.ClusterConfiguration;
import io.skein.replica.Image;
import io.skein.replica.WriteBatch;
import io.skein.replica.WriteBatch.Settled;
import io.skein.store.Installation.Step;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A snapshot becomes a node's database whole or not at all, and what the node promised stays. */
class InstallationTest {
    private static final HardState PROMISE = new HardState(9, Optional.of(new NodeId("n3")));

    @TempDir
    Path directory;

    private Vertx vertx;
    private final List<String> sent = new ArrayList<>();
    private SnapshotFile snapshot;

    @BeforeEach
    void start() throws Exception {
        vertx = Vertx.vertx();
        try (OpenStore open =
                OpenStore.at(vertx, quick(directory.resolve("source")), StoreListener.NONE, Faults.NONE)) {
            for (int i = 0; i < 30; i++) {
                open.author.publish("a", "x".repeat(1000) + i);
                open.settle();
            }
            sent.addAll(open.author.state());
            snapshot = open.snapshot(directory.resolve("received"));
        }
    }

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    private static StoreConfig quick(Path home) {
        return StoreConfig.at(home).with(StoreConfig.Durability.RELAXED);
    }

    private Path home() {
        return directory.resolve("home");
    }

    /** A node that has a log of its own, and has voted; nothing of it is committed. Returns its incarnation. */
    private long lagging() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, home())) {
            open.write(new WriteBatch(
                    1,
                    0,
                    List.of(new Entry(1, 1, Entry.Kind.NOOP, new byte[0])),
                    Optional.of(PROMISE),
                    List.of(),
                    Optional.empty(),
                    0,
                    0));
            return open.on(open.store::incarnation);
        }
    }

    private void install(SnapshotFile file, Faults faults) {
        try (DataDirectory held = DataDirectory.lock(home())) {
            Store.install(vertx, held, StoreConfig.at(home()), Author.NODE, file, faults)
                    .await();
        }
    }

    private SnapshotFile verify() {
        return Store.verify(vertx, snapshot.path(), snapshot.settled(), snapshot.bytes(), snapshot.sha256())
                .await();
    }

    private List<Path> generations(Path of) throws IOException {
        try (Stream<Path> files = Files.list(of)) {
            return files.filter(f -> f.getFileName().toString().startsWith("gen-"))
                    .toList();
        }
    }

    @Test
    void aFreshNodeInstallsAndGoesOnWithTheNextEntries() throws Exception {
        OpenStore.at(vertx, home()).close();

        install(verify(), Faults.NONE);

        try (OpenStore open = OpenStore.at(vertx, home())) {
            assertEquals(sent, open.author.state());
            assertEquals(snapshot.settled().index(), open.author.index());
            open.author.publish("a", "after");
            open.settle();
            assertEquals(List.of(snapshot.settled().index() + 1 + ""), open.sql("SELECT idx FROM log"));
            assertEquals(
                    31, open.readRows(open.author.of("a"), Cursor.ORIGIN, 100).size());
        }
        try (OpenStore again = OpenStore.at(vertx, home())) {
            assertEquals(
                    31,
                    again.author
                            .machine
                            .find(again.author.id("a"))
                            .orElseThrow()
                            .count());
        }
    }

    @Test
    void aLaggingNodeKeepsItsTermItsVoteItsIncarnationAndItsBatches() throws Exception {
        long incarnation = lagging();

        install(verify(), Faults.NONE);

        try (DataDirectory held = DataDirectory.lock(home())) {
            Store store = Store.open(vertx, held, StoreConfig.at(home()), Author.NODE, StoreListener.NONE)
                    .await();
            Image image = store.image();
            assertEquals(PROMISE, image.hardState());
            assertEquals(1, image.lastBatch());
            assertEquals(List.of(), image.entries());
            assertEquals(incarnation, store.incarnation());
            store.closeKeepingDirectory().await();
        }
        assertEquals(List.of(home().resolve("gen-2")), generations(home()));
        assertFalse(Files.exists(snapshot.path()));
    }

    @Test
    void aVoteInATermBelowTheSnapshotsIsOverWithThatTerm() throws Exception {
        OpenStore.at(vertx, home()).close();

        install(verify(), Faults.NONE);

        assertEquals(
                List.of("1,"),
                OpenStore.sql(
                        home().resolve("gen-2/skein.db"), "SELECT term || ',' || ifnull(voted_for, '') FROM node"));
    }

    @Test
    void aStoreClosesInstallsAndOpensAgainUnderOneLock() throws Exception {
        lagging();
        OpenStore before = OpenStore.at(vertx, home());
        DataDirectory held = before.store.directory();
        assertThrows(
                IllegalStateException.class,
                () -> Store.install(vertx, held, before.config, Author.NODE, verify())
                        .await());
        before.onLoop(before.store::closeKeepingDirectory);
        assertThrows(DataDirectoryInUse.class, () -> DataDirectory.lock(home()));

        Store.install(vertx, held, before.config, Author.NODE, verify()).await();

        Store after = Store.open(vertx, held, before.config, Author.NODE, StoreListener.NONE)
                .await();
        assertEquals(snapshot.settled(), after.image().settled());
        after.close().await();
        DataDirectory.lock(home()).close();
    }

    @ParameterizedTest
    @EnumSource(Step.class)
    void aCrashAfterAnyStepLeavesEitherGenerationWhole(Step step) throws Exception {
        long incarnation = lagging();
        Path killed = directory.resolve("killed");
        install(verify(), new Faults() {
            @Override
            public void installed(Step done) throws IOException {
                if (done == step) {
                    copy(home(), killed);
                }
            }
        });

        assertEquals(step != Step.OLD_REMOVED, Files.exists(killed.resolve("gen-1/skein.db")));
        try (DataDirectory held = DataDirectory.lock(killed)) {
            Store store = Store.open(vertx, held, StoreConfig.at(killed), Author.NODE, StoreListener.NONE)
                    .await();
            Image image = store.image();
            assertEquals(PROMISE, image.hardState());
            assertEquals(incarnation, store.incarnation());
            boolean isNew = step.compareTo(Step.SWITCHED) >= 0;
            assertEquals(isNew ? snapshot.settled() : Settled.NOTHING, image.settled());
            assertEquals(isNew ? snapshot.settled().index() : 1, image.lastIndex());
            assertEquals(isNew ? sent.size() : 1, size(image));
            store.closeKeepingDirectory().await();
            assertEquals(1, generations(killed).size());
        }
    }

    private static int size(Image image) {
        int size = 0;
        for (Object ignored : image.rows()) {
            size++;
        }
        return size;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            files.forEach(file -> {
                try {
                    Path copy = to.resolve(from.relativize(file).toString());
                    if (Files.isDirectory(file)) {
                        Files.createDirectories(copy);
                    } else {
                        Files.copy(file, copy);
                    }
                } catch (IOException failed) {
                    throw new UncheckedIOException(failed);
                }
            });
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Step.class,
            names = {"SWITCHED", "OLD_REMOVED"},
            mode = EnumSource.Mode.EXCLUDE)
    void anInstallationThatFailsLeavesTheNodeAsItWas(Step step) throws Exception {
        lagging();
        IOException full = new IOException("no space left on device");

        IOException failed = assertThrows(
                IOException.class,
                () -> install(verify(), new Faults() {
                    @Override
                    public void installed(Step done) throws IOException {
                        if (done == step) {
                            throw full;
                        }
                    }
                }));

        assertEquals(full, failed);
        assertEquals(List.of(home().resolve("gen-1")), generations(home()));
        try (OpenStore open = OpenStore.at(vertx, home())) {
            assertEquals(List.of("1"), open.sql("SELECT idx FROM log"));
        }
    }

    private void flip(long at) throws IOException {
        byte[] bytes = Files.readAllBytes(snapshot.path());
        bytes[(int) at] ^= 4;
        Files.write(snapshot.path(), bytes);
    }

    /** As if the bytes had been wrong before they were hashed. */
    private SnapshotFile inspect() throws IOException {
        Path path = snapshot.path();
        return Store.verify(vertx, path, snapshot.settled(), Files.size(path), SnapshotRows.sha256(path, () -> {}))
                .await();
    }

    @Test
    void anyFlippedBitIsRefusedByTheHash() throws Exception {
        for (long at : new long[] {0, 60, snapshot.bytes() / 2, snapshot.bytes() - 1}) {
            flip(at);
            assertThrows(Damaged.class, this::verify);
            flip(at);
        }
        assertEquals(snapshot, verify());
    }

    @ParameterizedTest
    @ValueSource(longs = {3, 17, 29, 101, 104})
    void aFlippedBitInTheFirstPageIsRefusedWithoutTheHashToo(long at) throws Exception {
        flip(at);

        RuntimeException refused = assertThrows(RuntimeException.class, this::inspect);

        assertTrue(refused instanceof Damaged || refused instanceof UnusableDatabase, refused.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE chunk SET base_offset = base_offset + 1 WHERE base_offset = 7",
                "UPDATE chunk SET positions = zeroblob(length(positions)) WHERE base_offset = 7",
                "UPDATE chunk SET body = x'5B5D' WHERE base_offset = 7",
                "UPDATE state SET idx = idx + 1",
                "UPDATE state SET hash = hash + 1",
                "DELETE FROM state",
                "DELETE FROM configuration",
                "UPDATE configuration SET idx = 1000",
                "INSERT INTO node VALUES (1, 'n2', 5, 0, 0, NULL, 0, 0, 0)",
                "INSERT INTO term VALUES (1, 1)",
                "PRAGMA user_version = 99",
                "PRAGMA application_id = 5",
                "DROP TABLE mark",
                "CREATE TRIGGER surprise AFTER INSERT ON node BEGIN DELETE FROM chunk; END"
            })
    void aSnapshotThatIsNotWhatItShouldBeIsRefused(String change) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + snapshot.path());
                Statement statement = connection.createStatement()) {
            statement.execute(change);
        }

        RuntimeException refused = assertThrows(RuntimeException.class, this::inspect);

        assertTrue(refused instanceof Damaged || refused instanceof UnusableDatabase, refused.toString());
    }

    @Test
    void aFileThatIsCutShortIsRefused() throws Exception {
        try (FileChannel file = FileChannel.open(snapshot.path(), StandardOpenOption.WRITE)) {
            file.truncate(snapshot.bytes() - 5000);
        }

        assertThrows(Damaged.class, this::verify);
        assertThrows(Damaged.class, this::inspect);
    }

    @Test
    void aSnapshotThatIsNotAheadIsRefused() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, home())) {
            while (open.author.index() < snapshot.settled().index()) {
                open.author.publish("a", "mine");
            }
            open.settle();
        }

        assertThrows(IllegalArgumentException.class, () -> install(verify(), Faults.NONE));

        assertTrue(Files.exists(snapshot.path()));
    }

    @Test
    void aSnapshotOfAnotherClusterIsRefused() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, home())) {
            byte[] other = new ClusterConfiguration(new Configuration(List.of()), 98, Author.LINEAGE, 5).encode();
            open.write(new WriteBatch(
                    1,
                    0,
                    List.of(new Entry(1, 1, Entry.Kind.CONFIGURATION, other)),
                    Optional.of(PROMISE),
                    List.of(),
                    Optional.empty(),
                    0,
                    0));
        }

        assertThrows(IllegalArgumentException.class, () -> install(verify(), Faults.NONE));
    }

    @Test
    void aNodeThatWentBackwardsInstallsNothing() throws Exception {
        long incarnation = lagging();
        try (Sentinel sentinel = new Sentinel(home().resolve("gen-1/sentinel"))) {
            sentinel.reset(new Sentinel.Mark(incarnation, 5));
        }

        WentBackwards refused = assertThrows(WentBackwards.class, () -> install(verify(), Faults.NONE));

        assertEquals(5, refused.promisedBatch());
        assertTrue(Files.exists(snapshot.path()));
    }

    @Test
    void anInstalledNodeStillKnowsWhenItGoesBackwards() throws Exception {
        lagging();
        install(verify(), Faults.NONE);
        Path old = directory.resolve("yesterday");
        copy(home(), old);
        try (OpenStore open = OpenStore.at(vertx, home())) {
            open.author.publish("a", "today");
            open.settle();
        }
        Files.delete(home().resolve("gen-2/skein.db"));
        Files.copy(old.resolve("gen-2/skein.db"), home().resolve("gen-2/skein.db"));

        assertThrows(WentBackwards.class, () -> OpenStore.at(vertx, home()));
    }
}
