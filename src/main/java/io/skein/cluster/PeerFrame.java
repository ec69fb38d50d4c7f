package io.skein.cluster;

import io.skein.raft.NodeId;
import io.skein.replica.Effect.Refuse.Reason;
import io.skein.replica.PeerMessage;
import java.util.List;
import java.util.Optional;

/** One frame between nodes (peer.proto). Ids are the caller's, for one connection. */
sealed interface PeerFrame {
    enum Purpose {
        /** A member to another: everything may follow. */
        MEMBER,
        /** Anybody: only asks may follow. */
        ASK
    }

    /** The versions of the protocol that a node speaks. */
    record Versions(int oldest, int newest) {
        boolean meet(Versions other) {
            return oldest <= other.newest && other.oldest <= newest;
        }
    }

    record Hello(long group, Versions versions, PeerFacts facts, Purpose purpose) implements PeerFrame {}

    record HelloReply(long group, Versions versions, Optional<HelloRefusal> refusal, PeerFacts facts)
            implements PeerFrame {}

    record Message(PeerMessage message) implements PeerFrame {}

    record ForwardCall(long id, Forward forward) implements PeerFrame {}

    record AskCall(long id, Ask ask) implements PeerFrame {}

    record ChunkCall(long id, SnapshotChunk chunk) implements PeerFrame {}

    /** Ends a call. */
    sealed interface Reply extends PeerFrame {
        long id();
    }

    record Decided(long id, ForwardReply reply) implements Reply {}

    record Refused(long id, Reason reason) implements Reply {}

    record Unknown(long id, String detail) implements Reply {}

    record Answered(long id, Answer answer) implements Reply {}

    record Acked(long id, SnapshotAck ack) implements Reply {}

    record Ping(long id) implements PeerFrame {}

    record Pong(long id) implements PeerFrame {}

    /** Of a {@link Handshake}, as the next two. */
    record Challenge(byte[] nonce) implements PeerFrame {}

    record Proof(NodeId node, List<byte[]> macs) implements PeerFrame {
        public Proof {
            macs = List.copyOf(macs);
        }
    }

    /** @param here who says this has no secret; else it has one, and who hears this did not challenge it */
    record NoSecret(boolean here) implements PeerFrame {}
}
