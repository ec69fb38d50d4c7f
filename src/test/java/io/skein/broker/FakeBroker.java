package io.skein.broker;

import io.skein.frame.MessageJson;
import io.skein.machine.Cursor;
import io.skein.machine.Lineage;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.skein.raft.Role;
import io.skein.store.StoredMessage;
import io.skein.topic.Header;
import io.skein.topic.Publication;
import io.skein.topic.TopicCommand;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicName;
import io.skein.topic.TopicOutcome;
import io.skein.topic.TopicView;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * A broker of one node in memory, for tests of doors: keeps every message, counts like the real one, and does on request
 * what the real one does only on bad days ({@link #refuseNext}, {@link #hold}, {@link #trim}, {@link #health}, {@link
 * #endAll}). Thread-safe; futures and subscribers are called on their caller's context, never inside the call.
 */
public final class FakeBroker implements Broker {
    /** Messages of one {@code deliver} call, at most. */
    public static final int PAGE = 100;

    /** What the log's first entry is stamped with; each later one is a millisecond later. */
    public static final long FIRST_TIME = 1_767_225_600_000L;

    private final Vertx vertx;
    private final Lineage lineage = new Lineage(7);
    private final List<StoredMessage> log = new ArrayList<>();
    private final Map<String, Topic> topics = new TreeMap<>();
    private final Map<String, PublishAck> answersByKey = new HashMap<>();
    private final Map<String, Producer> producers = new HashMap<>();
    private final Map<Cursor, ScheduledPage.Item> scheduled = new TreeMap<>();
    private final List<Stream> streams = new ArrayList<>();
    private final List<Publish> publishes = new ArrayList<>();
    private final Deque<Refusal> refusals = new ArrayDeque<>();
    private final Set<String> limited = new HashSet<>();
    private final Deque<Runnable> held = new ArrayDeque<>();
    private boolean holding;
    private boolean eager;
    private final List<Freshness> asked = new ArrayList<>();
    private long index;
    private long topicIds;
    private int connections;
    private int connectionPlaces;
    private int connectionsEver;
    private int maxConnections = Integer.MAX_VALUE;
    private int maxBodyBytes = 1 << 20;
    private String health = "ok";

    public FakeBroker(Vertx vertx) {
        this.vertx = vertx;
    }

    private static final class Topic {
        final long id;
        final TopicName name;
        TopicConfig config = TopicConfig.DEFAULT;
        long lowWater;
        long next;
        Cursor lastTrimmed = Cursor.ORIGIN;
        final Cursor created;

        Topic(long id, TopicName name, Cursor created) {
            this.id = id;
            this.name = name;
            this.created = created;
        }
    }

    private static final class Producer {
        long epoch = -1;
        long last;
        final Map<Long, PublishAck> answers = new HashMap<>();
    }

    // What tests ask for.

    public synchronized void takeConnections(int most) {
        maxConnections = most;
    }

    /** The next publishes fail so, one each. */
    public synchronized void refuseNext(Refusal refusal) {
        refusals.add(refusal);
    }

    /** A limit lets nothing more to this topic through, until {@link #lift}. */
    public synchronized void limit(String topic) {
        limited.add(topic);
    }

    public synchronized void lift(String topic) {
        limited.remove(topic);
    }

    /** Publishes are taken but not answered until {@link #release}. */
    public synchronized void hold() {
        holding = true;
    }

    public synchronized void release() {
        holding = false;
        while (!held.isEmpty()) {
            held.poll().run();
        }
    }

    /** Removes what is before {@code lowWater}. Streams that had not read it get a gap. */
    public synchronized void trim(String topic, long lowWater) {
        Topic of = topics.get(topic);
        for (StoredMessage message : log) {
            if (message.topicId() == of.id && message.offset() < lowWater) {
                of.lastTrimmed = message.cursor();
            }
        }
        of.lowWater = Math.max(of.lowWater, lowWater);
        log.removeIf(message -> message.topicId() == of.id && message.offset() < lowWater);
    }

    /** Changes {@link NodeStatus#health} and tells every stream. */
    public synchronized void health(String health) {
        this.health = health;
        for (Stream stream : List.copyOf(streams)) {
            stream.context.runOnContext(v -> stream.tellStatus(health));
        }
    }

    public synchronized void endAll(String reason, boolean retry) {
        for (Stream stream : List.copyOf(streams)) {
            streams.remove(stream);
            stream.context.runOnContext(v -> stream.end(reason, retry));
        }
    }

    /** Streams deliver before their subscribe completes, which the interface allows. */
    public synchronized void deliverEarly() {
        eager = true;
    }

    public synchronized void maxBodyBytes(int bytes) {
        maxBodyBytes = bytes;
    }

    /** Every publish that came, also refused ones. */
    public synchronized List<Publish> publishes() {
        return List.copyOf(publishes);
    }

    public synchronized int connections() {
        return connections;
    }

    /** Connections that ever were. */
    public synchronized int connectionsEver() {
        return connectionsEver;
    }

    public synchronized int heldPublishes() {
        return held.size();
    }

    public synchronized int streams() {
        return streams.size();
    }

    /** Credit that was given to the streams and not used up. */
    public synchronized long openCredit() {
        return streams.stream().mapToLong(stream -> stream.credit).sum();
    }

    // Broker.

    @Override
    public synchronized Future<PublishAck> publish(Publish publish) {
        publishes.add(publish);
        Promise<PublishAck> promise = Promise.promise();
        Context caller = vertx.getOrCreateContext();
        Runnable answer = () -> {
            try {
                PublishAck ack = decide(publish);
                caller.runOnContext(v -> promise.complete(ack));
            } catch (Refusal refusal) {
                caller.runOnContext(v -> promise.fail(refusal));
            }
        };
        if (holding) {
            held.add(answer);
        } else {
            answer.run();
        }
        return promise.future();
    }

    private PublishAck decide(Publish publish) {
        for (Publication publication : publish.messages()) {
            if (limited.contains(publication.topic().value())) {
                throw Refusal.of(Refusal.Kind.TOO_MANY, "rate-limited", "no more of " + publication.topic());
            }
        }
        if (!refusals.isEmpty()) {
            throw refusals.poll();
        }
        String key = publish.scope() + '\n' + publish.idempotencyKey().orElse("");
        if (publish.idempotencyKey().isPresent() && answersByKey.containsKey(key)) {
            return replay(answersByKey.get(key));
        }
        Optional<TopicCommand.Sequence> sequence = publish.sequence();
        if (sequence.isPresent()) {
            PublishAck replay = admit(sequence.get());
            if (replay != null) {
                return replay;
            }
        }
        boolean atomic = publish.atomic() || sequence.isPresent();
        List<Rejected> problems = new ArrayList<>();
        Map<String, Long> more = new HashMap<>();
        for (Publication publication : publish.messages()) {
            Rejected problem =
                    problem(publication, more.getOrDefault(publication.topic().value(), 0L));
            problems.add(problem);
            if (problem == null || atomic) {
                more.merge(publication.topic().value(), 1L, Long::sum);
            }
        }
        if (atomic) {
            for (Rejected problem : problems) {
                if (problem != null) {
                    throw Refusal.of(problem);
                }
            }
        }
        index++;
        List<TopicOutcome.Result> results = new ArrayList<>();
        int place = 0;
        for (int i = 0; i < problems.size(); i++) {
            results.add(
                    problems.get(i) == null
                            ? append(publish.messages().get(i), new Cursor(index, place++))
                            : new TopicOutcome.Refused(problems.get(i)));
        }
        var ack = new PublishAck(results, 1, index, false, lineage);
        publish.idempotencyKey().ifPresent(k -> answersByKey.put(key, ack));
        sequence.ifPresent(s -> {
            producers.get(s.producer()).last = s.number();
            producers.get(s.producer()).answers.put(s.number(), ack);
        });
        for (Stream stream : List.copyOf(streams)) {
            stream.wake();
        }
        return ack;
    }

    private static PublishAck replay(PublishAck ack) {
        return new PublishAck(ack.results(), ack.term(), ack.index(), true, ack.lineage());
    }

    /** A sequence's first answer when this is a repeat, null when it is the next. */
    private PublishAck admit(TopicCommand.Sequence sequence) {
        Producer producer = producers.computeIfAbsent(sequence.producer(), name -> new Producer());
        if (sequence.epoch() < producer.epoch) {
            throw Refusal.of(
                    new Rejected(Rejection.FENCED, "a newer process publishes under this name", producer.epoch));
        }
        if (sequence.epoch() > producer.epoch) {
            producer.epoch = sequence.epoch();
            producer.last = 0;
            producer.answers.clear();
        }
        if (sequence.number() <= producer.last) {
            return replay(producer.answers.get(sequence.number()));
        }
        if (sequence.number() > producer.last + 1) {
            throw Refusal.of(
                    new Rejected(Rejection.SEQUENCE_GAP, "expected " + (producer.last + 1), producer.last + 1));
        }
        return null;
    }

    private Rejected problem(Publication publication, long before) {
        if (publication.message().body().length > maxBodyBytes) {
            return new Rejected(Rejection.TOO_LARGE, "at most " + maxBodyBytes + " bytes", maxBodyBytes);
        }
        Topic topic = topics.get(publication.topic().value());
        long next = (topic == null ? 0 : topic.next) + before;
        if (publication.expectOffset() >= 0 && publication.expectOffset() != next) {
            return new Rejected(Rejection.WRONG_OFFSET, "the next offset is " + next, next);
        }
        return null;
    }

    private TopicOutcome.Result append(Publication publication, Cursor cursor) {
        long time = FIRST_TIME + index;
        if (publication.delayMs() > 0) {
            long due = time + publication.delayMs();
            scheduled.put(cursor, new ScheduledPage.Item(lineage.text(cursor), due, time, publication));
            return new TopicOutcome.Delayed(cursor, due);
        }
        Topic topic = topics.computeIfAbsent(
                publication.topic().value(), name -> new Topic(++topicIds, publication.topic(), cursor));
        long offset = topic.next++;
        var message = publication.message();
        String[] headers = message.headers().stream()
                .<String>mapMulti((Header header, java.util.function.Consumer<String> out) -> {
                    out.accept(header.name());
                    out.accept(header.value());
                })
                .toArray(String[]::new);
        byte[] json = MessageJson.encode(
                topic.name.value(),
                offset,
                lineage.text(cursor),
                time,
                message.key(),
                headers,
                message.format().name(),
                message.contentType(),
                message.body());
        log.add(new StoredMessage(topic.id, topic.name.value(), offset, cursor, time, Long.MAX_VALUE, json));
        return new TopicOutcome.Accepted(offset, cursor, time);
    }

    @Override
    public synchronized Future<Page> read(Read read) {
        if (read.filters().size() == 1
                && read.filters().get(0).isName()
                && !topics.containsKey(read.filters().get(0).value())) {
            return later(() -> {
                throw notFound(read.filters().get(0).value());
            });
        }
        Promise<Page> promise = Promise.promise();
        Position position = position(read.filters(), read.from());
        Context caller = vertx.getOrCreateContext();
        var gaps = gaps(read.filters(), position.after);
        if (!gaps.isEmpty()
                && read.filters().size() == 1
                && read.filters().get(0).isName()) {
            return later(() -> {
                throw Refusal.of(
                        Refusal.Kind.GONE,
                        "gone",
                        "older than retention",
                        Map.of("earliest", gaps.get(0).earliest()));
            });
        }
        List<StoredMessage> messages = next(read.filters(), position, read.limit());
        if (!messages.isEmpty() || read.waitMs() == 0) {
            Page page = page(messages, position, gaps);
            caller.runOnContext(v -> promise.complete(page));
            return promise.future();
        }
        Handler<Boolean> finish = woken -> {
            synchronized (this) {
                promise.tryComplete(page(next(read.filters(), position, read.limit()), position, gaps));
            }
        };
        long timer = vertx.setTimer(read.waitMs(), id -> finish.handle(false));
        var waiter = new Stream(read.filters(), position, 0, caller, null) {
            @Override
            void wake() {
                if (!next(filters, this.position, 1).isEmpty()) {
                    vertx.cancelTimer(timer);
                    streams.remove(this);
                    context.runOnContext(v -> finish.handle(true));
                }
            }
        };
        streams.add(waiter);
        return promise.future().onComplete(done -> forget(waiter));
    }

    private synchronized void forget(Stream stream) {
        streams.remove(stream);
    }

    private Page page(List<StoredMessage> messages, Position position, List<Page.Gap> gaps) {
        Cursor next = messages.isEmpty()
                ? position.after
                : messages.get(messages.size() - 1).cursor();
        return new Page(messages, lineage.text(next), gaps, index);
    }

    @Override
    public synchronized Future<Subscription> subscribe(Subscribe subscribe, Subscriber subscriber) {
        Position position = position(subscribe.filters(), subscribe.from());
        var stream =
                new Stream(subscribe.filters(), position, subscribe.credit(), vertx.getOrCreateContext(), subscriber);
        stream.door = subscribe.door();
        stream.peer = subscribe.peer();
        streams.add(stream);
        Promise<Subscription> promise = Promise.promise();
        boolean early = eager;
        stream.context.runOnContext(v -> {
            if (early) {
                stream.pump();
            }
            promise.complete(stream);
            stream.pump();
        });
        return promise.future();
    }

    /** {@code minOffset}: for a position given as an offset that does not exist yet. */
    private record Position(Cursor after, long minOffset) {}

    private Position position(List<TopicFilter> filters, From from) {
        if (from instanceof From.Earliest) {
            Cursor before = Cursor.ORIGIN;
            for (Topic topic : topics.values()) {
                if (matches(filters, topic.name.value()) && topic.lastTrimmed.isAfter(before)) {
                    before = topic.lastTrimmed;
                }
            }
            // Good enough for tests that trim one topic.
            return new Position(before, 0);
        } else if (from instanceof From.Latest) {
            return new Position(Cursor.endOf(index), 0);
        } else if (from instanceof From.After after) {
            return new Position(after.cursor().cursor(), 0);
        } else if (from instanceof From.Offset offset) {
            Topic topic = topics.get(filters.get(0).value());
            long lowWater = topic == null ? 0 : topic.lowWater;
            return new Position(
                    offset.offset() < lowWater || topic == null ? Cursor.ORIGIN : topic.lastTrimmed, offset.offset());
        }
        long since = from instanceof From.Time time ? time.epochMs() : FIRST_TIME + index - ((From.Ago) from).ms();
        Cursor before = Cursor.ORIGIN;
        for (StoredMessage message : log) {
            if (message.time() < since) {
                before = message.cursor();
            }
        }
        return new Position(before, 0);
    }

    private static boolean matches(List<TopicFilter> filters, String topic) {
        for (TopicFilter filter : filters) {
            if (filter.matches(topic)) {
                return true;
            }
        }
        return false;
    }

    private List<StoredMessage> next(List<TopicFilter> filters, Position position, long limit) {
        List<StoredMessage> messages = new ArrayList<>();
        for (StoredMessage message : log) {
            if (messages.size() < limit
                    && message.cursor().isAfter(position.after)
                    && message.offset() >= position.minOffset
                    && matches(filters, message.topic())) {
                messages.add(message);
            }
        }
        return messages;
    }

    private List<Page.Gap> gaps(List<TopicFilter> filters, Cursor after) {
        List<Page.Gap> gaps = new ArrayList<>();
        for (Topic topic : topics.values()) {
            if (matches(filters, topic.name.value())
                    && topic.lastTrimmed != Cursor.ORIGIN
                    && topic.lastTrimmed.isAfter(after)) {
                gaps.add(new Page.Gap(topic.name.value(), lineage.text(topic.lastTrimmed), topic.lowWater));
            }
        }
        return gaps;
    }

    private class Stream implements Subscription {
        final List<TopicFilter> filters;
        final Context context;
        final Subscriber subscriber;
        final Cursor start;
        Position position;
        long credit;
        long delivered;
        boolean paused;
        boolean closed;
        String door = "";
        String peer = "";

        Stream(List<TopicFilter> filters, Position position, long credit, Context context, Subscriber subscriber) {
            this.filters = filters;
            this.position = position;
            this.start = position.after;
            this.credit = credit;
            this.context = context;
            this.subscriber = subscriber;
        }

        void wake() {
            context.runOnContext(v -> pump());
        }

        void pump() {
            while (true) {
                List<StoredMessage> page;
                List<Page.Gap> gaps;
                Cursor requested;
                synchronized (FakeBroker.this) {
                    if (closed || paused) {
                        return;
                    }
                    requested = position.after;
                    gaps = gaps(filters, position.after);
                    for (Page.Gap gap : gaps) {
                        Cursor trimmed = topics.get(gap.topic()).lastTrimmed;
                        position = new Position(trimmed, 0);
                    }
                    page = next(filters, position, Math.min(credit, PAGE));
                    credit -= page.size();
                    delivered += page.size();
                    if (!page.isEmpty()) {
                        position = new Position(page.get(page.size() - 1).cursor(), 0);
                    }
                }
                for (Page.Gap gap : gaps) {
                    subscriber.gap(lineage.text(requested), gap.earliest(), gap.lost());
                }
                if (page.isEmpty()) {
                    return;
                }
                if (!subscriber.deliver(page, cursor())) {
                    synchronized (FakeBroker.this) {
                        paused = true;
                    }
                }
            }
        }

        void tellStatus(String health) {
            if (subscriber != null && !closed) {
                subscriber.status(health);
            }
        }

        void end(String reason, boolean retry) {
            if (subscriber != null && !closed) {
                closed = true;
                subscriber.ended(reason, retry);
            }
        }

        @Override
        public String start() {
            return lineage.text(start);
        }

        @Override
        public String cursor() {
            synchronized (FakeBroker.this) {
                return lineage.text(position.after);
            }
        }

        @Override
        public void credit(long messages) {
            synchronized (FakeBroker.this) {
                credit += messages;
            }
            wake();
        }

        @Override
        public void resume() {
            synchronized (FakeBroker.this) {
                paused = false;
            }
            wake();
        }

        @Override
        public void close() {
            synchronized (FakeBroker.this) {
                closed = true;
                streams.remove(this);
            }
        }
    }

    /** With what freshness topics and delayed messages were asked for, in order. */
    public synchronized List<Freshness> asked() {
        return List.copyOf(asked);
    }

    @Override
    public synchronized Future<List<TopicInfo>> topics(Optional<TopicFilter> filter, Freshness freshness) {
        asked.add(freshness);
        List<TopicInfo> infos = new ArrayList<>();
        for (Topic topic : topics.values()) {
            if (filter.map(f -> f.matches(topic.name.value())).orElse(!topic.name.isSystem())) {
                TopicInfo info = info(topic);
                infos.add(new TopicInfo(info.view(), Optional.empty(), info.publishedPerSecond()));
            }
        }
        return later(() -> infos);
    }

    @Override
    public synchronized Future<TopicInfo> topic(TopicName name, Freshness freshness) {
        asked.add(freshness);
        Topic topic = topics.get(name.value());
        return later(() -> {
            if (topic == null) {
                throw notFound(name.value());
            }
            return info(topic);
        });
    }

    private synchronized TopicInfo info(Topic topic) {
        long count = log.stream().filter(m -> m.topicId() == topic.id).count();
        long bytes = log.stream()
                .filter(m -> m.topicId() == topic.id)
                .mapToLong(m -> m.json().length)
                .sum();
        var view = new TopicView(
                topic.id,
                topic.name,
                topic.config,
                topic.lowWater,
                topic.next,
                count,
                bytes,
                topic.lastTrimmed,
                topic.created,
                FIRST_TIME,
                FIRST_TIME + index);
        return new TopicInfo(view, Optional.of(lineage.text(topic.lastTrimmed)), 0);
    }

    private static Refusal notFound(String topic) {
        return Refusal.of(Refusal.Kind.NOT_FOUND, "unknown-topic", "there is no topic " + topic);
    }

    @Override
    public synchronized Future<ChangeAck> configure(
            TopicName name, TopicConfig config, Optional<String> idempotencyKey) {
        boolean made = !topics.containsKey(name.value());
        topics.computeIfAbsent(name.value(), n -> new Topic(++topicIds, name, Cursor.endOf(++index))).config = config;
        long at = index;
        return later(() -> new ChangeAck(made, at, false));
    }

    @Override
    public synchronized Future<ChangeAck> delete(TopicName name, Optional<String> idempotencyKey) {
        Topic topic = topics.remove(name.value());
        if (topic != null) {
            log.removeIf(message -> message.topicId() == topic.id);
            index++;
        }
        long at = index;
        return later(() -> {
            if (topic == null) {
                throw notFound(name.value());
            }
            return new ChangeAck(false, at, false);
        });
    }

    @Override
    public synchronized Future<ScheduledPage> scheduled(Optional<String> after, int limit, Freshness freshness) {
        asked.add(freshness);
        List<ScheduledPage.Item> items = scheduled.values().stream()
                .sorted(java.util.Comparator.comparingLong(ScheduledPage.Item::due))
                .dropWhile(item -> after.isPresent() && !item.cursor().equals(after.get()))
                .skip(after.isPresent() ? 1 : 0)
                .toList();
        boolean more = items.size() > limit;
        List<ScheduledPage.Item> page = more ? items.subList(0, limit) : items;
        Optional<String> next = more ? Optional.of(page.get(limit - 1).cursor()) : Optional.empty();
        return later(() -> new ScheduledPage(page, next));
    }

    @Override
    public synchronized Future<ChangeAck> cancel(String cursor, Optional<String> idempotencyKey) {
        boolean found = Lineage.parse(cursor)
                .map(text -> scheduled.remove(text.cursor()) != null)
                .orElse(false);
        long at = index;
        return later(() -> {
            if (!found) {
                throw Refusal.of(Rejected.of(Rejection.NOT_SCHEDULED, "nothing is scheduled at " + cursor));
            }
            return new ChangeAck(false, at, false);
        });
    }

    @Override
    public Future<Void> addMember(String id, String address, boolean voter) {
        return Future.succeededFuture();
    }

    @Override
    public Future<Backup> backup(Freshness freshness, BooleanSupplier unwanted) {
        return Future.failedFuture(Refusal.of(Refusal.Kind.UNAVAILABLE, "catching-up", "there is nothing yet"));
    }

    @Override
    public Future<Void> removeMember(String id) {
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> transfer(String id) {
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> handOver(Optional<String> from) {
        return Future.succeededFuture();
    }

    /** One of a cluster from now on; it goes on to do everything by itself. */
    public synchronized void become(Role role, String leader, long term, List<NodeStatus.MemberStatus> members) {
        cluster = Optional.of(new Cluster(role, leader, term, List.copyOf(members)));
    }

    private record Cluster(Role role, String leader, long term, List<NodeStatus.MemberStatus> members) {}

    private Optional<Cluster> cluster = Optional.empty();

    private Cluster cluster() {
        return cluster.orElse(new Cluster(
                Role.LEADER,
                "n1",
                1,
                List.of(new NodeStatus.MemberStatus(
                        "n1", "127.0.0.1:6000", "127.0.0.1:8080", true, index, true, "9.9", 2))));
    }

    private volatile Subscriptions subscriptions = new NoSubscriptions();
    private volatile Queues queues;

    /** What tests of doors put there; a {@code Hall} has the real ones. */
    public FakeBroker with(Subscriptions durable, Queues rrmq) {
        subscriptions = durable;
        queues = rrmq;
        return this;
    }

    @Override
    public Subscriptions subscriptions() {
        return subscriptions;
    }

    @Override
    public Queues queues() {
        return queues;
    }

    @Override
    public synchronized NodeStatus status() {
        var figures = new NodeStatus.Figures(
                index,
                0,
                topics.size(),
                log.size(),
                0,
                scheduled.size(),
                streams.size(),
                connections,
                0,
                0,
                FIRST_TIME);
        return new NodeStatus(
                "n1",
                cluster().role(),
                cluster().role(),
                cluster().leader(),
                "127.0.0.1:8080",
                cluster().term(),
                index,
                index,
                index,
                index,
                1,
                0,
                FIRST_TIME + index,
                health,
                "quorum",
                cluster().members(),
                figures);
    }

    @Override
    public synchronized Connection connected(String door, String peer) {
        if (connectionPlaces == maxConnections) {
            throw Refusal.of(Refusal.Kind.UNAVAILABLE, "too-many-connections", "no more than " + maxConnections);
        }
        connectionPlaces++;
        connections++;
        connectionsEver++;
        return new Connection() {
            private boolean open = true;
            private boolean ended;

            @Override
            public void ended() {
                synchronized (FakeBroker.this) {
                    if (!ended) {
                        ended = true;
                        connections--;
                    }
                }
            }

            @Override
            public void close() {
                synchronized (FakeBroker.this) {
                    if (!open) {
                        throw new IllegalStateException("closed twice");
                    }
                    open = false;
                    ended();
                    connectionPlaces--;
                }
            }
        };
    }

    @Override
    public Inspection inspection() {
        return new NoInspection();
    }

    @Override
    public synchronized Future<List<SubscriberInfo>> subscribers(int limit) {
        List<SubscriberInfo> infos = streams.stream()
                .filter(stream -> stream.subscriber != null)
                .limit(limit)
                .map(stream -> new SubscriberInfo(
                        "x" + System.identityHashCode(stream),
                        stream.door,
                        stream.peer,
                        stream.filters.stream().map(TopicFilter::value).toList(),
                        stream.cursor(),
                        stream.delivered,
                        false))
                .toList();
        return later(() -> infos);
    }

    private <T> Future<T> later(Supplier<T> answer) {
        Promise<T> promise = Promise.promise();
        vertx.getOrCreateContext().runOnContext(v -> {
            try {
                promise.complete(answer.get());
            } catch (Refusal refusal) {
                promise.fail(refusal);
            }
        });
        return promise.future();
    }
}
