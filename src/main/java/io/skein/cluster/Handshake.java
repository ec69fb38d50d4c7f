package io.skein.cluster;

import io.skein.raft.NodeId;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Two nodes prove to each other that they know the cluster's secret, before anything else is said on their connection:
 *
 * <pre>
 * who calls                                who is called
 *   challenge(its nonce)          ->
 *                                 <-       challenge(its nonce)
 *   proof(its id, codes)          ->
 *                                 <-       proof(its id, code)
 * </pre>
 *
 * A code is HMAC-SHA256 (RFC 2104), under the secret, of the role of who proves, the group, both nonces and the ids (of who
 * is called: of both). Both nonces are new for each connection, so nothing that was heard before is a proof; roles have
 * codes of their own, so nobody is answered with what he said himself. Who calls proves first: who does not know the secret
 * hears nothing that was made with it. The same texts, with two more roles, give the keys of what follows ({@link Seal}).
 *
 * <p>It goes step by step: one frame, then the other's. No I/O, and no randomness but the nonce that is handed in.
 */
final class Handshake {
    static final int NONCE_BYTES = 32;

    /** What a code is for; a byte before everything else in its text. */
    private enum Role {
        CALLER_PROVES,
        CALLED_PROVES,
        CALLER_SEALS,
        CALLED_SEALS
    }

    private enum State {
        CHALLENGE_AWAITED,
        PROOF_AWAITED,
        THROUGH
    }

    private static final byte[] WHAT = "skein peers 1".getBytes(StandardCharsets.US_ASCII);

    private final ClusterSecret secret;
    private final boolean isCaller;
    private final NodeId self;
    private final long group;
    private final byte[] nonce;
    private byte[] otherNonce;
    private NodeId other;
    /** Number of the secret that both know. */
    private int shared;

    private State state = State.CHALLENGE_AWAITED;

    /** @param nonce {@link #NONCE_BYTES} that nobody can foresee and that were never used */
    Handshake(ClusterSecret secret, boolean isCaller, NodeId self, long group, byte[] nonce) {
        if (nonce.length != NONCE_BYTES) {
            throw new AssertionError("a nonce of " + nonce.length + " bytes");
        }
        this.secret = secret;
        this.isCaller = isCaller;
        this.self = self;
        this.group = group;
        this.nonce = nonce;
    }

    /** What is said before anything is heard. */
    Optional<PeerFrame> begin() {
        return isCaller ? Optional.of(new PeerFrame.Challenge(nonce)) : Optional.empty();
    }

    /**
     * @return what is to be said now
     * @throws IllegalArgumentException when it is not the next step, or proves nothing; nothing is said then
     */
    Optional<PeerFrame> hear(PeerFrame frame) {
        if (state == State.CHALLENGE_AWAITED && frame instanceof PeerFrame.Challenge challenge) {
            if (challenge.nonce().length != NONCE_BYTES) {
                throw new IllegalArgumentException("a nonce of another length");
            }
            otherNonce = challenge.nonce();
            state = State.PROOF_AWAITED;
            return Optional.of(
                    isCaller
                            ? new PeerFrame.Proof(
                                    self,
                                    IntStream.range(0, secret.size())
                                            .mapToObj(which -> code(which, Role.CALLER_PROVES))
                                            .toList())
                            : new PeerFrame.Challenge(nonce));
        }
        if (state == State.PROOF_AWAITED && frame instanceof PeerFrame.Proof proof) {
            other = proof.node();
            shared = proved(proof.macs());
            state = State.THROUGH;
            return isCaller
                    ? Optional.empty()
                    : Optional.of(new PeerFrame.Proof(self, List.of(code(shared, Role.CALLED_PROVES))));
        }
        throw new IllegalArgumentException("it did not take the next step to prove that it knows the cluster's secret");
    }

    /** The first of this node's secrets that the other proved to know. */
    private int proved(List<byte[]> macs) {
        if (macs.isEmpty() || macs.size() > (isCaller ? 1 : 2)) {
            throw new IllegalArgumentException(macs.size() + " proofs");
        }
        for (int which = 0; which < secret.size(); which++) {
            byte[] expected = code(which, isCaller ? Role.CALLED_PROVES : Role.CALLER_PROVES);
            for (byte[] mac : macs) {
                // Takes as long however much of it is right.
                if (MessageDigest.isEqual(expected, mac)) {
                    return which;
                }
            }
        }
        throw new IllegalArgumentException("it does not know the cluster's secret (--peer-secret)");
    }

    private byte[] code(int which, Role role) {
        var bytes = new ByteArrayOutputStream();
        var text = new DataOutputStream(bytes);
        try {
            text.writeByte(role.ordinal());
            text.write(WHAT);
            text.writeLong(group);
            text.write(isCaller ? nonce : otherNonce);
            text.write(isCaller ? otherNonce : nonce);
            text.writeUTF((isCaller ? self : other).value());
            if (role != Role.CALLER_PROVES) {
                text.writeUTF((isCaller ? other : self).value());
            }
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
        return secret.mac(which, bytes.toByteArray());
    }

    boolean isThrough() {
        return state == State.THROUGH;
    }

    /** As whom the other proved; once through. */
    NodeId other() {
        return other;
    }

    /** For what this end says; once through, and once only. */
    Seal sealing() {
        return new Seal(code(shared, isCaller ? Role.CALLER_SEALS : Role.CALLED_SEALS));
    }

    /** For what the other end says; once through, and once only. */
    Seal opening() {
        return new Seal(code(shared, isCaller ? Role.CALLED_SEALS : Role.CALLER_SEALS));
    }
}
