package io.skein.topic;

import io.skein.machine.Command;
import io.skein.topic.TopicCommand.Cancel;
import io.skein.topic.TopicCommand.Configure;
import io.skein.topic.TopicCommand.Delete;
import io.skein.topic.TopicCommand.Expire;
import io.skein.topic.TopicCommand.Publish;
import io.skein.topic.TopicCommand.Release;
import io.skein.topic.TopicCommand.Sequence;
import io.skein.topic.TopicConfig.OnFull;
import io.skein.wire.CancelProto;
import io.skein.wire.CommandProto;
import io.skein.wire.ConfigureProto;
import io.skein.wire.DeleteProto;
import io.skein.wire.ExpireProto;
import io.skein.wire.PublicationProto;
import io.skein.wire.PublishProto;
import io.skein.wire.ReleaseProto;
import io.skein.wire.SequenceProto;
import io.skein.wire.TopicConfigProto;
import java.util.Optional;

/** Commands as they stand in the log. */
final class CommandCodec {
    private static final Format[] FORMATS = Format.values();

    private CommandCodec() {}

    static CommandProto toProto(TopicCommand command) {
        var proto = CommandProto.newBuilder();
        if (command instanceof Publish publish) {
            proto.setPublish(publish(publish));
        } else if (command instanceof Configure configure) {
            proto.setConfigure(ConfigureProto.newBuilder()
                    .setTopic(configure.topic().value())
                    .setConfig(config(configure.config())));
        } else if (command instanceof Delete delete) {
            proto.setDelete(DeleteProto.newBuilder().setTopic(delete.topic().value()));
        } else if (command instanceof Cancel cancel) {
            proto.setCancel(CancelProto.newBuilder().setScheduled(OutcomeCodec.cursor(cancel.scheduled())));
        } else if (command instanceof Release release) {
            proto.setRelease(ReleaseProto.newBuilder()
                    .setScheduled(OutcomeCodec.cursor(release.scheduled()))
                    .setPublication(PublicationCodec.toProto(release.publication())));
        } else if (command instanceof Expire) {
            proto.setExpire(ExpireProto.getDefaultInstance());
        } else {
            throw new AssertionError("unknown command " + command);
        }
        return proto.build();
    }

    /** @throws IllegalArgumentException when the command holds what none can */
    static Optional<Command> fromProto(CommandProto proto) {
        return Optional.ofNullable(read(proto));
    }

    /** Null when this is none of this room's commands. */
    private static Command read(CommandProto proto) {
        return switch (proto.getCommandCase()) {
            case PUBLISH -> publish(proto.getPublish());
            case CONFIGURE ->
                new Configure(
                        new TopicName(proto.getConfigure().getTopic()),
                        config(proto.getConfigure().getConfig()));
            case DELETE -> new Delete(new TopicName(proto.getDelete().getTopic()));
            case CANCEL -> new Cancel(OutcomeCodec.cursor(proto.getCancel().getScheduled()));
            case RELEASE -> {
                PublicationProto publication = proto.getRelease().getPublication();
                yield new Release(
                        OutcomeCodec.cursor(proto.getRelease().getScheduled()),
                        PublicationCodec.fromProto(publication));
            }
            case EXPIRE -> new Expire();
            case SUBSCRIPTION, ACCOUNT, MAIL, COMMAND_NOT_SET -> null;
        };
    }

    private static PublishProto publish(Publish publish) {
        var proto = PublishProto.newBuilder()
                .setAtomic(publish.atomic())
                .setMayCreate(publish.mayCreate())
                .setDoor(publish.door())
                .addAllMessages(PublicationCodec.toProto(publish.messages()));
        publish.sequence()
                .ifPresent(sequence -> proto.setSequence(SequenceProto.newBuilder()
                        .setProducer(sequence.producer())
                        .setEpoch(sequence.epoch())
                        .setNumber(sequence.number())));
        return proto.build();
    }

    private static Publish publish(PublishProto proto) {
        Optional<Sequence> sequence = proto.hasSequence()
                ? Optional.of(new Sequence(
                        proto.getSequence().getProducer(),
                        proto.getSequence().getEpoch(),
                        proto.getSequence().getNumber()))
                : Optional.empty();
        return new Publish(
                PublicationCodec.fromProto(proto.getMessagesList()),
                proto.getAtomic(),
                proto.getMayCreate(),
                sequence,
                proto.getDoor());
    }

    private static TopicConfigProto config(TopicConfig config) {
        return TopicConfigProto.newBuilder()
                .setMaxAgeMs(config.maxAgeMs())
                .setMaxBytes(config.maxBytes())
                .setMaxMessages(config.maxMessages())
                .setRejectWhenFull(config.onFull() == OnFull.REJECT)
                .setFormatPlusOne(config.format().map(f -> f.ordinal() + 1).orElse(0))
                .setTtlMs(config.ttlMs())
                .setAcknowledged(config.acknowledged())
                .build();
    }

    private static TopicConfig config(TopicConfigProto proto) {
        int format = proto.getFormatPlusOne();
        if (format < 0 || format > FORMATS.length) {
            throw new IllegalArgumentException("format " + (format - 1));
        }
        return new TopicConfig(
                proto.getMaxAgeMs(),
                proto.getMaxBytes(),
                proto.getMaxMessages(),
                proto.getRejectWhenFull() ? OnFull.REJECT : OnFull.DROP_OLDEST,
                format == 0 ? Optional.empty() : Optional.of(FORMATS[format - 1]),
                proto.getTtlMs(),
                proto.getAcknowledged());
    }
}
