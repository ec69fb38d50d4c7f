package io.skein.replica;

import com.google.protobuf.InvalidProtocolBufferException;
import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.machine.Machine;
import io.skein.machine.Moment;
import io.skein.machine.Outcome;
import io.skein.raft.Entry;
import io.skein.wire.CommandProto;
import java.util.ArrayList;
import java.util.List;

/**
 * Commands and their outcomes as bytes, for a node that does not lead to hand them to the one that does, and for whoever
 * looks at what the log holds.
 */
public final class CommandBytes {
    private final EntryCodec codec;

    /** @param machines only asked to translate; their state does not matter */
    public CommandBytes(List<Machine> machines) {
        codec = new EntryCodec(List.copyOf(machines));
    }

    public byte[] of(Command command) {
        return codec.owner(command).toProto(command).toByteArray();
    }

    /** @throws IllegalArgumentException when the bytes are no command: damage, or a newer version's */
    public Command command(byte[] bytes) {
        try {
            return codec.commandOf(CommandProto.parseFrom(bytes));
        } catch (InvalidProtocolBufferException damaged) {
            throw new IllegalArgumentException("not a command: " + damaged.getMessage(), damaged);
        }
    }

    /** A command as it stands in the log. */
    public record Logged(Moment at, Command command) {
        /** Whether a message at this place came with it. */
        public boolean holds(Cursor cursor) {
            return cursor.index() == at.index()
                    && cursor.place() >= at.place()
                    && cursor.place() - at.place() < command.places();
        }
    }

    /**
     * What stands in one entry, in its order; nothing where no commands do.
     *
     * @throws IllegalArgumentException when the bytes are no batch: damage, or a newer version's
     */
    public List<Logged> logged(Entry entry) {
        if (entry.kind() != Entry.Kind.COMMANDS) {
            return List.of();
        }
        EntryCodec.Batch batch = codec.decode(entry.payload());
        List<Logged> logged = new ArrayList<>(batch.proposals().size());
        int place = 0;
        for (Proposal proposal : batch.proposals()) {
            logged.add(new Logged(new Moment(entry.index(), place, batch.time()), proposal.command()));
            place += proposal.command().places();
        }
        return logged;
    }

    public byte[] of(Command command, Outcome outcome) {
        return codec.owner(command).encode(outcome);
    }

    /** @param command that this is the outcome of */
    public Outcome outcome(Command command, byte[] bytes) {
        return codec.owner(command).decode(bytes);
    }
}
