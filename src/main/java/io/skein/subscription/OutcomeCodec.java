package io.skein.subscription;

import com.google.protobuf.InvalidProtocolBufferException;
import io.skein.machine.Cursor;
import io.skein.machine.Outcome;
import io.skein.subscription.SubscriptionOutcome.Aborted;
import io.skein.subscription.SubscriptionOutcome.Counted;
import io.skein.subscription.SubscriptionOutcome.Done;
import io.skein.subscription.SubscriptionOutcome.Lent;
import io.skein.subscription.SubscriptionOutcome.Pulled;
import io.skein.subscription.SubscriptionOutcome.Refused;
import io.skein.subscription.SubscriptionOutcome.Settled;
import io.skein.subscription.SubscriptionOutcome.Taken;
import io.skein.subscription.SubscriptionOutcome.Transacted;
import io.skein.topic.TopicOutcome.Published;
import io.skein.wire.CountedProto;
import io.skein.wire.LentProto;
import io.skein.wire.OutcomeProto;
import io.skein.wire.PulledProto;
import io.skein.wire.RefusedLeasesProto;
import io.skein.wire.SettledProto;
import io.skein.wire.SubscriptionDoneProto;
import io.skein.wire.SubscriptionOutcomeProto;
import io.skein.wire.TakenProto;
import io.skein.wire.TransactedProto;
import java.util.ArrayList;
import java.util.List;

/** Outcomes as protobuf bytes; those of topics among them, so that one knows how to read both. */
final class OutcomeCodec {
    private OutcomeCodec() {}

    static byte[] encode(Outcome outcome) {
        return outcome instanceof SubscriptionOutcome own
                ? OutcomeProto.newBuilder().setSubscription(write(own)).build().toByteArray()
                : io.skein.topic.OutcomeCodec.encode(outcome);
    }

    private static SubscriptionOutcomeProto.Builder write(SubscriptionOutcome outcome) {
        var proto = SubscriptionOutcomeProto.newBuilder();
        if (outcome instanceof Done done) {
            return proto.setDone(SubscriptionDoneProto.newBuilder().setCreated(done.created()));
        }
        if (outcome instanceof Counted counted) {
            return proto.setCounted(
                    CountedProto.newBuilder().setDone(counted.done()).setMore(counted.more()));
        }
        if (outcome instanceof Pulled pulled) {
            return proto.setPulled(pulled(pulled));
        }
        if (outcome instanceof Settled settled) {
            return proto.setSettled(settled(settled.done(), settled.refused()));
        }
        if (outcome instanceof Transacted transacted) {
            return proto.setTransacted(TransactedProto.newBuilder()
                    .setPublished(io.skein.topic.OutcomeCodec.published(new Published(transacted.results(), false)))
                    .setAcknowledged(transacted.acknowledged())
                    .setReturned(transacted.returned()));
        }
        if (outcome instanceof Aborted aborted) {
            return proto.setAborted(settled(0, aborted.refused()));
        }
        if (outcome instanceof Taken taken) {
            return proto.setTaken(
                    TakenProto.newBuilder().setTopic(taken.topic()).setOffsetPlusOne(taken.offset() + 1));
        }
        throw new AssertionError("unknown outcome " + outcome);
    }

    /** @throws IllegalArgumentException when the bytes are no outcome of this room or of topics */
    static Outcome decode(byte[] bytes) {
        OutcomeProto proto;
        try {
            proto = OutcomeProto.parseFrom(bytes);
        } catch (InvalidProtocolBufferException damaged) {
            throw new IllegalArgumentException("not an outcome: " + damaged.getMessage(), damaged);
        }
        return proto.hasSubscription() ? read(proto.getSubscription()) : io.skein.topic.OutcomeCodec.decode(bytes);
    }

    private static SubscriptionOutcome read(SubscriptionOutcomeProto proto) {
        return switch (proto.getOutcomeCase()) {
            case DONE -> new Done(proto.getDone().getCreated());
            case COUNTED ->
                new Counted(proto.getCounted().getDone(), proto.getCounted().getMore());
            case PULLED -> pulled(proto.getPulled());
            case SETTLED -> new Settled(proto.getSettled().getDone(), refused(proto.getSettled()));
            case TRANSACTED ->
                new Transacted(
                        io.skein.topic.OutcomeCodec.published(
                                        proto.getTransacted().getPublished())
                                .results(),
                        proto.getTransacted().getAcknowledged(),
                        proto.getTransacted().getReturned());
            case ABORTED -> new Aborted(refused(proto.getAborted()));
            case TAKEN ->
                new Taken(proto.getTaken().getTopic(), proto.getTaken().getOffsetPlusOne() - 1);
            case OUTCOME_NOT_SET -> throw new IllegalArgumentException("an outcome of an unknown kind");
        };
    }

    private static PulledProto pulled(Pulled pulled) {
        var proto = PulledProto.newBuilder()
                .setSubscription(pulled.subscription())
                .setLeaseIndex(pulled.lease().index())
                .setLeasePlace(pulled.lease().place())
                .setUntil(pulled.until());
        for (Lent lent : pulled.lent()) {
            proto.addLent(LentProto.newBuilder()
                    .setTopic(lent.topic())
                    .setFirst(lent.first())
                    .setMore(lent.count() - 1)
                    .setDelivery(lent.delivery()));
        }
        return proto.build();
    }

    private static Pulled pulled(PulledProto proto) {
        List<Lent> lent = new ArrayList<>(proto.getLentCount());
        for (LentProto one : proto.getLentList()) {
            lent.add(new Lent(one.getTopic(), one.getFirst(), one.getMore() + 1, one.getDelivery()));
        }
        return new Pulled(
                proto.getSubscription(),
                new Cursor(proto.getLeaseIndex(), proto.getLeasePlace()),
                proto.getUntil(),
                lent);
    }

    private static SettledProto settled(long done, List<Refused> refused) {
        var proto = SettledProto.newBuilder().setDone(done);
        for (Refused one : refused) {
            proto.addRefused(RefusedLeasesProto.newBuilder()
                    .setLeases(CommandCodec.toProto(one.leases()))
                    .setCode(one.reason().code()));
        }
        return proto.build();
    }

    private static List<Refused> refused(SettledProto proto) {
        List<Refused> refused = new ArrayList<>(proto.getRefusedCount());
        for (RefusedLeasesProto one : proto.getRefusedList()) {
            refused.add(new Refused(
                    CommandCodec.fromProto(one.getLeases()), io.skein.topic.OutcomeCodec.rejection(one.getCode())));
        }
        return refused;
    }
}
