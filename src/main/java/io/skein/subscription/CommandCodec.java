package io.skein.subscription;

import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.subscription.SubscriptionCommand.Ack;
import io.skein.subscription.SubscriptionCommand.Acks;
import io.skein.subscription.SubscriptionCommand.Configure;
import io.skein.subscription.SubscriptionCommand.CreateQueue;
import io.skein.subscription.SubscriptionCommand.DeadLetter;
import io.skein.subscription.SubscriptionCommand.Delete;
import io.skein.subscription.SubscriptionCommand.DeleteTopic;
import io.skein.subscription.SubscriptionCommand.Discard;
import io.skein.subscription.SubscriptionCommand.Extend;
import io.skein.subscription.SubscriptionCommand.Nack;
import io.skein.subscription.SubscriptionCommand.Nacks;
import io.skein.subscription.SubscriptionCommand.Pause;
import io.skein.subscription.SubscriptionCommand.Pull;
import io.skein.subscription.SubscriptionCommand.Redrive;
import io.skein.subscription.SubscriptionCommand.Seek;
import io.skein.subscription.SubscriptionCommand.Settle;
import io.skein.subscription.SubscriptionCommand.Take;
import io.skein.subscription.SubscriptionCommand.Transact;
import io.skein.topic.Message;
import io.skein.topic.OutcomeCodec;
import io.skein.topic.PublicationCodec;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicName;
import io.skein.wire.AckProto;
import io.skein.wire.CommandProto;
import io.skein.wire.ConfigureSubscriptionProto;
import io.skein.wire.DeadLetterProto;
import io.skein.wire.ExtendProto;
import io.skein.wire.KeysProto;
import io.skein.wire.LeasesProto;
import io.skein.wire.NackProto;
import io.skein.wire.OffsetRangeProto;
import io.skein.wire.PauseProto;
import io.skein.wire.PullProto;
import io.skein.wire.RedriveProto;
import io.skein.wire.SeekProto;
import io.skein.wire.SettleProto;
import io.skein.wire.StartProto;
import io.skein.wire.SubscriptionCommandProto;
import io.skein.wire.SubscriptionConfigProto;
import io.skein.wire.TransactProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Commands as they stand in the log. */
final class CommandCodec {
    private CommandCodec() {}

    static CommandProto toProto(SubscriptionCommand command) {
        return CommandProto.newBuilder().setSubscription(write(command)).build();
    }

    private static SubscriptionCommandProto.Builder write(SubscriptionCommand command) {
        var proto = SubscriptionCommandProto.newBuilder();
        if (command instanceof Pull pull) {
            return proto.setPull(pull(pull));
        }
        if (command instanceof Ack ack) {
            return proto.setAck(ack(ack.name(), ack.leases()));
        }
        if (command instanceof Nack nack) {
            return proto.setNack(nack(nack.name(), nack.leases(), nack.delayMs(), nack.reason()));
        }
        if (command instanceof Extend extend) {
            return proto.setExtend(ExtendProto.newBuilder()
                    .setName(extend.name().value())
                    .addAllLeases(leases(extend.leases()))
                    .setLeaseMs(extend.leaseMs()));
        }
        if (command instanceof Transact transact) {
            return proto.setTransact(transact(transact));
        }
        if (command instanceof Settle settle) {
            return proto.setSettle(SettleProto.newBuilder().addAllEnded(leases(settle.ended())));
        }
        if (command instanceof DeadLetter letter) {
            return proto.setDeadLetter(deadLetter(letter));
        }
        if (command instanceof Redrive redrive) {
            return proto.setRedrive(redrive(redrive.name(), redrive.chosen()).setRate(redrive.rate()));
        }
        if (command instanceof Discard discard) {
            return proto.setDiscard(redrive(discard.name(), discard.chosen()));
        }
        return administration(proto, command);
    }

    private static SubscriptionCommandProto.Builder administration(
            SubscriptionCommandProto.Builder proto, SubscriptionCommand command) {
        if (command instanceof Configure configure) {
            return proto.setConfigure(ConfigureSubscriptionProto.newBuilder()
                    .setName(configure.name().value())
                    .setConfig(config(configure.config()))
                    .setFrom(start(configure.from())));
        }
        if (command instanceof Pause pause) {
            return proto.setPause(
                    PauseProto.newBuilder().setName(pause.name().value()).setPaused(pause.paused()));
        }
        if (command instanceof Delete delete) {
            return proto.setDelete(delete.name().value());
        }
        if (command instanceof Seek seek) {
            return proto.setSeek(
                    SeekProto.newBuilder().setName(seek.name().value()).setTo(start(seek.to())));
        }
        if (command instanceof Take take) {
            return proto.setTake(take.topic().value());
        }
        if (command instanceof CreateQueue create) {
            return proto.setCreateQueue(create.topic().value());
        }
        if (command instanceof DeleteTopic delete) {
            return proto.setDeleteTopic(delete.topic().value());
        }
        throw new AssertionError("unknown command " + command);
    }

    /** @throws IllegalArgumentException when the command holds what none can */
    static Optional<Command> fromProto(CommandProto proto) {
        return proto.hasSubscription() ? Optional.ofNullable(read(proto.getSubscription())) : Optional.empty();
    }

    /** Null when a newer version wrote it. */
    private static Command read(SubscriptionCommandProto proto) {
        return switch (proto.getCommandCase()) {
            case CONFIGURE ->
                new Configure(
                        new SubscriptionName(proto.getConfigure().getName()),
                        config(proto.getConfigure().getConfig()),
                        start(proto.getConfigure().getFrom()));
            case PAUSE ->
                new Pause(
                        new SubscriptionName(proto.getPause().getName()),
                        proto.getPause().getPaused());
            case DELETE -> new Delete(new SubscriptionName(proto.getDelete()));
            case PULL -> pull(proto.getPull());
            case ACK ->
                new Ack(
                        new SubscriptionName(proto.getAck().getName()),
                        fromProto(proto.getAck().getLeasesList()));
            case NACK -> nack(proto.getNack());
            case EXTEND ->
                new Extend(
                        new SubscriptionName(proto.getExtend().getName()),
                        fromProto(proto.getExtend().getLeasesList()),
                        proto.getExtend().getLeaseMs());
            case SEEK ->
                new Seek(
                        new SubscriptionName(proto.getSeek().getName()),
                        start(proto.getSeek().getTo()));
            case REDRIVE ->
                new Redrive(
                        new SubscriptionName(proto.getRedrive().getName()),
                        chosen(proto.getRedrive()),
                        proto.getRedrive().getRate());
            case DISCARD -> new Discard(new SubscriptionName(proto.getDiscard().getName()), chosen(proto.getDiscard()));
            case SETTLE -> new Settle(fromProto(proto.getSettle().getEndedList()));
            case DEAD_LETTER -> deadLetter(proto.getDeadLetter());
            case TRANSACT -> transact(proto.getTransact());
            case TAKE -> new Take(new TopicName(proto.getTake()));
            case CREATE_QUEUE -> new CreateQueue(new TopicName(proto.getCreateQueue()));
            case DELETE_TOPIC -> new DeleteTopic(new TopicName(proto.getDeleteTopic()));
            case COMMAND_NOT_SET -> null;
        };
    }

    private static SubscriptionConfigProto config(SubscriptionConfig config) {
        return SubscriptionConfigProto.newBuilder()
                .setFilter(config.filter().value())
                .setLeaseMs(config.leaseMs())
                .setMaxDeliveries(config.maxDeliveries())
                .addAllBackoffMs(config.backoffMs())
                .setDeadLetter(config.deadLetter().map(TopicName::value).orElse(""))
                .setByKey(config.order() == SubscriptionConfig.Order.KEY)
                .setPaused(config.paused())
                .build();
    }

    private static SubscriptionConfig config(SubscriptionConfigProto proto) {
        return new SubscriptionConfig(
                new TopicFilter(proto.getFilter()),
                proto.getLeaseMs(),
                proto.getMaxDeliveries(),
                proto.getBackoffMsList(),
                proto.getDeadLetter().isEmpty() ? Optional.empty() : Optional.of(new TopicName(proto.getDeadLetter())),
                proto.getByKey() ? SubscriptionConfig.Order.KEY : SubscriptionConfig.Order.TOPIC,
                proto.getPaused());
    }

    private static StartProto start(Start start) {
        var proto = StartProto.newBuilder();
        if (start instanceof Start.At at) {
            proto.setKind(StartProto.Kind.AT);
            for (Start.TopicOffset one : at.offsets()) {
                proto.addTopics(one.topic()).addOffsets(one.offset());
            }
        } else if (start instanceof Start.Latest) {
            proto.setKind(StartProto.Kind.LATEST);
        } else {
            proto.setKind(StartProto.Kind.EARLIEST);
        }
        return proto.build();
    }

    private static Start start(StartProto proto) {
        return switch (proto.getKind()) {
            case EARLIEST -> new Start.Earliest();
            case LATEST -> new Start.Latest();
            case AT -> {
                if (proto.getTopicsCount() != proto.getOffsetsCount()) {
                    throw new IllegalArgumentException(
                            proto.getTopicsCount() + " topics with " + proto.getOffsetsCount() + " offsets");
                }
                List<Start.TopicOffset> offsets = new ArrayList<>(proto.getTopicsCount());
                for (int i = 0; i < proto.getTopicsCount(); i++) {
                    offsets.add(new Start.TopicOffset(proto.getTopics(i), proto.getOffsets(i)));
                }
                yield new Start.At(offsets);
            }
            case UNRECOGNIZED -> throw new IllegalArgumentException("a start of kind " + proto.getKindValue());
        };
    }

    private static PullProto pull(Pull pull) {
        var proto = PullProto.newBuilder()
                .setName(pull.name().value())
                .setMax(pull.max())
                .setConsumer(pull.consumer())
                .setLeaseMs(pull.leaseMs());
        for (Keys keys : pull.keys()) {
            proto.addKeys(KeysProto.newBuilder()
                    .setTopic(keys.topic())
                    .setFirst(keys.first())
                    .addAllHashes(keys.hashes()));
        }
        return proto.build();
    }

    private static Pull pull(PullProto proto) {
        List<Keys> keys = new ArrayList<>(proto.getKeysCount());
        for (KeysProto one : proto.getKeysList()) {
            keys.add(new Keys(one.getTopic(), one.getFirst(), one.getHashesList()));
        }
        return new Pull(
                new SubscriptionName(proto.getName()), proto.getMax(), proto.getConsumer(), proto.getLeaseMs(), keys);
    }

    private static List<LeasesProto> leases(List<Leases> leases) {
        List<LeasesProto> protos = new ArrayList<>(leases.size());
        for (Leases lease : leases) {
            protos.add(toProto(lease));
        }
        return protos;
    }

    static LeasesProto toProto(Leases leases) {
        return LeasesProto.newBuilder()
                .setSubscription(leases.subscription())
                .setTopic(leases.topic())
                .setFirst(leases.first())
                .setMore(leases.count() - 1)
                .setLeaseIndex(leases.lease().index())
                .setLeasePlace(leases.lease().place())
                .build();
    }

    private static List<Leases> fromProto(List<LeasesProto> protos) {
        List<Leases> leases = new ArrayList<>(protos.size());
        for (LeasesProto proto : protos) {
            leases.add(fromProto(proto));
        }
        return leases;
    }

    static Leases fromProto(LeasesProto proto) {
        if (proto.getFirst() < 0 || proto.getMore() < 0 || proto.getFirst() + proto.getMore() + 1 < 0) {
            throw new IllegalArgumentException("leases of " + proto.getMore() + " from " + proto.getFirst());
        }
        return new Leases(
                proto.getSubscription(),
                proto.getTopic(),
                proto.getFirst(),
                proto.getMore() + 1,
                new Cursor(proto.getLeaseIndex(), proto.getLeasePlace()));
    }

    private static AckProto ack(SubscriptionName name, List<Leases> leases) {
        return AckProto.newBuilder()
                .setName(name.value())
                .addAllLeases(leases(leases))
                .build();
    }

    private static NackProto nack(SubscriptionName name, List<Leases> leases, long delayMs, String reason) {
        return NackProto.newBuilder()
                .setName(name.value())
                .addAllLeases(leases(leases))
                .setDelayMsPlusOne(delayMs + 1)
                .setReason(reason)
                .build();
    }

    private static Nack nack(NackProto proto) {
        return new Nack(
                new SubscriptionName(proto.getName()),
                fromProto(proto.getLeasesList()),
                proto.getDelayMsPlusOne() - 1,
                proto.getReason());
    }

    private static RedriveProto.Builder redrive(SubscriptionName name, Optional<List<OffsetRange>> chosen) {
        var proto = RedriveProto.newBuilder().setName(name.value()).setChosen(chosen.isPresent());
        for (OffsetRange range : chosen.orElse(List.of())) {
            proto.addRanges(OffsetRangeProto.newBuilder()
                    .setTopic(range.topic())
                    .setFirst(range.first())
                    .setCount(range.count()));
        }
        return proto;
    }

    private static Optional<List<OffsetRange>> chosen(RedriveProto proto) {
        if (!proto.getChosen()) {
            return Optional.empty();
        }
        List<OffsetRange> ranges = new ArrayList<>(proto.getRangesCount());
        for (OffsetRangeProto range : proto.getRangesList()) {
            ranges.add(new OffsetRange(range.getTopic(), range.getFirst(), range.getCount()));
        }
        return Optional.of(ranges);
    }

    private static DeadLetterProto deadLetter(DeadLetter letter) {
        var proto = DeadLetterProto.newBuilder()
                .setMark(OutcomeCodec.cursor(letter.mark()))
                .setFirst(letter.first());
        for (Message message : letter.messages()) {
            proto.addMessages(PublicationCodec.toProto(message));
        }
        return proto.build();
    }

    private static DeadLetter deadLetter(DeadLetterProto proto) {
        List<Message> messages = new ArrayList<>(proto.getMessagesCount());
        proto.getMessagesList().forEach(message -> messages.add(PublicationCodec.message(message)));
        return new DeadLetter(OutcomeCodec.cursor(proto.getMark()), proto.getFirst(), messages);
    }

    private static TransactProto transact(Transact transact) {
        var proto = TransactProto.newBuilder()
                .addAllMessages(PublicationCodec.toProto(transact.messages()))
                .setMayCreate(transact.mayCreate())
                .setDoor(transact.door());
        for (Acks acks : transact.acks()) {
            proto.addAcks(ack(acks.name(), acks.leases()));
        }
        for (Nacks nacks : transact.nacks()) {
            proto.addNacks(nack(nacks.name(), nacks.leases(), nacks.delayMs(), nacks.reason()));
        }
        return proto.build();
    }

    private static Transact transact(TransactProto proto) {
        List<Acks> acks = new ArrayList<>(proto.getAcksCount());
        for (AckProto ack : proto.getAcksList()) {
            acks.add(new Acks(new SubscriptionName(ack.getName()), fromProto(ack.getLeasesList())));
        }
        List<Nacks> nacks = new ArrayList<>(proto.getNacksCount());
        for (NackProto one : proto.getNacksList()) {
            Nack nack = nack(one);
            nacks.add(new Nacks(nack.name(), nack.leases(), nack.delayMs(), nack.reason()));
        }
        return new Transact(
                PublicationCodec.fromProto(proto.getMessagesList()),
                proto.getMayCreate(),
                acks,
                nacks,
                proto.getDoor());
    }
}
