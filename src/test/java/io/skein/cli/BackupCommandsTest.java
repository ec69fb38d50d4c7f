package io.skein.cli;

import static io.skein.cli.Said.say;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.skein.node.RunningNode;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code backup} and {@code restore} as a person types them. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BackupCommandsTest {
    private static final String NAME = "skein-[0-9a-f]{16}-n1-[0-9]{8}T[0-9]{6}Z-[0-9]+\\.db";

    private RunningNode node;
    private Path directory;

    @BeforeAll
    void start(@TempDir Path home) throws Exception {
        node = new RunningNode(home);
        Awaitility.await().until(() -> node.broker().status().health().equals("ok"));
        to("publish", "cli/backup", "one");
        to("publish", "cli/backup", "two");
        to("subscriptions", "cli-backup", "--filter", "cli/#", "--from", "earliest");
    }

    @AfterAll
    void stop() {
        node.close();
    }

    @BeforeEach
    void fresh(@TempDir Path temporary) {
        directory = temporary;
    }

    private Said to(String... arguments) {
        return at("localhost:" + node.httpPort(), arguments);
    }

    private static Said at(String url, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--url", url));
        return say("", all.toArray(String[]::new));
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private Path backup() {
        Path file = directory.resolve("b.db");
        Said made = to("backup", file.toString());
        assertEquals(0, made.exitCode(), made.err());
        return file;
    }

    @Test
    void aBackupGoesIntoADirectoryUnderItsOwnNameWithItsChecksum() throws Exception {
        Said made = to("backup", directory.toString());

        assertEquals(0, made.exitCode(), made.err());
        assertTrue(made.out().contains("1 topic, 2 messages, 0 delayed messages, 1 subscription,"), made.out());
        assertFalse(made.err().contains("\r"), "no progress where nobody looks");
        List<String> files = files();
        assertEquals(2, files.size(), files.toString());
        assertTrue(files.get(0).matches(NAME), files.get(0));
        assertEquals(files.get(0) + ".sha256", files.get(1));
        String checksum = Files.readString(directory.resolve(files.get(1)));
        assertTrue(checksum.matches("[0-9a-f]{64}  " + NAME + "\n"), checksum);
    }

    @Test
    void whatItHoldsIsALineOfJsonForPrograms() {
        JsonObject held =
                to("backup", directory.resolve("b.db").toString(), "--json").json();

        assertEquals(2, held.getLong("messages"));
        assertEquals(1, held.getLong("subscriptions"));
        assertEquals(directory.resolve("b.db").toString(), held.getString("file"));
        assertTrue(held.getBoolean("checksumFile"));
    }

    @Test
    void nothingIsOverwritten() throws Exception {
        Path file = Files.writeString(directory.resolve("mine"), "mine");

        Said refused = to("backup", file.toString());

        assertEquals(64, refused.exitCode());
        assertTrue(refused.err().contains("is there already, and nothing is overwritten"), refused.err());
        assertEquals("mine", Files.readString(file));
        assertEquals(List.of("mine"), files());
    }

    @Test
    void onlyItsOwnerMayReadIt() throws Exception {
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(backup())));
    }

    @Test
    void whatAnotherTryLeftBehindMayBeAWholeOneAndIsLeftAlone() throws Exception {
        Path whole = Files.writeString(directory.resolve("whole.db"), "whole");
        Files.createLink(directory.resolve("b.db.part"), whole);

        backup();

        assertEquals("whole", Files.readString(whole));
        assertEquals(List.of("b.db", "b.db.part", "b.db.sha256", "whole.db"), files());
    }

    @Test
    void whatTheDiskHereDoesNotTakeIsSaidOfThisDisk() throws Exception {
        Files.createDirectories(directory.resolve("b.db.sha256").resolve("in the way"));

        Said failed = to("backup", directory.resolve("b.db").toString());

        assertEquals(74, failed.exitCode(), failed.err());
        assertTrue(failed.err().contains(directory.resolve("b.db") + " cannot be written"), failed.err());
    }

    @Test
    void anAnswerWithAMalformedDigestIsNoBackup() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/backup", exchange -> {
            exchange.getResponseHeaders().add("Repr-Digest", "sha-256=:=AP8A:");
            exchange.sendResponseHeaders(200, 1);
            exchange.getResponseBody().write(1);
            exchange.close();
        });
        server.start();
        try {
            Said wrong = at(
                    "localhost:" + server.getAddress().getPort(),
                    "backup",
                    directory.resolve("b.db").toString());

            assertEquals(1, wrong.exitCode(), wrong.err());
            assertTrue(wrong.err().contains("no usable Repr-Digest"), wrong.err());
            assertEquals(List.of(), files());
        } finally {
            server.stop(0);
        }
    }

    @Test
    void anOldOneIsVerifiedWithoutANode() {
        Path file = backup();

        Said sound = at("localhost:1", "backup", "--verify", file.toString());

        assertEquals(0, sound.exitCode(), sound.err());
        assertTrue(sound.out().contains("it is what " + file + ".sha256 says"), sound.out());
        assertEquals(64, say("", "backup", "--verify", file + "x").exitCode());
    }

    @Test
    void aFlippedByteIsFoundByVerifyAndByRestore() throws Exception {
        Path file = backup();
        // Where nothing is: only the checksum knows.
        flip(file, 80);

        Said damaged = say("", "backup", "--verify", file.toString());
        assertEquals(65, damaged.exitCode(), damaged.err());
        assertTrue(damaged.err().contains(".sha256 says"), damaged.err());

        Path dir = directory.resolve("data");
        assertEquals(
                65,
                say("", "restore", file.toString(), "--data-dir", dir.toString())
                        .exitCode());
        assertFalse(Files.exists(dir));
    }

    @Test
    void anInterruptedDownloadLeavesNoFile() throws Exception {
        byte[] half = "half of it".getBytes(StandardCharsets.UTF_8);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/backup", exchange -> {
            exchange.getResponseHeaders().add("Repr-Digest", "sha-256=:AP8A/wD/AP8A/wD/AP8A/wD/AP8A/wD/AP8A/wD/AP8=:");
            exchange.getResponseHeaders()
                    .add("Content-Disposition", "attachment; filename=\"skein-n1-20260101T000000Z-7.db\"");
            exchange.sendResponseHeaders(200, 2L * half.length);
            try (OutputStream body = exchange.getResponseBody()) {
                body.write(half);
                body.flush();
                exchange.close();
            }
        });
        server.start();
        try {
            Said broken = at("localhost:" + server.getAddress().getPort(), "backup", directory.toString());

            assertEquals(1, broken.exitCode(), broken.err());
            assertTrue(broken.err().contains("the backup broke off"), broken.err());
            assertEquals(List.of(), files());
        } finally {
            server.stop(0);
        }
    }

    @Test
    void whatIsNotWhatTheNodeSentIsNotKept() throws Exception {
        byte[] body = "not a database".getBytes(StandardCharsets.UTF_8);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/backup", exchange -> {
            exchange.getResponseHeaders().add("Repr-Digest", "sha-256=:AP8A/wD/AP8A/wD/AP8A/wD/AP8A/wD/AP8A/wD/AP8=:");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        try {
            Said wrong = at(
                    "localhost:" + server.getAddress().getPort(),
                    "backup",
                    directory.resolve("b.db").toString());

            assertEquals(65, wrong.exitCode(), wrong.err());
            assertEquals(List.of(), files());
        } finally {
            server.stop(0);
        }
    }

    @Test
    void withoutANodeThereIsNone() throws Exception {
        Said silent = at("localhost:1", "backup", directory.toString());

        assertEquals(69, silent.exitCode());
        assertTrue(silent.err().contains("no node answers at"), silent.err());
        assertEquals(List.of(), files());
    }

    @Test
    void aRestoredNodeServesWhatWasBackedUpAndTellsOfAGapBeyondIt() throws Exception {
        Path file = backup();
        String beyond =
                to("publish", "cli/later", "after the backup", "--json").json().getString("cursor");
        Path dir = directory.resolve("data");

        Said restored = say("", "restore", file.toString(), "--data-dir", dir.toString(), "--node-id", "n7");

        assertEquals(0, restored.exitCode(), restored.err());
        assertTrue(restored.out().contains("serve --node-id n7 --data-dir " + dir), restored.out());
        try (RunningNode other = new RunningNode(dir, java.util.Map.of("node-id", "n7"))) {
            other.awaitVoters(1);
            String url = "localhost:" + other.httpPort();
            JsonObject standing =
                    at(url, "subscriptions", "cli-backup", "--json").json();
            assertEquals(2, standing.getLong("lag"));
            assertEquals("one\n", at(url, "pull", "cli-backup", "--body").out());
            JsonObject page =
                    new Api(Server.at(url, java.util.Optional.empty())).get("/t/cli/%23?from=" + beyond + "&wait=1ms");
            assertEquals(
                    1,
                    page.getJsonArray("gaps", new io.vertx.core.json.JsonArray())
                            .size(),
                    page.encode());
        }
        Said again = say("", "restore", file.toString(), "--data-dir", dir.toString());
        assertEquals(64, again.exitCode());
        assertTrue(again.err().contains("there is a node's data in"), again.err());
    }

    @Test
    void aDirectoryWithSomethingInItIsNotTakenForEmpty() throws Exception {
        Path file = backup();
        Path dir = Files.createDirectory(directory.resolve("data"));
        Files.createDirectory(dir.resolve("lost+found"));
        Files.writeString(dir.resolve("thesis.tex"), "x");

        Said refused = say("", "restore", file.toString(), "--data-dir", dir.toString());

        assertEquals(64, refused.exitCode());
        assertTrue(refused.err().contains("is not empty (thesis.tex)"), refused.err());
        Files.delete(dir.resolve("thesis.tex"));
        assertEquals(
                0,
                say("", "restore", file.toString(), "--data-dir", dir.toString())
                        .exitCode());
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
