package io.skein.mailbox;

import com.google.protobuf.InvalidProtocolBufferException;
import io.skein.machine.Outcome;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.skein.mailbox.MailOutcome.AccountGone;
import io.skein.mailbox.MailOutcome.Done;
import io.skein.mailbox.MailOutcome.Sent;
import io.skein.wire.MailDoneProto;
import io.skein.wire.MailOutcomeProto;
import io.skein.wire.MailSentProto;
import io.skein.wire.OutcomeProto;
import io.skein.wire.RejectedProto;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Outcomes as protobuf bytes. */
final class OutcomeCodec {
    private static final Map<String, Rejection> REJECTIONS =
            Arrays.stream(Rejection.values()).collect(Collectors.toMap(Rejection::code, Function.identity()));

    private OutcomeCodec() {}

    static byte[] encode(Outcome outcome) {
        var proto = OutcomeProto.newBuilder();
        if (outcome instanceof Rejected rejected) {
            proto.setRejected(RejectedProto.newBuilder()
                    .setCode(rejected.reason().code())
                    .setDetail(rejected.detail())
                    .setActual(rejected.actual()));
        } else {
            proto.setMail(write((MailOutcome) outcome));
        }
        return proto.build().toByteArray();
    }

    private static MailOutcomeProto.Builder write(MailOutcome outcome) {
        var proto = MailOutcomeProto.newBuilder();
        if (outcome instanceof Sent sent) {
            return proto.setSent(MailSentProto.newBuilder().setId(sent.id()).setTime(sent.time()));
        }
        if (outcome instanceof Done done) {
            return proto.setDone(MailDoneProto.newBuilder().setDone(done.done()).addAllRefused(done.refused()));
        }
        if (outcome instanceof AccountGone gone) {
            return proto.setAccountGone(gone.mails());
        }
        throw new AssertionError("unknown outcome " + outcome);
    }

    /** @throws IllegalArgumentException when the bytes are no outcome of this room */
    static Outcome decode(byte[] bytes) {
        OutcomeProto proto = parse(bytes);
        return switch (proto.getOutcomeCase()) {
            case REJECTED -> rejected(proto.getRejected());
            case MAIL -> read(proto.getMail());
            default -> throw new IllegalArgumentException("an outcome of an unknown kind");
        };
    }

    static boolean isOwn(byte[] bytes) {
        return parse(bytes).hasMail();
    }

    private static OutcomeProto parse(byte[] bytes) {
        try {
            return OutcomeProto.parseFrom(bytes);
        } catch (InvalidProtocolBufferException damaged) {
            throw new IllegalArgumentException("not an outcome: " + damaged.getMessage(), damaged);
        }
    }

    private static MailOutcome read(MailOutcomeProto proto) {
        return switch (proto.getOutcomeCase()) {
            case SENT -> new Sent(proto.getSent().getId(), proto.getSent().getTime());
            case DONE -> new Done(proto.getDone().getDone(), proto.getDone().getRefusedList());
            case ACCOUNT_GONE -> new AccountGone(proto.getAccountGone());
            case OUTCOME_NOT_SET -> throw new IllegalArgumentException("an outcome of an unknown kind");
        };
    }

    private static Rejected rejected(RejectedProto proto) {
        Rejection reason = REJECTIONS.get(proto.getCode());
        if (reason == null) {
            throw new IllegalArgumentException("a rejection of an unknown kind: " + proto.getCode());
        }
        return new Rejected(reason, proto.getDetail(), proto.getActual());
    }
}
