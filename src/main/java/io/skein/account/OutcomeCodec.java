package io.skein.account;

import com.google.protobuf.InvalidProtocolBufferException;
import io.skein.account.AccountOutcome.Done;
import io.skein.account.AccountOutcome.Gone;
import io.skein.account.AccountOutcome.LoggedIn;
import io.skein.machine.Outcome;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.skein.wire.AccountOutcomeProto;
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
            proto.setAccount(write((AccountOutcome) outcome));
        }
        return proto.build().toByteArray();
    }

    private static AccountOutcomeProto.Builder write(AccountOutcome outcome) {
        var proto = AccountOutcomeProto.newBuilder();
        if (outcome instanceof Done done) {
            return proto.setDone(done.created());
        }
        if (outcome instanceof Gone gone) {
            return proto.setGone(gone.count());
        }
        if (outcome instanceof LoggedIn in) {
            return proto.setLoggedIn(in.expires());
        }
        throw new AssertionError("unknown outcome " + outcome);
    }

    /** @throws IllegalArgumentException when the bytes are no outcome of this room */
    static Outcome decode(byte[] bytes) {
        OutcomeProto proto;
        try {
            proto = OutcomeProto.parseFrom(bytes);
        } catch (InvalidProtocolBufferException damaged) {
            throw new IllegalArgumentException("not an outcome: " + damaged.getMessage(), damaged);
        }
        return switch (proto.getOutcomeCase()) {
            case REJECTED -> rejected(proto.getRejected());
            case ACCOUNT -> read(proto.getAccount());
            default -> throw new IllegalArgumentException("an outcome of an unknown kind");
        };
    }

    private static AccountOutcome read(AccountOutcomeProto proto) {
        return switch (proto.getOutcomeCase()) {
            case DONE -> new Done(proto.getDone());
            case GONE -> new Gone(proto.getGone());
            case LOGGED_IN -> new LoggedIn(proto.getLoggedIn());
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
