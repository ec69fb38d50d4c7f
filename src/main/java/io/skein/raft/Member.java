package io.skein.raft;

/**
 * A node as the cluster's configuration knows it.
 *
 * @param incarnation made at random with the node's database and lost with it, so that a wiped node is another one
 * @param address host:port of its Raft port
 */
public record Member(NodeId id, long incarnation, String address, boolean voter) {}
