package io.skein.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Five nodes: two may die; without a majority everything is refused plainly but what asks for no promise. */
@Timeout(180)
class QuorumIT {
    private static final Duration ANSWER = Duration.ofSeconds(20);

    @TempDir
    private Path directory;

    @Test
    void twoOfFiveMayDieAndWithThreeGoneWritesAreRefusedUntilOneIsBack() throws Exception {
        History history = new History("five");
        try (ClusterUnderTest cluster = ClusterUnderTest.start(directory, 5)) {
            ClusterNode leader = cluster.awaitLeader();
            List<ClusterNode> others = cluster.others(leader);
            try (Producers producers = Producers.start(cluster, history, 2)) {
                producers.awaitMore(20);
                leader.kill();
                others.get(0).kill();
                producers.awaitMore(50);
                producers.stop();
            }
            List<ClusterNode> left = others.subList(2, 4);
            StreamReader early = new StreamReader(cluster, history.topic(), left.get(0));
            cluster.await(
                    "messages",
                    ClusterUnderTest.PATIENCE,
                    () -> early.messages().size() == history.size());
            others.get(1).kill();
            for (ClusterNode node : left) {
                refusesPlainly(cluster, node, history);
            }
            StreamReader late = new StreamReader(cluster, history.topic(), left.get(1));
            for (StreamReader reader : List.of(early, late)) {
                cluster.await(
                        "a word on the leader",
                        ClusterUnderTest.PATIENCE,
                        () -> lastOf(reader.statuses(), "no-leader"));
                assertEquals(history.size(), reader.messages().size(), "the past is there all the same");
            }
            leader.start();
            for (StreamReader reader : List.of(early, late)) {
                cluster.await("a word on the leader", ClusterUnderTest.PATIENCE, () -> lastOf(reader.statuses(), "ok"));
                assertEquals(List.of(), reader.troubles());
                assertEquals(1, reader.connections(), "the stream stayed open");
                reader.close();
            }
            try (Producers producers = Producers.start(cluster, history, 2)) {
                producers.awaitMore(20);
                producers.stop();
            }
            cluster.heal();
            history.check(cluster);
        }
    }

    private static boolean lastOf(List<String> statuses, String health) {
        return !statuses.isEmpty() && statuses.get(statuses.size() - 1).equals(health);
    }

    private static void refusesPlainly(ClusterUnderTest cluster, ClusterNode node, History history) throws Exception {
        cluster.await(
                "that " + node + " knows no leader",
                ClusterUnderTest.PATIENCE,
                () -> "no-leader".equals(node.status().getString("health")));
        HttpResponse<String> write = node.publish(history.topic(), "lost", "lost", ANSWER);
        assertEquals(503, write.statusCode(), write.body());
        assertEquals("no-leader", new JsonObject(write.body()).getString("code"));
        assertEquals("not-applied", new JsonObject(write.body()).getString("outcome"));
        assertTrue(write.headers().firstValue("Retry-After").isPresent());
        HttpResponse<String> read = node.get("/t/" + history.topic() + "?from=earliest", ANSWER);
        assertEquals(503, read.statusCode(), read.body());
        assertEquals(
                history.size(),
                ClusterUnderTest.read(node, history.topic(), "none").size(),
                "what " + node + " has can be read");
        assertEquals(503, node.get("/v1/topics", ANSWER).statusCode());
        for (String ownWord : List.of(
                "/v1/topics?level=none",
                "/v1/topics/" + history.topic() + "?level=none",
                "/v1/scheduled?level=none",
                "/topics",
                "/messages",
                "/stats",
                "/subscribers",
                "/status",
                "/raft",
                "/metrics",
                "/metrics/detailed")) {
            assertEquals(200, node.get(ownWord, ANSWER).statusCode(), ownWord);
        }
    }
}
