package io.skein.cluster;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.cluster.PeerFrame.Challenge;
import io.skein.cluster.PeerFrame.Proof;
import io.skein.raft.NodeId;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HandshakeTest {
    private static final ClusterSecret SECRET = ClusterSecret.of("correct horse battery", Optional.empty());
    private static final ClusterSecret OTHER = ClusterSecret.of("another one of theirs", Optional.empty());
    private static final NodeId N1 = new NodeId("n1");
    private static final NodeId N2 = new NodeId("n2");

    private final Random random = new Random(1);

    private byte[] nonce() {
        byte[] nonce = new byte[Handshake.NONCE_BYTES];
        random.nextBytes(nonce);
        return nonce;
    }

    private Handshake calling(ClusterSecret secret) {
        return new Handshake(secret, true, N1, 0, nonce());
    }

    private Handshake called(ClusterSecret secret) {
        return new Handshake(secret, false, N2, 0, nonce());
    }

    /** Until nobody has anything to say. */
    private static void talk(Handshake calling, Handshake called) {
        Optional<PeerFrame> said = calling.begin();
        boolean toCalled = true;
        while (said.isPresent()) {
            said = (toCalled ? called : calling).hear(said.get());
            toCalled = !toCalled;
        }
    }

    @Test
    void whoKnowTheSecretGetThroughAndKnowAsWhom() {
        Handshake calling = calling(SECRET);
        Handshake called = called(SECRET);

        talk(calling, called);

        assertTrue(calling.isThrough() && called.isThrough());
        assertEquals(N2, calling.other());
        assertEquals(N1, called.other());
    }

    @Test
    void whoDoesNotKnowItHearsNothingThatWasMadeWithIt() {
        Handshake calling = calling(OTHER);
        Handshake called = called(SECRET);
        Challenge challenge =
                (Challenge) called.hear(calling.begin().orElseThrow()).orElseThrow();

        PeerFrame proof = calling.hear(challenge).orElseThrow();

        assertThrows(IllegalArgumentException.class, () -> called.hear(proof));
        assertFalse(called.isThrough());
    }

    @Test
    void whileTheSecretChangesTheOneBeforeCountsInBothDirections() {
        ClusterSecret both = ClusterSecret.of("another one of theirs", Optional.of("correct horse battery"));
        for (ClusterSecret left : List.of(SECRET, OTHER, both)) {
            Handshake calling = calling(left);
            Handshake called = called(both);
            talk(calling, called);
            assertTrue(calling.isThrough() && called.isThrough());
            Handshake back = calling(both);
            Handshake answering = called(left);
            talk(back, answering);
            assertTrue(back.isThrough() && answering.isThrough());
        }
    }

    @Test
    void whatWasSaidOnAnotherConnectionProvesNothing() {
        byte[] nonce = nonce();
        Handshake calling = new Handshake(SECRET, true, N1, 0, nonce);
        Handshake called = called(SECRET);
        PeerFrame challenge = called.hear(calling.begin().orElseThrow()).orElseThrow();
        PeerFrame proof = calling.hear(challenge).orElseThrow();
        called.hear(proof);

        Handshake another = called(SECRET);
        another.hear(new Challenge(nonce));

        assertThrows(IllegalArgumentException.class, () -> another.hear(proof));
    }

    @Test
    void whoIsAnsweredWithItsOwnWordsDoesNotBelieveThem() {
        Handshake calling = calling(SECRET);
        PeerFrame challenge = calling.begin().orElseThrow();
        PeerFrame proof = calling.hear(challenge).orElseThrow();

        assertThrows(IllegalArgumentException.class, () -> calling.hear(proof));
    }

    @Test
    void aProofUnderAnotherNameOrOfAnotherGroupIsNone() {
        Handshake calling = calling(SECRET);
        Handshake called = called(SECRET);
        PeerFrame challenge = called.hear(calling.begin().orElseThrow()).orElseThrow();
        Proof proof = (Proof) calling.hear(challenge).orElseThrow();
        assertThrows(IllegalArgumentException.class, () -> called.hear(new Proof(new NodeId("n3"), proof.macs())));

        Handshake elsewhere = new Handshake(SECRET, true, N1, 1, nonce());
        Handshake here = called(SECRET);
        assertThrows(IllegalArgumentException.class, () -> talk(elsewhere, here));
    }

    @Test
    void stepsAreTakenOneAfterTheOther() {
        Proof early = new Proof(N1, List.of(new byte[32]));
        assertThrows(IllegalArgumentException.class, () -> called(SECRET).hear(early));
        assertThrows(IllegalArgumentException.class, () -> called(SECRET).hear(new PeerFrame.Ping(1)));
        assertThrows(IllegalArgumentException.class, () -> called(SECRET).hear(new Challenge(new byte[31])));
        Handshake twice = called(SECRET);
        twice.hear(new Challenge(nonce()));
        assertThrows(IllegalArgumentException.class, () -> twice.hear(new Challenge(nonce())));
    }

    @Test
    void aSecretIsNotShortAndSaysNothingOfItself() {
        assertThrows(IllegalArgumentException.class, () -> ClusterSecret.of("short", Optional.empty()));
        assertFalse(SECRET.toString().contains("horse"));
    }

    // What follows it.

    private Seal[] sealed() {
        Handshake calling = calling(SECRET);
        Handshake called = called(SECRET);
        talk(calling, called);
        return new Seal[] {calling.sealing(), called.opening(), called.sealing(), calling.opening()};
    }

    private static Buffer open(Seal seal, Buffer sealed) {
        Buffer opened = Buffer.buffer();
        seal.open(sealed, (bytes, count) -> opened.appendBytes(bytes, 0, count));
        return opened;
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    @Test
    void whatIsSealedOpensWhereverTheNetworkCutsIt() {
        Seal[] seals = sealed();
        for (int length : new int[] {1, 100, 65_536, 65_537, 300_000}) {
            byte[] said = bytes(length);
            Buffer on = Buffer.buffer(seals[0].seal(said));
            Buffer heard = Buffer.buffer();
            for (int at = 0; at < on.length(); ) {
                int part = Math.min(on.length() - at, 1 + random.nextInt(50_000));
                heard.appendBuffer(open(seals[1], on.slice(at, at + part)));
                at += part;
            }
            assertArrayEquals(said, heard.getBytes());
        }
    }

    @Test
    void aRecordThatIsMadeInPlaceIsTheSame() {
        Seal[] seals = sealed();
        byte[] said = bytes(1000);
        byte[] record = new byte[Seal.HEAD_BYTES + said.length + Seal.TAG_BYTES];
        System.arraycopy(said, 0, record, Seal.HEAD_BYTES, said.length);
        seals[0].sealInPlace(record);
        assertArrayEquals(said, open(seals[1], Buffer.buffer(record)).getBytes());
    }

    @Test
    void oneBitThatIsAnotherIsFound() {
        for (int round = 0; round < 200; round++) {
            Seal[] seals = sealed();
            byte[] touched = seals[0].seal(bytes(50));
            touched[Seal.HEAD_BYTES + random.nextInt(touched.length - Seal.HEAD_BYTES)] ^=
                    (byte) (1 << random.nextInt(8));
            assertThrows(IllegalArgumentException.class, () -> open(seals[1], Buffer.buffer(touched)));
        }
    }

    @Test
    void whatIsRepeatedLeftOutOrSentBackIsFound() {
        Seal[] seals = sealed();
        Buffer first = Buffer.buffer(seals[0].seal(bytes(10)));
        Buffer second = Buffer.buffer(seals[0].seal(bytes(10)));
        open(seals[1], first);
        assertThrows(IllegalArgumentException.class, () -> open(seals[1], first), "repeated");

        Seal[] others = sealed();
        others[0].seal(bytes(10));
        Buffer late = Buffer.buffer(others[0].seal(bytes(10)));
        assertThrows(IllegalArgumentException.class, () -> open(others[1], late), "left out");
        assertThrows(IllegalArgumentException.class, () -> open(others[3], second), "sent back");
    }

    @Test
    void aLengthThatCannotBeTakesNoMemory() {
        Seal seal = sealed()[1];
        assertThrows(
                IllegalArgumentException.class, () -> open(seal, Buffer.buffer().appendInt(Integer.MAX_VALUE)));
    }
}
