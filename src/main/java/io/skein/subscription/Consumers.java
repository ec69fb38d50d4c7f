package io.skein.subscription;

import io.skein.machine.Decision;
import io.skein.machine.Moment;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.skein.subscription.SubscriptionCommand.Ack;
import io.skein.subscription.SubscriptionCommand.Acks;
import io.skein.subscription.SubscriptionCommand.Extend;
import io.skein.subscription.SubscriptionCommand.Nack;
import io.skein.subscription.SubscriptionCommand.Nacks;
import io.skein.subscription.SubscriptionCommand.Pull;
import io.skein.subscription.SubscriptionCommand.Take;
import io.skein.subscription.SubscriptionCommand.Transact;
import io.skein.subscription.SubscriptionOutcome.Aborted;
import io.skein.subscription.SubscriptionOutcome.Refused;
import io.skein.subscription.SubscriptionOutcome.Settled;
import io.skein.subscription.SubscriptionOutcome.Taken;
import io.skein.subscription.SubscriptionOutcome.Transacted;
import io.skein.topic.TopicMachine;
import io.skein.topic.TopicOutcome;
import io.skein.topic.TopicReach;
import io.skein.wire.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What those who work on messages ask: pull, ack, nack, extend, transactions, and the take of RRMQ. */
final class Consumers {
    /** Keys that are read ahead for each message that is asked for, so that a held key does not hold up the others. */
    private static final int READ_AHEAD = 4;

    /** Topics of which one pull reads keys. */
    private static final int MOST_TOPICS = Limits.MAX_PULL_MESSAGES;

    private final TopicMachine topics;
    private final SubscriptionRegister register;
    private final SubscriptionLimits limits;

    Consumers(TopicMachine topics, SubscriptionRegister register, SubscriptionLimits limits) {
        this.topics = topics;
        this.register = register;
        this.limits = limits;
    }

    Decision pull(Moment at, Pull pull) {
        if (pull.max() < 1 || pull.max() > Limits.MAX_PULL_MESSAGES) {
            return Refusals.malformed(
                    "a pull asks for 1 to " + Limits.MAX_PULL_MESSAGES + " messages, not " + pull.max(),
                    Limits.MAX_PULL_MESSAGES);
        }
        Optional<Decision> wrong = wrongLease(pull.leaseMs());
        if (wrong.isPresent()) {
            return wrong.get();
        }
        if (Refusals.isLonger(pull.consumer(), Limits.MAX_CONSUMER_BYTES)) {
            return Refusals.malformed(
                    "a consumer's name has at most " + Limits.MAX_CONSUMER_BYTES + " bytes", Limits.MAX_CONSUMER_BYTES);
        }
        Optional<SubscriptionState> found = register.find(pull.name());
        if (found.isEmpty()) {
            return Refusals.unknown(pull.name());
        }
        Draft draft = new Draft(at, topics, 0);
        return draft.as(new Handout(register, limits, draft, found.get(), pull).lend(pull.max()));
    }

    List<OffsetRange> keysWanted(SubscriptionState subscription, long max) {
        if (!subscription.isByKey() || subscription.config().paused()) {
            return List.of();
        }
        List<OffsetRange> wanted = new ArrayList<>();
        List<Position> turns = turns(subscription, (int) Math.min(max, MOST_TOPICS));
        for (Position position : turns) {
            long most = Math.max(1, max * READ_AHEAD / turns.size());
            if (position.follows) {
                long count = Math.min(most, position.topic.nextOffset() - position.fresh());
                if (count > 0) {
                    wanted.add(new OffsetRange(position.topic.id(), position.fresh(), count));
                }
            } else {
                Run run = position.firstUnread();
                if (run != null) {
                    wanted.add(new OffsetRange(position.topic.id(), run.first(), Math.min(most, run.count())));
                }
            }
        }
        return wanted;
    }

    /** Where new messages may not be begun with, those that have redriven ones. */
    private List<Position> turns(SubscriptionState subscription, int most) {
        if (register.room(subscription) > 0) {
            return new Turns(register, subscription).next(most);
        }
        List<Position> redriven = new ArrayList<>();
        Turns turns = new Turns(register, subscription);
        for (int looks = 0; redriven.size() < most && looks < most + limits.steps(); looks++) {
            Position position = turns.next();
            if (position == null) {
                break;
            }
            if (position.hasUnread()) {
                redriven.add(position);
            }
        }
        return redriven;
    }

    Decision ack(Moment at, Ack ack) {
        Optional<SubscriptionState> found = register.find(ack.name());
        Optional<Decision> wrong = wrong(ack.name(), found, ack.leases());
        if (wrong.isPresent()) {
            return wrong.get();
        }
        Draft draft = new Draft(at, topics, 0);
        List<Refused> refused = new ArrayList<>();
        long done = draft.of(found.get()).ack(ack.leases(), refused);
        return draft.as(new Settled(done, refused));
    }

    Decision nack(Moment at, Nack nack) {
        Optional<SubscriptionState> found = register.find(nack.name());
        Optional<Decision> wrong =
                wrong(nack.name(), found, nack.leases()).or(() -> wrongReturn(nack.delayMs(), nack.reason()));
        if (wrong.isPresent()) {
            return wrong.get();
        }
        Draft draft = new Draft(at, topics, 0);
        List<Refused> refused = new ArrayList<>();
        long done = draft.of(found.get()).nack(nack.leases(), nack.delayMs(), nack.reason(), refused);
        return draft.as(new Settled(done, refused));
    }

    Decision extend(Moment at, Extend extend) {
        Optional<SubscriptionState> found = register.find(extend.name());
        Optional<Decision> wrong = wrong(extend.name(), found, extend.leases()).or(() -> wrongLease(extend.leaseMs()));
        if (wrong.isPresent()) {
            return wrong.get();
        }
        Draft draft = new Draft(at, topics, 0);
        List<Refused> refused = new ArrayList<>();
        long done = draft.of(found.get()).extend(extend.leases(), extend.leaseMs(), refused);
        return draft.as(new Settled(done, refused));
    }

    /** Publishes first: what they are refused for does not depend on the rest. */
    Decision transact(Moment at, Transact transact) {
        Optional<Decision> wrong = wrong(transact);
        if (wrong.isPresent()) {
            return wrong.get();
        }
        int count = transact.messages().size();
        Draft draft = new Draft(at, topics, count);
        List<TopicOutcome.Result> results = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            TopicOutcome.Result result =
                    draft.topics().publish(transact.messages().get(i), at.place() + i, transact.mayCreate());
            if (result instanceof TopicOutcome.Refused no) {
                Rejected why = no.rejected();
                return new Decision(
                        new Rejected(why.reason(), "message " + i + ": " + why.detail(), why.actual()), List.of());
            }
            results.add(result);
        }
        List<Refused> refused = new ArrayList<>();
        long acknowledged = 0;
        for (Acks acks : transact.acks()) {
            acknowledged += draft.of(register.find(acks.name()).orElseThrow()).ack(acks.leases(), refused);
        }
        long returned = 0;
        for (Nacks nacks : transact.nacks()) {
            returned += draft.of(register.find(nacks.name()).orElseThrow())
                    .nack(nacks.leases(), nacks.delayMs(), nacks.reason(), refused);
        }
        return refused.isEmpty()
                ? draft.as(new Transacted(results, acknowledged, returned))
                : new Decision(new Aborted(refused), List.of());
    }

    private Optional<Decision> wrong(Transact transact) {
        int count = transact.messages().size();
        if (count > Limits.MAX_BATCH_MESSAGES) {
            return Optional.of(Refusals.malformed(
                    "a transaction publishes at most " + Limits.MAX_BATCH_MESSAGES + " messages, not " + count,
                    Limits.MAX_BATCH_MESSAGES));
        }
        List<Leases> all = new ArrayList<>();
        for (Acks acks : transact.acks()) {
            if (register.find(acks.name()).isEmpty()) {
                return Optional.of(Refusals.unknown(acks.name()));
            }
            all.addAll(acks.leases());
        }
        for (Nacks nacks : transact.nacks()) {
            if (register.find(nacks.name()).isEmpty()) {
                return Optional.of(Refusals.unknown(nacks.name()));
            }
            Optional<Decision> wrong = wrongReturn(nacks.delayMs(), nacks.reason());
            if (wrong.isPresent()) {
                return wrong;
            }
            all.addAll(nacks.leases());
        }
        return count == 0 && all.isEmpty()
                ? Optional.of(Refusals.malformed("a transaction publishes, acknowledges or gives back something", -1))
                : Refusals.tooManyLeases(all);
    }

    private static Optional<Decision> wrong(
            SubscriptionName name, Optional<SubscriptionState> found, List<Leases> leases) {
        return found.isEmpty() ? Optional.of(Refusals.unknown(name)) : Refusals.tooManyLeases(leases);
    }

    private static Optional<Decision> wrongLease(long leaseMs) {
        return leaseMs < 0 || leaseMs > Limits.MAX_LEASE_MS
                ? Optional.of(Refusals.malformed(
                        "a lease lasts at most " + Limits.MAX_LEASE_MS + " ms, not " + leaseMs, Limits.MAX_LEASE_MS))
                : Optional.empty();
    }

    private static Optional<Decision> wrongReturn(long delayMs, String reason) {
        if (delayMs < -1 || delayMs > Limits.MAX_DURATION_MS) {
            return Optional.of(Refusals.malformed(
                    "a delay is from 0 to " + Limits.MAX_DURATION_MS + " ms, not " + delayMs, Limits.MAX_DURATION_MS));
        }
        return Refusals.isLonger(reason, Limits.MAX_REASON_BYTES)
                ? Optional.of(Refusals.malformed(
                        "a reason has at most " + Limits.MAX_REASON_BYTES + " bytes", Limits.MAX_REASON_BYTES))
                : Optional.empty();
    }

    /** Lease and ack in one: no run is ever seen. */
    Decision take(Moment at, Take take) {
        Optional<TopicReach> topic = topics.reach(take.topic());
        if (topic.isEmpty()) {
            return Decision.rejected(Rejection.UNKNOWN_TOPIC, "there is no topic \"" + take.topic() + '"');
        }
        SubscriptionName name = SubscriptionName.ofQueue(take.topic());
        Optional<SubscriptionState> known = register.find(name);
        return known.isPresent() ? takeFrom(at, known.get(), topic.get()) : takeFirst(at, name, topic.get());
    }

    private Decision takeFrom(Moment at, SubscriptionState queue, TopicReach topic) {
        Draft draft = new Draft(at, topics, 0);
        PositionDraft position = draft.of(queue).in(queue.positions.get(topic.id()));
        long offset = back(position, at.time());
        int delivery = 2;
        if (offset < 0) {
            delivery = 1;
            offset = topic.firstLive(position.fresh(), at.time());
            position.next(Math.min(topic.nextOffset(), offset + 1));
        }
        if (offset >= topic.nextOffset()) {
            return draft.as(new Taken(topic.id(), -1));
        }
        draft.of(queue).lent(topic.id(), 1, delivery);
        draft.of(queue).acknowledged(1);
        return draft.as(new Taken(topic.id(), offset));
    }

    /** A message that somebody pulled and gave back; -1 when there is none. */
    private static long back(PositionDraft position, long time) {
        for (Map.Entry<Long, Run> entry : position.base.available().entrySet()) {
            Run run = entry.getValue();
            long offset = position.base.topic.firstLive(run.first(), time);
            position.cut(run, run.first(), Math.min(run.end(), offset + 1));
            if (offset < run.end()) {
                return offset;
            }
        }
        return -1;
    }

    /** The queue's subscription is made with this take, from earliest. */
    private Decision takeFirst(Moment at, SubscriptionName name, TopicReach topic) {
        long offset = topic.firstLive(0, at.time());
        if (offset >= topic.nextOffset()) {
            return new Decision(new Taken(topic.id(), -1), List.of());
        }
        Optional<Decision> tooMany = Refusals.tooMany(register, limits, 1);
        if (tooMany.isPresent()) {
            return tooMany.get();
        }
        long id = register.lastId() + 1;
        return new Decision(
                new Taken(topic.id(), offset),
                List.of(
                        Administration.queue(id, name, at),
                        new SubscriptionChange.Positioned(id, topic.id(), offset + 1, false),
                        new SubscriptionChange.Counted(id, topic.id(), 1, 0, 1, 0)));
    }
}
