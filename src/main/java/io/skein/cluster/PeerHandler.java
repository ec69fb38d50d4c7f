package io.skein.cluster;

import io.skein.raft.NodeId;
import io.skein.replica.PeerMessage;
import io.vertx.core.Future;

/** Takes what other nodes say. Called on the replica's context; must not block. */
public interface PeerHandler {
    /**
     * From a node of this cluster; or of some cluster, while this node belongs to none. In order of sending, some may be
     * missing.
     */
    void message(NodeId from, long incarnation, PeerMessage message);

    /** What came in at once was handed over: what was gathered from several messages may be done now. */
    default void delivered() {}

    /**
     * A command of a node of this cluster. Fails with {@link NotExecuted} or {@link Indeterminate}; any other failure
     * is taken for the latter.
     */
    Future<ForwardReply> forward(NodeId from, Forward forward);

    /** A question of anybody, perhaps of another cluster. */
    Future<Answer> ask(PeerFacts from, Ask ask);

    /** As {@link #message}. A failure is not answered; it is asked again. */
    Future<SnapshotAck> chunk(NodeId from, SnapshotChunk chunk);

    /** This node's connection to a peer stands, or the peer says anew who it is. */
    default void connected(PeerFacts peer) {}

    default void disconnected(NodeId peer) {}

    /** A member answered, and one of us does not want to speak with the other; tried again from time to time. */
    default void refused(NodeId peer, PeerFacts answered, HelloRefusal why) {}
}
