package io.skein.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Members come and go while others publish. */
@Timeout(180)
class MembersIT {
    @TempDir
    private Path directory;

    @Test
    void aNodeIsAddedAndTheLeaderRemovedUnderLoad() throws Exception {
        History history = new History("members");
        try (ClusterUnderTest cluster = ClusterUnderTest.start(directory, 3)) {
            try (Producers producers = Producers.start(cluster, history, 2)) {
                producers.awaitMore(30);
                ClusterNode fourth = cluster.newcomer("n4");
                fourth.start();
                add(cluster, fourth);
                producers.awaitMore(30);
                ClusterNode leader = cluster.awaitLeader();
                long removed = System.nanoTime();
                remove(cluster, leader);
                cluster.awaitLeaderBut(leader);
                System.out.println("leader removed, next acknowledgement after ms: " + history.longestGapMs(removed));
                cluster.await(
                        "that the removed one says so",
                        Duration.ofSeconds(20),
                        () -> "removed".equals(leader.status().getString("health")));
                servesNothing(leader);
                producers.awaitMore(30);
                producers.stop();
                cluster.forget(leader);
            }
            for (ClusterNode node : cluster.nodes()) {
                assertEquals(3, node.status().getJsonArray("members").size());
            }
            history.check(cluster);
        }
    }

    private static void servesNothing(ClusterNode removed) throws Exception {
        for (String[] request : List.of(
                new String[] {"GET", "/t/members?level=none"},
                new String[] {"GET", "/v1/topics"},
                new String[] {"POST", "/t/members"})) {
            HttpResponse<String> answer = ask(removed, request[0], request[1], "");
            assertEquals(503, answer.statusCode(), answer.body());
            assertEquals("removed", new JsonObject(answer.body()).getString("code"));
        }
        assertEquals(503, removed.get("/readyz", Duration.ofSeconds(5)).statusCode());
        assertEquals(200, removed.get("/livez", Duration.ofSeconds(5)).statusCode());
    }

    @Test
    void aNodeThatWasAwayWhenItWasRemovedSaysThatItIs() throws Exception {
        try (ClusterUnderTest cluster = ClusterUnderTest.start(directory, 3)) {
            ClusterNode leader = cluster.awaitLeader();
            ClusterNode away = cluster.nodes().stream()
                    .filter(node -> node != leader)
                    .findFirst()
                    .orElseThrow();
            away.kill();
            remove(cluster, away);
            away.start();
            cluster.await(
                    "that the removed one says so",
                    Duration.ofSeconds(20),
                    () -> "removed".equals(away.status().getString("health")));
        }
    }

    /** As a member that votes; repeated while the cluster is busy with itself. */
    static void add(ClusterUnderTest cluster, ClusterNode node) {
        String body = "{\"id\":\"" + node.id() + "\",\"address\":\"127.0.0.1:" + node.raftPort() + "\",\"voter\":true}";
        until(cluster, "POST", "/v1/cluster/members?wait=10s", body, List.of(200));
    }

    static void remove(ClusterUnderTest cluster, ClusterNode node) {
        until(cluster, "DELETE", "/v1/cluster/members/" + node.id(), "", List.of(200, 404));
    }

    private static void until(ClusterUnderTest cluster, String method, String path, String body, List<Integer> good) {
        cluster.await(method + " " + path, ClusterUnderTest.PATIENCE, () -> {
            for (ClusterNode node : List.copyOf(cluster.nodes())) {
                if (node.isAlive()
                        && good.contains(ask(node, method, path, body).statusCode())) {
                    return true;
                }
            }
            return false;
        });
    }

    private static HttpResponse<String> ask(ClusterNode node, String method, String path, String body)
            throws Exception {
        return ClusterUnderTest.CLIENT.send(
                HttpRequest.newBuilder(node.uri(path))
                        .timeout(Duration.ofSeconds(20))
                        .header("Content-Type", "application/json")
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }
}
