package io.skein.cluster;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.cluster.PeerFrame.Purpose;
import io.skein.machine.IdempotencyKey;
import io.skein.raft.Entry;
import io.skein.raft.NodeId;
import io.skein.raft.Rpc;
import io.skein.replica.Effect.Refuse.Reason;
import io.skein.replica.PeerMessage;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PeersTest {
    private static final long CLUSTER = 0xC1;
    private static final byte[] SOME = {1, 2, 3};
    private static final Forward COMMAND = new Forward(SOME, Optional.of(new IdempotencyKey(1, 2, 3)));

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        vertx.close().await();
    }

    private PeerNode node(String id) {
        return PeerNode.start(vertx, PeerNode.config(id, 0), CLUSTER, id.hashCode());
    }

    private static void connect(PeerNode one, PeerNode other) {
        one.knows(other);
        await().until(() -> one.reaches(other));
    }

    private static List<Long> numbers(PeerNode node) {
        return node.heard.stream().map(PeerNode.Heard::number).toList();
    }

    private static List<Long> upTo(long last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }

    private static void sayUpTo(PeerNode from, PeerNode to, long last) {
        from.run(p -> upTo(last).forEach(number -> p.send(to.id, PeerNode.number(number))));
    }

    // Messages.

    @Test
    void messagesOfThreeNodesArriveInOrderWithTheIncarnationOfTheirSender() {
        List<PeerNode> nodes = List.of(node("n1"), node("n2"), node("n3"));
        nodes.forEach(node -> node.knows(nodes.toArray(PeerNode[]::new)));
        for (PeerNode from : nodes) {
            for (PeerNode to : nodes) {
                if (from != to) {
                    await().until(() -> from.reaches(to));
                    sayUpTo(from, to, 1000);
                }
            }
        }

        for (PeerNode to : nodes) {
            await().until(() -> to.heard.size() == 2000);
            for (PeerNode from : nodes) {
                if (from != to) {
                    List<PeerNode.Heard> said = to.heard.stream()
                            .filter(heard -> heard.from().equals(from.id))
                            .toList();
                    assertEquals(
                            upTo(1000),
                            said.stream().map(PeerNode.Heard::number).toList());
                    assertTrue(said.stream()
                            .allMatch(heard ->
                                    heard.incarnation() == from.id.value().hashCode()));
                }
            }
        }
    }

    @Test
    void messagesOfOneTurnBecomeOneWrite() {
        PeerNode one = node("n1");
        PeerNode two = node("n2");
        connect(one, two);
        long before = one.writes.get();

        one.run(p -> upTo(500).forEach(number -> p.send(two.id, PeerNode.number(number))));

        await().until(() -> two.heard.size() == 500);
        // A ping may go beside.
        assertTrue(one.writes.get() - before <= 3, "writes: " + (one.writes.get() - before));
    }

    @Test
    void aMessageWithoutConnectionIsDroppedAndCounted() {
        PeerNode one = node("n1");

        one.run(p -> p.send(new NodeId("n2"), PeerNode.number(1)));

        assertTrue(one.droppedBytes.get() > 0);
    }

    // Connections.

    @Test
    void theConnectionIsMadeAnewWhenTheOtherIsBack() {
        PeerNode one = node("n1");
        PeerNode two = node("n2");
        connect(one, two);
        two.kill();
        await().until(() -> !one.reaches(two));

        PeerNode again = PeerNode.start(vertx, PeerNode.config("n2", two.port()), CLUSTER, 99);

        await().until(() -> one.reaches(again));
        sayUpTo(one, again, 1);
        await().until(() -> again.heard.size() == 1);
        assertEquals(99, one.connected.get(again.id).incarnation());
    }

    @Test
    void whoIsNoMemberAnyMoreIsNotConnectedWith() {
        PeerNode one = node("n1");
        PeerNode two = node("n2");
        connect(one, two);

        one.knows();

        assertFalse(one.reaches(two));
    }

    @Test
    void anAddressGivenByTheOperatorWins() {
        PeerNode two = node("n2");
        PeerNode one = PeerNode.start(
                vertx, PeerNode.config("n1", 0).withOverrides(Map.of(two.id, two.address())), CLUSTER, 1);

        one.run(p -> p.members(Map.of(two.id, "127.0.0.1:1")));

        await().until(() -> one.reaches(two));
    }

    @Test
    void whoFallsSilentIsNotReachableAnyMore() {
        AtomicReference<NetSocket> silent = new AtomicReference<>();
        NetServer server = answering(new PeerFacts(new NodeId("n2"), CLUSTER, 2, false), silent);
        PeerNode one = PeerNode.start(vertx, PeerNode.config("n1", 0).withSilence(50, 300), CLUSTER, 1);

        one.run(p -> p.members(Map.of(new NodeId("n2"), "127.0.0.1:" + server.actualPort())));
        NodeId two = new NodeId("n2");
        await().until(() -> one.connections.get() == 1);

        await().until(() -> !one.on(p -> Future.succeededFuture(p.isReachable(two))));
    }

    @Test
    void whoAnswersPingsStays() {
        PeerNode two = node("n2");
        PeerNode one = PeerNode.start(vertx, PeerNode.config("n1", 0).withSilence(20, 300), CLUSTER, 1);
        connect(one, two);

        await().until(() -> one.roundTrips.get() > 8);

        assertEquals(1, one.connections.get());
    }

    /** Says hello to its first caller and then nothing more, and takes nothing more. */
    private NetServer answering(PeerFacts facts, AtomicReference<NetSocket> last) {
        PeerCodec codec = new PeerCodec(0);
        return vertx.createNetServer()
                .connectHandler(socket -> {
                    if (!last.compareAndSet(null, socket)) {
                        return;
                    }
                    byte[] reply = codec.toProto(
                                    new PeerFrame.HelloReply(0, Greeting.VERSIONS, Optional.empty(), facts))
                            .toByteArray();
                    socket.handler(hello -> {
                        socket.pause();
                        socket.write(Buffer.buffer().appendInt(reply.length).appendBytes(reply));
                    });
                })
                .listen(0, "127.0.0.1")
                .await();
    }

    @Test
    void onePeerThatTakesNothingCostsNoMoreThanItsLimitAndOthersGoOn() {
        long limit = 2 << 20;
        AtomicReference<NetSocket> stopped = new AtomicReference<>();
        NodeId two = new NodeId("n2");
        NetServer server = answering(new PeerFacts(two, CLUSTER, 2, false), stopped);
        PeerNode three = node("n3");
        PeerNode one = PeerNode.start(
                vertx, PeerNode.config("n1", 0).withMaxQueueBytes(limit).withSilence(1000, 100_000), CLUSTER, 1);
        one.run(p -> p.members(Map.of(two, "127.0.0.1:" + server.actualPort(), three.id, three.address())));
        await().until(() -> one.connections.get() == 2);
        PeerMessage large = new PeerMessage(
                new Rpc.AppendEntries(
                        1, one.id, 0, 0, List.of(new Entry(1, 1, Entry.Kind.COMMANDS, new byte[100_000])), 0, 0),
                0,
                0,
                0);

        await().until(() -> {
            one.run(p -> {
                for (int i = 0; i < 50; i++) {
                    p.send(two, large);
                    assertTrue(p.waitingBytes(two) <= limit, "waiting: " + p.waitingBytes(two));
                }
            });
            return one.droppedBytes.get() > 10 * limit;
        });

        sayUpTo(one, three, 100);
        await().until(() -> three.heard.size() == 100);
        var notSent = assertThrows(
                NotExecuted.class, () -> one.on(p -> p.forward(two, new Forward(new byte[200_000], Optional.empty()))));
        assertEquals(Reason.OVERLOADED, notSent.reason());
    }

    // Who speaks with whom.

    @Test
    void nodesOfDifferentClustersDoNotSpeak() {
        PeerNode one = node("n1");
        PeerNode two = PeerNode.start(vertx, PeerNode.config("n2", 0), 0xC2, 2);

        one.knows(two);

        await().until(() -> one.refusals.contains(HelloRefusal.OTHER_CLUSTER));
        assertFalse(one.reaches(two));
        assertTrue(two.refusals.contains(HelloRefusal.OTHER_CLUSTER));
    }

    @Test
    void whoTakesAStepOfAHandshakeAfterItsHelloIsTurnedAway() {
        PeerNode one = node("n1");
        PeerCodec codec = new PeerCodec(0);
        PeerFacts facts = new PeerFacts(new NodeId("n2"), CLUSTER, 2, false);
        for (PeerFrame step : List.of(
                new PeerFrame.Proof(new NodeId("n2"), List.of(new byte[ClusterSecret.MAC_BYTES])),
                new PeerFrame.Challenge(new byte[Handshake.NONCE_BYTES]),
                new PeerFrame.NoSecret(true))) {
            NetSocket socket =
                    vertx.createNetClient().connect(one.port(), "127.0.0.1").await();
            AtomicBoolean isClosed = new AtomicBoolean();
            socket.closeHandler(v -> isClosed.set(true));
            for (PeerFrame said : List.of(new PeerFrame.Hello(0, Greeting.VERSIONS, facts, Purpose.MEMBER), step)) {
                byte[] bytes = codec.toProto(said).toByteArray();
                socket.write(Buffer.buffer().appendInt(bytes.length).appendBytes(bytes))
                        .onFailure(gone -> {});
            }
            await().untilTrue(isClosed);
        }
    }

    @Test
    void anotherNodeAtTheAddressOfAMemberIsNotTakenForIt() {
        PeerNode one = node("n1");
        PeerNode other = node("n7");

        one.run(p -> p.members(Map.of(new NodeId("n2"), other.address())));

        await().until(() -> one.refusals.contains(HelloRefusal.OTHER_NODE));
    }

    @Test
    void twoNodesOfOneNameDoNotSpeak() {
        PeerNode one = node("n1");
        PeerNode twin = node("n1");

        one.run(p -> p.members(Map.of(new NodeId("n2"), twin.address())));

        await().until(() -> one.refusals.contains(HelloRefusal.SAME_NODE));
    }

    @Test
    void aNodeWithoutClusterHearsItsCallerAndAnswersOnThatConnection() {
        PeerNode leader = node("n1");
        PeerNode fresh = PeerNode.start(vertx, PeerNode.config("n2", 0), 0, 22);
        connect(leader, fresh);

        sayUpTo(leader, fresh, 1);
        await().until(() -> fresh.heard.size() == 1);
        sayUpTo(fresh, leader, 2);

        await().until(() -> leader.heard.size() == 2);
        assertEquals(22, leader.heard.get(0).incarnation());
    }

    @Test
    void aNodeWithoutClusterHasNothingToSayOnItsOwn() {
        PeerNode member = node("n1");
        PeerNode fresh = PeerNode.start(vertx, PeerNode.config("n2", 0), 0, 22);
        connect(fresh, member);

        sayUpTo(fresh, member, 5);

        assertTrue(fresh.droppedBytes.get() > 0);
        assertThrows(NotExecuted.class, () -> fresh.on(p -> p.forward(member.id, COMMAND)));
        assertEquals(List.of(), member.heard);
    }

    @Test
    void whoBecomesAMemberIsHeardOnTheConnectionThatStands() {
        PeerNode leader = node("n1");
        PeerNode fresh = PeerNode.start(vertx, PeerNode.config("n2", 0), 0, 22);
        connect(leader, fresh);
        connect(fresh, leader);

        fresh.run(p -> p.identity(CLUSTER, 22, false));

        await().until(() -> leader.connected.get(fresh.id).clusterId() == CLUSTER);
        assertArrayEquals(SOME, fresh.on(p -> p.forward(leader.id, COMMAND)).outcome());
        assertArrayEquals(SOME, leader.on(p -> p.forward(fresh.id, COMMAND)).outcome());
    }

    @Test
    void whoTurnsOutToBeOfAnotherClusterIsNotHeardAnyMore() {
        PeerNode leader = node("n1");
        PeerNode fresh = PeerNode.start(vertx, PeerNode.config("n2", 0), 0, 22);
        connect(leader, fresh);

        fresh.run(p -> p.identity(0xC2, 22, false));

        await().until(() -> leader.refusals.contains(HelloRefusal.OTHER_CLUSTER));
        assertFalse(leader.reaches(fresh));
    }

    @Test
    void garbageOnThePortClosesThatConnectionAndNothingElse() {
        PeerNode one = node("n1");
        PeerNode two = node("n2");
        connect(one, two);
        NetClient client = vertx.createNetClient();
        List<String> garbage = List.of("GET / HTTP/1.1\r\n\r\n", "\0\0\0\5abcde", "\0\0\0\0", "\377\377\377\377");
        for (String text : garbage) {
            NetSocket socket = client.connect(two.port(), "127.0.0.1").await();
            Promise<Void> closed = Promise.promise();
            socket.closeHandler(v -> closed.tryComplete());

            socket.write(Buffer.buffer(text.getBytes(StandardCharsets.ISO_8859_1)))
                    .await();

            closed.future().await();
        }

        sayUpTo(one, two, 3);
        await().until(() -> two.heard.size() == 3);
    }

    @Test
    void garbageAfterTheHelloClosesTheConnection() {
        PeerNode two = node("n2");
        NetSocket socket =
                vertx.createNetClient().connect(two.port(), "127.0.0.1").await();
        Promise<Void> closed = Promise.promise();
        socket.closeHandler(v -> closed.tryComplete());
        byte[] hello = new PeerCodec(0)
                .toProto(new PeerFrame.Hello(
                        0, Greeting.VERSIONS, new PeerFacts(new NodeId("n1"), CLUSTER, 1, false), Purpose.MEMBER))
                .toByteArray();

        socket.write(Buffer.buffer()
                        .appendInt(hello.length)
                        .appendBytes(hello)
                        .appendInt(3)
                        .appendString("???"))
                .await();

        closed.future().await();
        assertEquals(List.of(), two.heard);
    }

    @Test
    void aNewerVersionThatDoesNotSpeakOursIsToldSo() {
        PeerNode two = node("n2");
        PeerCodec codec = new PeerCodec(0);
        NetSocket socket =
                vertx.createNetClient().connect(two.port(), "127.0.0.1").await();
        List<PeerFrame> replies = new CopyOnWriteArrayList<>();
        FrameCutter cutter = new FrameCutter(frame -> replies.add(codec.decode(frame)));
        socket.handler(cutter::take);
        byte[] hello = codec.toProto(new PeerFrame.Hello(
                        0,
                        new PeerFrame.Versions(8, 9),
                        new PeerFacts(new NodeId("n1"), CLUSTER, 1, false),
                        Purpose.MEMBER))
                .toByteArray();

        socket.write(Buffer.buffer().appendInt(hello.length).appendBytes(hello)).await();

        await().until(() -> !replies.isEmpty());
        assertEquals(Optional.of(HelloRefusal.OTHER_VERSION), ((PeerFrame.HelloReply) replies.get(0)).refusal());
    }

    // Calls.

    @Test
    void aForwardedCommandIsAnsweredByTheLeader() {
        PeerNode one = node("n1");
        PeerNode leader = node("n2");
        connect(one, leader);

        ForwardReply reply = one.on(p -> p.forward(leader.id, COMMAND));

        assertArrayEquals(SOME, reply.outcome());
        assertEquals(42, reply.index());
        assertEquals(7, reply.term());
        assertEquals(1000, reply.time());
        assertEquals(COMMAND.key(), leader.forwards.get(0).key());
    }

    @Test
    void aCommandThatTheLeaderRefusesIsNotExecutedForItsReason() {
        PeerNode one = node("n1");
        PeerNode leader = node("n2");
        leader.onForward = forward -> Future.failedFuture(new NotExecuted(Reason.DISK_FULL));
        connect(one, leader);

        var refused = assertThrows(NotExecuted.class, () -> one.on(p -> p.forward(leader.id, COMMAND)));

        assertEquals(Reason.DISK_FULL, refused.reason());
    }

    @Test
    void aCommandOfWhichTheLeaderCannotSayIsUnknown() {
        PeerNode one = node("n1");
        PeerNode leader = node("n2");
        leader.onForward = forward -> Future.failedFuture(new IllegalStateException("a defect"));
        connect(one, leader);

        assertThrows(Indeterminate.class, () -> one.on(p -> p.forward(leader.id, COMMAND)));
    }

    @Test
    void aCommandWithoutConnectionIsNotExecuted() {
        PeerNode one = node("n1");

        assertThrows(NotExecuted.class, () -> one.on(p -> p.forward(new NodeId("n2"), COMMAND)));
    }

    @Test
    void aCommandWhoseLeaderIsLostOnTheWayIsUnknown() {
        PeerNode one = node("n1");
        PeerNode leader = node("n2");
        leader.onForward = forward -> Promise.<ForwardReply>promise().future();
        connect(one, leader);
        Future<ForwardReply> reply = one.later(p -> p.forward(leader.id, COMMAND));
        await().until(() -> !leader.forwards.isEmpty());

        leader.kill();

        assertThrows(Indeterminate.class, reply::await);
    }

    @Test
    void whatALeaderAnsweredBeforeItStoppedArrives() {
        PeerNode one = node("n1");
        PeerNode leader = node("n2");
        Promise<ForwardReply> decided = Promise.promise();
        leader.onForward = forward -> decided.future();
        connect(one, leader);
        Future<ForwardReply> reply = one.later(p -> p.forward(leader.id, COMMAND));
        await().until(() -> !leader.forwards.isEmpty());

        leader.on(p -> {
            decided.complete(new ForwardReply(SOME, 42, 7, 1000, false));
            return p.close();
        });

        assertEquals(42, reply.await().index());
    }

    @Test
    void aCommandThatStillWaitsWhenTheConnectionIsLostIsNotExecuted() {
        AtomicReference<NetSocket> stopped = new AtomicReference<>();
        NodeId two = new NodeId("n2");
        NetServer server = answering(new PeerFacts(two, CLUSTER, 2, false), stopped);
        PeerNode one = PeerNode.start(vertx, PeerNode.config("n1", 0).withSilence(1000, 100_000), CLUSTER, 1);
        one.run(p -> p.members(Map.of(two, "127.0.0.1:" + server.actualPort())));
        await().until(() -> one.connections.get() == 1);
        List<Future<ForwardReply>> replies = new CopyOnWriteArrayList<>();
        Forward large = new Forward(new byte[1 << 20], Optional.empty());
        // The network takes some, the queue keeps the others.
        one.run(p -> {
            for (int i = 0; i < 28; i++) {
                replies.add(p.forward(two, large));
            }
        });

        await().until(() -> one.writes.get() > 2);
        stopped.get().close().await();

        await().until(() -> replies.stream().allMatch(Future::isComplete));
        assertTrue(
                replies.get(0).cause() instanceof Indeterminate,
                String.valueOf(replies.get(0).cause()));
        assertTrue(
                replies.get(27).cause() instanceof NotExecuted,
                String.valueOf(replies.get(27).cause()));
    }

    @Test
    void aCommandThatIsNotAnsweredInTimeIsUnknown() {
        PeerNode one = PeerNode.start(vertx, PeerConfig.of(new NodeId("n1"), "127.0.0.1", 0, 200), CLUSTER, 1);
        PeerNode leader = node("n2");
        leader.onForward = forward -> Promise.<ForwardReply>promise().future();
        connect(one, leader);

        assertThrows(Indeterminate.class, () -> one.on(p -> p.forward(leader.id, COMMAND)));
        assertTrue(one.reaches(leader));
    }

    @Test
    void anybodyMayAskAnybody() {
        PeerNode one = node("n1");
        PeerNode stranger = PeerNode.start(vertx, PeerNode.config("n9", 0), 0xC2, 9);
        Ask ask = new Ask("echo", SOME);

        Answer answer = one.on(p -> p.ask(stranger.address(), ask));

        assertTrue(answer.ok());
        assertArrayEquals(SOME, answer.payload());
        assertEquals(
                new PeerFacts(stranger.id, 0xC2, 9, false, Build.ofThis("development"), 1),
                one.on(p -> p.facts(stranger.address())));
        assertFalse(one.reaches(stranger));
    }

    @Test
    void aMemberIsAskedOverTheConnectionThatStands() {
        PeerNode one = node("n1");
        PeerNode two = node("n2");
        two.onAsk = ask -> Future.succeededFuture(Answer.no("unknown-kind"));
        connect(one, two);

        Answer answer = one.on(p -> p.ask(two.id, new Ask("what", SOME)));

        assertEquals("unknown-kind", answer.code());
    }

    @Test
    void aQuestionToNobodyIsNotAsked() {
        PeerNode one = node("n1");
        PeerNode gone = node("n2");
        gone.kill();

        assertThrows(NotExecuted.class, () -> one.on(p -> p.ask(gone.address(), new Ask("echo", SOME))));
        assertThrows(NotExecuted.class, () -> one.on(p -> p.ask("no address", new Ask("echo", SOME))));
        assertThrows(NotExecuted.class, () -> one.on(p -> p.facts(gone.address())));
    }

    @Test
    void aQuestionWhoseAnswererIsLostIsUnknown() {
        PeerNode one = node("n1");
        PeerNode two = node("n2");
        Promise<Void> asked = Promise.promise();
        two.onAsk = ask -> {
            asked.tryComplete();
            return Promise.<Answer>promise().future();
        };
        Future<Answer> answer = one.later(p -> p.ask(two.address(), new Ask("echo", SOME)));
        asked.future().await();

        two.kill();

        assertThrows(Indeterminate.class, answer::await);
    }
}
