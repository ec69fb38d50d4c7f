package io.skein.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.Freshness;
import io.skein.broker.NodeStatus;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that is told to stop while it has something to say. */
class StopTest {
    @TempDir
    private Path directory;

    @Test
    void aNodeThatStopsGivesTheAnswersUnderWay() throws Exception {
        Future<Integer> answer;
        try (RunningNode node = new RunningNode(directory)) {
            Awaitility.await().until(() -> node.broker().status().health().equals("ok"));
            // Rows are up to date and nothing is being written, so that the next command goes to the writer at once.
            node.broker().scheduled(Optional.empty(), 1, Freshness.LINEARIZABLE).await(20, TimeUnit.SECONDS);
            long before = node.broker().status().lastLogIndex();
            CountDownLatch written = node.holdWriter();
            answer = node.vertx()
                    .createHttpClient()
                    .request(HttpMethod.POST, node.httpPort(), "127.0.0.1", "/t/a")
                    .compose(request -> request.send(Buffer.buffer("hello")))
                    .map(HttpClientResponse::statusCode);
            Awaitility.await().until(() -> node.broker().status().lastLogIndex() > before);
            Future<Void> stopped = node.stop();
            node.vertx().runOnContext(v -> written.countDown());
            assertEquals(201, answer.await(20, TimeUnit.SECONDS));
            stopped.await(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void aNodeThatStopsLeavesRowsOfAllThatWasAnswered() throws Exception {
        try (RunningNode node = new RunningNode(directory)) {
            Awaitility.await().until(() -> node.broker().status().health().equals("ok"));
            Future<Integer> answer = node.vertx()
                    .createHttpClient()
                    .request(HttpMethod.POST, node.httpPort(), "127.0.0.1", "/t/a")
                    .compose(request -> request.send(Buffer.buffer("hello")))
                    .map(HttpClientResponse::statusCode);
            assertEquals(201, answer.await(20, TimeUnit.SECONDS));
        }

        try (Connection database = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("gen-1/skein.db"));
                ResultSet row =
                        database.createStatement().executeQuery("SELECT count(*) FROM message WHERE topic = 'a'")) {
            assertTrue(row.next());
            assertEquals(1, row.getInt(1));
        }
    }

    @Test
    void aFollowerThatStopsGivesTheAnswersOfWhatItHandedOn() throws Exception {
        try (RunningNode leader = new RunningNode(directory.resolve("n1"));
                RunningNode follower = follower(leader)) {
            CountDownLatch written = leader.holdWriter();
            Future<HttpClientResponse> answer = publishAt(follower, leader);

            Future<Void> stopped = follower.stop();
            leader.vertx().runOnContext(v -> written.countDown());

            assertEquals(201, answer.await(20, TimeUnit.SECONDS).statusCode());
            stopped.await(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void aLeaderThatStopsGivesTheAnswersOfWhatWasHandedOnToIt() throws Exception {
        try (RunningNode leader = new RunningNode(directory.resolve("n1"));
                RunningNode follower = follower(leader)) {
            CountDownLatch written = follower.holdWriter();
            Future<HttpClientResponse> answer = publishAt(follower, leader);

            Future<Void> stopped = leader.stop();
            follower.vertx().runOnContext(v -> written.countDown());

            assertEquals(201, answer.await(20, TimeUnit.SECONDS).statusCode());
            stopped.await(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void whatALeaderThatStopsCannotSayIsUnknownAndSaid() throws Exception {
        try (RunningNode leader = new RunningNode(directory.resolve("n1"));
                RunningNode follower = follower(leader)) {
            CountDownLatch written = follower.holdWriter();
            Future<HttpClientResponse> answer = publishAt(follower, leader);

            leader.stop().await(20, TimeUnit.SECONDS);

            assertUnknown(answer, "the node stopped");
            written.countDown();
        }
    }

    @Test
    void whatAFollowerThatStopsCannotSayIsUnknownAndSaid() throws Exception {
        try (RunningNode leader = new RunningNode(directory.resolve("n1"));
                RunningNode follower = follower(leader)) {
            CountDownLatch written = leader.holdWriter();
            Future<HttpClientResponse> answer = publishAt(follower, leader);

            follower.stop().await(20, TimeUnit.SECONDS);

            assertUnknown(answer, "stop");
            written.countDown();
        }
    }

    private RunningNode follower(RunningNode leader) throws Exception {
        leader.awaitVoters(1);
        RunningNode follower = RunningNode.joining(directory.resolve("n2"), "n2", leader);
        leader.awaitVoters(2);
        follower.awaitVoters(2);
        // A writer that is held with a batch of rows would keep the next entry out of the log, and a node that catches
        // up
        // lets commands wait.
        awaitRest(leader);
        awaitRest(follower);
        return follower;
    }

    private static void awaitRest(RunningNode node) throws Exception {
        Awaitility.await().until(() -> {
            NodeStatus now = node.broker().status();
            return now.health().equals("ok") && now.settledIndex() == now.lastLogIndex();
        });
        node.broker().scheduled(Optional.empty(), 1, Freshness.LINEARIZABLE).await(20, TimeUnit.SECONDS);
    }

    /** Completes when it is answered; until then it stands in the leader's log, and nobody knows what becomes of it. */
    private static Future<HttpClientResponse> publishAt(RunningNode node, RunningNode leader) {
        long before = leader.broker().status().lastLogIndex();
        Future<HttpClientResponse> answer = node.vertx()
                .createHttpClient()
                .request(HttpMethod.POST, node.httpPort(), "127.0.0.1", "/t/a")
                .compose(request -> request.send(Buffer.buffer("hello")))
                .compose(response -> response.body().map(response));
        Awaitility.await()
                .until(() -> answer.isComplete() || leader.broker().status().lastLogIndex() > before);
        assertFalse(
                answer.isComplete(),
                () -> String.valueOf(answer.succeeded() ? answer.result().body().result() : answer.cause()));
        return answer;
    }

    private static void assertUnknown(Future<HttpClientResponse> answer, String why) throws Exception {
        HttpClientResponse response = answer.await(20, TimeUnit.SECONDS);
        JsonObject problem = response.body().await(20, TimeUnit.SECONDS).toJsonObject();
        assertEquals(504, response.statusCode(), problem::encode);
        assertEquals("unknown", problem.getString("outcome"));
        assertTrue(problem.getString("detail").contains(why), problem::encode);
    }
}
