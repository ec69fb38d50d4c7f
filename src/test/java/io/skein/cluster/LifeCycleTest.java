package io.skein.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.skein.node.RunningNode;
import io.skein.raft.Role;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that stops, or loses its trust in itself, in the middle of something. */
class LifeCycleTest {
    private static final Future<Void> AT_ONCE = Future.succeededFuture();

    @TempDir
    private Path directory;

    private RunningNode first;
    private RunningNode second;

    @BeforeEach
    void startTwo() throws Exception {
        first = new RunningNode(directory.resolve("n1"), Map.of("log-budget", "1MiB"));
        first.awaitVoters(1);
        second = RunningNode.joining(directory.resolve("n2"), "n2", first);
        first.awaitVoters(2);
    }

    @AfterEach
    void stop() {
        second.close();
        first.close();
    }

    private BareNode third(Future<Void> install) throws Exception {
        return new BareNode(directory.resolve("n3"), "n3", first, install);
    }

    /** More than the log may keep: who comes now is sent a snapshot. */
    private void cutLog() throws Exception {
        HttpClient client = first.vertx().createHttpClient();
        Buffer body = Buffer.buffer("x".repeat(64 << 10));
        for (int i = 0; i < 80; i++) {
            int status = client.request(HttpMethod.POST, first.httpPort(), "127.0.0.1", "/t/a")
                    .compose(request -> request.send(body))
                    .compose(response -> response.end().map(response.statusCode()))
                    .await(20, TimeUnit.SECONDS);
            assertEquals(201, status);
        }
        Awaitility.await()
                .atMost(30, TimeUnit.SECONDS)
                .until(() -> first.broker().status().firstLogIndex() > 10);
    }

    private void awaitSame(BareNode node) {
        Awaitility.await()
                .atMost(30, TimeUnit.SECONDS)
                .until(() -> node.replica.status().appliedIndex()
                                == first.broker().status().appliedIndex()
                        && node.replica.status().stateHash()
                                == first.broker().status().stateHash());
    }

    @Test
    void aNodeThatIsToldToStopInTheMiddleOfAnInstallationEndsItAndIsWholeAfterwards() throws Exception {
        cutLog();
        Promise<Void> install = Promise.promise();
        try (BareNode third = third(install.future())) {
            third.installing.future().await(30, TimeUnit.SECONDS);

            Future<Void> stopped = third.stop();
            assertFalse(stopped.isComplete());
            install.complete();

            stopped.await(20, TimeUnit.SECONDS);
        }
        try (BareNode again = third(AT_ONCE)) {
            again.awaitVoter();
            awaitSame(again);
        }
    }

    private void lead(BareNode third) throws Exception {
        third.awaitVoter();
        first.awaitVoters(3);
        first.broker().transfer("n3").await(20, TimeUnit.SECONDS);
        Awaitility.await()
                .atMost(20, TimeUnit.SECONDS)
                .until(() -> third.replica.status().role() == Role.LEADER);
    }

    @Test
    void aLeaderThatIsAskedTwiceToHandOverDoesItOnceAndBothHear() throws Exception {
        try (BareNode third = third(AT_ONCE)) {
            lead(third);

            Future<Void> one = third.replica.handOver();
            Future<Void> two = third.replica.handOver();

            one.await(20, TimeUnit.SECONDS);
            two.await(20, TimeUnit.SECONDS);
            assertNotEquals(Role.LEADER, third.replica.status().role());
            third.replica.handOver().await(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void whoWaitsForAHandOverHearsAlsoWhenTheNodeEndsMeanwhile() throws Exception {
        try (BareNode third = third(AT_ONCE)) {
            lead(third);

            Future<Void> over = third.replica.handOver();
            third.stop().await(20, TimeUnit.SECONDS);

            over.await(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void aLeaderThatFindsDamageHandsOverBeforeItLaysItsDataAside() throws Exception {
        try (BareNode third = third(AT_ONCE)) {
            lead(third);

            third.findsDamage();

            Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> !third.left.isEmpty());
            ReplicaStatus last = third.left.get(0);
            assertNotEquals(Role.LEADER, last.role());
            assertNotEquals("n3", last.leader());
            assertEquals(ReplicaStatus.Standing.CORRUPT, last.standing());
            assertEquals(ReplicaStatus.Standing.CORRUPT, third.toldBefore.get(0));
            comesBack(third);
        }
    }

    @Test
    void aNodeThatFindsItselfRemovedSaysSoToThoseWhoListenToIt() throws Exception {
        try (BareNode third = third(AT_ONCE)) {
            third.awaitVoter();
            first.awaitVoters(3);
        }
        first.broker().removeMember("n3").await(20, TimeUnit.SECONDS);
        try (BareNode again = third(AT_ONCE)) {
            Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> !again.left.isEmpty());

            assertEquals(ReplicaStatus.Standing.REMOVED, again.toldBefore.get(0));
            comesBack(again);
        }
    }

    /** As a new node, with what it had laid aside. */
    private void comesBack(BareNode node) throws Exception {
        node.awaitVoter();
        awaitSame(node);
        try (Stream<Path> files = Files.list(directory.resolve("n3"))) {
            assertEquals(
                    1,
                    files.filter(file -> file.getFileName().toString().startsWith("aside-"))
                            .count());
        }
    }
}
