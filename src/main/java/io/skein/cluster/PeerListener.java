package io.skein.cluster;

import io.skein.raft.NodeId;

/** What happens between nodes, for figures. Called on the replica's context; must not block. */
public interface PeerListener {
    PeerListener NONE = new PeerListener() {};

    /** One write to a socket: so many frames, with their lengths. */
    default void sent(NodeId peer, int frames, long bytes) {}

    default void received(NodeId peer, long bytes) {}

    /** A message was not sent: there is no connection, or too much waits for it. */
    default void dropped(NodeId peer, long bytes) {}

    /** This node's connection to a peer stands. */
    default void connected(NodeId peer) {}

    default void disconnected(NodeId peer) {}

    /** A peer has a snapshot that was made for it, after so long. */
    default void snapshotSent(NodeId peer, long nanos) {}

    default void roundTrip(NodeId peer, long nanos) {}

    /** A connection to this node ended before it was known who called. */
    default void strangerFailed(HandshakeFault why) {}

    /** A connection came to nothing, in either direction. */
    default void refused(HelloRefusal why) {}
}
