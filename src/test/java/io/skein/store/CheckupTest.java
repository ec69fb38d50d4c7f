package io.skein.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.store.Checkup.Contents;
import io.skein.store.Checkup.Hold;
import io.skein.store.Checkup.Obstacle;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A data directory looked at, with and without a node in it, whole and damaged. */
@Timeout(60)
class CheckupTest {
    private static final long LONG_MS = 30_000;

    @TempDir
    Path home;

    private Vertx vertx;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
    }

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    private void write() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, home)) {
            fill(open);
        }
    }

    private static void fill(OpenStore open) throws Exception {
        for (int i = 0; i < 5; i++) {
            open.author.publish("a", "x".repeat(20_000) + i);
            open.settle();
        }
    }

    private Contents contents() {
        Checkup checkup = Checkup.look(home, LONG_MS);
        assertEquals(Optional.empty(), checkup.problem());
        return checkup.database().orElseThrow();
    }

    private Obstacle problem() {
        return Checkup.look(home, LONG_MS).problem().orElseThrow();
    }

    private void sql(String statement) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + home.resolve("gen-1/skein.db"))) {
            connection.createStatement().execute(statement);
        }
    }

    @Test
    void oneThatIsWholeSaysWhoseItIsAndNothingIsWrong() throws Exception {
        write();
        Checkup checkup = Checkup.look(home, LONG_MS);
        assertEquals(Hold.FREE, checkup.hold());
        assertEquals(Optional.of("gen-1"), checkup.generation());
        Contents contents = checkup.database().orElseThrow();
        assertEquals(Optional.of(Author.NODE.value()), contents.node());
        assertEquals(contents.startSchemaVersion(), contents.schemaVersion());
        assertTrue(contents.isWhole());
        assertEquals(Optional.empty(), contents.structure());
        assertEquals(Optional.empty(), contents.rows());
        assertEquals(Optional.empty(), contents.backwards());
        assertTrue(contents.lastIndex() > 0);
    }

    @Test
    void aNodeMayWorkThereMeanwhile() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, home)) {
            fill(open);
            Checkup checkup = Checkup.look(home, LONG_MS);
            assertEquals(Hold.HELD, checkup.hold());
            assertEquals(Optional.empty(), checkup.database().orElseThrow().rows());
            fill(open);
        }
    }

    @Test
    void lookingChangesNothing() throws Exception {
        write();
        Map<String, Long> before = files();
        contents();
        assertEquals(before, files());
    }

    private Map<String, Long> files() throws Exception {
        Map<String, Long> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(home)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                String name = home.relativize(file).toString();
                // What SQLite puts beside a database to read it.
                if (!name.endsWith("-shm") && !name.endsWith("-wal")) {
                    files.put(name, Files.getLastModifiedTime(file).toMillis());
                }
            }
        }
        return files;
    }

    @Test
    void aRowThatIsNotWhatWasWrittenIsFound() throws Exception {
        write();
        sql("UPDATE chunk SET body = zeroblob(length(body)) WHERE id = (SELECT max(id) FROM chunk)");
        assertTrue(contents().rows().isPresent());
    }

    @Test
    void aLogEntryThatIsNotWhatWasWrittenIsFound() throws Exception {
        write();
        sql("UPDATE log SET payload = zeroblob(length(payload)) WHERE idx = (SELECT max(idx) FROM log)");
        assertTrue(contents().rows().orElse("").contains("log entry"));
    }

    @Test
    void aDatabaseThatLacksWhatWasPromisedWentBackwards() throws Exception {
        write();
        byte[] old = Files.readAllBytes(home.resolve("gen-1/skein.db"));
        write();
        Files.write(home.resolve("gen-1/skein.db"), old);
        assertTrue(contents().backwards().orElse("").contains("went backwards"));
    }

    @Test
    void whatIsNoDatabaseIsSaidToBeNone() throws Exception {
        write();
        Files.writeString(
                home.resolve("gen-1/skein.db"), "not a database at all, but long enough to look at ".repeat(100));
        Checkup checkup = Checkup.look(home, LONG_MS);
        assertFalse(checkup.problem().orElseThrow().isNewer());
        assertEquals(Optional.empty(), checkup.database());
    }

    @Test
    void aDatabaseThatIsGoneIsMissed() throws Exception {
        write();
        Files.delete(home.resolve("gen-1/skein.db"));
        assertTrue(problem().why().contains("is gone"));
    }

    @Test
    void aDatabaseOfANewerSkeinIsSaidToBeOne() throws Exception {
        write();
        sql("PRAGMA user_version = 1000");
        assertTrue(problem().isNewer());
    }

    @Test
    void whatIsNoNodesInTheDirectoryIsNobodysBusiness() throws Exception {
        write();
        // Leads nowhere: nobody may read it, whoever asks.
        Files.createSymbolicLink(home.resolve("lost+found"), home.resolve("nowhere"));
        Checkup checkup = Checkup.look(home, LONG_MS);
        assertEquals(List.of(), checkup.denied());
        assertTrue(checkup.database().isPresent());
    }

    @Test
    void aDatabaseThatMayNotBeReadIsLeftAlone() throws Exception {
        write();
        Files.createSymbolicLink(home.resolve("gen-1/closed"), home.resolve("nowhere"));
        Checkup checkup = Checkup.look(home, LONG_MS);
        assertEquals(List.of("gen-1/closed"), checkup.denied());
        assertEquals(Optional.empty(), checkup.database());
        assertEquals(Optional.empty(), checkup.problem());
    }

    @Test
    void aPointerThatPointsNowhereIsFound() throws Exception {
        write();
        Files.writeString(home.resolve("CURRENT"), "gen-7\n");
        assertTrue(Checkup.look(home, LONG_MS).current().orElse("").contains("gen-7"));
        Files.writeString(home.resolve("CURRENT"), "../../etc\n");
        assertTrue(Checkup.look(home, LONG_MS).current().orElse("").contains("does not name a generation"));
    }

    @Test
    void whenTimeIsUpItSaysWhatItHas() throws Exception {
        write();
        Contents contents = Checkup.look(home, 0).database().orElseThrow();
        assertFalse(contents.isWhole());
        assertEquals(Optional.of(Author.NODE.value()), contents.node());
    }
}
