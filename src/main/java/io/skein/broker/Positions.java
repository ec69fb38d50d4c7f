package io.skein.broker;

import io.skein.broker.History.Floor;
import io.skein.cluster.Proposer;
import io.skein.subscription.Start;
import io.skein.subscription.Start.TopicOffset;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicView;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;

/** Finds for a place in the log the offset at which each topic begins there (DESIGN D17). From any context. */
final class Positions {
    /** More topics than this are not looked through. */
    static final int MAX_TOPICS = 10_000;
    /** Topics looked at beside each other. */
    private static final int BESIDE = 16;

    private final Ground ground;
    private final Proposer proposer;

    Positions(Ground ground, Proposer proposer) {
        this.ground = ground;
        this.proposer = proposer;
    }

    /**
     * What is applied here should hold what was committed before. Fails with {@link Refusal} when the place is no place
     * in these topics.
     */
    Future<Start> of(TopicFilter filter, From from) {
        if (from instanceof From.Earliest) {
            return Future.succeededFuture(new Start.Earliest());
        }
        if (from instanceof From.Latest) {
            return Future.succeededFuture(new Start.Latest());
        }
        record Found(List<TopicView> topics, long trims) {}
        return proposer.ask(() -> new Found(
                        ground.topics().matching(filter), ground.topics().trims()))
                .compose(found -> of(filter, from, found.topics(), found.trims()));
    }

    private Future<Start> of(TopicFilter filter, From from, List<TopicView> topics, long trims) {
        if (topics.size() > MAX_TOPICS) {
            return Future.failedFuture(Refusal.of(
                    Refusal.Kind.CONFLICT,
                    "too-many-topics",
                    topics.size() + " topics match \"" + filter + "\", and a place is looked up in at most "
                            + MAX_TOPICS + "; use earliest or latest"));
        }
        if (from instanceof From.Offset offset) {
            return offset(filter, topics, offset.offset());
        }
        return ground.history()
                .start(List.of(filter), from)
                .compose(start -> start.gap().isPresent() && start.gap().get().lost() < 0
                        ? Future.failedFuture(
                                Refusal.of(Refusal.Kind.GONE, "gone", "the position is of another log than this one"))
                        : all(topics, start, trims));
    }

    private static Future<Start> offset(TopicFilter filter, List<TopicView> topics, long offset) {
        if (!filter.isName()) {
            return Future.failedFuture(
                    Refusal.malformed("an offset is a place in one topic; use a cursor or a time for a filter"));
        }
        for (TopicView topic : topics) {
            if (offset > topic.nextOffset()) {
                return Future.failedFuture(Refusal.malformed("the next message of topic \"" + topic.name()
                        + "\" gets offset " + topic.nextOffset() + ": a subscription that began at " + offset
                        + " would leave out what comes before"));
            }
        }
        return Future.succeededFuture(new Start.At(topics.stream()
                .map(topic -> new TopicOffset(topic.id(), offset))
                .toList()));
    }

    private Future<Start> all(List<TopicView> topics, History.Start start, long trims) {
        Future<List<TopicOffset>> offsets = Future.succeededFuture(new ArrayList<>(topics.size()));
        for (int i = 0; i < topics.size(); i += BESIDE) {
            List<TopicView> some = topics.subList(i, Math.min(topics.size(), i + BESIDE));
            offsets = offsets.compose(before -> {
                List<Future<TopicOffset>> beside =
                        some.stream().map(topic -> in(topic, start, trims)).toList();
                return Future.all(beside).map(done -> {
                    beside.forEach(one -> before.add(one.result()));
                    return before;
                });
            });
        }
        return offsets.map(Start.At::new);
    }

    /**
     * The first message of a topic after the place; none yet: the next that comes.
     *
     * @param trims that are no news to anybody
     */
    private Future<TopicOffset> in(TopicView topic, History.Start start, long trims) {
        var wanted = new History.Wanted(
                List.of(new TopicFilter(topic.name().value())),
                start.after(),
                trims,
                new Floor(0, 0, start.floor().time()),
                1,
                1);
        return ground.history()
                .page(wanted)
                .map(slice -> slice.messages().isEmpty()
                        ? new TopicOffset(topic.id(), topic.nextOffset())
                        : new TopicOffset(
                                slice.messages().get(0).topicId(),
                                slice.messages().get(0).offset()));
    }
}
