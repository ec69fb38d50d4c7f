package io.skein.cluster;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.node.RunningNode;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node says of itself and its cluster to whoever asks. */
class FactsTest {
    private static final NodeId THIRD = new NodeId("n3");

    @TempDir
    private Path directory;

    @Test
    void aLeadersWordOnItsMembersHoldsOnlyOnceItCannotBeTakenBack() throws Exception {
        Vertx vertx = Vertx.vertx();
        try (RunningNode leader = alone();
                RunningNode follower = RunningNode.joining(directory.resolve("n2"), "n2", leader)) {
            leader.awaitVoters(2);
            PeerNode third = PeerNode.start(vertx, PeerNode.config("n3", 0), 0, 3);
            third.onAsk = ask -> Future.succeededFuture(Answer.of(
                    Facts.empty(THIRD, 3, third.address(), Build.ofThis("test")).encode()));
            String address = leader.raftAddress();
            CountDownLatch written = follower.holdWriter();

            Future<Void> added = leader.broker().addMember("n3", third.address(), false);
            Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> listsThird(third, address));
            boolean holds = facts(third, address).leads();
            written.countDown();

            assertFalse(holds);
            added.await(20, TimeUnit.SECONDS);
            Awaitility.await()
                    .atMost(20, TimeUnit.SECONDS)
                    .until(() -> facts(third, address).leads() && listsThird(third, address));
        }
        vertx.close().await(20, TimeUnit.SECONDS);
    }

    @Test
    void whoListsOneIdTwiceSaysNothing() {
        Member once = new Member(THIRD, 3, "127.0.0.1:1", true);
        Member twice = new Member(THIRD, 4, "127.0.0.1:2", false);
        byte[] bytes = new Facts(
                        new NodeId("n1"), 1, 7, false, false, 2, List.of(once, twice), true, "", "", "", List.of())
                .encode();

        var refused = assertThrows(IllegalArgumentException.class, () -> Facts.decode(bytes));

        assertTrue(refused.getMessage().contains("n3"), refused.getMessage());
    }

    private RunningNode alone() throws Exception {
        RunningNode node = new RunningNode(directory.resolve("n1"));
        node.awaitVoters(1);
        return node;
    }

    private static boolean listsThird(PeerNode asker, String address) {
        return facts(asker, address).member(THIRD).isPresent();
    }

    private static Facts facts(PeerNode asker, String address) {
        return asker.on(peers -> Membership.facts(peers, address));
    }
}
