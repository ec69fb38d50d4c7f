package io.skein.broker;

import io.skein.cluster.ReplicaVerticle;
import io.skein.machine.Cursor;
import io.skein.machine.Lineage;
import io.skein.store.StoredMessage;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicName;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Answers {@link Broker#read}: takes a page of what is kept, and when there is nothing waits for a first message.
 * Callable from any event-loop context once the node's data is open.
 */
final class Reads {
    /** Of one read: 8 MiB, less in a small heap. */
    private static final long MAX_PAGE_BYTES =
            Math.min(8L << 20, Runtime.getRuntime().maxMemory() / 64);
    /** While too much waits for clients that do not read. */
    private static final long SMALL_PAGE_BYTES = 64 << 10;

    /** Messages after which a read is not filled up further. */
    private static final int MAX_FILL = BrokerConfig.MAX_LIMIT / 2;

    private final Vertx vertx;
    private final ReplicaVerticle replica;
    private final History history;
    private final Lineage lineage;
    private final Streams streams;
    private final AppliedIndex applied;
    private final Allowance unsent;

    Reads(
            Vertx vertx,
            ReplicaVerticle replica,
            History history,
            Lineage lineage,
            Streams streams,
            AppliedIndex applied,
            Allowance unsent) {
        this.vertx = vertx;
        this.replica = replica;
        this.history = history;
        this.lineage = lineage;
        this.streams = streams;
        this.applied = applied;
        this.unsent = unsent;
    }

    /** Fails with {@link Refusal}, or with what {@link Refusal#from} makes one of. */
    Future<Page> read(Read read) {
        return known(read.filters())
                .compose(v -> history.start(read.filters(), read.from()))
                .compose(start -> readFrom(read, start));
    }

    private Future<Page> readFrom(Read read, History.Start start) {
        boolean single = isSingle(read.filters());
        if (single && start.gap().isPresent()) {
            boolean trimmed = start.gap().get().lost() >= 0;
            return gone(read, start.after(), trimmed ? TRIMMED : "the position is of another log than this one");
        }
        if (start.after().index() > replica.status().appliedIndex()) {
            // Ahead of this node: waited for, never refused at once and never a gap (DESIGN D6).
            return applied.reached(start.after().index(), read.waitMs()).compose(v -> readFrom(read, start));
        }
        return history.page(wanted(read, start, start.after(), start.told(), read.limit(), pageBytes()))
                .compose(slice -> fill(read, start, slice))
                .compose(slice -> {
                    List<Page.Gap> gaps = new ArrayList<>(start.gap().stream().toList());
                    for (History.Loss loss : slice.losses()) {
                        gaps.add(new Page.Gap(loss.topic(), lineage.text(loss.earliest()), loss.lost()));
                    }
                    return single && !gaps.isEmpty()
                            ? gone(read, Cursor.ORIGIN, TRIMMED)
                            : found(read, start, slice, gaps);
                });
    }

    private Future<Page> found(Read read, History.Start start, History.Slice slice, List<Page.Gap> gaps) {
        Cursor next = slice.through().isAfter(start.after()) ? slice.through() : start.after();
        String nextText = isYetToCome(start.floor()) ? start.requested() : lineage.text(next);
        if (!slice.messages().isEmpty()) {
            streams.countDelivered(slice.messages().size());
            return Future.succeededFuture(page(slice.messages(), lineage.text(next), gaps));
        }
        Page empty = page(List.of(), nextText, gaps);
        return read.waitMs() > 0 ? waitForFirst(read, start, next, slice.told(), empty) : Future.succeededFuture(empty);
    }

    private Page page(List<StoredMessage> messages, String next, List<Page.Gap> gaps) {
        return new Page(messages, next, gaps, replica.status().appliedIndex());
    }

    /** The log's end says nothing of an offset or a time that it has not reached: who comes again asks for that again. */
    private boolean isYetToCome(History.Floor floor) {
        return floor.offset() > 0 || floor.time() > replica.status().time();
    }

    private long pageBytes() {
        return unsent.isShort() ? SMALL_PAGE_BYTES : MAX_PAGE_BYTES;
    }

    private static History.Wanted wanted(
            Read read, History.Start start, Cursor after, long told, int limit, long bytes) {
        return new History.Wanted(read.filters(), after, told, start.floor(), limit, bytes);
    }

    /** A page of rows ends where rows end; a read goes on in the tail until it has what was asked for, or much of a page. */
    private Future<History.Slice> fill(Read read, History.Start start, History.Slice so) {
        int left = read.limit() - so.messages().size();
        long room = pageBytes() - Session.bytes(so.messages());
        if (so.live() || left == 0 || so.messages().size() > MAX_FILL || room < pageBytes() / 2) {
            return Future.succeededFuture(so);
        }
        return history.page(wanted(read, start, so.through(), so.told(), left, room))
                .compose(more -> {
                    if (!more.losses().isEmpty()) {
                        // Trimmed since: for the page that begins there to tell.
                        return Future.succeededFuture(so);
                    }
                    List<StoredMessage> all = new ArrayList<>(so.messages());
                    all.addAll(more.messages());
                    return fill(
                            read, start, new History.Slice(all, more.through(), more.live(), so.losses(), more.told()));
                });
    }

    private static final String TRIMMED = "messages up to the position are older than its retention";

    static boolean isSingle(List<TopicFilter> filters) {
        return filters.size() == 1 && filters.get(0).isName();
    }

    /** @param from nothing before it is of use to the reader */
    private Future<Page> gone(Read read, Cursor from, String why) {
        TopicFilter topic = read.filters().get(0);
        return history.earliest(topic)
                .compose(kept -> Future.failedFuture(Refusal.of(
                        Refusal.Kind.GONE,
                        "gone",
                        topic + ": " + why,
                        Map.of("earliest", lineage.text(kept.isAfter(from) ? kept : from), "topic", topic.value()))));
    }

    /** A long poll is a stream that ends with its first messages. */
    private Future<Page> waitForFirst(Read read, History.Start start, Cursor position, long told, Page empty) {
        Promise<Page> first = Promise.promise();
        History.Start resumed = new History.Start(position, start.floor(), told, Optional.empty(), empty.next());
        Subscriber taker = new Subscriber() {
            @Override
            public boolean deliver(List<StoredMessage> messages, String lastCursor) {
                first.tryComplete(page(messages, lastCursor, empty.gaps()));
                return false;
            }

            @Override
            public void gap(String requested, String resumedAt, long lost) {
                // Messages came and went while this waited: the page that begins before them says so.
                first.tryComplete(empty);
            }

            @Override
            public void ended(String reason, boolean retry) {
                first.tryFail(Refusal.unavailable(reason, "the node ended the wait: " + reason));
            }
        };
        Session session =
                streams.open(new Subscribe(read.filters(), read.from(), read.limit(), "http", ""), taker, resumed);
        long timer = vertx.setTimer(read.waitMs(), id -> first.tryComplete(empty));
        return first.future().onComplete(v -> {
            vertx.cancelTimer(timer);
            session.close();
        });
    }

    /** Reading one unknown topic is an error, a filter that matches none is not. */
    private Future<Void> known(List<TopicFilter> filters) {
        return isSingle(filters)
                ? history.topic(new TopicName(filters.get(0).value())).mapEmpty()
                : Future.succeededFuture();
    }
}
