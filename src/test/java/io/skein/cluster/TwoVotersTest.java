package io.skein.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.node.RunningNode;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import io.skein.store.Store;
import io.skein.store.StoreConfig;
import io.skein.store.StoreListener;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where no voter can be spared: who can come back when it cannot trust its data, and what the others are told. */
class TwoVotersTest {
    private static final Future<Void> AT_ONCE = Future.succeededFuture();

    @TempDir
    private Path directory;

    @Test
    void oneOfTwoThatCannotTrustItsDataKeepsItAndSaysWhatToDo() throws Exception {
        Path data = directory.resolve("n2");
        try (RunningNode first = new RunningNode(directory.resolve("n1"))) {
            first.awaitVoters(1);
            try (BareNode second = new BareNode(data, "n2", first, AT_ONCE)) {
                second.awaitVoter();

                second.findsDamage();

                String why = second.awaitBroken().getMessage();
                assertTrue(why.startsWith("a row is not what was written; "), why);
                assertTrue(why.contains("no majority of [n1, n2]"), why);
                assertTrue(why.contains("skein recover"), why);
            }
        }
        assertEquals(0, asides(data));
    }

    @Test
    void oneOfTwoThatTheOtherWentOnWithoutComesAsANewOneWhenItIsStartedToJoinThoughItsDataIsDamaged() throws Exception {
        Path data = directory.resolve("n2");
        String port;
        try (RunningNode first = new RunningNode(directory.resolve("n1"))) {
            first.awaitVoters(1);
            port = first.raftAddress().replaceAll(".*:", "");
            try (BareNode second = new BareNode(data, "n2", first, AT_ONCE)) {
                second.awaitVoter();
                first.awaitVoters(2);
            }
        }
        recover(directory.resolve("n1"));
        try (RunningNode first = new RunningNode(directory.resolve("n1"), Map.of("raft-port", port))) {
            first.awaitVoters(1);
            try (BareNode second = new BareNode(data, "n2", first, AT_ONCE)) {
                second.awaitReplica();

                second.findsDamage();

                first.awaitVoters(2);
                second.awaitVoter();
            }
        }
        assertEquals(1, asides(data));
    }

    @Test
    void aLearnerThatCannotTrustItsDataComesBackAsANewOneAlsoBesideASingleVoter() throws Exception {
        Path data = directory.resolve("n2");
        try (RunningNode first = new RunningNode(directory.resolve("n1"))) {
            first.awaitVoters(1);
            try (BareNode second = BareNode.waiting(data, "n2", first)) {
                first.broker().addMember("n2", second.address(), false).await(20, TimeUnit.SECONDS);
                second.awaitMember();
                long before = second.replica.facts().incarnation();

                second.findsDamage();

                Member itself = second.awaitOtherThan(before);
                assertFalse(itself.voter() || itself.promote(), itself.toString());
            }
        }
        assertEquals(1, asides(data));
    }

    @Test
    void theOnlyVoterThatCannotTrustItsDataNamesTheLearnerThatHasIt() throws Exception {
        try (BareNode voter = BareNode.alone(directory.resolve("n1"), "n1")) {
            voter.addLearner("n2");

            voter.findsDamage();

            String why = voter.awaitBroken().getMessage();
            assertTrue(why.contains("have one of [n2], which have its data, go on alone"), why);
        }
    }

    /** What an operator does with a node that is stopped. */
    private static void recover(Path data) throws TimeoutException {
        Vertx vertx = Vertx.vertx();
        try {
            NodeId node = new NodeId("n1");
            Store store = Store.open(vertx, StoreConfig.at(data).withoutScrubbing(), node, StoreListener.NONE)
                    .await(20, TimeUnit.SECONDS);
            Recovery.alone(store, node, store.image()).await(20, TimeUnit.SECONDS);
            store.close().await(20, TimeUnit.SECONDS);
        } finally {
            vertx.close().await(20, TimeUnit.SECONDS);
        }
    }

    private static long asides(Path data) throws IOException {
        try (Stream<Path> files = Files.list(data)) {
            return files.filter(file -> file.getFileName().toString().startsWith("aside-"))
                    .count();
        }
    }
}
