package io.skein.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CLAIMS.md 1 to 3 on a real disk: a node killed under load, again and again. */
class KillIT {
    private static final int KILLS = Integer.getInteger("skein.kills", 5);
    private static final int PUBLISHERS = 8;
    private static final int ACKS_BEFORE_EACH_KILL = 200;

    @TempDir
    private Path directory;

    @Test
    void nothingAcknowledgedIsMissingAndNoOffsetIsThereTwice() throws Exception {
        Map<Long, String> acknowledged = new ConcurrentHashMap<>();
        for (int kill = 0; kill < KILLS; kill++) {
            try (NodeUnderTest node = NodeUnderTest.start(directory, "--tcp-port", "0")) {
                publishUntilKilled(node.awaitReady(), kill, acknowledged);
            }
        }
        try (NodeUnderTest node = NodeUnderTest.start(directory, "--tcp-port", "0")) {
            checkAll(node.awaitReady(), acknowledged);
        }
    }

    private static void publishUntilKilled(NodeUnderTest node, int kill, Map<Long, String> acknowledged)
            throws InterruptedException {
        CountDownLatch enough = new CountDownLatch(ACKS_BEFORE_EACH_KILL);
        List<Thread> publishers = new ArrayList<>();
        for (int p = 0; p < PUBLISHERS; p++) {
            String name = kill + "/" + p + "/";
            Thread publisher = new Thread(() -> publish(node, name, acknowledged, enough));
            publisher.start();
            publishers.add(publisher);
        }
        enough.await();
        node.kill();
        for (Thread publisher : publishers) {
            publisher.join();
        }
    }

    private static void publish(
            NodeUnderTest node, String name, Map<Long, String> acknowledged, CountDownLatch enough) {
        for (int n = 0; ; n++) {
            String body = name + n;
            try {
                HttpResponse<String> answer = node.post("/t/load", body);
                assertEquals(201, answer.statusCode(), answer.body());
                long offset = new JsonObject(answer.body()).getLong("offset");
                String before = acknowledged.put(offset, body);
                assertEquals(null, before, "offset " + offset + " was given to " + before + " and to " + body);
                enough.countDown();
            } catch (IOException killed) {
                return;
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static void checkAll(NodeUnderTest node, Map<Long, String> acknowledged) throws Exception {
        long expected = 0;
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
                assertEquals(expected++, message.getLong("offset"), "offsets are dense");
                String body = acknowledged.get(message.getLong("offset"));
                if (body != null) {
                    found++;
                    assertEquals(body, message.getString("body"));
                }
            }
            from = page.getString("next");
        }
        assertEquals(acknowledged.size(), found, "everything acknowledged is there");
        assertTrue(found >= KILLS * ACKS_BEFORE_EACH_KILL);
    }
}
