package io.skein.raft;

/**
 * A node as the cluster's configuration knows it.
 *
 * @param incarnation made at random with the node's database and lost with it, so that a wiped node is another one
 * @param address host:port of its Raft port
 * @param voter counts in elections and commitment; without it a learner (thesis §4.2.1)
 * @param promote a learner that is to become a voter once it has caught up
 */
public record Member(NodeId id, long incarnation, String address, boolean voter, boolean promote) {
    public Member(NodeId id, long incarnation, String address, boolean voter) {
        this(id, incarnation, address, voter, false);
    }
}
