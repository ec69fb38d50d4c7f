package io.skein.raft;

import java.util.List;
import java.util.Optional;

/** What {@link Raft} wants done, in list order. Nothing here carries a condition: what must wait for the disk is kept
 * inside and comes out after the {@link Input.Written} that it waited for (DESIGN D2). */
public sealed interface Effect {
    /** May be lost, doubled, reordered. */
    record Send(NodeId to, Rpc rpc) implements Effect {}

    /**
     * Goes to the disk whole, in order of {@code number}; completion comes back as {@link Input.Written}.
     *
     * @param number from 1 in each life of a {@link Raft}, without a gap
     * @param truncateFrom entries at and above this index go before the new ones come; 0 when none go
     * @param hardState present when term or vote changed
     */
    record Write(long number, long truncateFrom, List<Entry> entries, Optional<HardState> hardState)
            implements Effect {}

    /**
     * Entries up to and with this index are committed. Grows; each index is announced once. They are in memory; on this
     * node's disk they may not be yet, as a majority of the others may have been faster (thesis §10.2.1).
     */
    record Committed(long index) implements Effect {}

    /** Role, term or leader are others than at the step before; at most once a step, first. */
    record RoleChanged(Role role, long term, Optional<NodeId> leader) implements Effect {}

    /**
     * Another configuration holds than at the step before: one was appended, or one was taken back with the entry that
     * brought it. At most once a step.
     *
     * @param index of its entry; lower than before when one was taken back
     */
    record ConfigurationChanged(Configuration configuration, long index) implements Effect {}

    /**
     * This node lacks entries that it acknowledged to its leader, which can prove it: its disk went backwards, and what
     * else it promised nobody knows (DESIGN D10). Whoever runs it must stop it before its next step; it may come back as
     * another incarnation.
     *
     * @param index up to which it acknowledged
     */
    record Amnesiac(long index) implements Effect {}

    /** Answers {@link Input.ReadIndex}: a state that holds all entries up to this index is not too old. */
    record ReadReady(long id, long index) implements Effect {}

    /** Answers {@link Input.ReadIndex}: no leader, another leader, too many waiting, or too late. Ask again. */
    record ReadFailed(long id) implements Effect {}

    /**
     * A peer needs entries that are only on the disk: read them and come back with {@link Input.Loaded}. One at a time
     * for each peer.
     *
     * @param maxBytes as {@link Entry#size} counts; at least one entry, whatever its size
     */
    record Load(NodeId peer, long fromIndex, int maxBytes) implements Effect {}

    /**
     * A peer needs entries that are compacted away: send it a snapshot and come back with {@link Input.SnapshotSent}.
     * Once, until that came or the peer got there in another way.
     */
    record SendSnapshot(NodeId peer) implements Effect {}
}
