package io.skein.raft;

import java.util.List;

/** What can happen to {@link Raft}. The monotonic time comes beside each input. */
public sealed interface Input {
    /** Time passed; the only thing said is the time beside it. */
    record Tick() implements Input {}

    /** @param incarnation of the sender's database ({@link Member}): what a node promised, another with its id did not */
    record Received(NodeId from, long incarnation, Rpc rpc) implements Input {}

    /**
     * The leader appends one entry. Only fed while {@link Raft#mayPropose}; with a CONFIGURATION only while
     * {@link Raft#mayChangeConfiguration}, and one that {@link Configuration#isOneStepFrom} the current one.
     */
    record Propose(Entry.Kind kind, byte[] payload) implements Input {}

    /** All writes up to and with this number are durable; they complete in order, each is reported once. */
    record Written(long number) implements Input {}

    /**
     * Somebody wants to read what is committed by now. Answered once, by {@link Effect.ReadReady} or
     * {@link Effect.ReadFailed} with the same id, perhaps in this step.
     *
     * @param id not in use by another question that is not answered yet
     */
    record ReadIndex(long id) implements Input {}

    /**
     * This leader shall hand over to another voter. Nothing happens when it does not lead, or when the other is no
     * voter; {@link Raft#transferee} tells.
     */
    record Transfer(NodeId to) implements Input {}

    /**
     * This leader shall end its term, so that another begins: the only voter campaigns again at once, any other hands over
     * to {@link Raft#successor}. Nothing happens when it does not lead, or when nobody could follow.
     */
    record Resign() implements Input {}

    /**
     * Answers {@link Effect.Load}.
     *
     * @param entries contiguous from the index asked for; empty when they could not be read: asked for again later
     */
    record Loaded(NodeId peer, List<Entry> entries) implements Input {
        public Loaded {
            entries = List.copyOf(entries);
        }
    }

    /**
     * Ends what {@link Effect.SendSnapshot} began.
     *
     * @param index of the snapshot, that is, its last entry; ignored when not ok
     * @param ok the peer says that it is installed durably; when not, it is asked for again later
     */
    record SnapshotSent(NodeId peer, long index, boolean ok) implements Input {}
}
