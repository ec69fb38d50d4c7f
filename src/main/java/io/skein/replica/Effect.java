package io.skein.replica;

import io.skein.machine.Cursor;
import io.skein.machine.Delivery;
import io.skein.machine.Lineage;
import io.skein.machine.Outcome;
import io.skein.raft.Configuration;
import io.skein.raft.NodeId;
import io.skein.raft.Role;
import java.util.List;
import java.util.Optional;

/** What a {@link Replica} wants done, in list order, without conditions. */
public sealed interface Effect {
    record Send(NodeId to, PeerMessage message) implements Effect {}

    /** Read entries from {@code from} on, up to so many bytes, for a peer that lags; back with {@link Input.Loaded}. */
    record Load(NodeId peer, long from, int maxBytes) implements Effect {}

    /** A peer lacks what is compacted here: send it a snapshot; back with {@link Input.SnapshotSent}. */
    record SendSnapshot(NodeId peer) implements Effect {}

    /** Whoever reads now, from state as it is applied here, sees all that was committed when the read was asked. */
    record ReadReady(long id, long index) implements Effect {}

    /** No leader confirmed the read; it may be asked again. */
    record ReadFailed(long id) implements Effect {}

    /** The members are now these, from entry {@code index} on, committed or not. */
    record MembersChanged(Configuration configuration, long index, long clusterId, Lineage lineage) implements Effect {}

    /** Answers {@link Input.ChangeMembers}: the change is committed. */
    record Reconfigured(long id, long index) implements Effect {}

    /** This node's state at {@code index} is not what a majority has: nothing it says can be trusted (DESIGN D10). */
    record Corrupt(long index) implements Effect {}

    /**
     * This node lacks what it acknowledged to its leader, up to {@code index}: it counts for nothing any more, and must not
     * vote (DESIGN D10).
     */
    record Amnesiac(long index) implements Effect {}

    /** At most two are under way; they are written in order of number. */
    record Persist(WriteBatch batch) implements Effect {}

    /**
     * The answer to a proposal: committed, durable on a majority, decided.
     *
     * @param time stamp of the entry
     * @param replayed the answer is that of an earlier proposal with the same key
     */
    record Reply(long proposal, Outcome outcome, long index, long term, long time, boolean replayed)
            implements Effect {}

    /**
     * A repeat of a keyed proposal whose answer is too large for memory: it is the row kept for entry {@code index}
     * ({@code answer} table).
     */
    record ReplyStored(long proposal, long index, int place, long term, long time) implements Effect {}

    /** The proposal was not executed and never will be; safe to try again, elsewhere or later. */
    record Refuse(long proposal, Reason reason) implements Effect {
        public enum Reason {
            NOT_LEADER,
            OVERLOADED,
            DISK_FULL,
            CATCHING_UP,
            /** Not all members run a build that knows what it needs ({@link io.skein.machine.FeatureLevel}). */
            FEATURE_LEVEL,
            /** Another change of members is not committed yet. */
            CHANGE_PENDING,
            UNKNOWN_MEMBER,
            /** Nobody would be left to vote. */
            LAST_VOTER,
            /** A member of this id is there, with another disk than the one who is to be added. */
            ID_IN_USE,
            /** No other voter can be reached that could lead. */
            NO_SUCCESSOR
        }
    }

    /**
     * This node will not say what becomes of the proposal, which may be executed: its entry was overwritten here, and too
     * much waits for entries that were.
     */
    record Forget(long proposal) implements Effect {}

    /** Applied: what subscribers want, in log order. {@code changes} are all of entry {@code index}. */
    record Deliver(long index, long time, List<Delivery> changes) implements Effect {}

    /** Memory moved to {@code index}, stamped {@code time}, after its Deliver. */
    record Applied(long index, long time) implements Effect {}

    /** Read the body kept at this place and come back with {@link Input.Fetched}. */
    record Fetch(Cursor place) implements Effect {}

    /** Answers {@link Input.Settle}: rows up to and with {@code index} are visible to readers. */
    record Settled(long id, long index) implements Effect {}

    record RoleChanged(Role role, long term, Optional<NodeId> leader) implements Effect {}

    /** Ready to serve reads: everything committed before the start is applied. */
    record CaughtUp(long index) implements Effect {}

    /** Come back with {@link Input.Tick} at this monotonic time at the latest; replaces the wake before. */
    record Wake(long nanos) implements Effect {}
}
