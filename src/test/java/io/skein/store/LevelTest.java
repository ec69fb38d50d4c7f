package io.skein.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.account.AccountCommand;
import io.skein.account.Limit;
import io.skein.account.LimitName;
import io.skein.account.Quota;
import io.skein.machine.Change;
import io.skein.machine.FeatureLevel;
import io.skein.machine.FeatureRaised;
import io.skein.raft.Configuration;
import io.skein.raft.Entry;
import io.skein.raft.Member;
import io.skein.replica.ClusterConfiguration;
import io.skein.replica.WriteBatch;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** What a database knows of the feature level of its cluster, and of builds that are older than what is in it. */
class LevelTest {
    private static final Limit LIMIT =
            new Limit(new LimitName("l"), Optional.empty(), Optional.empty(), false, new Quota(1, 0, 0));

    @TempDir
    private Path directory;

    private Vertx vertx;

    @BeforeEach
    void open() {
        vertx = Vertx.vertx();
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().await(20, TimeUnit.SECONDS);
    }

    private Path home() {
        return directory.resolve("home");
    }

    private static String schema(Path file) throws Exception {
        return OpenStore.sql(file, "PRAGMA user_version").get(0);
    }

    private Path database() {
        return home().resolve("gen-1/skein.db");
    }

    /** An entry that says so, as a leader writes it. */
    private static WriteBatch raising(OpenStore open, int level) {
        return settling(open, level, List.of(new FeatureRaised(level)));
    }

    /** A build before levels sees in that entry a configuration like any other. */
    private static WriteBatch unnoticed(OpenStore open, int level) {
        return settling(open, level, List.of());
    }

    private static WriteBatch settling(OpenStore open, int level, List<Change> changes) {
        WriteBatch next = open.author.settling();
        ClusterConfiguration cluster = new ClusterConfiguration(
                new Configuration(List.of(new Member(Author.NODE, 7, "localhost:1", true))),
                99,
                Author.LINEAGE,
                open.author.time(),
                level);
        long index = open.author.index() + 1;
        WriteBatch.Settled before = open.author.settled();
        return new WriteBatch(
                next.number(),
                0,
                List.of(new Entry(index, before.term(), Entry.Kind.CONFIGURATION, cluster.encode())),
                Optional.empty(),
                changes,
                Optional.of(new WriteBatch.Settled(index, before.term(), before.time(), before.hash())),
                0,
                index);
    }

    @Test
    void untilTheLevelIsHigherTheBuildBeforeCanOpenTheDatabaseAndTakeItsSnapshots() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, home())) {
            open.author.publish("a", "1");
            open.settle();
            SnapshotFile snapshot = open.snapshot(directory.resolve("snapshot"));

            assertEquals("4", schema(snapshot.path()));
        }
        assertEquals("4", schema(database()));
    }

    @Test
    void withTheRowsOfAHigherLevelComesItsSchemaAndSoItIsInSnapshots() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, home())) {
            open.author.publish("a", "1");
            open.settle();
            open.write(raising(open, FeatureLevel.LIMITS));
            SnapshotFile snapshot = open.snapshot(directory.resolve("snapshot"));

            assertEquals("5", schema(snapshot.path()));
            assertEquals(FeatureLevel.LIMITS, snapshot.configuration().featureLevel());
        }
        assertEquals("5", schema(database()));
        OpenStore.at(vertx, home()).close();
    }

    @Test
    void whereAnOlderBuildWentPastTheRaiseTheNextStartMakesTheTablesOfTheLevel() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, home())) {
            open.author.publish("a", "1");
            open.settle();
            open.write(unnoticed(open, FeatureLevel.LIMITS));
        }
        assertEquals("4", schema(database()));

        try (OpenStore open = OpenStore.at(vertx, home())) {
            assertEquals("5", schema(database()));
            open.author.take(new AccountCommand.SetLimit(LIMIT));
            open.settle();
        }
        assertEquals(List.of("l"), OpenStore.sql(database(), "SELECT name FROM traffic_limit"));
    }

    @Test
    void dataOfALevelThatThisBuildDoesNotKnowIsRefusedAndBothAreNamed() throws Exception {
        int later = FeatureLevel.NEWEST + 1;
        try (OpenStore open = OpenStore.at(vertx, home())) {
            open.author.publish("a", "1");
            open.settle();
            open.write(raising(open, later));
        }
        try (DataDirectory signed = DataDirectory.lock(home())) {
            signed.signed("Skein 9.9 (feature level " + later + ")");
        }

        UnusableDatabase refused = assertThrows(UnusableDatabase.class, () -> OpenStore.at(vertx, home()));

        assertTrue(refused.isNewer());
        String said = refused.getMessage();
        assertTrue(said.contains("is at feature level " + later + ", this Skein knows levels up to 2"), said);
        assertTrue(said.contains("last opened by Skein 9.9 (feature level " + later + ")"), said);
    }

    /** As a follower gets it, before it is committed. */
    private static WriteBatch entryOnly(OpenStore open, int level, long truncateFrom) {
        WriteBatch whole = settling(open, level, List.of());
        List<Entry> entries = whole.entries().stream()
                .map(entry -> truncateFrom == 0
                        ? entry
                        : new Entry(truncateFrom, entry.term(), entry.kind(), entry.payload()))
                .toList();
        return new WriteBatch(
                whole.number(), truncateFrom, entries, Optional.empty(), List.of(), Optional.empty(), 0, 0);
    }

    @Test
    void aRaiseThatWasTakenBackLeavesNothing() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, home())) {
            open.author.publish("a", "1");
            open.settle();
            open.write(entryOnly(open, FeatureLevel.NEWEST + 1, 0));
            open.write(entryOnly(open, FeatureLevel.FIRST, open.author.index() + 1));
        }
        try (OpenStore open = OpenStore.at(vertx, home())) {
            assertEquals(FeatureLevel.FIRST, open.image.cluster().featureLevel());
        }
        assertEquals("4", schema(database()));
    }

    @Test
    void aRaiseThatIsInTheLogOnlyIsStillToComeAtTheNextStart() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, home())) {
            open.author.publish("a", "1");
            open.settle();
            open.write(entryOnly(open, FeatureLevel.LIMITS, 0));
        }
        try (OpenStore open = OpenStore.at(vertx, home())) {
            assertEquals(FeatureLevel.FIRST, open.image.featureLevel());
            assertEquals(FeatureLevel.LIMITS, open.image.cluster().featureLevel());
            assertEquals("4", schema(database()));
        }
    }

    @Test
    void theTablesOfTheLevelComeWithTheSnapshotOfANodeThatHasIt() throws Exception {
        Path received = directory.resolve("snapshot");
        SnapshotFile snapshot;
        try (OpenStore source = OpenStore.at(vertx, directory.resolve("source"))) {
            source.author.publish("a", "1");
            source.raise(FeatureLevel.LIMITS);
            snapshot = source.snapshot(received);
        }
        OpenStore.at(vertx, home()).close();
        assertEquals("4", schema(database()));

        try (DataDirectory held = DataDirectory.lock(home())) {
            Store.install(vertx, held, StoreConfig.at(home()), Author.NODE, snapshot)
                    .await(20, TimeUnit.SECONDS);
        }

        try (OpenStore open = OpenStore.at(vertx, home())) {
            assertEquals("5", schema(open.file()));
            assertEquals(FeatureLevel.LIMITS, open.image.featureLevel());
        }
    }

    @Test
    void whereTheDiskIsFullTheTablesComeWithTheSecondTry() throws Exception {
        AtomicBoolean isFull = new AtomicBoolean();
        Faults faults = new Faults() {
            @Override
            public void beforeCommit(long batch) throws SQLException {
                if (isFull.getAndSet(false)) {
                    throw new SQLiteException("as if it were full", SQLiteErrorCode.SQLITE_FULL);
                }
            }
        };
        try (OpenStore open = OpenStore.at(vertx, StoreConfig.at(home()), StoreListener.NONE, faults)) {
            open.author.publish("a", "1");
            open.settle();
            open.author.raise(FeatureLevel.LIMITS);
            open.author.take(new AccountCommand.SetLimit(LIMIT));
            WriteBatch batch = open.author.settling();
            isFull.set(true);
            open.send(batch);
            assertEquals(new OpenStore.Heard.Full(batch.number()), open.hear());
            assertEquals("4", schema(database()));

            open.write(batch);

            assertEquals("5", schema(database()));
            assertEquals(List.of("l"), open.sql("SELECT name FROM traffic_limit"));
        }
    }

    @Test
    void aSnapshotThatMeetsTheRaiseIsMadeAnew() throws Exception {
        AtomicReference<OpenStore> raises = new AtomicReference<>();
        Faults faults = new Faults() {
            @Override
            public void snapshotStep() {
                OpenStore open = raises.getAndSet(null);
                if (open != null) {
                    try {
                        open.raise(FeatureLevel.LIMITS);
                    } catch (Exception failed) {
                        throw new AssertionError(failed);
                    }
                }
            }
        };
        try (OpenStore open = OpenStore.at(vertx, StoreConfig.at(home()), StoreListener.NONE, faults)) {
            open.author.publish("a", "1");
            open.settle();
            raises.set(open);

            SnapshotFile snapshot = open.snapshot(directory.resolve("snapshot"));

            assertEquals("5", schema(snapshot.path()));
            assertEquals(FeatureLevel.LIMITS, snapshot.configuration().featureLevel());
        }
    }
}
