package io.skein.cluster;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.cluster.PeerFrame.Challenge;
import io.skein.cluster.PeerFrame.NoSecret;
import io.skein.cluster.PeerFrame.Purpose;
import io.skein.raft.NodeId;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who knows the cluster's secret, who does not, and who stands between, over real sockets. */
@Timeout(60)
class PeerSecretTest {
    private static final long CLUSTER = 0xC1;
    private static final String OLD = "the secret of last year";
    /** Iterations: nobody tries anything on these. */
    private static final int FEW = 2;

    private static final String NEW = "the secret of this year";

    private final Vertx vertx = Vertx.vertx();
    private final PeerCodec codec = new PeerCodec(0);

    @AfterEach
    void close() {
        vertx.close().await();
    }

    private static PeerSecurity knowing(String current, String... previous) {
        return PeerSecurity.NONE.withSecret(
                ClusterSecret.of(current, List.of(previous).stream().findFirst(), FEW));
    }

    private PeerNode node(String id, PeerSecurity security) {
        return node(id, 0, security);
    }

    private PeerNode node(String id, int port, PeerSecurity security) {
        return PeerNode.start(vertx, PeerNode.config(id, port).with(security), CLUSTER, id.hashCode());
    }

    private static void speak(PeerNode one, PeerNode other) {
        one.knows(other);
        other.knows(one);
        await().until(() -> one.reaches(other) && other.reaches(one));
        int before = other.heard.size();
        one.run(p -> p.send(other.id, PeerNode.number(7)));
        await().until(() -> other.heard.size() > before);
    }

    @Test
    void nodesThatKnowTheSecretSpeakAsEver() {
        PeerNode one = node("n1", knowing(NEW));
        PeerNode other = node("n2", knowing(NEW));
        speak(one, other);
        byte[] large = new byte[300_000];
        new Random(1).nextBytes(large);

        Answer answer = one.on(p -> p.ask(other.id, new Ask("any", large)));

        assertEquals(Buffer.buffer(large), Buffer.buffer(answer.payload()));
        assertEquals("n2", one.on(p -> p.facts(other.address())).node().value(), "also over a connection of its own");
    }

    @Test
    void whoKnowsAnotherSecretIsNotSpokenWith() {
        PeerNode one = node("n1", knowing(NEW));
        PeerNode other = node("n2", knowing(OLD));
        one.knows(other);
        other.knows(one);

        await().until(() -> one.faults.contains(HandshakeFault.SECRET) && other.faults.contains(HandshakeFault.SECRET));

        assertFalse(one.reaches(other) || other.reaches(one));
        assertEquals(0, one.connections.get() + other.connections.get());
    }

    @Test
    void whoHasNoneIsNotSpokenWithByWhoHasOneAndTheOtherWayRound() {
        PeerNode one = node("n1", knowing(NEW));
        PeerNode other = node("n2", PeerSecurity.NONE);
        one.knows(other);
        other.knows(one);

        await().until(() -> one.faults.contains(HandshakeFault.SECRET) && other.faults.contains(HandshakeFault.SECRET));

        assertFalse(one.reaches(other) || other.reaches(one));
    }

    @Test
    void theSecretChangesNodeByNodeWhileTheySpeak() {
        List<PeerNode> nodes = new ArrayList<>();
        for (String id : List.of("n1", "n2", "n3")) {
            nodes.add(node(id, knowing(OLD)));
        }
        meet(nodes);
        for (PeerSecurity next : List.of(knowing(NEW, OLD), knowing(NEW))) {
            for (int i = 0; i < nodes.size(); i++) {
                PeerNode before = nodes.get(i);
                before.kill();
                nodes.set(i, node(before.id.value(), before.port(), next));
                meet(nodes);
            }
        }
    }

    private static void meet(List<PeerNode> nodes) {
        nodes.forEach(node -> node.knows(nodes.stream().filter(n -> n != node).toArray(PeerNode[]::new)));
        for (PeerNode from : nodes) {
            for (PeerNode to : nodes) {
                if (from != to) {
                    await().until(() -> from.reaches(to));
                }
            }
        }
    }

    // Strangers.

    /** What one who knows nothing hears, and when it is over. */
    private final class Stranger {
        final List<PeerFrame> heard = new CopyOnWriteArrayList<>();
        final AtomicBoolean isClosed = new AtomicBoolean();
        final AtomicInteger bytes = new AtomicInteger();
        final NetSocket socket;

        Stranger(PeerNode node) {
            socket = vertx.createNetClient().connect(node.port(), "127.0.0.1").await();
            FrameCutter cutter = new FrameCutter(frame -> heard.add(codec.decode(frame)));
            socket.closeHandler(v -> isClosed.set(true)).handler(came -> {
                bytes.addAndGet(came.length());
                if (heard.size() < 2) {
                    // What follows a proof is sealed.
                    cutter.take(came);
                }
            });
        }

        void says(PeerFrame frame) {
            byte[] bytes = codec.toProto(frame).toByteArray();
            says(Buffer.buffer().appendInt(bytes.length).appendBytes(bytes));
        }

        void says(Buffer bytes) {
            socket.write(bytes).onFailure(closed -> {});
        }
    }

    private static PeerFrame hello(String id) {
        PeerFacts facts = new PeerFacts(new NodeId(id), CLUSTER, 1, false);
        return new PeerFrame.Hello(0, Greeting.VERSIONS, facts, Purpose.MEMBER);
    }

    @Test
    void aStrangerHearsOnlyThatThereIsASecret() {
        PeerNode node = node("n1", knowing(NEW));
        Stranger stranger = new Stranger(node);

        stranger.says(hello("n2"));

        await().untilTrue(stranger.isClosed);
        assertEquals(List.of(new NoSecret(false)), stranger.heard);
        assertEquals(0, node.connections.get());
    }

    @Test
    void aWrongProofIsNotAnswered() {
        PeerNode node = node("n1", knowing(NEW));
        Stranger stranger = new Stranger(node);
        stranger.says(new Challenge(new byte[Handshake.NONCE_BYTES]));
        await().until(() -> stranger.heard.size() == 1);

        stranger.says(new PeerFrame.Proof(new NodeId("n2"), List.of(new byte[ClusterSecret.MAC_BYTES])));

        await().untilTrue(stranger.isClosed);
        assertTrue(stranger.heard.size() == 1 && stranger.heard.get(0) instanceof Challenge);
    }

    /** One who knows the secret and proves a name. */
    private Handshake prove(Stranger stranger, String name) {
        Handshake steps = new Handshake(
                ClusterSecret.of(NEW, Optional.empty(), FEW),
                true,
                new NodeId(name),
                0,
                new byte[Handshake.NONCE_BYTES]);
        stranger.says(steps.begin().orElseThrow());
        await().until(() -> stranger.heard.size() == 1);
        stranger.says(steps.hear(stranger.heard.get(0)).orElseThrow());
        await().until(() -> stranger.heard.size() == 2);
        assertEquals(Optional.empty(), steps.hear(stranger.heard.get(1)));
        return steps;
    }

    private void saysSealed(Stranger stranger, Seal seal, PeerFrame frame) {
        byte[] bytes = codec.toProto(frame).toByteArray();
        stranger.says(Buffer.buffer(seal.seal(
                Buffer.buffer().appendInt(bytes.length).appendBytes(bytes).getBytes())));
    }

    @Test
    void whoProvesOneNameAndSaysAnotherIsTurnedAwayAndCounted() {
        PeerNode node = node("n1", knowing(NEW));
        Stranger stranger = new Stranger(node);
        Handshake steps = prove(stranger, "n2");

        saysSealed(stranger, steps.sealing(), hello("n3"));

        await().untilTrue(stranger.isClosed);
        await().until(() -> node.faults.equals(List.of(HandshakeFault.SECRET)));
    }

    @Test
    void whoProvesAgainWhatItHasProvedIsTurnedAway() {
        PeerNode node = node("n1", knowing(NEW));
        Stranger stranger = new Stranger(node);
        Seal seal = prove(stranger, "n2").sealing();
        for (PeerFrame step : List.of(
                hello("n2"), new PeerFrame.Proof(new NodeId("n2"), List.of(new byte[ClusterSecret.MAC_BYTES])))) {
            saysSealed(stranger, seal, step);
        }

        await().untilTrue(stranger.isClosed);
    }

    @Test
    void beforeTheProofAFrameIsShortAndTheRestIsNotRead() {
        PeerNode node = node("n1", knowing(NEW));
        Stranger stranger = new Stranger(node);

        stranger.says(Buffer.buffer().appendInt(513));

        await().untilTrue(stranger.isClosed);
        await().until(() -> node.faults.contains(HandshakeFault.GARBAGE));
    }

    @Test
    void whoSaysNothingIsGoneInTime() {
        PeerNode node = node("n1", knowing(NEW));
        Stranger stranger = new Stranger(node);

        await().untilTrue(stranger.isClosed);

        assertEquals(List.of(HandshakeFault.SILENCE), node.faults);
    }

    @Test
    void ofManyWhoSayNothingTheOldestGiveWayAndANodeGetsThrough() {
        PeerNode node = node("n1", knowing(NEW).withStrangers(20, 10));
        List<Stranger> crowd = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            crowd.add(new Stranger(node));
        }
        await().until(() -> crowd.subList(0, 40).stream().allMatch(one -> one.isClosed.get()));

        PeerNode other = node("n2", knowing(NEW));
        speak(other, node);

        assertTrue(node.faults.contains(HandshakeFault.CROWD));
    }

    @Test
    void randomBytesCutOversizedAndWellFormedOnesLeaveTheClusterAsItWas() {
        PeerNode one = node("n1", knowing(NEW));
        PeerNode other = node("n2", knowing(NEW));
        speak(one, other);
        long connections = one.connections.get();
        Random random = new Random(3);
        List<Stranger> strangers = new ArrayList<>();
        for (int round = 0; round < 300; round++) {
            Stranger stranger = new Stranger(one);
            strangers.add(stranger);
            if (random.nextBoolean()) {
                stranger.says(new Challenge(new byte[Handshake.NONCE_BYTES]));
            }
            byte[] noise = new byte[1 + random.nextInt(2000)];
            random.nextBytes(noise);
            Buffer framed = Buffer.buffer();
            if (random.nextBoolean()) {
                framed.appendInt(random.nextBoolean() ? noise.length : random.nextInt());
            }
            stranger.says(framed.appendBytes(noise));
        }
        await().until(() -> strangers.stream().allMatch(stranger -> stranger.isClosed.get()));

        assertTrue(strangers.stream().allMatch(stranger -> stranger.bytes.get() < 64), "nothing but a challenge");
        speak(one, other);
        assertEquals(connections, one.connections.get(), "on the connections that stood");
    }

    // Who stands between.

    /** Between two nodes: passes on what they say, and what it is told to change. */
    private final class Between {
        final AtomicInteger passed = new AtomicInteger();
        final List<Buffer> recorded = new CopyOnWriteArrayList<>();
        volatile boolean isChanging;
        final NetServer server;

        Between(PeerNode to) {
            server = vertx.createNetServer()
                    .connectHandler(from -> {
                        from.pause();
                        vertx.createNetClient().connect(to.port(), "127.0.0.1").onSuccess(other -> {
                            from.handler(bytes -> {
                                recorded.add(bytes);
                                other.write(change(bytes)).onFailure(gone -> {});
                                passed.incrementAndGet();
                            });
                            other.handler(bytes -> from.write(bytes).onFailure(gone -> {}));
                            from.closeHandler(v -> other.close().onFailure(gone -> {}));
                            other.closeHandler(v -> from.close().onFailure(gone -> {}));
                            from.resume();
                        });
                    })
                    .listen(0, "127.0.0.1")
                    .await();
        }

        private Buffer change(Buffer bytes) {
            if (!isChanging || bytes.length() < 12) {
                return bytes;
            }
            byte[] changed = bytes.getBytes();
            changed[changed.length / 2] ^= 1;
            return Buffer.buffer(changed);
        }
    }

    @Test
    void oneBitChangedOnTheWayEndsTheConnectionAndIsNotHeard() {
        PeerNode one = node("n1", knowing(NEW));
        PeerNode other = node("n2", knowing(NEW));
        Between between = new Between(other);
        one.run(p -> p.members(Map.of(other.id, "127.0.0.1:" + between.server.actualPort())));
        await().until(() -> one.reaches(other));
        long before = other.heard.size();

        between.isChanging = true;
        one.run(p -> p.send(other.id, PeerNode.number(9)));

        await().until(() -> !one.reaches(other));
        assertEquals(before, other.heard.size());
        between.isChanging = false;
        await().until(() -> one.reaches(other));
    }

    @Test
    void whatWasHeardOnTheWayOpensNoDoorWhenSaidAgain() {
        PeerNode one = node("n1", knowing(NEW));
        PeerNode other = node("n2", knowing(NEW));
        Between between = new Between(other);
        one.run(p -> p.members(Map.of(other.id, "127.0.0.1:" + between.server.actualPort())));
        await().until(() -> one.reaches(other));
        one.run(p -> p.send(other.id, PeerNode.number(9)));
        await().until(() -> other.heard.size() == 1);
        List<Buffer> recorded = List.copyOf(between.recorded);

        Stranger stranger = new Stranger(other);
        recorded.forEach(stranger::says);

        await().untilTrue(stranger.isClosed);
        assertEquals(1, other.heard.size());
        assertTrue(other.faults.contains(HandshakeFault.SECRET));
    }

    @Test
    void aNodeThatIsAnsweredWithItsOwnWordsDoesNotSpeak() {
        Buffer said = Buffer.buffer();
        AtomicBoolean isClosed = new AtomicBoolean();
        NetServer mirror = vertx.createNetServer()
                .connectHandler(
                        socket -> socket.closeHandler(v -> isClosed.set(true)).handler(bytes -> {
                            said.appendBuffer(bytes);
                            socket.write(bytes).onFailure(gone -> {});
                        }))
                .listen(0, "127.0.0.1")
                .await();
        PeerNode one = node("n1", knowing(NEW));

        Optional<PeerFacts> facts = Optional.ofNullable(one.later(p -> p.facts("127.0.0.1:" + mirror.actualPort()))
                .otherwiseEmpty()
                .await());

        await().untilTrue(isClosed);
        assertEquals(Optional.empty(), facts);
        List<PeerFrame> steps = new ArrayList<>();
        FrameCutter cutter = new FrameCutter(frame -> steps.add(codec.decode(frame)));
        cutter.take(said);
        assertEquals(
                List.of(Challenge.class, PeerFrame.Proof.class),
                steps.stream().map(PeerFrame::getClass).toList());
        assertTrue(cutter.isBetweenFrames(), "and nothing that is said once the other is believed");
    }
}
