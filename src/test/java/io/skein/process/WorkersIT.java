package io.skein.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CLAIMS.md 7 with real processes: ten workers on a queue while its leader is killed. */
class WorkersIT {
    private static final int MESSAGES = Integer.getInteger("skein.messages", 3_000);
    private static final int KILLS = Integer.getInteger("skein.kills", 2);
    private static final int WORKERS = 10;
    private static final long LEASE_MS = 4_000;
    private static final String WORK = "/v1/subscriptions/work";
    /** Before what a node could not take is tried at the next. */
    private static final long AGAIN_NANOS = 20_000_000;

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @TempDir
    private Path directory;

    private ClusterUnderTest cluster;
    /** By offset: how often an acknowledgement of it was confirmed. */
    private final Map<Long, AtomicInteger> acknowledged = new ConcurrentHashMap<>();
    /** By offset: when it was last handed out, and whether what became of that is known. */
    private final Map<Long, Long> handedOut = new ConcurrentHashMap<>();

    private final AtomicReference<Throwable> wrong = new AtomicReference<>();
    private final AtomicBoolean isOver = new AtomicBoolean();

    @BeforeEach
    void start() throws Exception {
        cluster = ClusterUnderTest.startDirect(directory, 3);
    }

    @AfterEach
    void stop() {
        isOver.set(true);
        cluster.close();
    }

    @Test
    void everyMessageIsAcknowledgedExactlyOnce() throws Exception {
        HttpResponse<String> made = cluster.node("n1")
                .send(
                        "PUT",
                        WORK,
                        "{\"filter\":\"jobs\",\"from\":\"earliest\",\"lease\":\"4s\",\"maxDeliveries\":0,"
                                + "\"backoff\":[]}",
                        PATIENCE);
        assertEquals(201, made.statusCode(), made.body());
        publish();
        List<Thread> workers = new ArrayList<>();
        for (int w = 0; w < WORKERS; w++) {
            int first = w;
            Thread worker = new Thread(() -> work(first), "worker-" + w);
            worker.start();
            workers.add(worker);
        }
        for (int kill = 1; kill <= KILLS; kill++) {
            int enough = MESSAGES * kill / (KILLS + 1);
            cluster.await("acks", Duration.ofSeconds(60), () -> acknowledged.size() >= enough || wrong.get() != null);
            ClusterNode leader = cluster.awaitLeader();
            leader.kill();
            cluster.awaitLeaderBut(leader);
            leader.start();
        }
        cluster.await(
                "all to be acknowledged",
                Duration.ofSeconds(120),
                () -> acknowledged.size() == MESSAGES || wrong.get() != null);
        isOver.set(true);
        for (Thread worker : workers) {
            worker.join();
        }
        if (wrong.get() != null) {
            throw new AssertionError(wrong.get());
        }
        acknowledged.forEach((offset, times) -> assertEquals(1, times.get(), "acks of offset " + offset));
        cluster.heal();
        JsonObject figures =
                new JsonObject(cluster.node("n2").get(WORK, PATIENCE).body());
        assertEquals(0, figures.getLong("lag"), figures.encode());
        assertEquals(0, figures.getLong("dead"), figures.encode());
        assertEquals(MESSAGES, figures.getLong("acknowledged"), figures.encode());
    }

    private void publish() throws Exception {
        for (int from = 0; from < MESSAGES; from += 500) {
            JsonArray messages = new JsonArray();
            for (int i = from; i < Math.min(MESSAGES, from + 500); i++) {
                messages.add(new JsonObject().put("topic", "jobs").put("body", "job " + i));
            }
            HttpResponse<String> answer = cluster.node("n1")
                    .send(
                            "POST",
                            "/v1/publish",
                            new JsonObject().put("messages", messages).encode(),
                            PATIENCE);
            assertEquals(200, answer.statusCode(), answer.body());
        }
    }

    /** Goes from node to node; a pull that nobody answers may have lent something, which comes back. */
    private void work(int first) {
        List<ClusterNode> nodes = List.copyOf(cluster.nodes());
        try {
            for (int turn = first; !isOver.get(); turn++) {
                ClusterNode node = nodes.get(turn % nodes.size());
                JsonArray messages;
                try {
                    HttpResponse<String> pulled =
                            node.send("POST", WORK + "/pull?max=5&wait=1s&consumer=w" + first, "", PATIENCE);
                    if (pulled.statusCode() != 200) {
                        continue;
                    }
                    messages = new JsonObject(pulled.body()).getJsonArray("messages");
                } catch (IOException gone) {
                    continue;
                }
                look(messages);
                acknowledge(nodes, turn, messages);
            }
        } catch (Exception | AssertionError failed) {
            wrong.compareAndSet(null, failed);
        }
    }

    /** Nobody gets a message that another still holds. */
    private void look(JsonArray messages) {
        for (int i = 0; i < messages.size(); i++) {
            JsonObject message = messages.getJsonObject(i);
            long offset = message.getLong("offset");
            long now = System.nanoTime();
            Long before = handedOut.put(offset, now);
            assertTrue(!acknowledged.containsKey(offset), "offset " + offset + " comes after its acknowledgement");
            assertTrue(
                    before == null || now - before >= LEASE_MS / 2 * 1_000_000,
                    "offset " + offset + " is handed out again within its lease");
        }
    }

    private void acknowledge(List<ClusterNode> nodes, int turn, JsonArray messages) throws Exception {
        JsonArray leases = new JsonArray();
        for (int i = 0; i < messages.size(); i++) {
            leases.add(messages.getJsonObject(i).getString("lease"));
        }
        String key = UUID.randomUUID().toString();
        String body = new JsonObject().put("leases", leases).encode();
        for (int attempt = 0; ; attempt++) {
            ClusterNode node = nodes.get((turn + attempt) % nodes.size());
            try {
                HttpResponse<String> answer = node.send("POST", WORK + "/ack", body, PATIENCE, "Idempotency-Key", key);
                if (answer.statusCode() == 200) {
                    JsonArray refused = new JsonObject(answer.body()).getJsonArray("refused");
                    List<String> lost = new ArrayList<>();
                    for (int i = 0; i < refused.size(); i++) {
                        lost.add(refused.getJsonObject(i).getString("lease"));
                    }
                    for (int i = 0; i < messages.size(); i++) {
                        if (!lost.contains(leases.getString(i))) {
                            acknowledged
                                    .computeIfAbsent(
                                            messages.getJsonObject(i).getLong("offset"), o -> new AtomicInteger())
                                    .incrementAndGet();
                        }
                    }
                    return;
                }
                assertTrue(answer.statusCode() >= 500, answer.body());
                LockSupport.parkNanos(AGAIN_NANOS);
            } catch (IOException gone) {
                assertTrue(attempt < 1_000, "nobody answers an ack");
                LockSupport.parkNanos(AGAIN_NANOS);
            }
        }
    }
}
