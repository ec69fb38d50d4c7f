package io.skein.simulator;

import io.skein.raft.NodeId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What one node, in this incarnation or another, has acknowledged to others and no longer has. */
final class Promises {
    /** Acknowledged to a leader, in one of its lives, up to an index, and lost. */
    private record Forgotten(SimulatedNode leader, int life, long term, long index) {}

    /** By incarnation. */
    private final Map<Long, SimulatedDisk> lostDisks = new HashMap<>();

    private boolean forgot;
    /** What the leader of then must find. */
    private Optional<Forgotten> forgotten = Optional.empty();

    /** The disk went backwards and nobody noticed. */
    boolean forgot() {
        return forgot;
    }

    /** @param through what is left on the disk */
    void forgets(boolean noticed, Optional<SimulatedNode> leader, NodeId self, long through) {
        forgot = !noticed;
        forgotten = leader.filter(node -> !noticed && node.replica().matchIndex(self) > through)
                .map(node -> new Forgotten(
                        node, node.life(), node.replica().term(), node.replica().matchIndex(self)));
    }

    /** What was forgotten is there again; a snapshot on its way to a node does not know that it forgot. */
    void learns() {
        forgotten = Optional.empty();
    }

    /** The disk of an incarnation is laid aside; what comes next has promised nothing. */
    void lays(long incarnation, SimulatedDisk disk) {
        lostDisks.put(incarnation, disk);
        forgot = false;
        forgotten = Optional.empty();
    }

    /** Whether an earlier incarnation had it when it lost its disk: what it acknowledged then still counts. */
    boolean kept(long incarnation, long index, long term) {
        return lostDisks.containsKey(incarnation) && lostDisks.get(incarnation).holds(index, term);
    }

    /** Whoever forgot must not acknowledge the same again to the leader that it had acknowledged it to (DESIGN D10). */
    boolean mayAcknowledge(NodeId to, long term, long index) {
        return forgotten.isEmpty()
                || !forgotten.get().leader().id().equals(to)
                || forgotten.get().leader().life() != forgotten.get().life()
                || forgotten.get().term() != term
                || forgotten.get().index() > index;
    }

    /** Who is no member for a while is another peer to the leader afterwards. */
    void isKnownTo(SimulatedNode leader, NodeId self) {
        forgotten = forgotten.filter(
                f -> f.leader() != leader || leader.configuration().member(self).isPresent());
    }
}
