package io.skein.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.Refusal;
import io.skein.machine.Command;
import io.skein.machine.FeatureLevel;
import io.skein.node.RunningNode;
import io.skein.raft.NodeId;
import io.skein.replica.Effect.Refuse.Reason;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a node of a cluster at the level of this build does with what is above it, and with builds below it. */
@Timeout(60)
class RaisedLevelTest {
    private static final long CLUSTER_OF_NOBODY = 0;

    @TempDir
    private Path directory;

    private record Novel(int needs) implements Command {}

    @Test
    void aCommandOfALaterBuildIsRefusedBeforeItIsProposed() throws Exception {
        try (BareNode node = BareNode.alone(directory, "n1")) {
            awaitLevel(node);

            NotExecuted no = assertThrows(
                    NotExecuted.class,
                    () -> node.proposer
                            .propose(new Novel(FeatureLevel.NEWEST + 1), Optional.empty())
                            .await(20, TimeUnit.SECONDS));

            assertEquals(Reason.FEATURE_LEVEL, no.reason());
        }
    }

    private static void awaitLevel(BareNode node) {
        Awaitility.await()
                .atMost(20, TimeUnit.SECONDS)
                .until(() -> node.replica.status() != null
                        && node.replica.status().featureLevel() == FeatureLevel.NEWEST
                        && node.replica.status().caughtUp());
    }

    @Test
    void aNodeThatHearsFromAMemberThatTheClusterIsAboveItsBuildMustNotGoOn() throws Exception {
        Vertx vertx = Vertx.vertx();
        try (BareNode node = BareNode.alone(directory, "n1")) {
            awaitLevel(node);
            Build later = new Build("9.9", FeatureLevel.FIRST, FeatureLevel.NEWEST + 1);
            long cluster = node.replica.facts().clusterId();
            PeerNode other = PeerNode.start(vertx, PeerNode.config("n2", 0).with(later), cluster, 9);
            Facts itself = Facts.empty(other.id, 9, other.address(), later);
            other.onAsk = ask -> Future.succeededFuture(Answer.of(itself.encode()));
            node.proposer
                    .askFor(() -> node.replica.membership().add(other.id, other.address(), false))
                    .await(20, TimeUnit.SECONDS);

            other.run(peers -> peers.featureLevel(FeatureLevel.NEWEST + 1));

            String said = node.awaitBroken().getMessage();
            assertTrue(said.startsWith("the cluster is at feature level 3, says n2 (Skein 9.9"), said);
            assertTrue(said.contains("works at feature levels 1 to 2"), said);
        } finally {
            vertx.close().await(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void aNodeOfABuildBeforeLevelsIsNeitherAddedNorSpokenWith() throws Exception {
        Vertx vertx = Vertx.vertx();
        try (RunningNode one = new RunningNode(directory)) {
            one.awaitVoters(1);
            Awaitility.await()
                    .atMost(20, TimeUnit.SECONDS)
                    .until(() -> one.broker().status().featureLevel() == FeatureLevel.NEWEST);
            PeerNode old =
                    PeerNode.start(vertx, PeerNode.config("n2", 0).with(Build.BEFORE_LEVELS), CLUSTER_OF_NOBODY, 9);
            Facts itself = Facts.empty(new NodeId("n2"), 9, old.address(), Build.BEFORE_LEVELS);
            old.onAsk = ask -> Future.succeededFuture(Answer.of(itself.encode()));

            Answer answer = old.on(p -> p.ask(one.raftAddress(), new Ask(Membership.JOIN, itself.encode())));
            CompletableFuture<Throwable> failure = new CompletableFuture<>();
            one.broker().addMember("n2", old.address(), true).onFailure(failure::complete);

            assertEquals("FEATURE_LEVEL", answer.code());
            assertEquals("feature-level", ((Refusal) failure.get(20, TimeUnit.SECONDS)).code());
        } finally {
            vertx.close().await(20, TimeUnit.SECONDS);
        }
    }
}
