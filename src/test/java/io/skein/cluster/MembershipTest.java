package io.skein.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.Publish;
import io.skein.broker.Refusal;
import io.skein.node.RunningNode;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import io.skein.topic.Format;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicName;
import io.skein.wire.MemberChangeProto;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a leader asks of a node before it takes it, or takes note of it. */
class MembershipTest {
    private static final NodeId THIRD = new NodeId("n3");
    private static final long INCARNATION = 3;
    private static final long OTHER_INCARNATION = 4;
    private static final long OTHER_CLUSTER = 99;

    private final Vertx vertx = Vertx.vertx();

    @TempDir
    private Path directory;

    private RunningNode leader;

    @BeforeEach
    void start() throws Exception {
        leader = new RunningNode(directory);
        leader.awaitVoters(1);
    }

    @AfterEach
    void stop() throws Exception {
        leader.close();
        vertx.close().await(20, TimeUnit.SECONDS);
    }

    /** A node that says this of itself. */
    private PeerNode third(long clusterId, Member... members) {
        PeerNode node = PeerNode.start(vertx, PeerNode.config(THIRD.value(), 0), clusterId, INCARNATION);
        node.onAsk = ask ->
                Future.succeededFuture(Answer.of(facts(node, clusterId, members).encode()));
        return node;
    }

    private static Facts facts(PeerNode node, long clusterId, Member... members) {
        return new Facts(
                node.id,
                INCARNATION,
                clusterId,
                clusterId == 0,
                false,
                1,
                List.of(members),
                false,
                "",
                node.address(),
                "",
                List.of(),
                Build.ofThis("test"),
                1);
    }

    /** With an empty disk; asks until it is counted, as the connection of the one before may stand for a moment. */
    private void comesEmpty() {
        PeerNode empty = PeerNode.start(vertx, PeerNode.config(THIRD.value(), 0), 0, OTHER_INCARNATION);
        byte[] mine = Facts.empty(THIRD, OTHER_INCARNATION, empty.address(), Build.ofThis("test"))
                .encode();
        Awaitility.await()
                .atMost(20, TimeUnit.SECONDS)
                .until(() -> empty.on(peers -> peers.ask(leader.raftAddress(), new Ask(Membership.JOIN, mine)))
                        .ok());
    }

    /** As the leader's log has it. */
    private Optional<Member> counted() {
        PeerNode asker = PeerNode.start(vertx, PeerNode.config("asks", 0), 0, 5);
        return asker.on(peers -> Membership.facts(peers, leader.raftAddress())).member(THIRD);
    }

    private void isToVote(boolean votes) {
        Member member = counted().orElseThrow();
        assertEquals(OTHER_INCARNATION, member.incarnation());
        assertFalse(member.voter());
        assertEquals(votes, member.promote());
    }

    /** @return index of its entry */
    private long publish() throws TimeoutException {
        Message message = new Message("", List.of(), Format.RAW, "", new byte[] {1});
        return leader.broker()
                .publish(Publish.of("test", Publication.of(new TopicName("a"), message)))
                .await(20, TimeUnit.SECONDS)
                .index();
    }

    @Test
    void aMemberOfAnotherClusterIsNotAdded() {
        PeerNode node = third(OTHER_CLUSTER, new Member(THIRD, INCARNATION, "127.0.0.1:1", true));

        Refusal refusal = assertThrows(
                Refusal.class,
                () -> leader.broker().addMember("n3", node.address(), false).await(20, TimeUnit.SECONDS));

        assertEquals(Refusal.Kind.CONFLICT, refusal.kind());
        assertEquals("other-cluster", refusal.code());
        assertTrue(refusal.getMessage().contains("--join"), refusal.getMessage());
        assertEquals(Optional.empty(), counted());
    }

    @Test
    void whomItsClusterRemovedMayBeAddedToAnother() throws Exception {
        PeerNode node = third(OTHER_CLUSTER, new Member(new NodeId("n7"), 7, "127.0.0.1:1", true));

        leader.broker().addMember("n3", node.address(), false).await(20, TimeUnit.SECONDS);
    }

    /** An answer may have been lost: the operator asks again. */
    @Test
    void aMemberThatIsAddedAgainStaysWhatItIsAndNothingIsWritten() throws Exception {
        PeerNode node = third(0);
        leader.broker().addMember("n3", node.address(), false).await(20, TimeUnit.SECONDS);
        long before = publish();

        leader.broker().addMember("n3", node.address(), false).await(20, TimeUnit.SECONDS);

        assertEquals(before + 1, publish());
        assertTrue(counted().isPresent());
    }

    @Test
    void aMemberThatIsAddedAgainNeedNotBeThereAtTheMoment() throws Exception {
        PeerNode node = third(0);
        leader.broker().addMember("n3", node.address(), false).await(20, TimeUnit.SECONDS);
        node.onAsk = ask -> Future.failedFuture("silent");

        leader.broker().addMember("n3", node.address(), false).await(20, TimeUnit.SECONDS);

        Refusal elsewhere = assertThrows(
                Refusal.class,
                () -> leader.broker().addMember("n3", "127.0.0.1:1", false).await(20, TimeUnit.SECONDS));
        assertEquals("unreachable", elsewhere.code());
        Refusal more = assertThrows(
                Refusal.class,
                () -> leader.broker().addMember("n3", node.address(), true).await(20, TimeUnit.SECONDS));
        assertEquals("unreachable", more.code());
    }

    @Test
    void aLeaderThatIsToLeadDoesSo() throws Exception {
        leader.broker().transfer("n1").await(20, TimeUnit.SECONDS);

        assertEquals("n1", leader.broker().status().leader());
    }

    /** What the one who asks knows may be old by a moment; then there is nobody here who could follow, and none is sought. */
    @Test
    void aLeaderDoesNothingForAnOrderToHandOverThatIsAboutAnother() throws Exception {
        PeerNode node = third(0);
        byte[] order = MemberChangeProto.newBuilder().setHandOver("n2").build().toByteArray();

        Answer answer = node.later(peers -> peers.ask(leader.raftAddress(), new Ask(Membership.CHANGE, order)))
                .await(20, TimeUnit.SECONDS);

        assertTrue(answer.ok(), answer.code());
        assertEquals("0", new String(answer.payload(), StandardCharsets.US_ASCII));
    }

    @Test
    void whereNobodyCouldFollowTheLeaderStays() {
        Refusal refusal = assertThrows(
                Refusal.class, () -> leader.broker().handOver(Optional.empty()).await(20, TimeUnit.SECONDS));

        assertEquals("not-transferred", refusal.code());
        assertEquals(Refusal.Kind.CONFLICT, refusal.kind());
        assertEquals("n1", leader.broker().status().leader());
    }

    @Test
    void whoIsRemovedWhileItIsLookedForAtItsNewAddressStaysRemoved() throws Exception {
        PeerNode before = third(0);
        leader.broker().addMember("n3", before.address(), false).await(20, TimeUnit.SECONDS);
        before.onAsk = ask -> Future.failedFuture("it has moved");
        PeerNode after = third(0);
        Promise<Void> asked = Promise.promise();
        Promise<Answer> said = Promise.promise();
        after.onAsk = ask -> {
            asked.tryComplete();
            return said.future();
        };
        Facts mine = facts(after, 0);

        Future<Answer> noted =
                after.later(peers -> peers.ask(leader.raftAddress(), new Ask(Membership.MOVED, mine.encode())));
        asked.future().await(20, TimeUnit.SECONDS);
        leader.broker().removeMember("n3").await(20, TimeUnit.SECONDS);
        said.complete(Answer.of(mine.encode()));

        Answer answer = noted.await(20, TimeUnit.SECONDS);
        assertFalse(answer.ok());
        assertEquals("UNKNOWN_MEMBER", answer.code());
        assertEquals(Optional.empty(), counted());
    }

    @Test
    void aLearnerThatIsWipedComesBackAsOneThatStaysALearner() throws Exception {
        PeerNode before = third(0);
        leader.broker().addMember("n3", before.address(), false).await(20, TimeUnit.SECONDS);
        before.kill();

        comesEmpty();

        isToVote(false);
    }

    @Test
    void aLearnerThatIsWipedBeforeItGetsItsVoteIsStillToGetOne() throws Exception {
        PeerNode before = third(0);
        leader.broker().addMember("n3", before.address(), true).await(20, TimeUnit.SECONDS);
        before.kill();

        comesEmpty();

        isToVote(true);
    }

    @Test
    void whoComesByItselfIsToGetAVote() {
        comesEmpty();

        isToVote(true);
    }
}
