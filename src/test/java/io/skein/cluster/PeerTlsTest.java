package io.skein.cluster;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.raft.NodeId;
import io.skein.tls.TestAuthority;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that show certificates to each other, and who has none of theirs. */
@Timeout(60)
class PeerTlsTest {
    private static final long CLUSTER = 0xC1;

    @TempDir
    private static Path directory;

    private static PeerTls ours;
    private static PeerTls renewed;
    private static PeerTls theirs;
    private static PeerTls expired;

    private final Vertx vertx = Vertx.vertx();

    @BeforeAll
    static void authorities() throws IOException {
        TestAuthority authority = new TestAuthority(directory, "ours");
        ours = tls(authority, authority.identity("node"));
        renewed = tls(authority, authority.identity("next"));
        expired = tls(authority, authority.expired("old"));
        TestAuthority other = new TestAuthority(directory, "theirs");
        theirs = tls(other, other.identity("node"));
    }

    private static PeerTls tls(TestAuthority authority, TestAuthority.Identity identity) throws IOException {
        var shown = new PemKeyCertOptions()
                .addCertValue(Buffer.buffer(Files.readAllBytes(identity.certificate())))
                .addKeyValue(Buffer.buffer(Files.readAllBytes(identity.key())));
        var trusted = new PemTrustOptions().addCertValue(Buffer.buffer(Files.readAllBytes(authority.certificate())));
        return new PeerTls(
                new ServerSSLOptions()
                        .setClientAuth(ClientAuth.REQUIRED)
                        .setKeyCertOptions(shown)
                        .setTrustOptions(trusted),
                new ClientSSLOptions()
                        .setHostnameVerificationAlgorithm("")
                        .setKeyCertOptions(shown)
                        .setTrustOptions(trusted));
    }

    @AfterEach
    void close() {
        vertx.close().await();
    }

    private PeerNode node(String id, PeerSecurity security) {
        return PeerNode.start(vertx, PeerNode.config(id, 0).with(security), CLUSTER, id.hashCode());
    }

    /** On a busy machine the first TLS and the first hash of a secret take their time. */
    private static PeerConfig patient(PeerConfig one) {
        return new PeerConfig(
                one.node(),
                one.host(),
                one.port(),
                one.group(),
                one.overrides(),
                one.maxQueueBytes(),
                one.maxConnections(),
                one.connectMs(),
                30_000,
                one.minRetryMs(),
                one.maxRetryMs(),
                one.refusedRetryMs(),
                one.pingMs(),
                one.silentMs(),
                one.answerMs(),
                one.security(),
                one.build());
    }

    private static PeerSecurity showing(PeerTls tls) {
        return PeerSecurity.NONE.withTls(() -> Optional.of(tls));
    }

    private static void speak(PeerNode one, PeerNode other) {
        one.knows(other);
        other.knows(one);
        await().until(() -> one.reaches(other) && other.reaches(one));
        int before = other.heard.size();
        one.run(p -> p.send(other.id, PeerNode.number(7)));
        await().until(() -> other.heard.size() > before);
    }

    private static void refuse(PeerNode one, PeerNode other, HandshakeFault... faults) {
        one.knows(other);
        other.knows(one);
        await().until(() -> !one.faults.isEmpty() && !other.faults.isEmpty());
        List<HandshakeFault> possible = List.of(faults);
        assertTrue(
                possible.containsAll(one.faults) && possible.containsAll(other.faults),
                one.faults + " " + other.faults);
        assertFalse(one.reaches(other) || other.reaches(one));
    }

    @Test
    void nodesOfOneAuthoritySpeakAlsoWithASecret() {
        speak(node("n1", showing(ours)), node("n2", showing(renewed)));

        ClusterSecret secret = ClusterSecret.of("and a secret besides", Optional.empty());
        PeerNode one = node("n3", showing(ours).withSecret(secret));
        PeerNode other = node("n4", showing(ours).withSecret(secret));
        speak(one, other);
        byte[] large = new byte[300_000];
        Answer answer = one.on(p -> p.ask(other.id, new Ask("any", large)));
        assertEquals(large.length, answer.payload().length);
    }

    @Test
    void theCertificateOfAnotherAuthorityIsNotTakenByEitherSide() {
        refuse(node("n1", showing(ours)), node("n2", showing(theirs)), HandshakeFault.TLS);
    }

    @Test
    void anExpiredCertificateIsNotTaken() {
        refuse(node("n1", showing(ours)), node("n2", showing(expired)), HandshakeFault.TLS);
    }

    @Test
    void whoSpeaksPlainlyIsNotSpokenWithByWhoSpeaksTlsAndTheOtherWayRound() {
        refuse(node("n1", showing(ours)), node("n2", PeerSecurity.NONE), HandshakeFault.TLS, HandshakeFault.SILENCE);
    }

    @Test
    void aNodeOfTheAuthorityWithoutTheSecretIsNotSpokenWith() {
        ClusterSecret secret = ClusterSecret.of("and a secret besides", Optional.empty());
        refuse(node("n1", showing(ours).withSecret(secret)), node("n2", showing(ours)), HandshakeFault.SECRET);
    }

    @Test
    void aNewCertificateCountsFromTheNextConnectionOnAndTheOldOnesLive() {
        AtomicReference<PeerTls> current = new AtomicReference<>(ours);
        PeerNode one = node("n1", PeerSecurity.NONE.withTls(() -> Optional.of(current.get())));
        PeerNode other = node("n2", showing(ours));
        speak(one, other);
        long connections = one.connections.get();

        assertEquals("CN=node", shownBy(one));
        current.set(renewed);

        assertEquals("CN=next", shownBy(one));
        speak(one, other);
        assertEquals(connections, one.connections.get());
        speak(one, node("n3", showing(ours)));
    }

    private String shownBy(PeerNode node) {
        try {
            X509Certificate shown =
                    (X509Certificate) connect(node, ours).sslSession().getPeerCertificates()[0];
            return shown.getSubjectX500Principal().getName();
        } catch (SSLPeerUnverifiedException none) {
            throw new AssertionError(none);
        }
    }

    @Test
    void whoProvedTheSecretWithinTlsGoesOnSealed() {
        ClusterSecret secret = ClusterSecret.of("and a secret besides", Optional.empty());
        PeerNode node = PeerNode.start(
                vertx, patient(PeerNode.config("n1", 0).with(showing(ours).withSecret(secret))), CLUSTER, 1);
        PeerCodec codec = new PeerCodec(0);
        Handshake steps = new Handshake(secret, true, new NodeId("n2"), 0, new byte[Handshake.NONCE_BYTES]);
        PeerFacts facts = new PeerFacts(new NodeId("n2"), CLUSTER, 2, false);
        PeerFrame hello = new PeerFrame.Hello(0, Greeting.VERSIONS, facts, PeerFrame.Purpose.MEMBER);
        NetSocket socket = connect(node, ours);
        AtomicBoolean isClosed = new AtomicBoolean();
        FrameCutter cutter = new FrameCutter(frame -> {
            say(socket, codec, steps.hear(codec.decode(frame)));
            if (steps.isThrough()) {
                // Twice, so that more has come than one sealed record would be.
                say(socket, codec, Optional.of(hello));
                say(socket, codec, Optional.of(hello));
            }
        });
        socket.closeHandler(v -> isClosed.set(true)).handler(cutter::take);

        say(socket, codec, steps.begin());

        await().untilTrue(isClosed);
        assertTrue(steps.isThrough(), () -> node.faults.toString());
        await().until(() -> node.faults.equals(List.of(HandshakeFault.GARBAGE)));
    }

    private static void say(NetSocket socket, PeerCodec codec, Optional<PeerFrame> frame) {
        frame.map(said -> codec.toProto(said).toByteArray())
                .ifPresent(bytes -> socket.write(
                                Buffer.buffer().appendInt(bytes.length).appendBytes(bytes))
                        .onFailure(gone -> {}));
    }

    private NetSocket connect(PeerNode node, PeerTls as) {
        return connect(node, as, new AtomicBoolean());
    }

    private NetSocket connect(PeerNode node, PeerTls as, AtomicBoolean isClosed) {
        var options = new NetClientOptions();
        if (as != null) {
            options.setSsl(true)
                    .setHostnameVerificationAlgorithm("")
                    .setTrustAll(true)
                    .setKeyCertOptions(as.calling().getKeyCertOptions());
        }
        return vertx.createNetClient(options)
                .connect(node.port(), "127.0.0.1")
                // On its loop, before it can be closed.
                .map(socket -> socket.closeHandler(v -> isClosed.set(true)))
                .otherwiseEmpty()
                .await();
    }

    @Test
    void whoBeginsTlsAndDoesNotGoOnIsGoneInTimeAndGivesWay() {
        PeerNode node = node("n1", showing(ours).withStrangers(20, 10));
        List<AtomicBoolean> closed = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            AtomicBoolean isClosed = new AtomicBoolean();
            closed.add(isClosed);
            connect(node, null, isClosed);
        }
        await().until(() -> closed.subList(0, 20).stream().allMatch(AtomicBoolean::get));
        speak(node("n2", showing(ours)), node);
        await().until(() -> closed.stream().allMatch(AtomicBoolean::get));
    }

    @Test
    void whoCallsTooOftenIsClosedBeforeTlsBeginsAndANodeGetsThrough() {
        PeerNode node = node("n1", showing(ours).withTlsPerSecond(3));
        for (int i = 0; i < 30; i++) {
            connect(node, null);
        }
        await().until(() -> node.faults.contains(HandshakeFault.CROWD));
        assertTrue(node.faults.stream().filter(HandshakeFault.CROWD::equals).count() >= 10, node.faults.toString());

        speak(node("n2", showing(ours)), node);
    }

    @Test
    void randomBytesBeforeAndWithinTlsLeaveTheClusterAsItWas() {
        PeerNode one = node("n1", showing(ours));
        PeerNode other = node("n2", showing(ours));
        speak(one, other);
        long connections = one.connections.get();
        Random random = new Random(5);
        List<AtomicBoolean> closed = new ArrayList<>();
        for (int round = 0; round < 100; round++) {
            AtomicBoolean isClosed = new AtomicBoolean();
            NetSocket socket = connect(one, round % 4 == 0 ? ours : round % 4 == 1 ? theirs : null, isClosed);
            if (socket == null) {
                continue;
            }
            closed.add(isClosed);
            byte[] noise = new byte[1 + random.nextInt(5000)];
            random.nextBytes(noise);
            if (random.nextBoolean()) {
                noise[0] = 22;
                noise[Math.min(1, noise.length - 1)] = 3;
            }
            socket.exceptionHandler(gone -> {}).write(Buffer.buffer(noise)).onFailure(gone -> {});
        }
        await().until(() -> closed.stream().allMatch(AtomicBoolean::get));
        assertTrue(one.faults.containsAll(List.of(HandshakeFault.TLS, HandshakeFault.GARBAGE)), one.faults.toString());
        speak(one, other);
        assertEquals(connections, one.connections.get());
    }
}
