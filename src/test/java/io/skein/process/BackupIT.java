package io.skein.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A backup of a real node under load, its end, and a new cluster from it. */
@Timeout(240)
class BackupIT {
    private static final int PUBLISHERS = 4;
    private static final int BEFORE = 400;

    @TempDir
    private Path directory;

    private final Map<Long, String> acknowledged = new ConcurrentHashMap<>();
    private final AtomicBoolean enough = new AtomicBoolean();

    @Test
    void everythingAcknowledgedBeforeTheBackupBeganIsInTheClusterThatGrowsFromIt() throws Exception {
        Path backup = directory.resolve("backup.db");
        Map<Long, String> before;
        try (NodeUnderTest node =
                NodeUnderTest.start(Files.createDirectory(directory.resolve("old")), "--tcp-port", "0")) {
            node.awaitReady();
            CountDownLatch first = new CountDownLatch(BEFORE);
            List<Thread> publishers = new ArrayList<>();
            for (int p = 0; p < PUBLISHERS; p++) {
                String name = p + "/";
                Thread publisher = new Thread(() -> publish(node, name, first));
                publisher.start();
                publishers.add(publisher);
            }
            first.await();
            before = Map.copyOf(acknowledged);

            JsonObject made = skein(
                    "backup", backup.toString(), "--json", "--url", node.uri("").toString());

            assertTrue(made.getLong("messages") >= before.size(), made.encode());
            int during = acknowledged.size();
            Awaitility.await("publishing goes on").until(() -> acknowledged.size() > during);
            node.kill();
            enough.set(true);
            for (Thread publisher : publishers) {
                publisher.join();
            }
        }

        Path fresh = Files.createDirectory(directory.resolve("new"));
        skein("restore", backup.toString(), "--data-dir", fresh.resolve("data").toString(), "--json");
        List<Integer> raft = freePorts(3);
        try (NodeUnderTest one = NodeUnderTest.start(fresh, "--tcp-port", "0", "--raft-port", "" + raft.get(0));
                NodeUnderTest two = joining("n2", raft.get(1));
                NodeUnderTest three = joining("n3", raft.get(2))) {
            one.awaitReady();
            check(one, before);
            for (int i = 2; i <= 3; i++) {
                String id = "n" + i;
                skein(
                        "member",
                        "add",
                        id,
                        "127.0.0.1:" + raft.get(i - 1),
                        "--wait",
                        "60s",
                        "--json",
                        "--url",
                        one.uri("").toString());
            }
            assertEquals(
                    201,
                    two.awaitReady().post("/t/load", "the new cluster goes on").statusCode());
            check(three.awaitReady(), before);
            Awaitility.await("one state on all")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> hash(one).equals(hash(two)) && hash(one).equals(hash(three)));
        }
    }

    private NodeUnderTest joining(String id, int raftPort) throws IOException {
        return NodeUnderTest.start(
                Files.createDirectory(directory.resolve(id)),
                "--node-id",
                id,
                "--tcp-port",
                "0",
                "--raft-port",
                "" + raftPort,
                "--join");
    }

    private static String hash(NodeUnderTest node) throws Exception {
        return node.json("/v1/cluster").getJsonObject("stateHash").encode();
    }

    private void publish(NodeUnderTest node, String name, CountDownLatch first) {
        for (int n = 0; !enough.get(); n++) {
            String body = name + n;
            try {
                HttpResponse<String> answer = node.post("/t/load", body);
                if (answer.statusCode() != 201) {
                    continue;
                }
                acknowledged.put(new JsonObject(answer.body()).getLong("offset"), body);
                first.countDown();
            } catch (IOException killed) {
                return;
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static void check(NodeUnderTest node, Map<Long, String> expected) throws Exception {
        long next = 0;
        int found = 0;
        String from = "earliest";
        while (true) {
            JsonObject page = node.json("/t/load?limit=1000&from=" + from);
            JsonArray messages = page.getJsonArray("messages");
            if (messages.isEmpty()) {
                break;
            }
            for (int i = 0; i < messages.size(); i++) {
                JsonObject message = messages.getJsonObject(i);
                assertEquals(next++, message.getLong("offset"), "offsets are dense");
                String body = expected.get(message.getLong("offset"));
                if (body != null) {
                    found++;
                    assertEquals(body, message.getString("body"));
                }
            }
            from = page.getString("next");
        }
        assertEquals(expected.size(), found, "everything acknowledged before is there");
    }

    /** What a command that ends well says as JSON. */
    private JsonObject skein(String... arguments) throws Exception {
        List<String> command = SkeinJar.command();
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile(directory, "out", "");
        Path err = Files.createTempFile(directory, "err", "");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("SKEIN_"));
        Process process = builder.start();
        try {
            assertTrue(process.waitFor(120, TimeUnit.SECONDS), () -> "still runs: " + command);
        } finally {
            process.destroyForcibly();
        }
        String said = Files.readString(out, StandardCharsets.UTF_8);
        assertEquals(0, process.exitValue(), said + Files.readString(err, StandardCharsets.UTF_8));
        return new JsonObject(said);
    }

    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> open = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            open.add(new ServerSocket(0));
        }
        List<Integer> ports = open.stream().map(ServerSocket::getLocalPort).toList();
        for (ServerSocket socket : open) {
            socket.close();
        }
        return ports;
    }
}
