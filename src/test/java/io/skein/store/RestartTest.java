package io.skein.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Cursor;
import io.skein.machine.FeatureLevel;
import io.skein.raft.Entry;
import io.skein.raft.HardState;
import io.skein.raft.NodeId;
import io.skein.replica.Image;
import io.skein.replica.Image.TermStart;
import io.skein.replica.WriteBatch;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node finds after it stopped, was killed, or lost something. */
class RestartTest {
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

    private Path home() {
        return directory.resolve("home");
    }

    /** The files as a process that is killed now would leave them. */
    private Path killed() throws IOException {
        Path copy = directory.resolve("killed");
        Files.createDirectories(copy.resolve("gen-1"));
        for (String name : List.of("CURRENT", "gen-1/skein.db", "gen-1/skein.db-wal", "gen-1/sentinel")) {
            if (Files.exists(home().resolve(name))) {
                Files.copy(home().resolve(name), copy.resolve(name), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return copy;
    }

    /** Ten batches, then the process is killed. */
    private Path killedAfterTenBatches(List<String> state) throws Exception {
        try (OpenStore open = OpenStore.at(vertx, home())) {
            for (int i = 1; i <= 9; i++) {
                open.author.publish("a", "x".repeat(20_000) + i);
                open.settle();
            }
            open.author.publish("a", "in the log only");
            open.write(open.author.logOnly());
            state.addAll(open.author.state());
            return killed();
        }
    }

    @Test
    void nothingWrittenIsLostWhenTheProcessIsKilled() throws Exception {
        List<String> state = new ArrayList<>();
        Path killed = killedAfterTenBatches(state);

        try (OpenStore open = OpenStore.at(vertx, killed)) {
            assertEquals(state, open.author.state());
            assertEquals(10, open.read(open.author.of("a"), Cursor.ORIGIN, 100).size());
        }
    }

    @Test
    void aDatabaseWithoutItsWriteAheadLogWentBackwards() throws Exception {
        Path killed = killedAfterTenBatches(new ArrayList<>());
        Files.delete(killed.resolve("gen-1/skein.db-wal"));

        WentBackwards refused = assertThrows(WentBackwards.class, () -> OpenStore.at(vertx, killed));

        assertTrue(refused.getMessage().contains("batch 10"), refused.getMessage());
        assertEquals(10, refused.promisedBatch());
        assertTrue(refused.foundBatch() < 10, refused.foundBatch() + "");
        assertNotEquals(0, refused.promisedIncarnation());
        assertEquals(refused.promisedIncarnation(), refused.foundIncarnation());
    }

    @Test
    void aDatabaseWithABitFlippedInItsWriteAheadLogWentBackwards() throws Exception {
        Path killed = killedAfterTenBatches(new ArrayList<>());
        Path wal = killed.resolve("gen-1/skein.db-wal");
        byte[] bytes = Files.readAllBytes(wal);
        bytes[bytes.length / 2] ^= 4;
        Files.write(wal, bytes);

        assertThrows(WentBackwards.class, () -> OpenStore.at(vertx, killed));
    }

    @Test
    void aDatabaseThatIsGoneWentBackwards() throws Exception {
        Path killed = killedAfterTenBatches(new ArrayList<>());
        Files.delete(killed.resolve("gen-1/skein.db"));
        Files.delete(killed.resolve("gen-1/skein.db-wal"));

        WentBackwards refused = assertThrows(WentBackwards.class, () -> OpenStore.at(vertx, killed));

        assertTrue(refused.getMessage().contains("batch 10"), refused.getMessage());
        assertEquals(10, refused.promisedBatch());
        assertEquals(0, refused.foundIncarnation());
    }

    @Test
    void anotherDatabaseInThePlaceOfThisOneIsNoticed() throws Exception {
        Path killed = killedAfterTenBatches(new ArrayList<>());
        Path other = directory.resolve("other");
        OpenStore.at(vertx, other).close();
        Files.delete(killed.resolve("gen-1/skein.db-wal"));
        Files.copy(
                other.resolve("gen-1/skein.db"), killed.resolve("gen-1/skein.db"), StandardCopyOption.REPLACE_EXISTING);

        WentBackwards refused = assertThrows(WentBackwards.class, () -> OpenStore.at(vertx, killed));

        assertNotEquals(refused.promisedIncarnation(), refused.foundIncarnation());
    }

    @Test
    void whatCannotBeReadAsADatabaseIsDamaged() throws Exception {
        Path killed = killedAfterTenBatches(new ArrayList<>());
        Files.delete(killed.resolve("gen-1/skein.db-wal"));
        byte[] bytes = Files.readAllBytes(killed.resolve("gen-1/skein.db"));
        Arrays.fill(bytes, 0, 100, (byte) 7);
        Files.write(killed.resolve("gen-1/skein.db"), bytes);

        assertThrows(Damaged.class, () -> OpenStore.at(vertx, killed));
    }

    @Test
    void whatWasSetAsideLeavesANewNodeWithANewIncarnation() throws Exception {
        Path killed = killedAfterTenBatches(new ArrayList<>());
        Files.delete(killed.resolve("gen-1/skein.db-wal"));
        WentBackwards refused = assertThrows(WentBackwards.class, () -> OpenStore.at(vertx, killed));

        Path aside;
        try (DataDirectory held = DataDirectory.lock(killed)) {
            aside = Store.setAside(held).orElseThrow();
        }

        try (OpenStore open = OpenStore.at(vertx, killed)) {
            assertNotEquals(refused.promisedIncarnation(), open.on(open.store::incarnation));
            assertEquals(List.of("0"), open.sql("SELECT batch FROM node"));
            assertThrows(IllegalStateException.class, () -> Store.setAside(open.store.directory()));
        }
        assertTrue(Files.exists(aside.resolve("gen-1/skein.db")));
        assertTrue(Files.exists(aside.resolve("gen-1/sentinel")));
        assertTrue(Files.exists(aside.resolve("CURRENT")));
    }

    @Test
    void withRelaxedDurabilityALossIsReportedOnceAndTheNodeGoesOn() throws Exception {
        Path killed = killedAfterTenBatches(new ArrayList<>());
        Files.delete(killed.resolve("gen-1/skein.db-wal"));
        List<String> reported = new ArrayList<>();
        StoreListener listener = new StoreListener() {
            @Override
            public void wentBackwards(String what) {
                reported.add(what);
            }
        };
        StoreConfig relaxed = StoreConfig.at(killed).with(StoreConfig.Durability.RELAXED);

        OpenStore.at(vertx, relaxed, listener, Faults.NONE).close();
        OpenStore.at(vertx, relaxed, listener, Faults.NONE).close();

        assertEquals(1, reported.size());
    }

    @Test
    void aLossThatWasAcceptedIsNoLossAnyMore() throws Exception {
        Path killed = killedAfterTenBatches(new ArrayList<>());
        Files.delete(killed.resolve("gen-1/skein.db-wal"));

        try (DataDirectory held = DataDirectory.lock(killed)) {
            Store.acceptLoss(held);
        }

        OpenStore.at(vertx, killed).close();
    }

    @Test
    void aSentinelThatIsBehindOrGoneDoesNoHarm() throws Exception {
        Path killed = killedAfterTenBatches(new ArrayList<>());
        try (Sentinel sentinel = new Sentinel(killed.resolve("gen-1/sentinel"))) {
            long incarnation = sentinel.read().orElseThrow().incarnation();
            sentinel.reset(new Sentinel.Mark(incarnation, 3));
        }
        OpenStore.at(vertx, killed).close();

        Files.delete(killed.resolve("gen-1/sentinel"));
        OpenStore.at(vertx, killed).close();
    }

    @Test
    void aProcessKilledAfterTheCommitAndBeforeTheAnswerHasTheBatch() throws Exception {
        Faults faults = new Faults() {
            @Override
            public void afterCommit(long batch) {
                throw new AssertionError("killed");
            }
        };
        try (OpenStore open = OpenStore.at(vertx, StoreConfig.at(home()), StoreListener.NONE, faults)) {
            open.author.publish("a", "1");
            open.send(open.author.settling());
            open.hear();
        }

        try (OpenStore open = OpenStore.at(vertx, home())) {
            assertEquals(List.of("1"), StoreTest.bodies(open.readRows(open.author.of("a"), Cursor.ORIGIN, 10)));
        }
    }

    @Test
    void aChangedLogEntryIsFoundAtTheStart() throws Exception {
        Path killed = killedAfterTenBatches(new ArrayList<>());
        sql(killed, "UPDATE log SET payload = x'0102' WHERE idx = (SELECT max(idx) FROM log)");

        Damaged damaged = assertThrows(Damaged.class, () -> OpenStore.at(vertx, killed));
        assertTrue(damaged.getMessage().contains("11"), damaged.getMessage());
    }

    @Test
    void aMissingLogEntryIsFoundAtTheStart() throws Exception {
        Path killed;
        try (OpenStore open = OpenStore.at(vertx, home())) {
            for (int i = 0; i < 4; i++) {
                open.author.publish("a", "x" + i);
                open.write(open.author.logOnly());
            }
            killed = killed();
        }
        sql(killed, "DELETE FROM log WHERE idx = 3");

        Damaged damaged = assertThrows(Damaged.class, () -> OpenStore.at(vertx, killed));
        assertTrue(damaged.getMessage().contains("entry 3"), damaged.getMessage());
    }

    @Test
    void aLogCutAtItsEndBelowTheSettledIndexIsFoundAtTheStart() throws Exception {
        Path killed = killedAfterTenBatches(new ArrayList<>());
        sql(killed, "DELETE FROM log WHERE idx >= 9");

        assertThrows(Damaged.class, () -> OpenStore.at(vertx, killed));
    }

    private static void sql(Path data, String sql) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("gen-1/skein.db"));
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void aNewerDatabaseIsRefused() throws Exception {
        OpenStore.at(vertx, home()).close();
        sql(home(), "PRAGMA user_version = 99");

        UnusableDatabase refused = assertThrows(UnusableDatabase.class, () -> OpenStore.at(vertx, home()));
        assertTrue(refused.getMessage().contains("version 99"), refused.getMessage());
    }

    @Test
    void aDatabaseOfSomethingElseIsRefusedAndLeftAlone() throws Exception {
        Files.createDirectories(home().resolve("gen-1"));
        Files.writeString(home().resolve("CURRENT"), "gen-1\n");
        sql(home(), "CREATE TABLE cats (name TEXT)");

        assertThrows(UnusableDatabase.class, () -> OpenStore.at(vertx, home()));
        assertEquals(
                List.of("cats"), OpenStore.sql(home().resolve("gen-1/skein.db"), "SELECT name FROM sqlite_schema"));
    }

    @Test
    void aDatabaseOfAnotherNodeIsRefused() throws Exception {
        OpenStore.at(vertx, home()).close();
        sql(home(), "UPDATE node SET id = 'n2'");

        UnusableDatabase refused = assertThrows(UnusableDatabase.class, () -> OpenStore.at(vertx, home()));
        assertTrue(refused.getMessage().contains("n2"), refused.getMessage());
    }

    @Test
    void aSecondProcessIsRefusedAndTheFirstGoesOn() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, home())) {
            assertThrows(DataDirectoryInUse.class, () -> OpenStore.at(vertx, home()));
            open.author.publish("a", "1");
            open.settle();
        }
    }

    @Test
    void aStoreThatCouldNotOpenLetsTheDirectoryGo() throws Exception {
        OpenStore.at(vertx, home()).close();
        sql(home(), "PRAGMA user_version = 99");
        assertThrows(UnusableDatabase.class, () -> OpenStore.at(vertx, home()));
        sql(home(), "PRAGMA user_version = " + Database.schemaOf(FeatureLevel.FIRST));

        OpenStore.at(vertx, home()).close();
    }

    private static Entry entry(long index, long term) {
        return new Entry(index, term, Entry.Kind.NOOP, new byte[] {(byte) index, (byte) term});
    }

    private static WriteBatch log(long number, long truncateFrom, List<Entry> entries, long term, String vote) {
        return new WriteBatch(
                number,
                truncateFrom,
                entries,
                Optional.of(new HardState(term, Optional.ofNullable(vote).map(NodeId::new))),
                List.of(),
                Optional.empty(),
                0,
                0);
    }

    @Test
    void truncatedEntriesAreReplacedAndTermsAndVotesKept() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, home())) {
            open.write(log(1, 0, List.of(entry(1, 1), entry(2, 1), entry(3, 1), entry(4, 2)), 2, "n3"));
            open.write(log(2, 3, List.of(entry(3, 5), entry(4, 5), entry(5, 6)), 7, null));
        }

        Image image = image();
        assertEquals(
                List.of(1L, 1L, 5L, 5L, 6L),
                image.entries().stream().map(Entry::term).toList());
        assertEquals(List.of(new TermStart(1, 1), new TermStart(3, 5), new TermStart(5, 6)), image.terms());
        assertEquals(new HardState(7, Optional.empty()), image.hardState());
        assertEquals(5, image.lastIndex());
        assertEquals(2, image.lastBatch());
    }

    @Test
    void aTruncationThatReplacesNothingLeavesAShorterLog() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, home())) {
            open.write(log(1, 0, List.of(entry(1, 1), entry(2, 1), entry(3, 2)), 2, "n3"));
            open.write(log(2, 2, List.of(), 3, null));
        }

        Image image = image();
        assertEquals(1, image.lastIndex());
        assertEquals(List.of(new TermStart(1, 1)), image.terms());
    }

    @Test
    void compactionRemembersTheTermAndTheMembersAndRemovesRowsInSteps() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, home())) {
            for (int i = 0; i < 300; i++) {
                open.author.publish("a", "m" + i);
            }
            open.settle();
            open.author.vote(4);
            open.author.publish("a", "last");
            open.write(open.author.batch(true, 301));
            long left = Long.parseLong(open.sql("SELECT count(*) FROM log").get(0));
            assertTrue(left > 100, left + " rows were left by one batch");
            for (int i = 0; i < 5; i++) {
                open.settle();
            }
            assertEquals(List.of("1"), open.sql("SELECT count(*) FROM log"));
        }

        Image image = image();
        assertEquals(new TermStart(301, 1), image.compacted());
        assertEquals(
                List.of(new TermStart(302, 4)),
                image.terms().stream().filter(t -> t.index() > 301).toList());
        assertEquals(302, image.lastIndex());
        assertEquals(99, image.clusterId());
        assertEquals(Author.LINEAGE, image.lineage());
        assertEquals(1, image.configuration().members().size());
    }

    @Test
    void aLogCompactedToItsEndGoesOnFromThere() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, home())) {
            open.author.publish("a", "1");
            open.settle();
            open.write(open.author.batch(true, open.author.index()));
            assertEquals(List.of("0"), open.sql("SELECT count(*) FROM log"));
        }
        try (OpenStore open = OpenStore.at(vertx, home())) {
            open.author.publish("a", "2");
            open.settle();
            assertEquals(
                    2, open.readRows(open.author.of("a"), Cursor.ORIGIN, 10).size());
        }
    }

    private Image image() throws Exception {
        Store store = Store.open(vertx, StoreConfig.at(home()), Author.NODE, StoreListener.NONE)
                .toCompletionStage()
                .toCompletableFuture()
                .get();
        Image image = store.image();
        store.close().toCompletionStage().toCompletableFuture().get();
        return image;
    }

    @Test
    void aWriteAheadLogThatIsCutShortLosesWholeBatchesOnly() throws Exception {
        Path killed = killedAfterTenBatches(new ArrayList<>());
        Path wal = killed.resolve("gen-1/skein.db-wal");
        long size = Files.size(wal);
        for (int cut = 1; cut <= 9; cut++) {
            Path copy = directory.resolve("cut" + cut);
            Files.createDirectories(copy.resolve("gen-1"));
            Files.copy(killed.resolve("CURRENT"), copy.resolve("CURRENT"));
            Files.copy(killed.resolve("gen-1/skein.db"), copy.resolve("gen-1/skein.db"));
            Files.copy(wal, copy.resolve("gen-1/skein.db-wal"));
            try (FileChannel file = FileChannel.open(copy.resolve("gen-1/skein.db-wal"), StandardOpenOption.WRITE)) {
                file.truncate(size * cut / 10);
            }
            // Without the sentinel, as after a loss of power with relaxed durability.
            try (OpenStore open = OpenStore.at(vertx, copy)) {
                long batch = Long.parseLong(
                        open.sql("SELECT max(batch) FROM (SELECT batch FROM node UNION SELECT batch FROM log)")
                                .get(0));
                long settled = Long.parseLong(open.sql("SELECT idx FROM state").get(0));
                long messages = open.sql("SELECT \"offset\" FROM message").size();
                assertEquals(Math.min(batch, 9), messages);
                assertEquals(settled == 0 ? 0 : settled - 1, messages);
            }
        }
    }
}
