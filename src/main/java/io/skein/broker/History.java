package io.skein.broker;

import io.skein.cluster.Proposer;
import io.skein.cluster.ReplicaVerticle;
import io.skein.machine.Cursor;
import io.skein.machine.Lineage;
import io.skein.store.Reader;
import io.skein.store.Scope;
import io.skein.store.Store;
import io.skein.store.StoredMessage;
import io.skein.store.StoredPage;
import io.skein.store.Tail;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicMachine;
import io.skein.topic.TopicName;
import io.skein.topic.TopicView;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongUnaryOperator;

/**
 * Reads what is kept, in log order: the newest from the tail, older from rows (DESIGN D16, Reads). Callable from any
 * context; completes on the caller's.
 *
 * <p>A page that ends in the tail is {@link Slice#live}: it was read on the replica's context at {@code through}, so
 * everything later reaches the caller's loop behind it.
 */
final class History {
    /**
     * @param after everything up to here is not wanted
     * @param told trims that the reader has been told of, as a slice or a start said it
     */
    record Wanted(List<TopicFilter> filters, Cursor after, long told, Floor floor, int limit, long maxBytes) {}

    /**
     * @param through everything matching up to here is in this slice or before it
     * @param live nothing more was there when this was read
     * @param losses messages after the position that went before they could be read
     * @param told trims that the reader knows of with this
     */
    record Slice(List<StoredMessage> messages, Cursor through, boolean live, List<Loss> losses, long told) {}

    /**
     * @param earliest just before the first message of the topic still kept, or where the page ends that holds none
     * @param lost how many, -1 when that is not known
     */
    record Loss(String topic, Cursor earliest, long lost) {}

    /**
     * Where a stream begins.
     *
     * @param after everything up to here is not wanted
     * @param floor of what follows, that which is not wanted either
     * @param told trims that are no news, or {@link Losses#ALL_NEWS}
     * @param gap what was asked for is gone: the stream says so first
     * @param requested the position as it was asked for
     */
    record Start(Cursor after, Floor floor, long told, Optional<Page.Gap> gap, String requested) {}

    /**
     * What of the messages after a position is not wanted all the same.
     *
     * @param topicId of the topic that has the offset now; 0: of whatever topic appears under the name first
     * @param offset messages below it
     * @param time messages stamped before it
     */
    record Floor(long topicId, long offset, long time) {
        static final Floor NONE = new Floor(0, 0, 0);

        long of(long topic) {
            return topicId == 0 || topicId == topic ? offset : 0;
        }

        boolean isAbove(StoredMessage message) {
            return message.time() < time || message.offset() < of(message.topicId());
        }

        /** Stamps never go back, so those before the time are the first ones. */
        List<StoredMessage> cut(List<StoredMessage> messages) {
            int from = 0;
            while (from < messages.size() && messages.get(from).time() < time) {
                from++;
            }
            return from == 0 ? messages : messages.subList(from, messages.size());
        }
    }

    /** Steps to find out which topics match, before it counts as too many. */
    private static final int LOOKS = 1024;

    private final Store store;
    private final Proposer proposer;
    private final TopicMachine topics;
    private final Lineage lineage;
    private final ReplicaVerticle replica;
    private final WallClock clock;

    History(
            Store store,
            Proposer proposer,
            ReplicaVerticle replica,
            TopicMachine topics,
            Lineage lineage,
            WallClock clock) {
        this.clock = clock;
        this.store = store;
        this.proposer = proposer;
        this.replica = replica;
        this.topics = topics;
        this.lineage = lineage;
    }

    /**
     * One page: at least one message when there is one, or a cursor further on. A page from rows is not filled up from
     * the tail; the reader comes again. What it costs the replica's context is bounded by the page and by the topics
     * trimmed since the page before, however many match.
     */
    Future<Slice> page(Wanted wanted) {
        return page(wanted, wanted.after(), new Losses(topics, store, wanted.filters(), wanted.after(), wanted.told()));
    }

    /** @param from nothing wanted stands between the position and here */
    private Future<Slice> page(Wanted wanted, Cursor from, Losses losses) {
        return proposer.ask(() -> losses.gather() ? Optional.of(newest(wanted, from)) : Optional.<Step>empty())
                .compose(step -> step.isEmpty()
                        ? page(wanted, from, losses)
                        : step.get().page().isPresent()
                                ? slice(wanted, step.get().page().get(), losses)
                                : older(wanted, from, losses, step.get()));
    }

    private Future<Slice> older(Wanted wanted, Cursor from, Losses losses, Step step) {
        return store.reader()
                .page(
                        step.few(),
                        found -> visible(wanted, losses, found),
                        from,
                        step.rowsEnd(),
                        wanted.limit(),
                        wanted.maxBytes(),
                        step.time())
                .compose(page -> slice(wanted, new StoredPage(page.messages(), page.next(), false), losses));
    }

    /** An empty page proves nothing and is not the end unless nothing more is there. */
    private Future<Slice> slice(Wanted wanted, StoredPage page, Losses losses) {
        List<StoredMessage> messages = wanted.floor().cut(page.messages());
        if (messages.isEmpty() && !page.atEnd()) {
            return page(wanted, page.next(), losses);
        }
        return losses.judge(messages, page.next())
                .map(lost -> new Slice(messages, page.next(), page.atEnd(), lost, losses.told()));
    }

    /** What of rows that were just read may be seen, as of a turn in which all trims are known. */
    private Future<LongUnaryOperator> visible(Wanted wanted, Losses losses, Map<Long, String> found) {
        List<Long> meant = new ArrayList<>();
        found.forEach((id, name) -> {
            if (Sessions.matches(wanted.filters(), name)) {
                meant.add(id);
            }
        });
        return visible(wanted, losses, meant);
    }

    private Future<LongUnaryOperator> visible(Wanted wanted, Losses losses, List<Long> meant) {
        return proposer.ask(() ->
                        losses.gather() ? Optional.of(lowWaters(wanted, meant)) : Optional.<Map<Long, Long>>empty())
                .compose(answer -> answer.isEmpty()
                        ? visible(wanted, losses, meant)
                        : Future.succeededFuture(id -> answer.get().getOrDefault(id, Scope.NOTHING)));
    }

    private Map<Long, Long> lowWaters(Wanted wanted, List<Long> meant) {
        Map<Long, Long> lowWaters = new HashMap<>();
        for (Long id : meant) {
            lowWaters.put(id, lowWater(wanted, id));
        }
        return lowWaters;
    }

    private long lowWater(Wanted wanted, long id) {
        return topics.find(id)
                .filter(view -> Sessions.matches(wanted.filters(), view.name().value()))
                .map(view -> Math.max(view.lowWater(), wanted.floor().of(id)))
                .orElse(Scope.NOTHING);
    }

    /**
     * Either the page, or what is needed to read it from rows, as of one turn of the replica.
     *
     * @param few the topics when they are few, as in {@link Scope}
     */
    private record Step(Optional<StoredPage> page, List<Long> few, Cursor rowsEnd, long time) {}

    /** On the replica's context. */
    private Step newest(Wanted wanted, Cursor from) {
        Tail tail = store.tail();
        Cursor end = Cursor.endOf(replica.status().appliedIndex());
        long time = replica.status().time();
        Optional<List<Long>> few = topics.few(wanted.filters(), Scope.FEW, LOOKS);
        List<Long> ids = few.orElse(List.of());
        if (few.isPresent() && ids.isEmpty()) {
            return new Step(Optional.of(new StoredPage(List.of(), end, true)), ids, end, time);
        }
        if (!tail.covers(from)) {
            return new Step(Optional.empty(), ids, Cursor.endOf(tail.visible()), time);
        }
        Map<Long, Long> lowWaters = new HashMap<>();
        Scope scope = new Scope(ids, id -> lowWaters.computeIfAbsent(id, topic -> lowWater(wanted, topic)));
        StoredPage page = tail.page(scope, from, wanted.limit(), wanted.maxBytes(), time);
        boolean live = tail.endsAt(page.next());
        StoredPage stands = new StoredPage(page.messages(), live ? end : page.next(), live);
        return new Step(Optional.of(stands), ids, end, time);
    }

    /** Resolves a start once, for the topics that exist. */
    Future<Start> start(List<TopicFilter> filters, From from) {
        if (from instanceof From.After after) {
            return proposer.ask(() -> startAfter(filters, after.cursor()));
        }
        if (from instanceof From.Latest) {
            return proposer.ask(() -> new Start(
                    Cursor.endOf(replica.status().appliedIndex()),
                    Floor.NONE,
                    topics.trims(),
                    Optional.empty(),
                    "latest"));
        }
        if (from instanceof From.Earliest) {
            return proposer.ask(
                    () -> new Start(Cursor.ORIGIN, Floor.NONE, topics.trims(), Optional.empty(), "earliest"));
        }
        if (from instanceof From.Offset offset) {
            return startAtOffset(filters, offset.offset());
        }
        if (from instanceof From.Time time) {
            return startAtTime(time.epochMs());
        }
        if (from instanceof From.Ago ago) {
            return proposer.ask(() -> replica.status().time())
                    .compose(now -> startAtTime(Math.max(now, clock.millis()) - ago.ms()));
        }
        throw new AssertionError("unhandled " + from);
    }

    private Start startAfter(List<TopicFilter> filters, Lineage.Text asked) {
        String requested = new Lineage(asked.lineage()).text(asked.cursor());
        OptionalLong shared = lineage.sharedUpTo(asked.lineage());
        if (shared.isPresent() && asked.cursor().index() > shared.getAsLong()) {
            // What came after the fork is another's; what is here from there on may be known already, or may not.
            Cursor fork = Cursor.endOf(shared.getAsLong());
            Page.Gap gap = new Page.Gap(filters.get(0).value(), lineage.text(fork), -1);
            return new Start(fork, Floor.NONE, Losses.ALL_NEWS, Optional.of(gap), requested);
        }
        if (shared.isEmpty()) {
            // A position in another log says nothing about this one (DESIGN D6).
            Page.Gap gap = new Page.Gap(filters.get(0).value(), lineage.text(Cursor.ORIGIN), -1);
            return new Start(Cursor.ORIGIN, Floor.NONE, topics.trims(), Optional.of(gap), requested);
        }
        return new Start(asked.cursor(), Floor.NONE, Losses.ALL_NEWS, Optional.empty(), requested);
    }

    private Future<Start> startAtOffset(List<TopicFilter> filters, long offset) {
        if (filters.size() != 1 || !filters.get(0).isName()) {
            return Future.failedFuture(Refusal.of(
                    Refusal.Kind.MALFORMED, "malformed", "an offset is a place in one topic; use a cursor or a time"));
        }
        String requested = Long.toString(offset);
        record Found(Optional<TopicView> topic, long told) {}
        return proposer.ask(
                        () -> new Found(topics.matching(filters.get(0)).stream().findFirst(), topics.trims()))
                .compose(found -> {
                    if (found.topic().isEmpty()) {
                        Floor floor = new Floor(0, offset, 0);
                        return Future.succeededFuture(
                                new Start(Cursor.ORIGIN, floor, found.told(), Optional.empty(), requested));
                    }
                    TopicView view = found.topic().get();
                    long first = Math.max(offset, view.lowWater());
                    return locate(view, first).map(at -> {
                        Optional<Page.Gap> gap = offset < view.lowWater()
                                ? Optional.of(
                                        new Page.Gap(view.name().value(), lineage.text(at), view.lowWater() - offset))
                                : Optional.empty();
                        return new Start(at, new Floor(view.id(), first, 0), found.told(), gap, requested);
                    });
                });
    }

    /** Fails when there is no such topic. */
    Future<TopicView> topic(TopicName name) {
        return proposer.ask(() -> topics.find(name))
                .compose(found -> found.isPresent()
                        ? Future.succeededFuture(found.get())
                        : Future.failedFuture(
                                Refusal.of(Refusal.Kind.NOT_FOUND, "unknown-topic", "there is no topic " + name)));
    }

    /** Just before the first message of a topic that is still kept. */
    Future<Cursor> earliest(TopicFilter topic) {
        return proposer.ask(() -> topics.matching(topic).stream().findFirst())
                .compose(found -> found.isEmpty()
                        ? Future.succeededFuture(Cursor.ORIGIN)
                        : locate(found.get(), found.get().lowWater()));
    }

    /** A cursor at or before the message of that offset, and after most of what comes before it. */
    private Future<Cursor> locate(TopicView view, long offset) {
        return proposer.ask(() -> offset >= view.nextOffset()
                        ? Optional.of(Cursor.endOf(replica.status().appliedIndex()))
                        : store.tail().find(view.id(), offset).map(message -> Reader.before(message.cursor())))
                .compose(inTail -> inTail.isPresent()
                        ? Future.succeededFuture(inTail.get())
                        : store.reader().locate(view.id(), offset).map(row -> row.orElse(Cursor.ORIGIN)));
    }

    /** Stamps never go back, so one place in the log serves all topics; what is yet to come is told by its stamp. */
    private Future<Start> startAtTime(long epochMs) {
        return proposer.ask(() -> {
                    Optional<Cursor> inTail = store.tail().firstAt(epochMs).map(m -> Reader.before(m.cursor()));
                    Cursor end = Cursor.endOf(replica.status().appliedIndex());
                    return new TimeStep(
                            epochMs, topics.trims(), inTail, store.tail().isWhole(), end);
                })
                .compose(step -> {
                    if (step.whole()) {
                        return Future.succeededFuture(step.start(Optional.empty()));
                    }
                    // An older message of that time may be in rows; when none is, the tail's is the first.
                    return store.reader().locateTime(epochMs).map(step::start);
                });
    }

    private record TimeStep(long epochMs, long told, Optional<Cursor> inTail, boolean whole, Cursor end) {
        Start start(Optional<Cursor> inRows) {
            Cursor after = inRows.orElse(inTail.orElse(end));
            String requested = Instant.ofEpochMilli(epochMs).toString();
            return new Start(after, new Floor(0, 0, epochMs), told, Optional.empty(), requested);
        }
    }
}
