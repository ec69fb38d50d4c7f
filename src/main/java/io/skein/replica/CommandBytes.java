package io.skein.replica;

import com.google.protobuf.InvalidProtocolBufferException;
import io.skein.machine.Command;
import io.skein.machine.Machine;
import io.skein.machine.Outcome;
import io.skein.wire.CommandProto;
import java.util.List;

/** Commands and their outcomes as bytes, for a node that does not lead to hand them to the one that does. */
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

    public byte[] of(Command command, Outcome outcome) {
        return codec.owner(command).encode(outcome);
    }

    /** @param command that this is the outcome of */
    public Outcome outcome(Command command, byte[] bytes) {
        return codec.owner(command).decode(bytes);
    }
}
