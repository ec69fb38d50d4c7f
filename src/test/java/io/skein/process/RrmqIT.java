package io.skein.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Raft REST message queue on a cluster of real processes. */
class RrmqIT {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final String NO = "{\"success\":false}";

    @TempDir
    private Path directory;

    private static void expect(int status, String body, HttpResponse<String> answer) {
        assertEquals(body, answer.body());
        assertEquals(status, answer.statusCode());
    }

    private static HttpResponse<String> put(ClusterNode node, String path, JsonObject json) throws Exception {
        return node.send("PUT", path, json.encode(), PATIENCE);
    }

    private static HttpResponse<String> message(ClusterNode node, String text) throws Exception {
        return put(node, "/message", new JsonObject().put("topic", "t").put("message", text));
    }

    @Test
    void onlyTheLeaderAnswersAndWithoutAMajorityNobodyGetsAnything() throws Exception {
        try (ClusterUnderTest cluster = ClusterUnderTest.startDirect(directory, 3)) {
            ClusterNode leader = cluster.awaitLeader();
            expect(200, "{\"success\":true}", put(leader, "/topic", new JsonObject().put("topic", "t")));
            for (int i = 0; i < 5; i++) {
                expect(200, "{\"success\":true}", message(leader, "m" + i));
            }
            expect(200, "{\"success\":true,\"message\":\"m0\"}", leader.get("/message/t", PATIENCE));
            ClusterNode follower = cluster.others(leader).get(0);
            expect(400, NO, follower.get("/message/t", PATIENCE));
            expect(400, NO, message(follower, "x"));
            HttpResponse<String> refused = put(follower, "/topic", new JsonObject().put("topic", "u"));
            expect(400, NO, refused);
            assertEquals(
                    leader.id(), refused.headers().firstValue("Skein-Leader").orElse(""));
            cluster.await(
                    "the follower's list",
                    PATIENCE,
                    () -> follower.get("/topic", PATIENCE).body().equals("{\"success\":true,\"topics\":[\"t\"]}"));
            withoutAMajority(cluster, leader);
            restart(cluster);
        }
    }

    /** It goes on to be called the leader for a while, and answers as one that cannot say. */
    private static void withoutAMajority(ClusterUnderTest cluster, ClusterNode leader) throws Exception {
        for (ClusterNode other : cluster.others(leader)) {
            other.kill();
        }
        expect(408, NO, message(leader, "lost?"));
        expect(408, NO, leader.get("/message/t", PATIENCE));
        JsonObject status = new JsonObject(leader.get("/status", PATIENCE).body());
        assertEquals("Leader", status.getString("role"));
        expect(200, "{\"success\":true,\"topics\":[\"t\"]}", leader.get("/topic", PATIENCE));
        leader.kill();
    }

    /** What was left is there in its order, on the same ports. What nobody could say may have happened. */
    private static void restart(ClusterUnderTest cluster) throws Exception {
        cluster.heal();
        ClusterNode leader = cluster.awaitLeader();
        String first = new JsonObject(leader.get("/message/t", PATIENCE).body()).getString("message");
        List<String> left = first.equals("m1") ? List.of("m2", "m3", "m4") : List.of("m3", "m4");
        for (String text : left) {
            expect(200, "{\"success\":true,\"message\":\"" + text + "\"}", leader.get("/message/t", PATIENCE));
        }
    }
}
