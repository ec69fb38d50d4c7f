package io.skein.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
    private static final String YES = "{\"success\":true}";
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

    /** The promise of API.md section 4: answers within 0.8 s. */
    private static final Duration PROMISED = Duration.ofMillis(800);

    private interface Asking {
        HttpResponse<String> ask() throws Exception;
    }

    private static HttpResponse<String> inTime(String what, Asking asking) throws Exception {
        long begun = System.nanoTime();
        HttpResponse<String> answer = asking.ask();
        Duration taken = Duration.ofNanos(System.nanoTime() - begun);
        assertTrue(taken.compareTo(PROMISED) < 0, what + " took " + taken);
        return answer;
    }

    @Test
    void everyRouteAnswersInTimeWithAndWithoutAMajority() throws Exception {
        answersInTime("lenient", 408, 200);
    }

    @Test
    void everyStrictRouteAnswersInTimeWithAndWithoutAMajority() throws Exception {
        answersInTime("strict", 503, 503);
    }

    /**
     * @param cannotSay status without a majority
     * @param list and that of the list of topics
     */
    private void answersInTime(String profile, int cannotSay, int list) throws Exception {
        try (ClusterUnderTest cluster =
                ClusterUnderTest.startDirect(directory.resolve(profile), 3, "--rrmq-profile", profile)) {
            ClusterNode leader = cluster.awaitLeader();
            expect(200, YES, put(leader, "/topic", new JsonObject().put("topic", "t")));
            expect(200, YES, message(leader, "first"));
            assertEquals(200, leader.get("/topic", PATIENCE).statusCode());
            for (ClusterNode node : cluster.nodes()) {
                boolean leads = node == leader;
                expect(leads ? 200 : 400, leads ? YES : NO, inTime("a message", () -> message(node, "m")));
                expect(
                        leads ? 200 : 400,
                        leads ? YES : NO,
                        inTime("a topic", () -> put(node, "/topic", new JsonObject().put("topic", "u"))));
                int taken =
                        inTime("a take", () -> node.get("/message/t", PATIENCE)).statusCode();
                assertEquals(leads ? 200 : 400, taken);
                int listed =
                        inTime("the list", () -> node.get("/topic", PATIENCE)).statusCode();
                assertEquals(leads || profile.equals("lenient") ? 200 : 400, listed);
                assertEquals(
                        200,
                        inTime("the status", () -> node.get("/status", PATIENCE))
                                .statusCode());
            }
            for (ClusterNode other : cluster.others(leader)) {
                other.kill();
            }
            cannotSayInTime(leader, cannotSay, list);
            cluster.await(
                    "that it does not lead",
                    PATIENCE,
                    () -> !"leader".equals(leader.status().getString("role")));
            cannotSayInTime(leader, cannotSay, list);
        }
    }

    private static void cannotSayInTime(ClusterNode leader, int cannotSay, int list) throws Exception {
        expect(cannotSay, NO, inTime("a message", () -> message(leader, "lost?")));
        expect(cannotSay, NO, inTime("a topic", () -> put(leader, "/topic", new JsonObject().put("topic", "v"))));
        expect(cannotSay, NO, inTime("a take", () -> leader.get("/message/t", PATIENCE)));
        assertEquals(
                list, inTime("the list", () -> leader.get("/topic", PATIENCE)).statusCode());
        assertEquals(
                200, inTime("the status", () -> leader.get("/status", PATIENCE)).statusCode());
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
