package io.skein.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.skein.cluster.Recovery;
import io.skein.machine.Lineage;
import io.skein.raft.Member;
import io.skein.replica.Image;
import io.skein.topic.TopicConfig;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backup is what its node had; what is not is found; and a new node can begin with it. */
class BackupFileTest {
    private static final String BODY = "a body that is found by its bytes";

    @TempDir
    Path directory;

    private Vertx vertx;
    private List<String> state;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
    }

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    private Path backup() {
        return directory.resolve("backup.db");
    }

    private Path home() {
        return directory.resolve("home");
    }

    private OpenStore open(Path home) throws Exception {
        return OpenStore.at(
                vertx, StoreConfig.at(home).with(StoreConfig.Durability.RELAXED), StoreListener.NONE, Faults.NONE);
    }

    /** Two topics, one of them trimmed. */
    private BackupFile made() throws Exception {
        try (OpenStore open = open(home())) {
            open.author.configure(
                    "trimmed", new TopicConfig(0, 0, 5, TopicConfig.OnFull.DROP_OLDEST, Optional.empty(), 0));
            open.author.configure("kept", TopicConfig.DEFAULT);
            for (int i = 0; i < 40; i++) {
                open.author.publish("trimmed", "trimmed " + i);
                open.author.publish("kept", BODY + i, BODY + "again " + i);
                open.settle();
            }
            state = open.author.state();
            open.onLoop(() -> open.store.backup(backup(), () -> false));
        }
        return BackupFile.verify(backup(), () -> {});
    }

    private void restore(BackupFile backup, Path to) throws IOException {
        try (DataDirectory held = DataDirectory.lock(to)) {
            Store.restore(
                    held, backup, Author.NODE, (incarnation, image) -> Recovery.alone(Author.NODE, incarnation, image));
        }
    }

    @Test
    void itSaysWhatItHolds() throws Exception {
        BackupFile made = made();

        assertEquals(new BackupFile.Contents(2, 85, 0, 0, 0, 0), made.contents());
        assertEquals(Files.size(backup()), made.bytes());
        assertEquals(99, made.configuration().clusterId());
        assertEquals(
                List.of("85"),
                OpenStore.sql(backup(), "SELECT count(*) FROM message"),
                "the view and the figure agree");
    }

    @Test
    void aRestoredNodeHasTheStateThatWasBackedUpAndIsAnotherClusterOfOne() throws Exception {
        BackupFile made = made();
        Path to = directory.resolve("restored");

        restore(made, to);

        try (DataDirectory held = DataDirectory.lock(to)) {
            Store store = Store.open(vertx, held, StoreConfig.at(to), Author.NODE, StoreListener.NONE)
                    .await();
            Image image = store.image();
            long incarnation = store.incarnation();
            store.closeKeepingDirectory().await();
            long settled = made.settled().index();
            assertEquals(made.settled(), image.settled());
            assertEquals(settled + 1, image.lastIndex());
            assertEquals(settled + 1, image.commitHint());
            assertEquals(made.settled().term() + 1, image.hardState().term());
            assertEquals(Optional.empty(), image.hardState().votedFor());
            List<Member> members = image.configuration().members();
            assertEquals(1, members.size());
            assertEquals(Author.NODE, members.get(0).id());
            assertEquals(incarnation, members.get(0).incarnation());
            assertNotEquals(99, image.clusterId());
            assertNotEquals(Author.LINEAGE.id(), image.lineage().id());
            assertEquals(
                    List.of(new Lineage.Ancestor(Author.LINEAGE.id(), settled)),
                    image.lineage().ancestors());
        }
        try (OpenStore open = open(to)) {
            assertEquals(state, open.author.state());
            open.author.publish("kept", "it goes on");
            open.settle();
        }
        assertEquals(made, BackupFile.verify(backup(), () -> {}), "the backup was not touched");
    }

    @Test
    void whatFailsBeforeItIsWholeLeavesADirectoryThatNobodyUsed() throws Exception {
        BackupFile made = made();
        Path to = directory.resolve("restored");

        try (DataDirectory held = DataDirectory.lock(to)) {
            assertThrows(
                    CancellationException.class,
                    () -> Store.restore(held, made, Author.NODE, (incarnation, image) -> {
                        throw new CancellationException("the process ends here");
                    }));
            assertFalse(DataDirectory.isUsed(to));
        }
        restore(made, to);
        assertTrue(DataDirectory.isUsed(to));
    }

    @Test
    void aDirectoryThatIsUsedIsLeftAlone() throws Exception {
        BackupFile made = made();

        assertThrows(IllegalStateException.class, () -> restore(made, home()));

        try (OpenStore open = open(home())) {
            assertEquals(state, open.author.state());
        }
    }

    @Test
    void whatDoesNotFitIsNotBegun() throws Exception {
        BackupFile made = made();
        BackupFile huge = new BackupFile(
                made.path(), made.settled(), made.configuration(), 1L << 60, made.sha256(), made.contents());
        Path to = directory.resolve("restored");

        NoRoom no = assertThrows(NoRoom.class, () -> restore(huge, to));

        assertEquals(1L << 60, no.needed());
        assertTrue(no.free() > 0);
        assertFalse(DataDirectory.isUsed(to));
    }

    @Test
    void aFileThatChangedSinceItWasVerifiedIsNotRestored() throws Exception {
        BackupFile made = made();
        flip(backup(), Files.size(backup()) / 2);

        assertThrows(Damaged.class, () -> restore(made, directory.resolve("restored")));
    }

    @Test
    void aFlippedByteInAMessageIsFoundAndNamed() throws Exception {
        made();
        String bytes = Files.readString(backup(), StandardCharsets.ISO_8859_1);
        // A page that was split may still hold what moved to another one.
        for (int at = bytes.indexOf(BODY + "17"); at >= 0; at = bytes.indexOf(BODY + "17", at + 1)) {
            flip(backup(), at + 3);
        }

        Damaged found = assertThrows(Damaged.class, () -> BackupFile.verify(backup(), () -> {}));

        assertTrue(found.getMessage().contains(backup().toString()), found.getMessage());
        assertTrue(found.getMessage().contains("with offsets from 34"), found.getMessage());
    }

    @Test
    void aFlippedByteAnywhereChangesTheChecksumOrIsFound() throws Exception {
        BackupFile made = made();
        for (long at = 7; at < made.bytes(); at += made.bytes() / 97) {
            flip(backup(), at);
            String checksum;
            try {
                checksum = BackupFile.verify(backup(), () -> {}).sha256();
            } catch (Damaged | UnusableDatabase found) {
                checksum = "";
            }
            assertNotEquals(made.sha256(), checksum, "byte " + at);
            flip(backup(), at);
        }
        assertEquals(made, BackupFile.verify(backup(), () -> {}));
    }

    @Test
    void aMissingChunkIsFound() throws Exception {
        made();
        change("DELETE FROM chunk WHERE base_offset = 20 AND topic_id = (SELECT id FROM topic WHERE name = 'kept')");

        Damaged found = assertThrows(Damaged.class, () -> BackupFile.verify(backup(), () -> {}));

        assertTrue(found.getMessage().contains("topic \"kept\" has 80 messages, and 78 are there"), found.getMessage());
    }

    @Test
    void aFileThatWasCutIsFound() throws Exception {
        BackupFile made = made();
        try (RandomAccessFile file = new RandomAccessFile(backup().toFile(), "rw")) {
            file.setLength(made.bytes() / 2);
        }

        assertThrows(Damaged.class, () -> BackupFile.verify(backup(), () -> {}));
    }

    @Test
    void theDatabaseOfANodeIsNoBackup() throws Exception {
        made();
        Path database = home().resolve("gen-1/skein.db");

        UnusableDatabase no = assertThrows(UnusableDatabase.class, () -> BackupFile.verify(database, () -> {}));

        assertTrue(no.getMessage().contains("database of a node and not a backup"), no.getMessage());
    }

    @Test
    void whatIsNoDatabaseIsRefused() throws Exception {
        Files.writeString(backup(), "hello ".repeat(1000));

        assertThrows(Damaged.class, () -> BackupFile.verify(backup(), () -> {}));
    }

    @Test
    void aDatabaseOfSomethingElseIsRefused() throws Exception {
        change("CREATE TABLE mine (a)");

        assertThrows(UnusableDatabase.class, () -> BackupFile.verify(backup(), () -> {}));
    }

    @Test
    void theChecksumBesideItIsALineOfSha256sum() throws Exception {
        BackupFile made = made();

        BackupFile.writeChecksum(backup(), made.sha256());

        assertEquals(made.sha256() + "  backup.db\n", Files.readString(directory.resolve("backup.db.sha256")));
        assertEquals(Optional.of(made.sha256()), BackupFile.writtenChecksum(backup()));
        Files.writeString(directory.resolve("backup.db.sha256"), "nonsense");
        assertThrows(Damaged.class, () -> BackupFile.writtenChecksum(backup()));
    }

    @Test
    void aNameThatIsTakenIsLeftToItsFile() throws Exception {
        Path part = Files.writeString(directory.resolve("part"), "new");
        Path file = Files.writeString(directory.resolve("file"), "old");

        assertThrows(FileAlreadyExistsException.class, () -> BackupFile.name(part, file));

        assertEquals("old", Files.readString(file));
        assertEquals("new", Files.readString(part));
        Files.delete(file);
        BackupFile.name(part, file);
        assertEquals("new", Files.readString(file));
        assertFalse(Files.exists(part));
    }

    @Test
    void whereNoLinkCanBeMadeTheFileIsMovedAndReplacesNone() throws Exception {
        // No link leads from one file system to another, which is refused in the same way as on one that has none.
        Path memory = Path.of("/dev/shm");
        assumeTrue(Files.isDirectory(memory) && !Files.getFileStore(memory).equals(Files.getFileStore(directory)));
        Path part = Files.createTempFile(memory, "skein", ".part");
        try {
            Files.writeString(part, "new");
            Path file = Files.writeString(directory.resolve("file"), "old");

            assertThrows(FileAlreadyExistsException.class, () -> BackupFile.name(part, file));
            assertEquals("old", Files.readString(file));

            Files.delete(file);
            BackupFile.name(part, file);
            assertEquals("new", Files.readString(file));
            assertFalse(Files.exists(part));
        } finally {
            Files.deleteIfExists(part);
        }
        assertThrows(NoSuchFileException.class, () -> BackupFile.name(part, directory.resolve("other")));
    }

    @Test
    void onlyItsOwnerMayReadIt() throws Exception {
        made();

        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(backup())));
    }

    @Test
    void aCopyThatItsDiskDamagedIsNoDamageOfTheNode() throws Exception {
        Faults target = new Faults() {
            @Override
            public void snapshotStep() {
                try {
                    change("UPDATE chunk SET body = x'5B5D'");
                } catch (Exception failed) {
                    throw new AssertionError(failed);
                }
            }
        };
        try (OpenStore open = OpenStore.at(vertx, StoreConfig.at(home()), StoreListener.NONE, target)) {
            open.author.publish("a", "1");
            open.settle();

            assertThrows(Damaged.class, () -> open.onLoop(() -> open.store.backup(backup(), () -> false)));

            // What was said of it came before.
            open.on(() -> null);
            assertTrue(open.damage.isEmpty(), open.damage.toString());
        }
        assertFalse(Files.exists(backup()));
    }

    @Test
    void theLookAtThePagesCanBeEnded() throws Exception {
        made();

        try (Connection connection = Database.openReader(backup())) {
            assertThrows(
                    CancellationException.class,
                    () -> BackupFile.checkPages(connection, backup(), () -> {
                        throw new CancellationException("nobody wants it any more");
                    }));
            BackupFile.checkPages(connection, backup(), () -> {});
        }
    }

    @Test
    void oneThatNobodyWantsAnyMoreEndsAndLeavesNothing() throws Exception {
        AtomicBoolean unwanted = new AtomicBoolean();
        Faults leaving = new Faults() {
            @Override
            public void snapshotStep() {
                unwanted.set(true);
            }
        };
        try (OpenStore open = OpenStore.at(vertx, StoreConfig.at(home()), StoreListener.NONE, leaving)) {
            open.author.publish("a", "1");
            open.settle();

            assertThrows(
                    CancellationException.class, () -> open.onLoop(() -> open.store.backup(backup(), unwanted::get)));
        }
        assertFalse(Files.exists(backup()));
    }

    private void change(String sql) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + backup());
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    private static void flip(Path file, long at) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(at);
            int before = bytes.read();
            bytes.seek(at);
            bytes.write(before ^ 0x40);
        }
    }
}
