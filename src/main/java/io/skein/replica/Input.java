package io.skein.replica;

import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.raft.Entry;
import io.skein.raft.NodeId;
import java.util.List;

/** What can happen to a {@link Replica}. */
public sealed interface Input {
    /** The node came up; fed once, first. */
    record Started() implements Input {}

    /** Time passed, perhaps up to what {@link Effect.Wake} asked for. */
    record Tick() implements Input {}

    record Proposed(List<Proposal> proposals) implements Input {
        public Proposed {
            proposals = List.copyOf(proposals);
        }
    }

    /** @param incarnation of the sender, as its connection proved */
    record Received(NodeId from, long incarnation, PeerMessage message) implements Input {}

    /** Somebody wants to read what is committed by now; answered by {@link Effect.ReadReady} or {@link Effect.ReadFailed}. */
    record Read(long id) implements Input {}

    /** Answered like a proposal: by {@link Effect.Reconfigured} or {@link Effect.Refuse}. Ids are those of proposals. */
    record ChangeMembers(long id, MemberChange change) implements Input {}

    /** Hands leadership over, if this node has it and the other can take it; {@link Effect.RoleChanged} says so. */
    record Transfer(NodeId to) implements Input {}

    /** Answers {@link Effect.Load}: entries without a gap from where was asked; none when they could not be read. */
    record Loaded(NodeId peer, List<Entry> entries) implements Input {
        public Loaded {
            entries = List.copyOf(entries);
        }
    }

    /** Answers {@link Effect.SendSnapshot}. @param index of the snapshot; 0 when none could be made */
    record SnapshotSent(NodeId peer, long index, boolean ok) implements Input {}

    /** Batch {@code number} and all before it are durable and visible to readers. */
    record Persisted(long number) implements Input {}

    /**
     * The disk is full: batch {@code number} was rolled back and promised nothing. It is written again when space may
     * be back ({@link Effect.Persist} with the same number).
     */
    record DiskFull(long number) implements Input {}

    /**
     * The disk has little room left, or enough again. While it is tight, batches are written, and only commands that
     * free room are taken: what is left is for them.
     */
    record DiskTight(boolean tight) implements Input {}

    /** A due body was read ({@link Effect.Fetch}); this command carries it. */
    record Fetched(Command command) implements Input {}

    /** A due body could not be read now; it stays due. */
    record FetchFailed(Cursor place) implements Input {}

    /** Somebody wants rows for everything applied so far; answered by {@link Effect.Settled} with the same id. */
    record Settle(long id) implements Input {
        /** Of those who wait while the disk takes nothing, so many of the last are remembered, whatever their ids. */
        public static final int MAX_WAITING = 1024;
    }
}
