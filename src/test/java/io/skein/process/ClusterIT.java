package io.skein.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
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
 * CLAIMS.md 1 to 5 on three real processes: killed, stopped, cut off. One cluster for all tests, as processes start
 * slowly; a test that fails leaves the next one a new one.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
class ClusterIT {
    private static final int PRODUCERS = 4;
    /** What an election and a busy machine may take; the figures are printed. */
    private static final Duration SOON = Duration.ofSeconds(5);

    private final List<ClusterUnderTest> begun = new ArrayList<>();

    private Path directory;
    private ClusterUnderTest cluster;
    private History history;
    private boolean isSound;

    @BeforeAll
    void startCluster(@TempDir Path given) throws Exception {
        directory = given;
        startCluster();
    }

    private void startCluster() throws Exception {
        cluster = ClusterUnderTest.start(directory.resolve("cluster-" + begun.size()), 3);
        begun.add(cluster);
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

    /** The end of every test: all faults are over, and all that was acknowledged is everywhere. */
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
        begun.forEach(ClusterUnderTest::close);
    }

    @Test
    void aLeaderKilledUnderLoadLosesNothingAndAnotherTakesOver() throws Exception {
        List<Long> took = new ArrayList<>();
        try (Producers producers = Producers.start(cluster, history, PRODUCERS)) {
            for (int kill = 0; kill < 3; kill++) {
                producers.awaitMore(50);
                ClusterNode leader = cluster.awaitLeader();
                long killed = System.nanoTime();
                leader.kill();
                took.add(producers.awaitAckSince(killed));
                leader.start();
                cluster.awaitHealthyUnderLoad();
            }
            producers.stop();
        }
        System.out.println("kill to next acknowledged publish, ms: " + took);
        healAndCheck();
    }

    @Test
    void aStoppedLeaderThatWakesAnswersNoReadFromThePastAndLosesNoAcknowledgement() throws Exception {
        ClusterNode old = cluster.awaitLeader();
        history.add("before", cluster.publish(history.topic(), "before", "before"));
        old.pause();
        List<CompletableFuture<HttpResponse<String>>> publishes = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            HttpRequest request = old.publishing(history.topic(), "queued-" + i, "queued-" + i, Duration.ofSeconds(30));
            publishes.add(ClusterUnderTest.CLIENT.sendAsync(request, BodyHandlers.ofString()));
        }
        Map<CompletableFuture<HttpResponse<String>>, List<String>> reads = new java.util.IdentityHashMap<>();
        cluster.awaitLeaderBut(old);
        try (Producers producers = Producers.start(cluster, history, 1)) {
            for (int round = 0; round < 5; round++) {
                producers.awaitMore(5);
                List<String> mustBeThere =
                        history.acks().stream().map(History.Ack::body).toList();
                HttpRequest read = HttpRequest.newBuilder(
                                old.uri("/t/" + history.topic() + "?from=earliest&limit=1000"))
                        .timeout(Duration.ofSeconds(30))
                        .build();
                reads.put(ClusterUnderTest.CLIENT.sendAsync(read, BodyHandlers.ofString()), mustBeThere);
            }
            cluster.await("three seconds", Duration.ofSeconds(30), elapsed(3));
            old.resume();
            int answered = 0;
            for (var read : reads.entrySet()) {
                HttpResponse<String> answer = read.getKey().get(40, TimeUnit.SECONDS);
                if (answer.statusCode() == 200) {
                    answered++;
                    List<String> bodies = new ArrayList<>();
                    new JsonObject(answer.body())
                            .getJsonArray("messages")
                            .forEach(message -> bodies.add(((JsonObject) message).getString("body")));
                    assertTrue(bodies.containsAll(read.getValue()), "a read of the past: " + answer.body());
                }
            }
            System.out.println(
                    "reads queued at a stopped leader, answered after it woke: " + answered + " of " + reads.size());
            producers.stop();
        }
        for (int i = 0; i < publishes.size(); i++) {
            HttpResponse<String> answer = publishes.get(i).get(40, TimeUnit.SECONDS);
            long offset = cluster.publish(history.topic(), "queued-" + i, "queued-" + i);
            if (answer.statusCode() == 201) {
                assertEquals(new JsonObject(answer.body()).getLong("offset"), offset, "a repeat gets the first answer");
            }
            history.add("queued-" + i, offset);
        }
        healAndCheck();
    }

    private static java.util.concurrent.Callable<Boolean> elapsed(int seconds) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        return () -> System.nanoTime() - until > 0;
    }

    @Test
    void aLeaderThatHearsNobodyStepsDownAndAnotherLeads() throws Exception {
        ClusterNode old = cluster.awaitLeader();
        history.add("before", cluster.publish(history.topic(), "before", "before"));
        long began = System.nanoTime();
        for (ClusterNode other : cluster.others(old)) {
            cluster.proxy().set(other.id(), old.id(), FaultProxy.Flow.SWALLOW);
        }
        cluster.await(
                "that the deaf one leads no more",
                SOON,
                () -> !"leader".equals(old.status().getString("role")));
        long steppedDown = System.nanoTime() - began;
        cluster.awaitLeaderBut(old);
        long led = System.nanoTime() - began;
        System.out.printf(
                "a leader that hears nobody: stepped down after %d ms, another leads after %d ms%n",
                steppedDown / 1_000_000, led / 1_000_000);
        HttpResponse<String> refused = old.publish(history.topic(), "deaf", "deaf", Duration.ofSeconds(20));
        assertEquals(503, refused.statusCode(), refused.body());
        assertTrue(refused.headers().firstValue("Retry-After").isPresent());
        HttpResponse<String> read = old.get("/t/" + history.topic(), Duration.ofSeconds(20));
        assertEquals(503, read.statusCode(), read.body());
        // As a client would, with the same key: what was refused was not executed.
        history.add("deaf", cluster.publish(history.topic(), "deaf", "deaf"));
        healAndCheck();
    }

    @Test
    void publishesGoOnWhileTwoNodesCannotReachEachOtherButBothTheThird() throws Exception {
        String[][] pairs = {{"n1", "n2"}, {"n2", "n3"}, {"n3", "n1"}};
        Map<String, Long> gaps = new TreeMap<>();
        try (Producers producers = Producers.start(cluster, history, PRODUCERS)) {
            for (String[] pair : pairs) {
                long termBefore = cluster.awaitLeader().status().getLong("term");
                producers.awaitMore(20);
                long cut = System.nanoTime();
                cluster.proxy().cut(pair[0], pair[1]);
                cluster.await("two seconds", Duration.ofSeconds(10), elapsed(2));
                producers.awaitMore(50);
                gaps.put(pair[0] + "-" + pair[1], history.longestGapMs(cut));
                long terms = cluster.awaitLeader().status().getLong("term") - termBefore;
                assertTrue(terms <= 3, terms + " elections: nobody stays leader");
                cluster.proxy().heal();
                cluster.awaitHealthyUnderLoad();
            }
            producers.stop();
        }
        System.out.println("longest time without an acknowledgement in a partial mesh, ms: " + gaps);
        healAndCheck();
    }

    @Test
    void aFollowerThatWasAloneComesBackWithoutAnElection() throws Exception {
        List<Long> elections = new ArrayList<>();
        try (Producers producers = Producers.start(cluster, history, 1)) {
            do {
                producers.awaitMore(10);
                elections.add(electionsByRejoin());
                producers.awaitMore(10);
                // A machine that is busy with other things elects now and then by itself; three times in a row is no
                // chance.
            } while (elections.get(elections.size() - 1) > 0 && elections.size() < 3);
            producers.stop();
        }
        System.out.println("elections when a follower came back from being alone: " + elections);
        assertTrue(elections.contains(0L), "elections: " + elections);
        healAndCheck();
    }

    private long electionsByRejoin() throws Exception {
        ClusterNode leader = cluster.awaitLeader();
        ClusterNode follower = cluster.others(leader).get(0);
        cluster.isolate(follower);
        cluster.await(
                "that it lost its leader",
                SOON,
                () -> "no-leader".equals(follower.status().getString("health")));
        long term = follower.status().getLong("term");
        cluster.await("three seconds", Duration.ofSeconds(30), elapsed(3));
        assertEquals(term, follower.status().getLong("term"), "its term does not grow while it is alone");
        long before = cluster.awaitLeaderBut(follower).status().getLong("term");
        cluster.proxy().heal();
        cluster.awaitHealthyUnderLoad();
        return cluster.awaitLeader().status().getLong("term") - before;
    }

    @Test
    void whatWasAcknowledgedSurvivesThatAllAreKilledAtOnce() throws Exception {
        try (Producers producers = Producers.start(cluster, history, PRODUCERS)) {
            producers.awaitMore(100);
            for (ClusterNode node : cluster.nodes()) {
                node.kill();
            }
            for (ClusterNode node : cluster.nodes()) {
                node.start();
            }
            producers.awaitMore(50);
            producers.stop();
        }
        healAndCheck();
    }

    @Test
    void aSubscriberWhoseNodeDiesGoesOnElsewhereWithoutGapOrRepeat() throws Exception {
        ClusterNode serving = cluster.others(cluster.awaitLeader()).get(0);
        List<JsonObject> seen;
        try (StreamReader reader = new StreamReader(cluster, history.topic(), serving);
                Producers producers = Producers.start(cluster, history, 2)) {
            cluster.await(
                    "messages", SOON.multipliedBy(4), () -> reader.messages().size() >= 30);
            serving.kill();
            producers.awaitMore(30);
            int before = history.size();
            cluster.await(
                    "messages elsewhere",
                    SOON.multipliedBy(4),
                    () -> reader.messages().size() >= before);
            assertFalse(reader.at() == serving);
            // And once more, now with the leader under it or not.
            reader.at().kill();
            serving.start();
            producers.awaitMore(30);
            producers.stop();
            cluster.await(
                    "the last message",
                    SOON.multipliedBy(4),
                    () -> reader.messages().size() >= history.size());
            assertTrue(reader.connections() >= 3, "it had to connect anew");
            assertEquals(List.of(), reader.troubles());
            seen = reader.messages();
        }
        for (int i = 0; i < seen.size(); i++) {
            assertEquals(i, seen.get(i).getLong("offset"), "each once and in order");
        }
        assertEquals(history.size(), seen.size());
        healAndCheck();
    }
}
