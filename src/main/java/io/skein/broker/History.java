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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads what is kept, in log order: the newest from the tail, older from rows (DESIGN D16, Reads). Callable from any
 * context; completes on the caller's.
 *
 * <p>A page that ends in the tail is {@link Slice#live}: it was read on the replica's context at {@code through}, so
 * everything later reaches the caller's loop behind it.
 */
final class History {
    /**
     * @param through everything matching up to here is in this slice or before it
     * @param live nothing more was there when this was read
     * @param trims of matching topics that have lost messages, ever
     */
    record Slice(List<StoredMessage> messages, Cursor through, boolean live, List<Trim> trims) {}

    /** @param lowWater first offset still kept */
    record Trim(long topicId, String topic, Cursor last, long lowWater) {
        /**
         * Whether messages after the position went that nobody was told of. The cursor of a trim may be a little late;
         * a page whose first message of the topic is above its low water shows that nothing went.
         */
        boolean isNews(Map<Long, Cursor> known, Cursor position, List<StoredMessage> page) {
            if (!last.isAfter(known.getOrDefault(topicId, Cursor.ORIGIN)) || !last.isAfter(position)) {
                return false;
            }
            for (StoredMessage message : page) {
                if (message.topicId() == topicId) {
                    return message.offset() <= lowWater;
                }
            }
            return true;
        }

        /** How many were lost after {@code position}, as far as that is known: -1 when it is not. */
        long lostAfter(Cursor position) {
            return position.equals(Cursor.ORIGIN) ? lowWater : -1;
        }
    }

    /**
     * Where a stream begins.
     *
     * @param after everything up to here is not wanted
     * @param floor of one topic, offsets that are not wanted
     * @param gap what was asked for is gone: the stream says so first
     * @param requested the position as it was asked for
     */
    record Start(Cursor after, Floor floor, Map<Long, Cursor> knownTrims, Optional<Page.Gap> gap, String requested) {}

    /**
     * A stream that begins at an offset, of the topic that has it now.
     *
     * @param topicId 0: of whatever topic appears under the name first
     */
    record Floor(long topicId, long offset) {
        static final Floor NONE = new Floor(0, 0);

        long of(long topic) {
            return topicId == 0 || topicId == topic ? offset : 0;
        }

        boolean isAbove(StoredMessage message) {
            return message.offset() < of(message.topicId());
        }
    }

    private final Store store;
    private final Proposer proposer;
    private final TopicMachine topics;
    private final Lineage lineage;
    private final ReplicaVerticle replica;

    History(Store store, Proposer proposer, ReplicaVerticle replica, TopicMachine topics, Lineage lineage) {
        this.store = store;
        this.proposer = proposer;
        this.replica = replica;
        this.topics = topics;
        this.lineage = lineage;
    }

    /**
     * One page: at least one message when there is one, or a cursor further on. A page from rows is not filled up from
     * the tail; the reader comes again.
     */
    Future<Slice> page(List<TopicFilter> filters, Cursor after, Floor floor, int limit, long maxBytes) {
        return proposer.ask(() -> newest(filters, after, floor, limit, maxBytes))
                .compose(step -> step.slice().isPresent()
                        ? Future.succeededFuture(step.slice().get())
                        : older(filters, after, floor, limit, maxBytes, step));
    }

    private Future<Slice> older(
            List<TopicFilter> filters, Cursor after, Floor floor, int limit, long maxBytes, Step step) {
        return store.reader()
                .page(step.scope(), after, step.rowsEnd(), limit, maxBytes, step.time())
                .compose(page -> proposer.ask(() -> trims(matching(filters))).compose(trims -> {
                    if (!page.messages().isEmpty()) {
                        // What was trimmed while rows were read is missing from them: these trims know of it.
                        return Future.succeededFuture(new Slice(page.messages(), page.next(), false, trims));
                    }
                    boolean trimmedMeanwhile = !trims.equals(step.trims());
                    return page(filters, trimmedMeanwhile ? after : page.next(), floor, limit, maxBytes);
                }));
    }

    /** Either the slice, or what is needed to read it from rows, as of one turn of the replica. */
    private record Step(Optional<Slice> slice, Scope scope, List<Trim> trims, Cursor rowsEnd, long time) {}

    /** On the replica's context. */
    private Step newest(List<TopicFilter> filters, Cursor after, Floor floor, int limit, long maxBytes) {
        Tail tail = store.tail();
        long applied = replica.status().appliedIndex();
        long time = replica.status().time();
        List<TopicView> views = matching(filters);
        List<Trim> trims = trims(views);
        Map<Long, Long> lowWaters = new HashMap<>();
        for (TopicView view : views) {
            lowWaters.put(view.id(), Math.max(view.lowWater(), floor.of(view.id())));
        }
        List<Long> few = lowWaters.size() <= Scope.FEW ? List.copyOf(lowWaters.keySet()) : List.of();
        Scope scope = new Scope(few, id -> lowWaters.getOrDefault(id, Scope.NOTHING));
        if (lowWaters.isEmpty()) {
            Slice nothing = new Slice(List.of(), Cursor.endOf(applied), true, trims);
            return new Step(Optional.of(nothing), scope, trims, after, time);
        }
        if (!tail.covers(after)) {
            return new Step(Optional.empty(), scope, trims, Cursor.endOf(tail.visible()), time);
        }
        StoredPage page = tail.page(scope, after, limit, maxBytes, time);
        boolean live = tail.endsAt(page.next());
        Cursor through = live ? Cursor.endOf(applied) : page.next();
        return new Step(Optional.of(new Slice(page.messages(), through, live, trims)), scope, trims, through, time);
    }

    private static List<Trim> trims(List<TopicView> views) {
        List<Trim> trims = new ArrayList<>();
        for (TopicView view : views) {
            if (view.lowWater() > 0) {
                trims.add(new Trim(view.id(), view.name().value(), view.lastTrimmed(), view.lowWater()));
            }
        }
        return trims;
    }

    private List<TopicView> matching(List<TopicFilter> filters) {
        if (filters.size() == 1) {
            return topics.matching(filters.get(0));
        }
        Map<Long, TopicView> views = new HashMap<>();
        for (TopicFilter filter : filters) {
            topics.matching(filter).forEach(view -> views.put(view.id(), view));
        }
        return List.copyOf(views.values());
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
                    known(filters),
                    Optional.empty(),
                    "latest"));
        }
        if (from instanceof From.Earliest) {
            return proposer.ask(
                    () -> new Start(Cursor.ORIGIN, Floor.NONE, known(filters), Optional.empty(), "earliest"));
        }
        if (from instanceof From.Offset offset) {
            return startAtOffset(filters, offset.offset());
        }
        if (from instanceof From.Time time) {
            return startAtTime(filters, time.epochMs(), Long.toString(time.epochMs()));
        }
        if (from instanceof From.Ago ago) {
            return proposer.ask(() -> replica.status().time())
                    .compose(now -> startAtTime(
                            filters, Math.max(now, System.currentTimeMillis()) - ago.ms(), "-" + ago.ms() + "ms"));
        }
        throw new AssertionError("unhandled " + from);
    }

    private Map<Long, Cursor> known(List<TopicFilter> filters) {
        Map<Long, Cursor> known = new HashMap<>();
        for (TopicView view : matching(filters)) {
            if (view.lowWater() > 0) {
                known.put(view.id(), view.lastTrimmed());
            }
        }
        return known;
    }

    private Start startAfter(List<TopicFilter> filters, Lineage.Text asked) {
        String requested = new Lineage(asked.lineage()).text(asked.cursor());
        if (asked.lineage() != lineage.id()) {
            // A position in another log says nothing about this one (DESIGN D6).
            Page.Gap gap = new Page.Gap(filters.get(0).value(), lineage.text(Cursor.ORIGIN), -1);
            return new Start(Cursor.ORIGIN, Floor.NONE, known(filters), Optional.of(gap), requested);
        }
        return new Start(asked.cursor(), Floor.NONE, Map.of(), Optional.empty(), requested);
    }

    private Future<Start> startAtOffset(List<TopicFilter> filters, long offset) {
        if (filters.size() != 1 || !filters.get(0).isName()) {
            return Future.failedFuture(Refusal.of(
                    Refusal.Kind.MALFORMED, "malformed", "an offset is a place in one topic; use a cursor or a time"));
        }
        String requested = Long.toString(offset);
        return proposer.ask(() -> topics.matching(filters.get(0)).stream().findFirst())
                .compose(found -> {
                    if (found.isEmpty()) {
                        return Future.succeededFuture(
                                new Start(Cursor.ORIGIN, new Floor(0, offset), Map.of(), Optional.empty(), requested));
                    }
                    TopicView view = found.get();
                    Map<Long, Cursor> known = view.lowWater() > 0 ? Map.of(view.id(), view.lastTrimmed()) : Map.of();
                    long first = Math.max(offset, view.lowWater());
                    return locate(view, first).map(at -> {
                        Optional<Page.Gap> gap = offset < view.lowWater()
                                ? Optional.of(
                                        new Page.Gap(view.name().value(), lineage.text(at), view.lowWater() - offset))
                                : Optional.empty();
                        return new Start(at, new Floor(view.id(), first), known, gap, requested);
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

    /** Stamps never go back, so one place in the log serves all topics. */
    private Future<Start> startAtTime(List<TopicFilter> filters, long epochMs, String requested) {
        return proposer.ask(() -> {
                    Optional<Cursor> inTail = store.tail().firstAt(epochMs).map(m -> Reader.before(m.cursor()));
                    Cursor end = Cursor.endOf(replica.status().appliedIndex());
                    return new TimeStep(known(filters), inTail, store.tail().isWhole(), end);
                })
                .compose(step -> {
                    if (step.whole()) {
                        return Future.succeededFuture(step.start(step.inTail().orElse(step.end()), requested));
                    }
                    // An older message of that time may be in rows; when none is, the tail's is the first.
                    return store.reader()
                            .locateTime(epochMs)
                            .map(row -> step.start(row.orElse(step.inTail().orElse(step.end())), requested));
                });
    }

    private record TimeStep(Map<Long, Cursor> known, Optional<Cursor> inTail, boolean whole, Cursor end) {
        Start start(Cursor after, String requested) {
            return new Start(after, Floor.NONE, known, Optional.empty(), requested);
        }
    }
}
