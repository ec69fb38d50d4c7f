package io.skein.replica;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.skein.machine.Command;
import io.skein.machine.IdempotencyKey;
import io.skein.machine.Machine;
import io.skein.raft.Entry;
import io.skein.wire.BatchProto;
import io.skein.wire.CommandProto;
import io.skein.wire.KeyProto;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Entries' payloads: a stamp and commands (log.proto). */
final class EntryCodec {
    /** A decoded payload. Proposals carry no id. */
    record Batch(long time, List<Proposal> proposals) {}

    private final List<Machine> machines;

    EntryCodec(List<Machine> machines) {
        this.machines = machines;
    }

    byte[] encode(long time, List<Proposal> proposals) {
        var batch = BatchProto.newBuilder().setTime(time);
        for (Proposal proposal : proposals) {
            CommandProto command = owner(proposal.command()).toProto(proposal.command());
            if (proposal.key().isPresent()) {
                IdempotencyKey key = proposal.key().get();
                command = command.toBuilder()
                        .setKey(KeyProto.newBuilder()
                                .setScopeHigh(key.scopeHigh())
                                .setScopeLow(key.scopeLow())
                                .setBodyHash(key.bodyHash()))
                        .build();
            }
            batch.addCommands(command);
        }
        return batch.build().toByteArray();
    }

    /** @throws IllegalArgumentException when the bytes are no batch: damage, or a newer version's entry */
    Batch decode(byte[] payload) {
        BatchProto batch;
        try {
            // Bodies stay slices of the payload instead of copies of their own.
            CodedInputStream in = UnsafeByteOperations.unsafeWrap(payload).newCodedInput();
            in.enableAliasing(true);
            batch = BatchProto.parseFrom(in);
        } catch (InvalidProtocolBufferException damaged) {
            throw new IllegalArgumentException("not a batch of commands: " + damaged.getMessage(), damaged);
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
        List<Proposal> proposals = new ArrayList<>(batch.getCommandsCount());
        for (CommandProto command : batch.getCommandsList()) {
            Optional<IdempotencyKey> key = command.hasKey()
                    ? Optional.of(new IdempotencyKey(
                            command.getKey().getScopeHigh(),
                            command.getKey().getScopeLow(),
                            command.getKey().getBodyHash()))
                    : Optional.empty();
            proposals.add(new Proposal(Proposal.NOBODY, commandOf(command), key));
        }
        return new Batch(batch.getTime(), proposals);
    }

    /** @throws IllegalArgumentException as {@link #decode} */
    static long time(Entry entry) {
        if (entry.kind() == Entry.Kind.CONFIGURATION) {
            return ClusterConfiguration.decode(entry.payload()).time();
        }
        try {
            return BatchProto.parseFrom(entry.payload()).getTime();
        } catch (InvalidProtocolBufferException damaged) {
            throw new IllegalArgumentException("not a batch of commands: " + damaged.getMessage(), damaged);
        }
    }

    Machine owner(Command command) {
        for (Machine machine : machines) {
            if (machine.owns(command)) {
                return machine;
            }
        }
        throw new AssertionError("no machine owns " + command.getClass());
    }

    Command commandOf(CommandProto proto) {
        for (Machine machine : machines) {
            Optional<Command> command = machine.fromProto(proto);
            if (command.isPresent()) {
                return command.get();
            }
        }
        throw new IllegalArgumentException("command of an unknown kind: " + proto.getCommandCase());
    }
}
