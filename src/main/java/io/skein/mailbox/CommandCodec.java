package io.skein.mailbox;

import io.skein.account.AccountName;
import io.skein.machine.Command;
import io.skein.mailbox.MailCommand.Delete;
import io.skein.mailbox.MailCommand.DeleteAccount;
import io.skein.mailbox.MailCommand.MarkRead;
import io.skein.mailbox.MailCommand.Send;
import io.skein.wire.CommandProto;
import io.skein.wire.DeleteAccountProto;
import io.skein.wire.MailCommandProto;
import io.skein.wire.MailIdsProto;
import io.skein.wire.SendMailProto;
import java.util.Optional;

/** Commands as they stand in the log. */
final class CommandCodec {
    private CommandCodec() {}

    static CommandProto toProto(MailCommand command) {
        return CommandProto.newBuilder().setMail(write(command)).build();
    }

    private static MailCommandProto.Builder write(MailCommand command) {
        var proto = MailCommandProto.newBuilder();
        if (command instanceof Send send) {
            return proto.setSend(SendMailProto.newBuilder()
                    .setFrom(send.from())
                    .setTo(send.to().value())
                    .setContent(send.content().value()));
        }
        if (command instanceof MarkRead read) {
            return proto.setMarkRead(
                    MailIdsProto.newBuilder().setOwner(read.owner()).addAllIds(read.ids()));
        }
        if (command instanceof Delete delete) {
            return proto.setDelete(
                    MailIdsProto.newBuilder().setOwner(delete.owner()).addAllIds(delete.ids()));
        }
        if (command instanceof DeleteAccount delete) {
            return proto.setDeleteAccount(DeleteAccountProto.newBuilder()
                    .setName(delete.name().value())
                    .setChecked(delete.checked()));
        }
        throw new AssertionError("unknown command " + command.getClass());
    }

    /** @throws IllegalArgumentException when the command holds what none can */
    static Optional<Command> fromProto(CommandProto proto) {
        return proto.hasMail() ? Optional.ofNullable(read(proto.getMail())) : Optional.empty();
    }

    /** Null when a newer version wrote it. */
    private static Command read(MailCommandProto proto) {
        return switch (proto.getCommandCase()) {
            case SEND ->
                new Send(
                        proto.getSend().getFrom(),
                        new AccountName(proto.getSend().getTo()),
                        new MailContent(proto.getSend().getContent()));
            case MARK_READ ->
                new MarkRead(proto.getMarkRead().getOwner(), proto.getMarkRead().getIdsList());
            case DELETE ->
                new Delete(proto.getDelete().getOwner(), proto.getDelete().getIdsList());
            case DELETE_ACCOUNT ->
                new DeleteAccount(
                        new AccountName(proto.getDeleteAccount().getName()),
                        proto.getDeleteAccount().getChecked());
            case COMMAND_NOT_SET -> null;
        };
    }
}
