package io.skein.topic;

import com.google.protobuf.InvalidProtocolBufferException;
import io.skein.machine.Cursor;
import io.skein.machine.Outcome;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.skein.topic.TopicOutcome.Accepted;
import io.skein.topic.TopicOutcome.Delayed;
import io.skein.topic.TopicOutcome.Done;
import io.skein.topic.TopicOutcome.Published;
import io.skein.topic.TopicOutcome.Refused;
import io.skein.topic.TopicOutcome.Result;
import io.skein.wire.AcceptedProto;
import io.skein.wire.CursorProto;
import io.skein.wire.DelayedProto;
import io.skein.wire.DoneProto;
import io.skein.wire.OutcomeProto;
import io.skein.wire.PublishedProto;
import io.skein.wire.RejectedProto;
import io.skein.wire.ResultProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Outcomes as protobuf bytes. Results of a list that follow each other in offset and place are one. */
public final class OutcomeCodec {
    private static final Map<String, Rejection> REJECTIONS = new HashMap<>();

    static {
        for (Rejection rejection : Rejection.values()) {
            REJECTIONS.put(rejection.code(), rejection);
        }
    }

    private OutcomeCodec() {}

    public static byte[] encode(Outcome outcome) {
        var proto = OutcomeProto.newBuilder();
        if (outcome instanceof Published published) {
            proto.setPublished(published(published));
        } else if (outcome instanceof Done done) {
            proto.setDone(DoneProto.newBuilder().setCreated(done.created()));
        } else if (outcome instanceof Rejected rejected) {
            proto.setRejected(rejected(rejected));
        } else {
            throw new AssertionError("unknown outcome " + outcome);
        }
        return proto.build().toByteArray();
    }

    /** @throws IllegalArgumentException when the bytes are none of this room's outcomes */
    public static Outcome decode(byte[] bytes) {
        try {
            var proto = OutcomeProto.parseFrom(bytes);
            return switch (proto.getOutcomeCase()) {
                case PUBLISHED -> published(proto.getPublished());
                case DONE -> new Done(proto.getDone().getCreated());
                case REJECTED -> rejected(proto.getRejected());
                case SUBSCRIPTION, ACCOUNT, MAIL, OUTCOME_NOT_SET ->
                    throw new IllegalArgumentException("an outcome of an unknown kind");
            };
        } catch (InvalidProtocolBufferException damaged) {
            throw new IllegalArgumentException("not an outcome: " + damaged.getMessage(), damaged);
        }
    }

    public static PublishedProto published(Published published) {
        var proto = PublishedProto.newBuilder().setReplayed(published.replayed());
        List<Result> results = published.results();
        for (int i = 0; i < results.size(); i++) {
            Result result = results.get(i);
            var one = ResultProto.newBuilder();
            if (result instanceof Accepted first) {
                int more = 0;
                while (i + 1 < results.size() && follows(first, more + 1, results.get(i + 1))) {
                    more++;
                    i++;
                }
                one.setAccepted(AcceptedProto.newBuilder()
                        .setOffset(first.offset())
                        .setCursor(cursor(first.cursor()))
                        .setTime(first.time())
                        .setMore(more));
            } else if (result instanceof Delayed delayed) {
                one.setDelayed(DelayedProto.newBuilder()
                        .setCursor(cursor(delayed.cursor()))
                        .setDue(delayed.due()));
            } else if (result instanceof Refused refused) {
                one.setRejected(rejected(refused.rejected()));
            } else {
                throw new AssertionError("unknown result " + result);
            }
            proto.addResults(one);
        }
        return proto.build();
    }

    private static boolean follows(Accepted first, int distance, Result result) {
        return result instanceof Accepted next
                && next.offset() == first.offset() + distance
                && next.time() == first.time()
                && next.cursor().index() == first.cursor().index()
                && next.cursor().place() == first.cursor().place() + distance;
    }

    public static Published published(PublishedProto proto) {
        List<Result> results = new ArrayList<>();
        for (ResultProto one : proto.getResultsList()) {
            switch (one.getResultCase()) {
                case ACCEPTED -> {
                    AcceptedProto accepted = one.getAccepted();
                    Cursor first = cursor(accepted.getCursor());
                    for (int i = 0; i <= accepted.getMore(); i++) {
                        results.add(new Accepted(
                                accepted.getOffset() + i,
                                new Cursor(first.index(), first.place() + i),
                                accepted.getTime()));
                    }
                }
                case DELAYED -> {
                    DelayedProto delayed = one.getDelayed();
                    results.add(new Delayed(cursor(delayed.getCursor()), delayed.getDue()));
                }
                case REJECTED -> results.add(new Refused(rejected(one.getRejected())));
                case RESULT_NOT_SET -> throw new IllegalArgumentException("a result of an unknown kind");
            }
        }
        return new Published(results, proto.getReplayed());
    }

    private static RejectedProto rejected(Rejected rejected) {
        return RejectedProto.newBuilder()
                .setCode(rejected.reason().code())
                .setDetail(rejected.detail())
                .setActual(rejected.actual())
                .build();
    }

    private static Rejected rejected(RejectedProto proto) {
        return new Rejected(rejection(proto.getCode()), proto.getDetail(), proto.getActual());
    }

    /** @throws IllegalArgumentException when none has this code */
    public static Rejection rejection(String code) {
        Rejection reason = REJECTIONS.get(code);
        if (reason == null) {
            throw new IllegalArgumentException("a rejection of an unknown kind: " + code);
        }
        return reason;
    }

    public static CursorProto cursor(Cursor cursor) {
        return CursorProto.newBuilder()
                .setIndex(cursor.index())
                .setPlace(cursor.place())
                .build();
    }

    public static Cursor cursor(CursorProto proto) {
        return new Cursor(proto.getIndex(), proto.getPlace());
    }
}
