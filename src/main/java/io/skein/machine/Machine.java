package io.skein.machine;

import io.skein.wire.CommandProto;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A replicated state machine: {@code decide} is pure, {@code evolve} moves the state. Confined to one thread. Reads no
 * clock: time is {@link Moment#time}. The replica calls {@code evolve} with each change of a decision, in order, before
 * the next {@code decide}.
 */
public interface Machine {
    boolean owns(Command command);

    boolean owns(Change change);

    /** Decides one command against the present state, without moving it. Never throws for anything a client can send. */
    Decision decide(Moment at, Command command);

    /** Moves the state by one of its own changes, decided just now or read back from rows. */
    void evolve(Change change);

    /** Is shown what another machine did, floor by floor. */
    default void observe(Change change) {}

    /** The stamp at which something falls due next; {@link Long#MAX_VALUE} when nothing does. */
    long nextDue();

    /** What is due at {@code time}, at most {@code limit} of it, most overdue first. Asking changes nothing. */
    List<Due> due(long time, int limit);

    /** The changes that rebuild the present state on an empty machine (bodies excepted). */
    void snapshot(Consumer<Change> into);

    CommandProto toProto(Command command);

    /** The command, or empty when it is another machine's. */
    Optional<Command> fromProto(CommandProto proto);

    /** The outcome of one of this machine's commands in one number, when it fits; {@code at} is where it was decided. */
    Optional<Brief> brief(Moment at, Outcome outcome);

    Outcome fromBrief(Moment at, Brief brief);

    /** The outcome as protobuf bytes, for a row or another node. */
    byte[] encode(Outcome outcome);

    Outcome decode(byte[] outcome);
}
