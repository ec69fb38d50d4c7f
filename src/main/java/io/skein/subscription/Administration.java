package io.skein.subscription;

import io.skein.machine.Cursor;
import io.skein.machine.Decision;
import io.skein.machine.Moment;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.skein.subscription.SubscriptionChange.Configured;
import io.skein.subscription.SubscriptionChange.Created;
import io.skein.subscription.SubscriptionChange.DeadGone;
import io.skein.subscription.SubscriptionChange.Deleted;
import io.skein.subscription.SubscriptionChange.Left;
import io.skein.subscription.SubscriptionChange.Positioned;
import io.skein.subscription.SubscriptionCommand.Configure;
import io.skein.subscription.SubscriptionCommand.CreateQueue;
import io.skein.subscription.SubscriptionCommand.Delete;
import io.skein.subscription.SubscriptionCommand.DeleteTopic;
import io.skein.subscription.SubscriptionCommand.Pause;
import io.skein.subscription.SubscriptionCommand.Seek;
import io.skein.subscription.SubscriptionOutcome.Done;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicMachine;
import io.skein.topic.TopicName;
import io.skein.topic.TopicReach;
import io.skein.wire.Limits;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What operators ask: subscriptions made, changed, moved and deleted, and the queues of RRMQ. */
final class Administration {
    private final TopicMachine topics;
    private final SubscriptionRegister register;
    private final SubscriptionLimits limits;

    Administration(TopicMachine topics, SubscriptionRegister register, SubscriptionLimits limits) {
        this.topics = topics;
        this.register = register;
        this.limits = limits;
    }

    Decision configure(Moment at, Configure configure) {
        SubscriptionName name = configure.name();
        if (name.isSystem()) {
            return Refusals.system(name);
        }
        Optional<Decision> wrong = wrong(name, configure.config());
        if (wrong.isPresent()) {
            return wrong.get();
        }
        Optional<SubscriptionState> known = register.find(name);
        return known.isPresent() ? change(at, known.get(), configure) : create(at, configure);
    }

    private static Optional<Decision> wrong(SubscriptionName name, SubscriptionConfig config) {
        if (config.leaseMs() < 1 || config.leaseMs() > Limits.MAX_LEASE_MS) {
            return malformed("a lease lasts from 1 to " + Limits.MAX_LEASE_MS + " ms", Limits.MAX_LEASE_MS);
        }
        if (config.maxDeliveries() < 0) {
            return malformed("the deliveries of a message are counted from 0 (no limit)", 0);
        }
        if (config.backoffMs().size() > Limits.MAX_BACKOFF_STEPS
                || config.backoffMs().stream().anyMatch(ms -> ms < 0 || ms > Limits.MAX_DURATION_MS)) {
            return malformed(
                    "a backoff has at most " + Limits.MAX_BACKOFF_STEPS + " steps from 0 to " + Limits.MAX_DURATION_MS
                            + " ms",
                    Limits.MAX_BACKOFF_STEPS);
        }
        TopicName dead = SubscriptionState.deadLettersOf(name, config);
        if (dead.isSystem() && !dead.equals(name.deadLetters())) {
            return malformed("topic \"" + dead + "\" is the system's: dead letters do not go there", -1);
        }
        return config.filter().value().equals(dead.value())
                ? malformed("subscription \"" + name + "\" would follow nothing but its own dead letters", -1)
                : Optional.empty();
    }

    private static Optional<Decision> malformed(String detail, long limit) {
        return Optional.of(Refusals.malformed(detail, limit));
    }

    private Decision create(Moment at, Configure configure) {
        List<TopicReach> followed = register.followed(configure.name(), configure.config());
        Optional<Decision> tooMany = Refusals.tooMany(register, limits, followed.size());
        if (tooMany.isPresent()) {
            return tooMany.get();
        }
        Draft draft = new Draft(at, topics, 0);
        long id = register.lastId() + 1;
        draft.add(new Created(id, configure.name(), configure.config(), cursor(at), at.time()));
        Map<Long, Long> offsets = offsets(configure.from());
        for (TopicReach topic : followed) {
            long next = start(configure.from(), offsets, topic);
            if (next > 0) {
                draft.add(new Positioned(id, topic.id(), next, false));
            }
        }
        return draft.as(new Done(true));
    }

    private static Cursor cursor(Moment at) {
        return new Cursor(at.index(), at.place());
    }

    private static Map<Long, Long> offsets(Start start) {
        Map<Long, Long> offsets = new HashMap<>();
        if (start instanceof Start.At known) {
            known.offsets().forEach(one -> offsets.put(one.topic(), Math.max(0, one.offset())));
        }
        return offsets;
    }

    private static long start(Start start, Map<Long, Long> offsets, TopicReach topic) {
        if (start instanceof Start.Earliest) {
            return 0;
        }
        return start instanceof Start.Latest ? topic.nextOffset() : offsets.getOrDefault(topic.id(), 0L);
    }

    private Decision change(Moment at, SubscriptionState subscription, Configure configure) {
        SubscriptionConfig config = configure.config();
        if (config.equals(subscription.config())) {
            return new Decision(new Done(false), List.of());
        }
        if (config.order() != subscription.config().order()) {
            return Refusals.malformed(
                    "the order of subscription \"" + subscription.name + "\" was chosen when it was made", -1);
        }
        List<TopicReach> followed = register.followed(subscription.name, config);
        int more = 0;
        for (TopicReach topic : followed) {
            Position position = subscription.positions.get(topic.id());
            more += position == null || !position.follows ? 1 : 0;
        }
        Optional<Decision> tooMany = Refusals.tooManyPositions(register, limits, more);
        if (more > 0 && tooMany.isPresent()) {
            return tooMany.get();
        }
        Draft draft = new Draft(at, topics, 0);
        TopicName dead = SubscriptionState.deadLettersOf(subscription.name, config);
        for (Position position : subscription.positions.values()) {
            String topic = position.topic.name().value();
            if (position.follows && (!config.filter().matches(topic) || topic.equals(dead.value()))) {
                draft.add(new Left(subscription.id, position.topic.id()));
            }
        }
        draft.add(new Configured(subscription.id, config));
        Map<Long, Long> offsets = offsets(configure.from());
        for (TopicReach topic : followed) {
            Position position = subscription.positions.get(topic.id());
            if (position == null || !position.follows) {
                // What was a topic of its dead letters is one like others now.
                subscription
                        .dead
                        .in(topic.id())
                        .keySet()
                        .forEach(first -> draft.add(new DeadGone(subscription.id, topic.id(), first)));
                long next = start(configure.from(), offsets, topic);
                draft.add(new Positioned(subscription.id, topic.id(), next, true));
            }
        }
        return draft.as(new Done(false));
    }

    Decision pause(Moment at, Pause pause) {
        Optional<SubscriptionState> found = register.find(pause.name());
        if (found.isEmpty()) {
            return Refusals.unknown(pause.name());
        }
        if (pause.name().isSystem()) {
            return Refusals.system(pause.name());
        }
        SubscriptionConfig config = found.get().config();
        return new Decision(
                new Done(false),
                config.paused() == pause.paused()
                        ? List.of()
                        : List.of(new Configured(found.get().id, config.withPaused(pause.paused()))));
    }

    Decision delete(Moment at, Delete delete) {
        Optional<SubscriptionState> found = register.find(delete.name());
        if (found.isEmpty()) {
            return Refusals.unknown(delete.name());
        }
        if (delete.name().isSystem()) {
            return Refusals.system(delete.name());
        }
        Draft draft = new Draft(at, topics, 0);
        for (Mark mark : found.get().marks.values()) {
            draft.topics().unpin(mark.topic(), mark.first());
        }
        draft.add(new Deleted(found.get().id));
        return draft.as(new Done(false));
    }

    /** Only where it follows: redriven messages are not moved, and neither are marks. */
    Decision seek(Moment at, Seek seek) {
        Optional<SubscriptionState> found = register.find(seek.name());
        if (found.isEmpty()) {
            return Refusals.unknown(seek.name());
        }
        if (seek.name().isSystem()) {
            return Refusals.system(seek.name());
        }
        Draft draft = new Draft(at, topics, 0);
        Map<Long, Long> offsets = offsets(seek.to());
        for (Position position : found.get().positions.values()) {
            long next = start(seek.to(), offsets, position.topic);
            boolean clears = !position.runs().isEmpty();
            if (position.follows && (clears || next != position.next())) {
                draft.add(new Positioned(found.get().id, position.topic.id(), next, clears));
            }
        }
        return draft.as(new Done(false));
    }

    Decision createQueue(Moment at, CreateQueue create) {
        TopicName topic = create.topic();
        if (topic.isSystem()) {
            return Refusals.malformed(
                    "topic \"" + topic + "\" is the system's: names that begin with $ are not made", -1);
        }
        Draft draft = new Draft(at, topics, 0);
        if (draft.topics().exists(topic)) {
            return Decision.rejected(Rejection.TOPIC_EXISTS, "there is a topic \"" + topic + "\" already");
        }
        SubscriptionName name = SubscriptionName.ofQueue(topic);
        if (register.find(name).isEmpty()) {
            Optional<Decision> tooMany = Refusals.tooMany(register, limits, 1);
            if (tooMany.isPresent()) {
                return tooMany.get();
            }
            draft.add(queue(register.lastId() + 1, name, at));
        }
        Optional<Rejected> no = draft.topics().create(topic);
        return no.isPresent() ? new Decision(no.get(), List.of()) : draft.as(new Done(true));
    }

    /** A queue hands out for good: there is nothing to fail, and nothing becomes a dead letter. */
    static Created queue(long id, SubscriptionName name, Moment at) {
        var config = new SubscriptionConfig(
                new TopicFilter(name.queue().orElseThrow().value()),
                SubscriptionConfig.LEASE_MS,
                0,
                List.of(),
                Optional.empty(),
                SubscriptionConfig.Order.TOPIC,
                false);
        return new Created(id, name, config, cursor(at), at.time());
    }

    Decision deleteTopic(Moment at, DeleteTopic delete) {
        Optional<TopicReach> topic = topics.reach(delete.topic());
        if (topic.isEmpty()) {
            return Decision.rejected(Rejection.UNKNOWN_TOPIC, "there is no topic \"" + delete.topic() + '"');
        }
        Draft draft = new Draft(at, topics, 0);
        draft.topics().delete(topic.get().id());
        register.find(SubscriptionName.ofQueue(delete.topic())).ifPresent(queue -> draft.add(new Deleted(queue.id)));
        return draft.as(new Done(false));
    }
}
