package io.skein.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.skein.broker.Refusal;
import io.skein.node.RunningNode;
import io.skein.raft.NodeId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChangeDeadlineTest {
    @TempDir
    private Path directory;

    @Test
    void aChangeOfMembersThatNoMajorityWritesIsUnknownInTheEnd() throws Exception {
        Vertx vertx = Vertx.vertx();
        try (RunningNode leader = new RunningNode(directory.resolve("n1"), Map.of("publish-timeout", "300ms"))) {
            leader.awaitVoters(1);
            try (RunningNode follower = RunningNode.joining(directory.resolve("n2"), "n2", leader)) {
                leader.awaitVoters(2);
                PeerNode third = PeerNode.start(vertx, PeerNode.config("n3", 0), 0, 3);
                third.onAsk = ask -> Future.succeededFuture(
                        Answer.of(Facts.empty(new NodeId("n3"), 3, third.address(), Build.ofThis("test"))
                                .encode()));
                CountDownLatch written = follower.holdWriter();

                Refusal refusal = assertThrows(
                        Refusal.class,
                        () -> leader.broker()
                                .addMember("n3", third.address(), true)
                                .await(20, TimeUnit.SECONDS));

                written.countDown();
                assertEquals(Refusal.Kind.INDETERMINATE, refusal.kind());
            }
        }
        vertx.close().await(20, TimeUnit.SECONDS);
    }
}
