package io.skein.process;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nodes that come back with less than they had: far behind, damaged, or with a new disk. What they promised before must
 * not be counted on: while only such a node and one other are up nothing is acknowledged.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
class ReturnIT {
    private static final Duration ANSWER = Duration.ofSeconds(1);

    /** Within the first frame's page, behind the headers of file and frame. */
    private static final int FIRST_FRAME = 32 + 24 + 100;

    private Path directory;
    private ClusterUnderTest cluster;
    private History history;
    private boolean isSound;
    private int clusters;

    /** What happens to the data of a node that is down. */
    private interface Damage {
        void to(ClusterNode node) throws IOException;
    }

    @BeforeAll
    void startCluster(@TempDir Path given) throws Exception {
        directory = given;
        startCluster();
    }

    private void startCluster() throws Exception {
        cluster = ClusterUnderTest.start(directory.resolve("cluster-" + clusters++), 3, "--log-budget", "1MiB");
        isSound = true;
    }

    @BeforeEach
    void beginHistory(TestInfo test) throws Exception {
        if (!isSound) {
            cluster.close();
            startCluster();
        }
        isSound = false;
        history = new History(test.getTestMethod().orElseThrow().getName());
    }

    private void healAndCheck() throws Exception {
        cluster.heal();
        history.check(cluster);
        isSound = true;
    }

    @AfterEach
    void sayWhy() {
        if (!isSound) {
            System.out.println(cluster.report());
        }
    }

    @AfterAll
    void close() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void aFollowerFarBehindIsSentASnapshot() throws Exception {
        ClusterNode leader = cluster.awaitLeader();
        ClusterNode follower = cluster.others(leader).get(0);
        long had = follower.status().getLong("lastLogIndex");
        follower.kill();
        String filling = "x".repeat(64 << 10);
        for (int i = 0; i < 100; i++) {
            String body = i + filling;
            history.add(body, cluster.publish(history.topic(), "large-" + i, body));
        }
        cluster.await(
                "that the log was cut",
                ClusterUnderTest.PATIENCE,
                () -> cluster.awaitLeader().status().getLong("firstLogIndex") > had + 1);
        follower.start();
        healAndCheck();
    }

    @Test
    void aNodeWithANewDiskComesBackAndDoesNotCountBefore() throws Exception {
        comesBack(ClusterNode::wipe, true);
    }

    @Test
    void aNodeWhoseWriteAheadLogIsGoneComesBackAndDoesNotCountBefore() throws Exception {
        comesBack(node -> Files.delete(node.file("skein.db-wal")), true);
    }

    /** Everything that was written after the flipped bit is silently gone for SQLite. */
    @Test
    void aNodeWithAFlippedBitInItsWriteAheadLogComesBackAndDoesNotCountBefore() throws Exception {
        comesBack(node -> node.flipBit("skein.db-wal", FIRST_FRAME), true);
    }

    /** Nobody can tell at the start; whoever reads or scrubs the page does. What is counted on is intact. */
    @Test
    void aNodeWithAFlippedBitInItsDatabaseLosesNothing() throws Exception {
        comesBack(node -> node.flipBit("skein.db", Files.size(node.file("skein.db")) * 6 / 10), false);
    }

    /** Nothing that it has tells so; but its leader remembers what it was acknowledged. */
    @Test
    void aNodeWithAnOldCopyOfAllItsFilesIsFoundByItsLeaderAndComesBack() throws Exception {
        ClusterNode leader = cluster.awaitLeader();
        ClusterNode follower = cluster.others(leader).get(0);
        follower.kill();
        Path copy = follower.copyTo(directory.resolve("copy"));
        follower.start();
        for (int i = 0; i < 20; i++) {
            history.add("more-" + i, cluster.publish(history.topic(), "more-" + i, "more-" + i));
        }
        cluster.await(
                "that the follower has it all",
                ClusterUnderTest.PATIENCE,
                () -> follower.status()
                        .getLong("commitIndex")
                        .equals(leader.status().getLong("commitIndex")));
        follower.kill();
        follower.restore(copy);
        follower.start();

        cluster.await("that it lays its data aside", ClusterUnderTest.PATIENCE, follower::hasDataAside);
        cluster.await("that it votes again", ClusterUnderTest.PATIENCE, () -> votes(cluster.awaitLeader(), follower));
        healAndCheck();
    }

    private void comesBack(Damage damage, boolean losesPromises) throws Exception {
        ClusterNode leader;
        try (Producers producers = Producers.start(cluster, history, 2)) {
            producers.awaitMore(60);
            leader = cluster.awaitLeader();
            ClusterNode damaged = cluster.others(leader).get(0);
            damaged.kill();
            producers.stop();
        }
        ClusterNode damaged = cluster.nodes().stream()
                .filter(node -> !node.isAlive())
                .findFirst()
                .orElseThrow();
        ClusterNode third = cluster.others(leader, damaged).get(0);
        third.kill();
        damage.to(damaged);
        damaged.start();
        if (losesPromises) {
            acknowledgesNothing(List.of(leader, damaged));
        }
        third.start();
        cluster.await("that it votes again", ClusterUnderTest.PATIENCE, () -> {
            if (!damaged.isAlive()) {
                // It may end of what it finds, as often as it likes; an operator starts it again.
                damaged.start();
            }
            return votes(cluster.awaitLeader(), damaged) && votes(damaged, damaged);
        });
        if (losesPromises) {
            history.add("early", cluster.publish(history.topic(), "early", "early"));
        }
        healAndCheck();
    }

    /** For some time after the damaged one is up. */
    private void acknowledgesNothing(List<ClusterNode> left) throws Exception {
        ClusterNode damaged = left.get(1);
        cluster.await("a sign of life", ClusterUnderTest.PATIENCE, () -> {
            assertTrue(damaged.isAlive(), () -> "ended: " + cluster.report());
            return damaged.get("/livez", ANSWER).statusCode() == 200;
        });
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(4);
        for (int i = 0; System.nanoTime() - until < 0; i++) {
            for (ClusterNode node : left) {
                try {
                    HttpResponse<String> answer = node.publish(history.topic(), "early", "early", ANSWER);
                    assertNotEquals(
                            201,
                            answer.statusCode(),
                            () -> "acknowledged by a node that lost its promises, " + cluster.report());
                } catch (IOException silent) {
                    // Nothing was promised.
                }
            }
        }
    }

    private static boolean votes(ClusterNode as, ClusterNode node) throws Exception {
        JsonArray members = as.status().getJsonArray("members");
        return members.size() == 3
                && members.stream()
                        .map(JsonObject.class::cast)
                        .anyMatch(member -> member.getString("id").equals(node.id()) && member.getBoolean("voter"));
    }
}
