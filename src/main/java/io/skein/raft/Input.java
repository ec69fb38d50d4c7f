package io.skein.raft;

/** What can happen to {@link Raft}. The monotonic time comes beside each input. */
public sealed interface Input {
    /** Time passed; the only thing said is the time beside it. */
    record Tick() implements Input {}

    record Received(NodeId from, Rpc rpc) implements Input {}

    /** The leader appends one entry. Only fed while {@link Raft#mayPropose}. */
    record Propose(Entry.Kind kind, byte[] payload) implements Input {}

    /** All writes up to and with this number are durable; they complete in order, each is reported once. */
    record Written(long number) implements Input {}
}
