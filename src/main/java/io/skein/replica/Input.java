package io.skein.replica;

import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.raft.NodeId;
import io.skein.raft.Rpc;
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

    record Received(NodeId from, Rpc rpc) implements Input {}

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
    record Settle(long id) implements Input {}
}
