package io.skein.simulator;

import static io.skein.simulator.History.check;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.skein.machine.Brief;
import io.skein.machine.Change;
import io.skein.machine.Command;
import io.skein.machine.Decision;
import io.skein.machine.Due;
import io.skein.machine.Machine;
import io.skein.machine.Moment;
import io.skein.machine.Outcome;
import io.skein.wire.CommandProto;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

/**
 * A machine of which each build knows more commands than the one before: one for each feature level. It keeps nothing, and
 * sees that no build is given what it does not know, and no command comes before its level.
 */
final class Novelty implements Machine {
    /** A field that no build has in its proto file. */
    private static final int FIELD = 1000;

    /** What builds know from a level on. */
    record Novel(int needs) implements Command {}

    private record Known() implements Outcome {}

    private final int ability;
    private final IntSupplier clusterLevel;

    /** @param ability the highest level that the build knows */
    Novelty(int ability, IntSupplier clusterLevel) {
        this.ability = ability;
        this.clusterLevel = clusterLevel;
    }

    @Override
    public boolean owns(Command command) {
        return command instanceof Novel;
    }

    @Override
    public boolean owns(Change change) {
        return false;
    }

    @Override
    public Decision decide(Moment at, Command command) {
        int needs = ((Novel) command).needs();
        check(needs <= ability, "a build of level %d is given entry %d, of level %d", ability, at.index(), needs);
        check(
                needs <= clusterLevel.getAsInt(),
                "entry %d, of level %d, in a cluster at %d",
                at.index(),
                needs,
                clusterLevel.getAsInt());
        return new Decision(new Known(), List.of());
    }

    @Override
    public void evolve(Change change) {
        throw new AssertionError("it has no changes");
    }

    @Override
    public long nextDue() {
        return Long.MAX_VALUE;
    }

    @Override
    public List<Due> due(long time, int limit) {
        return List.of();
    }

    @Override
    public void snapshot(Consumer<Change> into) {}

    @Override
    public CommandProto toProto(Command command) {
        int needs = ((Novel) command).needs();
        return CommandProto.newBuilder()
                .setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(
                                FIELD,
                                UnknownFieldSet.Field.newBuilder()
                                        .addLengthDelimited(ByteString.copyFrom(new byte[] {(byte) needs}))
                                        .build())
                        .build())
                .build();
    }

    @Override
    public Optional<Command> fromProto(CommandProto proto) {
        return proto.getUnknownFields().hasField(FIELD)
                ? Optional.of(new Novel(proto.getUnknownFields()
                        .getField(FIELD)
                        .getLengthDelimitedList()
                        .get(0)
                        .byteAt(0)))
                : Optional.empty();
    }

    @Override
    public Optional<Brief> brief(Moment at, Outcome outcome) {
        return Optional.empty();
    }

    @Override
    public Outcome fromBrief(Moment at, Brief brief) {
        return new Known();
    }

    @Override
    public byte[] encode(Outcome outcome) {
        return new byte[0];
    }

    @Override
    public Outcome decode(byte[] outcome) {
        return new Known();
    }
}
