package io.skein.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.NodeStatus;
import io.skein.broker.Refusal;
import io.skein.machine.FeatureLevel;
import io.skein.node.RunningNode;
import io.skein.raft.NodeId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes with one id: the one that is there and counts is not put back for the one that comes. */
class IdInUseTest {
    private static final long OTHER_INCARNATION = 4711;

    private final Vertx vertx = Vertx.vertx();

    @TempDir
    private Path directory;

    private RunningNode leader;
    private RunningNode follower;

    @BeforeEach
    void startTwo() throws Exception {
        leader = new RunningNode(directory.resolve("n1"));
        leader.awaitVoters(1);
        follower = RunningNode.joining(directory.resolve("n2"), "n2", leader);
        leader.awaitVoters(2);
        follower.awaitVoters(2);
        // A change of members waits for the one before, and so would these for the entry that raises the level.
        Awaitility.await()
                .atMost(30, TimeUnit.SECONDS)
                .until(() -> follower.broker().status().featureLevel() == FeatureLevel.NEWEST);
    }

    @AfterEach
    void stop() throws Exception {
        follower.close();
        leader.close();
        vertx.close().await(20, TimeUnit.SECONDS);
    }

    /** A node that says it has this id. */
    private PeerNode newcomer(String id) {
        PeerNode node = PeerNode.start(vertx, PeerNode.config(id, 0), 0, OTHER_INCARNATION);
        node.onAsk = ask -> Future.succeededFuture(Answer.of(facts(node).encode()));
        return node;
    }

    private static Facts facts(PeerNode node) {
        return Facts.empty(node.id, OTHER_INCARNATION, node.address(), Build.ofThis("test"));
    }

    private Answer asksToJoin(String id) {
        PeerNode node = newcomer(id);
        return node.on(peers -> peers.ask(
                leader.raftAddress(), new Ask(Membership.JOIN, facts(node).encode())));
    }

    private boolean votes(String id) {
        return leader.broker().status().members().stream()
                .filter(member -> member.id().equals(id))
                .anyMatch(NodeStatus.MemberStatus::voter);
    }

    @Test
    void theIdOfAMemberThatIsThereIsNotGivenToAnother() {
        Answer answer = asksToJoin("n2");

        assertFalse(answer.ok());
        assertEquals("ID_IN_USE", answer.code());
        assertTrue(votes("n2"));
    }

    @Test
    void theLeadersOwnIdIsNotGivenToAnother() {
        Answer answer = asksToJoin("n1");

        assertFalse(answer.ok());
        assertEquals("ID_IN_USE", answer.code());
        assertTrue(votes("n1"));
    }

    @Test
    void theIdOfAMemberThatIsGoneIsGivenToOneThatComesInItsPlace() {
        follower.close();
        Awaitility.await()
                .atMost(30, TimeUnit.SECONDS)
                .until(() -> leader.broker().status().members().stream().anyMatch(member -> !member.reachable()));

        // Alone the leader cannot commit it; that it is tried is what was asked for.
        PeerNode node = newcomer("n2");
        node.later(peers -> peers.ask(
                        leader.raftAddress(),
                        new Ask(Membership.JOIN, facts(node).encode())))
                .onFailure(lost -> {});

        Awaitility.await().atMost(30, TimeUnit.SECONDS).until(() -> !votes("n2"));
    }

    /** The connection with a node that was wiped may stand for a moment: that one is not to be sent away for good. */
    @Test
    void whoComesForAMemberThatDoesNotAnswerIsNotToldThatTheIdIsInUse() throws Exception {
        PeerNode member = PeerNode.start(vertx, PeerNode.config("n3", 0), 0, 3);
        member.onAsk = ask ->
                Future.succeededFuture(Answer.of(Facts.empty(member.id, 3, member.address(), Build.ofThis("test"))
                        .encode()));
        leader.broker().addMember("n3", member.address(), false).await(20, TimeUnit.SECONDS);
        Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> isReachable("n3"));
        member.onAsk = ask -> Future.failedFuture("silent");

        Answer answer = asksToJoin("n3");

        assertFalse(answer.ok());
        assertEquals("NOT_LEADER", answer.code());
    }

    private boolean isReachable(String id) {
        return leader.broker().status().members().stream()
                .anyMatch(member -> member.id().equals(id) && member.reachable());
    }

    @Test
    void aSecondNodeOfAnIdSaysThatItStandsOutside() throws Exception {
        try (RunningNode second = RunningNode.joining(directory.resolve("second"), "n2", leader)) {
            Awaitility.await()
                    .atMost(30, TimeUnit.SECONDS)
                    .until(() -> second.broker().status().health().equals("removed"));

            assertTrue(votes("n2"));
            assertTrue(isReachable("n2"));
        }
    }

    @Test
    void anOperatorIsToldThatTheIdIsInUse() {
        PeerNode node = newcomer("n2");

        Refusal refusal = assertThrows(
                Refusal.class,
                () -> leader.broker().addMember("n2", node.address(), true).await(20, TimeUnit.SECONDS));

        assertEquals(Refusal.Kind.CONFLICT, refusal.kind());
        assertEquals("id-in-use", refusal.code());
        assertTrue(votes("n2"));
    }

    @Test
    void aMemberThatIsThereMayBeAddedOnceMore() throws Exception {
        String address = follower.raftAddress();

        leader.broker().addMember(new NodeId("n2").value(), address, true).await(20, TimeUnit.SECONDS);

        assertTrue(votes("n2"));
    }
}
