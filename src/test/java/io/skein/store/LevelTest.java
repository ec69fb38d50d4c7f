package io.skein.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.FeatureLevel;
import io.skein.machine.FeatureRaised;
import io.skein.raft.Configuration;
import io.skein.raft.Entry;
import io.skein.raft.Member;
import io.skein.replica.ClusterConfiguration;
import io.skein.replica.WriteBatch;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a database knows of the feature level of its cluster, and of builds that are older than what is in it. */
class LevelTest {
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
                List.of(new FeatureRaised(level)),
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
}
