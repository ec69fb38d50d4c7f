package io.skein.broker;

import io.skein.cluster.AppliedListener;
import io.skein.cluster.Committed;
import io.skein.cluster.Indeterminate;
import io.skein.cluster.NotExecuted;
import io.skein.cluster.Proposer;
import io.skein.cluster.ReplicaStatus;
import io.skein.cluster.ReplicaVerticle;
import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.machine.IdempotencyKey;
import io.skein.machine.Lineage;
import io.skein.machine.Rejected;
import io.skein.raft.Role;
import io.skein.store.Store;
import io.skein.store.StoredMessage;
import io.skein.topic.Publication;
import io.skein.topic.TopicCommand;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicMachine;
import io.skein.topic.TopicName;
import io.skein.topic.TopicOutcome;
import io.skein.topic.TopicTotals;
import io.skein.topic.TopicView;
import io.skein.wire.Limits;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** The broker of one node: over its replica, its store, and the sessions of its doors. */
public final class LocalBroker implements Broker {
    private final Vertx vertx;
    private final BrokerConfig config;
    private final Proposer proposer;
    private final long startedAtMs = System.currentTimeMillis();

    private final Fanout fanout;
    private final Promise<Void> caughtUp = Promise.promise();
    private final Map<Thread, Sessions> sessions = new ConcurrentHashMap<>();
    private final AtomicLong sessionIds = new AtomicLong();
    private final AtomicLong sessionCount = new AtomicLong();
    private final AtomicLong delivered = new AtomicLong();
    private final AtomicLong connections = new AtomicLong();

    /** What the node gives once its data is open; written before {@link #replica}, which is what others look at. */
    private Store store;

    private TopicMachine topics;
    private History history;
    private Lineage lineage;
    private volatile ReplicaVerticle replica;
    private volatile boolean draining;

    public LocalBroker(Vertx vertx, BrokerConfig config, Proposer proposer) {
        this.vertx = vertx;
        this.config = config;
        this.proposer = proposer;
        this.fanout = new Fanout(() -> caughtUp.tryComplete());
    }

    /** Where the replica says what became visible. */
    public AppliedListener applied() {
        return fanout;
    }

    /** Completes the circle: the replica knows {@link #applied}, the broker asks the replica. Until then it is starting. */
    public void attach(Store openStore, ReplicaVerticle runningReplica, TopicMachine machine, Lineage logLineage) {
        store = openStore;
        topics = machine;
        lineage = logLineage;
        history = new History(openStore, proposer, runningReplica, machine, logLineage);
        fanout.countFrom(machine::totals, id -> machine.find(id).isPresent());
        replica = runningReplica;
    }

    /** Stops taking publishes and ends every stream with a word to come back elsewhere. */
    public void drain() {
        draining = true;
        sessions.values()
                .forEach(loop ->
                        loop.context().runOnContext(v -> loop.all().forEach(session -> session.end("draining", true))));
    }

    @Override
    public Future<PublishAck> publish(Publish publish) {
        Refusal problem = problem(publish);
        if (problem != null) {
            return Future.failedFuture(problem);
        }
        Optional<IdempotencyKey> key =
                publish.idempotencyKey().map(k -> KeyHash.of(publish.scope(), k, publish.messages()));
        return propose(
                        new TopicCommand.Publish(
                                publish.messages(), publish.atomic(), config.mayCreateTopics(), publish.sequence()),
                        key)
                .map(committed -> {
                    TopicOutcome.Published published = (TopicOutcome.Published) committed.outcome();
                    return new PublishAck(
                            published.results(),
                            committed.term(),
                            published.replayed() ? firstIndex(published, committed.index()) : committed.index(),
                            committed.replayed() || published.replayed(),
                            lineage);
                });
    }

    /** A producer's repeat is told where its messages are, not where the repeat stands. */
    private static long firstIndex(TopicOutcome.Published published, long otherwise) {
        return published.results().get(0) instanceof TopicOutcome.Accepted accepted && accepted.offset() >= 0
                ? accepted.cursor().index()
                : otherwise;
    }

    private Refusal problem(Publish publish) {
        List<Publication> messages = publish.messages();
        if (messages.isEmpty()) {
            return malformed("there is no message to publish");
        }
        if (messages.size() > Limits.MAX_BATCH_MESSAGES) {
            return tooLarge(
                    messages.size() + " messages in one publish; the limit is " + Limits.MAX_BATCH_MESSAGES,
                    Limits.MAX_BATCH_MESSAGES);
        }
        if (publish.idempotencyKey().isPresent()
                && publish.idempotencyKey().get().length() > KeyHash.MAX_KEY_LENGTH) {
            return malformed("an idempotency key has at most " + KeyHash.MAX_KEY_LENGTH + " characters");
        }
        long total = 0;
        for (Publication publication : messages) {
            int body = publication.message().body().length;
            if (body > config.maxMessageBytes()) {
                return tooLarge(
                        "the message has " + body + " bytes; the limit is " + config.maxMessageBytes(),
                        config.maxMessageBytes());
            }
            total += publication.message().size();
        }
        if (total > Limits.MAX_COMMAND_BYTES) {
            return tooLarge(
                    "the messages of one publish have " + total + " bytes; the limit is " + Limits.MAX_COMMAND_BYTES,
                    Limits.MAX_COMMAND_BYTES);
        }
        return null;
    }

    private static Refusal malformed(String detail) {
        return Refusal.of(Refusal.Kind.MALFORMED, "malformed", detail);
    }

    private static Refusal tooLarge(String detail, long limit) {
        return Refusal.of(Refusal.Kind.TOO_LARGE, "too-large", detail, Map.of("limit", limit));
    }

    private Future<Committed> propose(Command command, Optional<IdempotencyKey> key) {
        if (draining) {
            return Future.failedFuture(unavailable("draining", "the node is stopping"));
        }
        // Who comes in the first moments of a node is not sent away.
        Future<Committed> committed = caughtUp.future().isComplete()
                ? proposer.propose(command, key)
                : ready(false).compose(v -> proposer.propose(command, key));
        return committed.transform(result -> {
            if (result.failed()) {
                return Future.failedFuture(refusal(result.cause()));
            }
            return result.result().outcome() instanceof Rejected rejected
                    ? Future.failedFuture(Refusal.of(rejected))
                    : Future.succeededFuture(result.result());
        });
    }

    private static Refusal unavailable(String code, String detail) {
        return Refusal.of(Refusal.Kind.UNAVAILABLE, code, detail);
    }

    private static <T> Future<T> refused(Throwable cause) {
        return Future.failedFuture(refusal(cause));
    }

    private static Throwable refusal(Throwable cause) {
        if (cause instanceof NotExecuted not) {
            return switch (not.reason()) {
                case NOT_LEADER -> unavailable("no-leader", "this node does not lead and knows no leader");
                case OVERLOADED -> unavailable("overloaded", "too much waits to be written");
                case CATCHING_UP -> unavailable("catching-up", "the node has just started and catches up");
                case CHANGE_PENDING ->
                    Refusal.of(
                            Refusal.Kind.CONFLICT, "change-pending", "another change of members is not committed yet");
                case UNKNOWN_MEMBER -> Refusal.of(Refusal.Kind.NOT_FOUND, "unknown-member", "there is no such member");
                case LAST_VOTER -> Refusal.of(Refusal.Kind.CONFLICT, "last-voter", "no voter would be left");
                case DISK_FULL ->
                    Refusal.of(
                            Refusal.Kind.DISK_FULL, "disk-full", "the disk is full; reads work, deleting frees space");
            };
        }
        if (cause instanceof Indeterminate) {
            return Refusal.of(
                    Refusal.Kind.INDETERMINATE,
                    "indeterminate",
                    cause.getMessage() + "; it may or may not have happened, try again with the same key");
        }
        if (cause instanceof ConnectionPoolTooBusyException) {
            return unavailable("overloaded", "too many reads wait for the disk");
        }
        return cause;
    }

    @Override
    public Future<Page> read(Read read) {
        if (read.filters().isEmpty() || read.filters().size() > BrokerConfig.MAX_FILTERS) {
            return Future.failedFuture(malformed("1 to " + BrokerConfig.MAX_FILTERS + " topic filters"));
        }
        if (read.limit() < 1 || read.limit() > BrokerConfig.MAX_LIMIT) {
            return Future.failedFuture(malformed("limit is 1 to " + BrokerConfig.MAX_LIMIT));
        }
        return ready(read.level() == Read.Level.NONE)
                .compose(v -> reached(read.minIndex(), read.waitMs()))
                .compose(v -> known(read.filters()))
                .compose(v -> history.start(read.filters(), read.from()))
                .compose(start -> readFrom(read, start))
                .recover(LocalBroker::refused);
    }

    private Future<Page> readFrom(Read read, History.Start start) {
        boolean single = isSingle(read.filters());
        if (single && start.gap().isPresent()) {
            return gone(read);
        }
        if (start.after().index() > replica.status().appliedIndex()) {
            // Ahead of this node: waited for, never refused at once and never a gap (DESIGN D6).
            return reached(start.after().index(), read.waitMs()).compose(v -> readFrom(read, start));
        }
        return history.page(read.filters(), start.after(), start.floor(), read.limit(), MAX_PAGE_BYTES)
                .compose(slice -> fill(read, start, slice))
                .compose(slice -> {
                    List<Page.Gap> gaps = new ArrayList<>(start.gap().stream().toList());
                    for (History.Trim trim : slice.trims()) {
                        if (trim.isNews(start.knownTrims(), start.after(), slice.messages())) {
                            gaps.add(new Page.Gap(
                                    trim.topic(), lineage.text(trim.last()), trim.lostAfter(start.after())));
                        }
                    }
                    if (single && !gaps.isEmpty()) {
                        return gone(read);
                    }
                    Cursor next = slice.through().isAfter(start.after()) ? slice.through() : start.after();
                    boolean notReached =
                            slice.messages().isEmpty() && start.floor().offset() > 0;
                    Page page = new Page(
                            slice.messages(),
                            notReached ? start.requested() : lineage.text(next),
                            gaps,
                            replica.status().appliedIndex());
                    if (!slice.messages().isEmpty()) {
                        delivered.addAndGet(slice.messages().size());
                        return Future.succeededFuture(page);
                    }
                    return read.waitMs() > 0 ? waitForFirst(read, start, next, page) : Future.succeededFuture(page);
                });
    }

    /** A page of rows ends where rows end; a read goes on in the tail until it has what was asked for. */
    private Future<History.Slice> fill(Read read, History.Start start, History.Slice so) {
        int left = read.limit() - so.messages().size();
        if (so.live() || left == 0 || so.messages().size() > MAX_FILL) {
            return Future.succeededFuture(so);
        }
        return history.page(read.filters(), so.through(), start.floor(), left, MAX_PAGE_BYTES / 2)
                .compose(more -> {
                    List<StoredMessage> all = new ArrayList<>(so.messages());
                    all.addAll(more.messages());
                    return fill(read, start, new History.Slice(all, more.through(), more.live(), so.trims()));
                });
    }

    /** Messages after which a read is not filled up further. */
    private static final int MAX_FILL = BrokerConfig.MAX_LIMIT / 2;

    private static boolean isSingle(List<TopicFilter> filters) {
        return filters.size() == 1 && filters.get(0).isName();
    }

    private Future<Page> gone(Read read) {
        TopicFilter topic = read.filters().get(0);
        return history.earliest(topic)
                .compose(earliest -> Future.failedFuture(Refusal.of(
                        Refusal.Kind.GONE,
                        "gone",
                        "messages of " + topic + " up to the position are older than its retention",
                        Map.of("earliest", lineage.text(earliest), "topic", topic.value()))));
    }

    private static final long MAX_PAGE_BYTES = 8L << 20;

    /** A long poll is a stream that ends with its first messages. */
    private Future<Page> waitForFirst(Read read, History.Start start, Cursor position, Page empty) {
        Promise<Page> first = Promise.promise();
        History.Start resumed =
                new History.Start(position, start.floor(), start.knownTrims(), Optional.empty(), empty.next());
        Subscriber taker = new Subscriber() {
            @Override
            public boolean deliver(List<StoredMessage> messages, String lastCursor) {
                first.tryComplete(new Page(
                        messages, lastCursor, empty.gaps(), replica.status().appliedIndex()));
                return false;
            }

            @Override
            public void gap(String requested, String resumedAt, long lost) {
                // Messages that came and went while this waited: the reader finds out with its next page.
            }

            @Override
            public void ended(String reason, boolean retry) {
                first.tryFail(unavailable(reason, "the node ended the wait: " + reason));
            }
        };
        Session session = open(new Subscribe(read.filters(), read.from(), read.limit(), "http", ""), taker, resumed);
        long timer = vertx.setTimer(read.waitMs(), id -> first.tryComplete(empty));
        return first.future().onComplete(v -> {
            vertx.cancelTimer(timer);
            session.close();
        });
    }

    @Override
    public Future<Subscription> subscribe(Subscribe subscribe, Subscriber subscriber) {
        if (subscribe.filters().isEmpty() || subscribe.filters().size() > BrokerConfig.MAX_FILTERS) {
            return Future.failedFuture(malformed("1 to " + BrokerConfig.MAX_FILTERS + " topic filters"));
        }
        if (draining) {
            return Future.failedFuture(unavailable("draining", "the node is stopping"));
        }
        if (sessionCount.get() >= BrokerConfig.MAX_SESSIONS) {
            return Future.failedFuture(Refusal.of(
                    Refusal.Kind.TOO_MANY,
                    "too-many-subscriptions",
                    "this node serves " + BrokerConfig.MAX_SESSIONS + " live subscriptions, its limit",
                    Map.of("limit", BrokerConfig.MAX_SESSIONS)));
        }
        return ready(false)
                .compose(v -> history.start(subscribe.filters(), subscribe.from()))
                .<Subscription>map(start -> open(subscribe, subscriber, start))
                .recover(LocalBroker::refused);
    }

    /** On the event loop that the session will live on. Sessions of a loop share one context of that loop. */
    private Session open(Subscribe subscribe, Subscriber subscriber, History.Start start) {
        assert Context.isOnEventLoopThread() : "sessions live on event loops";
        Sessions loop = sessions.computeIfAbsent(
                Thread.currentThread(), t -> new Sessions(vertx.getOrCreateContext(), fanout, lineage, delivered));
        String id = Long.toString(sessionIds.incrementAndGet(), 36);
        Session session = new Session(id, loop, history, subscribe, subscriber, start, sessionCount::decrementAndGet);
        sessionCount.incrementAndGet();
        session.begin();
        return session;
    }

    /** Reads wait for a node that has just started; with {@code anyway} they take what there is. */
    private Future<Void> ready(boolean anyway) {
        if (anyway && replica != null && replica.status() != null
                || caughtUp.future().isComplete()) {
            return Future.succeededFuture();
        }
        Promise<Void> here = Promise.promise();
        Context context = vertx.getOrCreateContext();
        long timer = vertx.setTimer(
                config.catchUpWaitMs(),
                id -> here.tryFail(unavailable("catching-up", "the node has just started and catches up")));
        caughtUp.future().onComplete(done -> context.runOnContext(v -> here.tryComplete()));
        return here.future().onComplete(v -> vertx.cancelTimer(timer));
    }

    /** Waits until this node has applied an index that its client has seen elsewhere. */
    private Future<Void> reached(long index, long waitMs) {
        if (replica.status().appliedIndex() >= index) {
            return Future.succeededFuture();
        }
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Math.max(waitMs, MIN_INDEX_WAIT_MS));
        Promise<Void> done = Promise.promise();
        vertx.setPeriodic(5, id -> {
            if (replica.status().appliedIndex() >= index) {
                vertx.cancelTimer(id);
                done.complete();
            } else if (System.nanoTime() - until >= 0) {
                vertx.cancelTimer(id);
                done.fail(unavailable(
                        "behind", "this node has applied " + replica.status().appliedIndex() + ", not yet " + index));
            }
        });
        return done.future();
    }

    private static final long MIN_INDEX_WAIT_MS = 1000;

    /** Reading one unknown topic is an error, a filter that matches none is not. */
    private Future<Void> known(List<TopicFilter> filters) {
        return isSingle(filters) ? find(new TopicName(filters.get(0).value())).mapEmpty() : Future.succeededFuture();
    }

    private Future<TopicInfo> find(TopicName name) {
        return ask(() -> topics.find(name).map(view -> info(view, System.nanoTime())))
                .compose(found -> found.isPresent()
                        ? Future.succeededFuture(found.get())
                        : Future.failedFuture(
                                Refusal.of(Refusal.Kind.NOT_FOUND, "unknown-topic", "there is no topic " + name)));
    }

    @Override
    public Future<List<TopicInfo>> topics(Optional<TopicFilter> filter) {
        return ready(false)
                .compose(v -> ask(() -> {
                    long now = System.nanoTime();
                    List<TopicInfo> infos = new ArrayList<>();
                    for (TopicView view : topics.matching(filter.orElse(ALL))) {
                        infos.add(info(view, now));
                    }
                    return infos;
                }));
    }

    private static final TopicFilter ALL = new TopicFilter("#");

    private TopicInfo info(TopicView view, long nanos) {
        return new TopicInfo(view, lineage.text(view.lastTrimmed()), fanout.rateOf(view.id(), nanos));
    }

    @Override
    public Future<TopicInfo> topic(TopicName name) {
        return ready(false)
                .compose(v -> find(name))
                .compose(info -> history.earliest(new TopicFilter(name.value()))
                        .map(at -> new TopicInfo(info.view(), lineage.text(at), info.publishedPerSecond())))
                .recover(LocalBroker::refused);
    }

    private <T> Future<T> ask(Supplier<T> question) {
        return proposer.ask(question).recover(cause -> Future.failedFuture(refusal(cause)));
    }

    @Override
    public Future<Boolean> configure(TopicName name, TopicConfig topicConfig, Optional<String> idempotencyKey) {
        return propose(
                        new TopicCommand.Configure(name, topicConfig),
                        idempotencyKey.map(k -> KeyHash.of("topics", k, "put " + name + " " + topicConfig)))
                .map(committed -> ((TopicOutcome.Done) committed.outcome()).created());
    }

    @Override
    public Future<Void> delete(TopicName name, Optional<String> idempotencyKey) {
        return propose(
                        new TopicCommand.Delete(name),
                        idempotencyKey.map(k -> KeyHash.of("topics", k, "delete " + name)))
                .mapEmpty();
    }

    @Override
    public Future<ScheduledPage> scheduled(Optional<String> after, int limit) {
        return ready(false)
                .compose(v -> settled())
                .compose(v -> {
                    Optional<Cursor> position = after.map(text -> ofThisLog(text));
                    return store.reader().scheduled(position.orElse(Cursor.ORIGIN), limit);
                })
                .map(rows -> {
                    List<ScheduledPage.Item> items = rows.stream()
                            .map(row -> new ScheduledPage.Item(
                                    lineage.text(row.at()), row.due(), row.time(), row.publication()))
                            .toList();
                    Optional<String> next = items.size() < limit
                            ? Optional.empty()
                            : Optional.of(items.get(items.size() - 1).cursor());
                    return new ScheduledPage(items, next);
                })
                .recover(LocalBroker::refused);
    }

    /** @throws Refusal when the text is no cursor, or one of another log: there its place means something else */
    private Cursor ofThisLog(String text) {
        Lineage.Text parsed = Lineage.parse(text).orElseThrow(() -> malformed("\"" + text + "\" is no cursor"));
        if (parsed.lineage() != lineage.id()) {
            throw Refusal.of(Refusal.Kind.NOT_FOUND, "not-scheduled", "the cursor " + text + " is of another log");
        }
        return parsed.cursor();
    }

    /** What has no tail is read from rows that are up to date (DESIGN D16). */
    private Future<Void> settled() {
        Promise<Void> done = Promise.promise();
        Context context = vertx.getOrCreateContext();
        long timer = vertx.setTimer(
                config.catchUpWaitMs(),
                id -> done.tryFail(unavailable("rows-behind", "the rows did not come up to date in time")));
        proposer.tell(() -> replica.settle(() -> context.runOnContext(v -> done.tryComplete())));
        return done.future().onComplete(v -> vertx.cancelTimer(timer));
    }

    @Override
    public Future<Void> cancel(String cursor, Optional<String> idempotencyKey) {
        return ready(false)
                .compose(v -> propose(
                                new TopicCommand.Cancel(ofThisLog(cursor)),
                                idempotencyKey.map(k -> KeyHash.of("scheduled", k, "delete " + cursor)))
                        .mapEmpty());
    }

    @Override
    public NodeStatus status() {
        ReplicaVerticle running = replica;
        if (running == null) {
            return starting();
        }
        ReplicaStatus now = running.status();
        if (now == null) {
            return starting();
        }
        TopicTotals totals = fanout.totals();
        var sizes = store.sizes();
        return new NodeStatus(
                config.node(),
                now.role(),
                now.leader(),
                now.leader().equals(config.node()) ? config.httpAddress().get() : "",
                now.term(),
                now.commitIndex(),
                now.appliedIndex(),
                now.settledIndex(),
                now.lastIndex(),
                now.firstIndex(),
                now.stateHash(),
                now.time(),
                health(now),
                config.durable(),
                List.of(new NodeStatus.MemberStatus(config.node(), config.raftAddress(), true, now.lastIndex(), true)),
                new NodeStatus.Figures(
                        fanout.published(),
                        delivered.get(),
                        totals.topics(),
                        totals.messages(),
                        totals.bytes(),
                        totals.scheduled(),
                        sessionCount.get(),
                        connections.get(),
                        sizes.databaseBytes(),
                        sizes.walBytes(),
                        startedAtMs));
    }

    private NodeStatus starting() {
        return new NodeStatus(
                config.node(),
                Role.FOLLOWER,
                "",
                "",
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                "catching-up",
                config.durable(),
                List.of(),
                new NodeStatus.Figures(0, 0, 0, 0, 0, 0, 0, connections.get(), 0, 0, startedAtMs));
    }

    private String health(ReplicaStatus now) {
        if (draining) {
            return "draining";
        }
        if (now.diskFull()) {
            return "disk-full";
        }
        if (!now.caughtUp()) {
            return now.role() == Role.LEADER ? "catching-up" : "no-leader";
        }
        return now.leader().isEmpty() ? "no-leader" : "ok";
    }

    @Override
    public Connection connected(String door, String peer) {
        connections.incrementAndGet();
        return new Connection() {
            private boolean open = true;

            @Override
            public void close() {
                if (open) {
                    open = false;
                    connections.decrementAndGet();
                }
            }
        };
    }

    @Override
    public Future<List<SubscriberInfo>> subscribers(int limit) {
        List<Future<List<SubscriberInfo>>> loops = new ArrayList<>();
        for (Sessions loop : sessions.values()) {
            Promise<List<SubscriberInfo>> part = Promise.promise();
            loop.context()
                    .runOnContext(v -> part.complete(
                            loop.all().stream().limit(limit).map(Session::info).toList()));
            loops.add(part.future());
        }
        Context context = vertx.getOrCreateContext();
        Promise<List<SubscriberInfo>> all = Promise.promise();
        Future.all(loops)
                .onComplete(done -> context.runOnContext(v -> all.complete(loops.stream()
                        .map(Future::result)
                        .flatMap(List::stream)
                        .limit(limit)
                        .toList())));
        return all.future();
    }
}
