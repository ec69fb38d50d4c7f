package io.skein.replica;

import io.skein.machine.Cursor;
import io.skein.machine.Delivery;
import io.skein.machine.Outcome;
import io.skein.raft.NodeId;
import io.skein.raft.Role;
import io.skein.raft.Rpc;
import java.util.List;
import java.util.Optional;

/** What a {@link Replica} wants done, in list order, without conditions. */
public sealed interface Effect {
    record Send(NodeId to, Rpc rpc) implements Effect {}

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
            CATCHING_UP
        }
    }

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
