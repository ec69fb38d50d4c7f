package io.skein.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes of the build before this one become nodes of this one, one after the other, while clients publish. */
@Timeout(600)
class UpgradeIT {
    private static final Duration MOMENT = Duration.ofSeconds(60);

    private Path before;
    private ClusterUnderTest cluster;
    private History history;
    private boolean isDone;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        before = PreviousBuild.jar();
        cluster = ClusterUnderTest.startOf(before, directory, 3, "--log-budget", "1MiB");
        history = new History("upgraded");
    }

    @AfterEach
    void close() {
        if (cluster != null) {
            if (!isDone) {
                System.out.println(cluster.report());
            }
            cluster.close();
        }
    }

    @Test
    void nodesOfTwoBuildsAreOneClusterAndItsLevelRisesWithTheLast() throws Exception {
        ClusterNode one = cluster.node("n1");
        ClusterNode two = cluster.node("n2");
        ClusterNode three = cluster.node("n3");
        try (Producers producers = Producers.start(cluster, history, 2)) {
            producers.awaitMore(50);
            restart(one, true, producers);
            assertEquals(1, one.status().getInteger("featureLevel"));
            cluster.await(
                    "n1 to know what its peers run",
                    MOMENT,
                    () -> level(one, "n1") == 2 && level(one, "n2") == 1 && level(one, "n3") == 1);

            HttpResponse<String> tooEarly = limit(one);
            assertEquals(409, tooEarly.statusCode(), tooEarly.body());
            assertEquals("feature-level", new JsonObject(tooEarly.body()).getString("code"));
            String why = new JsonObject(tooEarly.body()).getString("detail");
            assertTrue(why.contains("start a newer Skein on n2, n3"), why);

            // Back, and forth again: nothing stands in the way as long as one runs the build before.
            restart(one, false, producers);
            restart(one, true, producers);

            // Snapshots go both ways: each comes with an empty disk, and the log does not reach back so far.
            publishMuch();
            lead(one);
            wipe(two, producers);
            restart(two, true, producers);
            lead(three);
            wipe(one, producers);
            assertEquals(1, one.status().getInteger("featureLevel"));

            restart(three, true, producers);
            for (ClusterNode node : cluster.nodes()) {
                cluster.await(
                        "feature level 2 at " + node,
                        MOMENT,
                        () -> node.status().getInteger("featureLevel") == 2);
            }
            HttpResponse<String> now = limit(two);
            assertEquals(201, now.statusCode(), now.body());
            producers.awaitMore(50);
            producers.stop();
        }
        history.check(cluster);

        refusesItsData(three);
        isRefused(three);
        three.wipe();
        three.runsThis();
        three.start();
        cluster.heal();
        history.check(cluster);
        isDone = true;
    }

    /** With the build before it does not even start. */
    private void refusesItsData(ClusterNode node) throws Exception {
        node.terminate();
        assertEquals(0, node.awaitExit());
        node.runs(before);
        node.start();
        assertEquals(64, node.awaitExit());
        assertTrue(node.said().contains("its schema has version 5"), node.said());
    }

    /** Nor does it come in with an empty disk; those that are there say why. */
    private void isRefused(ClusterNode node) throws Exception {
        node.wipe();
        node.start();
        ClusterNode leader = cluster.awaitLeader();
        cluster.await(
                "the leader's word on " + node,
                MOMENT,
                () -> leader.said().contains(node + " asks to be a member: the cluster is at feature level 2"));
        node.kill();
    }

    /** Something that the build before does not know: 201 when it is new. */
    private static HttpResponse<String> limit(ClusterNode node) throws Exception {
        return node.send(
                "PUT",
                "/v1/limits/wide",
                "{\"messagesPerSecond\":100000}",
                Duration.ofSeconds(10),
                "Content-Type",
                "application/json");
    }

    private static int level(ClusterNode asked, String member) throws Exception {
        JsonArray members = asked.status().getJsonArray("members");
        for (int i = 0; i < members.size(); i++) {
            JsonObject one = members.getJsonObject(i);
            if (one.getString("id").equals(member)) {
                return one.getInteger("featureLevel", 0);
            }
        }
        return -1;
    }

    private void restart(ClusterNode node, boolean isNew, Producers producers) throws Exception {
        node.terminate();
        assertEquals(0, node.awaitExit());
        start(node, isNew, producers);
    }

    private void start(ClusterNode node, boolean isNew, Producers producers) throws Exception {
        if (isNew) {
            node.runsThis();
        } else {
            node.runs(before);
        }
        node.start();
        cluster.awaitHealthyUnderLoad();
        producers.awaitMore(50);
    }

    /** Its disk is lost; it comes back with the same build, from the others. */
    private void wipe(ClusterNode node, Producers producers) throws Exception {
        node.kill();
        node.wipe();
        node.start();
        cluster.awaitHealthyUnderLoad();
        producers.awaitMore(50);
    }

    /** More than the log keeps. */
    private void publishMuch() {
        String body = "x".repeat(200_000);
        for (int i = 0; i < 20; i++) {
            cluster.publish("much", "much-" + i, body);
        }
    }

    private void lead(ClusterNode node) throws Exception {
        cluster.await(node + " to lead", MOMENT, () -> {
            if (node.status().getString("role").equals("leader")) {
                return true;
            }
            node.send(
                    "POST",
                    "/v1/cluster/transfer",
                    "{\"to\":\"" + node + "\"}",
                    Duration.ofSeconds(5),
                    "Content-Type",
                    "application/json");
            return false;
        });
    }
}
