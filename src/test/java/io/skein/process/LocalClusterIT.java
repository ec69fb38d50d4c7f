package io.skein.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.tls.TestAuthority;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cluster on one machine, by the commands that a person types. */
@Timeout(240)
class LocalClusterIT {

    @TempDir
    private Path directory;

    /** What a command said and how it ended. */
    private record Said(int code, String out, String err) {
        JsonObject json() {
            return new JsonObject(out);
        }
    }

    private final int http = freePorts();
    private final int raft = freePorts();

    /** The first of three in a row that nobody has, for now; not one of those that are given to whoever connects. */
    private static int freePorts() {
        for (int attempt = 0; attempt < 100; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 30_000);
            try (ServerSocket first = new ServerSocket(port);
                    ServerSocket second = new ServerSocket(port + 1);
                    ServerSocket third = new ServerSocket(port + 2)) {
                if (first.isBound() && second.isBound() && third.isBound()) {
                    return port;
                }
            } catch (IOException taken) {
                continue;
            }
        }
        throw new AssertionError("no three ports in a row");
    }

    @AfterEach
    void stop() throws Exception {
        skein("cluster", "down", "--force");
    }

    private Said skein(String... arguments) throws Exception {
        return skein(Map.of(), arguments);
    }

    /** @param variables besides those of a shell that knows nothing of Skein */
    private Said skein(Map<String, String> variables, String... arguments) throws Exception {
        List<String> command = SkeinJar.command();
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile(directory, "out", "");
        Path err = Files.createTempFile(directory, "err", "");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("SKEIN_"));
        builder.environment().put("SKEIN_URL", "http://127.0.0.1:" + http);
        builder.environment().putAll(variables);
        Process process = builder.start();
        try {
            assertTrue(process.waitFor(120, TimeUnit.SECONDS), () -> "still runs: " + command);
        } finally {
            process.destroyForcibly();
        }
        return new Said(
                process.exitValue(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }

    private Said up() throws Exception {
        Said up = skein("cluster", "up", "--http-port", "" + http, "--tcp-port", "0", "--raft-port", "" + raft);
        assertEquals(0, up.code(), up.toString());
        return up;
    }

    private List<Long> pids() throws Exception {
        JsonArray nodes = skein("cluster", "status", "--json").json().getJsonArray("nodes");
        List<Long> pids = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            pids.add(nodes.getJsonObject(i).getLong("pid"));
        }
        return pids;
    }

    private static void delete(Path data) throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void itIsStartedLookedAtStartedAgainAndStopped() throws Exception {
        Said up = up();
        assertTrue(up.out().contains("curl -d 'hello' localhost:" + http), up.out());
        List<Long> pids = pids();
        assertEquals(3, pids.size());

        Said again = skein("cluster", "up");
        assertEquals(0, again.code(), again.toString());
        assertTrue(again.out().contains("already up"), again.out());
        assertEquals(pids, pids());

        assertEquals(0, skein("publish", "a", "kept").code());
        ProcessHandle.of(pids.get(1)).orElseThrow().destroyForcibly();
        ProcessHandle.of(pids.get(1)).ifPresent(killed -> killed.onExit().join());
        Said wounded = skein("cluster", "status");
        assertEquals(1, wounded.code());
        assertTrue(wounded.out().contains("down"), wounded.out());
        assertEquals(0, skein("cluster", "up").code());
        assertEquals(pids.get(0), pids().get(0));
        assertNotEquals(pids.get(1), pids().get(1));

        Said down = skein("cluster", "down");
        assertEquals(0, down.code(), down.toString());
        assertTrue(pids.stream().noneMatch(pid -> ProcessHandle.of(pid).isPresent()));
        assertTrue(skein("cluster", "down").out().contains("nothing was running"));
    }

    @Test
    void whatItsNodesSayIsForTheirOwnerAlone() throws Exception {
        up();
        for (String node : List.of("n1", "n2", "n3")) {
            Path log = directory.resolve("skein-cluster/" + node + ".log");
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(log)));
        }
    }

    @Test
    void withACertificateItsNodesSpeakTlsAndAreStillFoundWithoutIt() throws Exception {
        TestAuthority authority = new TestAuthority(directory, "authority");
        TestAuthority.Identity shown = authority.identity("node");
        String ca = authority.certificate().toString();
        Map<String, String> variables = Map.of(
                "SKEIN_TLS_CERT", shown.certificate().toString(),
                "SKEIN_TLS_KEY", shown.key().toString(),
                "SKEIN_CA", ca);
        Said up = skein(
                variables, "cluster", "up", "--http-port", "" + http, "--tcp-port", "0", "--raft-port", "" + raft);
        assertEquals(0, up.code(), up.toString());
        assertTrue(up.out().contains("curl --cacert CA.pem -d 'hello' https://localhost:" + http), up.out());

        Said status = skein("cluster", "status", "--ca", ca);
        assertEquals(0, status.code(), status.toString());
        Said published = skein("publish", "a", "kept", "--url", "https://127.0.0.1:" + http, "--ca", ca);
        assertEquals(0, published.code(), published.toString());
    }

    @Test
    void aPidThatAnotherProgramHasByNowIsLeftAlone() throws Exception {
        up();
        Process stranger = new ProcessBuilder("sleep", "200").start();
        try {
            Path pidFile = directory.resolve("skein-cluster/n3.pid");
            String own = Files.readString(pidFile);
            long started = stranger.info().startInstant().orElseThrow().toEpochMilli();
            Files.writeString(pidFile, stranger.pid() + " " + started + "\n");
            assertTrue(skein("cluster", "down").out().contains("2 stopped"));
            assertTrue(stranger.isAlive());
            Files.writeString(pidFile, own);
        } finally {
            stranger.destroyForcibly();
        }
    }

    @Test
    void membersComeLeadAndGo() throws Exception {
        up();
        Said list = skein("member", "list", "--json");
        assertEquals(3, new JsonArray(list.out()).size());
        String leader = skein("status", "--json").json().getString("leader");
        String other = leader.equals("n3") ? "n2" : "n3";

        Said transferred = skein("member", "transfer", other);
        assertEquals(0, transferred.code(), transferred.toString());
        assertTrue(transferred.out().startsWith(other + " leads"), transferred.out());

        Said kept = skein("member", "transfer", "--from", leader);
        assertEquals(0, kept.code(), kept.toString());
        assertEquals(transferred.out(), kept.out(), "it leads no more, so nothing happens");
        Said left = skein("member", "transfer", "--from", other);
        assertEquals(0, left.code(), left.toString());
        assertFalse(left.out().startsWith(other), left.out());
        Said best = skein("member", "transfer");
        assertEquals(0, best.code(), best.toString());
        assertNotEquals(left.out(), best.out());

        Said removed = skein("member", "remove", other);
        assertEquals(0, removed.code(), removed.toString());
        assertEquals(2, new JsonArray(skein("member", "list", "--json").out()).size());
        assertEquals(1, skein("member", "remove", other).code(), "it is gone already");

        int port = other.equals("n3") ? raft + 2 : raft + 1;
        Said back = skein("member", "add", other, "127.0.0.1:" + port, "--wait", "60s", "--json");
        assertEquals(0, back.code(), back.toString());
        assertTrue(back.json().getBoolean("voter"));

        Said wrong = skein("member", "add", "n9", "127.0.0.1:" + port);
        assertEquals(1, wrong.code());
        assertTrue(wrong.err().contains("not n9"), wrong.err());
        assertEquals(64, skein("member", "add", "n9").code());
    }

    @Test
    void theLastNodeOfThreeIsRecoveredAndHasEverything() throws Exception {
        up();
        for (int i = 0; i < 4; i++) {
            assertEquals(0, skein("publish", "a", "m" + i).code());
        }
        Path data = directory.resolve("skein-cluster/n3");
        assertEquals(
                73,
                skein("recover", "--data-dir", data.toString(), "--accept-loss").code());
        JsonObject mine =
                skein("status", "--json", "--url", "127.0.0.1:" + (http + 2)).json();
        long applied = mine.getLong("appliedIndex");
        assertEquals(0, skein("cluster", "down").code());
        delete(directory.resolve("skein-cluster/n1"));
        delete(directory.resolve("skein-cluster/n2"));

        Said explained = skein("recover", "--data-dir", data.toString());
        assertEquals(1, explained.code(), explained.toString());
        assertTrue(explained.out().contains("Nothing was changed"), explained.out());
        Said done = skein("recover", "--data-dir", data.toString(), "--accept-loss");
        assertEquals(0, done.code(), done.toString());
        Said twice = skein("recover", "--data-dir", data.toString(), "--accept-loss");
        assertEquals(1, twice.code(), twice.toString());

        Path moved = directory.resolve("data");
        Files.move(data, moved);
        try (NodeUnderTest node = NodeUnderTest.start(directory, "--node-id", "n3", "--tcp-port", "0")) {
            node.awaitReady();
            JsonObject cluster = node.json("/v1/cluster");
            assertEquals("leader", cluster.getString("role"));
            assertEquals(1, cluster.getJsonArray("members").size());
            JsonArray messages = node.json("/t/a?from=earliest").getJsonArray("messages");
            assertEquals(4, messages.size());
            assertEquals("m3", messages.getJsonObject(3).getString("body"));
            assertEquals(201, node.post("/t/a", "m4").statusCode());

            String old = messages.getJsonObject(1).getString("cursor");
            JsonObject resumed = node.json("/t/%2B?from=" + old);
            assertEquals(null, resumed.getJsonArray("gaps"));
            assertEquals(3, resumed.getJsonArray("messages").size());
            // Beyond what elections added while the others were stopped.
            String lost = old.substring(0, old.indexOf('.') + 1) + Long.toString(applied + 1000, 36) + ".0";
            assertEquals(
                    1, node.json("/t/%2B?from=" + lost).getJsonArray("gaps").size());
            assertEquals(410, node.get("/t/a?from=" + lost).statusCode());
        }
    }

    @Test
    void whatHasNoDataIsNotMadeOneByLooking() throws Exception {
        Path empty = Files.createDirectory(directory.resolve("empty"));
        assertEquals(64, skein("recover", "--data-dir", empty.toString()).code());
        try (Stream<Path> files = Files.list(empty)) {
            assertEquals(0, files.count());
        }
    }
}
