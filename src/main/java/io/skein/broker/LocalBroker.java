package io.skein.broker;

import io.skein.cluster.AppliedListener;
import io.skein.cluster.Committed;
import io.skein.cluster.MemberStatus;
import io.skein.cluster.Proposer;
import io.skein.cluster.ReplicaStatus;
import io.skein.cluster.ReplicaVerticle;
import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.machine.IdempotencyKey;
import io.skein.machine.Lineage;
import io.skein.machine.Rejected;
import io.skein.raft.NodeId;
import io.skein.raft.Role;
import io.skein.store.Store;
import io.skein.subscription.SubscriptionCommand;
import io.skein.subscription.SubscriptionMachine;
import io.skein.topic.TopicCommand;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicMachine;
import io.skein.topic.TopicName;
import io.skein.topic.TopicOutcome;
import io.skein.topic.TopicTotals;
import io.skein.topic.TopicView;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** The broker of one node: over its replica, its store, and the sessions of its doors. */
public final class LocalBroker implements Broker {
    private static final String OK = "ok";

    private final Vertx vertx;
    private final BrokerConfig config;
    private final Proposer proposer;
    private final long startedAtMs = System.currentTimeMillis();

    private final Fanout fanout;
    private final LocalSubscriptions subscriptions;
    private final LocalQueues queues;
    private final Readiness readiness;
    private final Tenure tenure;
    private final AppliedIndex applied;
    private final Succession succession;
    /** What the replica said last; null until it said something. */
    private volatile ReplicaStatus said;
    /** What streams were told last; on the replica's context. */
    private String toldHealth = OK;

    private final AtomicLong connections = new AtomicLong();
    /** Of {@link BrokerConfig#maxConnections}: those, and others whose peers have ended their side. */
    private final AtomicLong connectionPlaces = new AtomicLong();

    /** What the node gives once its data is open; written before {@link #replica}, which is what others look at. */
    private Store store;

    private TopicMachine topics;
    private History history;
    private volatile Ground ground;
    private Streams streams;
    private Reads reads;
    private Lineage lineage;
    private volatile ReplicaVerticle replica;
    private volatile boolean draining;

    public LocalBroker(Vertx vertx, BrokerConfig config, Proposer proposer) {
        this.vertx = vertx;
        this.config = config;
        this.proposer = proposer;
        this.readiness = new Readiness(vertx, config.catchUpWaitMs(), config.aloneAfterMs(), this::isLeaderless);
        this.tenure = new Tenure(TimeUnit.MILLISECONDS.toNanos(config.stepDownAfterMs()));
        this.applied = new AppliedIndex(vertx, () -> replica.status().appliedIndex(), config.maxStreams());
        this.succession = new Succession(vertx, () -> replica.status().leader());
        this.subscriptions = new LocalSubscriptions(vertx, config, proposer, applied, new LocalSubscriptions.Way() {
            @Override
            public Future<Committed> propose(Command command, Optional<IdempotencyKey> key) {
                return LocalBroker.this.propose(command, key);
            }

            @Override
            public Future<Void> fresh(Freshness freshness) {
                return LocalBroker.this.fresh(freshness, 0);
            }

            @Override
            public Future<Void> ready() {
                return closed().<Future<Void>>map(Future::failedFuture).orElseGet(() -> LocalBroker.this.ready(false));
            }

            @Override
            public Future<Void> settled() {
                return LocalBroker.this.settled();
            }
        });
        this.queues = new LocalQueues(proposer, () -> ground, this::closed, () -> status().heldRole());
        this.fanout = new Fanout(this::moved, readiness::caughtUp, this::left, index -> {
            applied.moved(index);
            subscriptions.applied();
        });
    }

    /** Why this node takes nothing; empty when it does. */
    private Optional<Refusal> closed() {
        return draining ? Optional.of(Refusal.unavailable("draining", "the node is stopping")) : outside();
    }

    /** Something else takes the place of all there was: who reads comes back, and waits until this node knows the rest. */
    private void left() {
        if (streams != null) {
            streams.endAll("catching-up");
            subscriptions.left();
        }
        readiness.left();
    }

    private void moved(ReplicaStatus now) {
        said = now;
        tenure.moved(now, System.nanoTime());
        readiness.look();
        applied.moved(now.appliedIndex());
        succession.moved(now.leader());
        String health = health(now);
        if (streams != null && !health.equals(toldHealth)) {
            toldHealth = health;
            if (standing(now) == ReplicaStatus.Standing.MEMBER) {
                streams.tellAll(health);
            } else {
                streams.endAll(health);
                subscriptions.endAll(health);
            }
        }
    }

    /** Where the replica says what became visible. */
    public AppliedListener applied() {
        return fanout;
    }

    /** Completes the circle: the replica knows {@link #applied}, the broker asks the replica. Until then it is starting. */
    public void attach(
            Store openStore,
            ReplicaVerticle runningReplica,
            TopicMachine machine,
            SubscriptionMachine subscriptionMachine,
            Lineage logLineage) {
        store = openStore;
        topics = machine;
        lineage = logLineage;
        history = new History(openStore, proposer, runningReplica, machine, logLineage);
        streams = new Streams(
                vertx,
                fanout,
                history,
                logLineage,
                config.maxStreams(),
                config.allowances().unsent());
        reads = new Reads(
                vertx,
                runningReplica,
                history,
                logLineage,
                streams,
                applied,
                config.allowances().unsent());
        ground = new Ground(openStore, runningReplica, machine, subscriptionMachine, logLineage, history);
        subscriptions.attach(ground);
        fanout.countFrom(machine::totals, id -> machine.find(id).isPresent());
        replica = runningReplica;
        readiness.look();
    }

    /** Stops taking publishes and ends every stream with a word to come back elsewhere. */
    public void drain() {
        draining = true;
        if (replica != null) {
            streams.endAll("draining");
            subscriptions.drain();
        }
    }

    @Override
    public Future<PublishAck> publish(Publish publish) {
        Optional<Refusal> problem = publish.problem(config.maxMessageBytes());
        if (problem.isPresent()) {
            return Future.failedFuture(problem.get());
        }
        Optional<IdempotencyKey> key =
                publish.idempotencyKey().map(k -> KeyHash.of(publish.scope(), k, publish.messages()));
        return propose(
                        new TopicCommand.Publish(
                                publish.messages(),
                                publish.atomic(),
                                config.mayCreateTopics(),
                                publish.sequence(),
                                publish.door()),
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

    private Future<Committed> propose(Command command, Optional<IdempotencyKey> key) {
        Optional<Refusal> closed = closed();
        if (closed.isPresent()) {
            return Future.failedFuture(closed.get());
        }
        // Who comes in the first moments of a node is not sent away.
        Future<Committed> committed = readiness.isReady()
                ? proposer.propose(command, key)
                : readiness.await(false, command.size()).compose(v -> proposer.propose(command, key));
        return committed.transform(result -> {
            if (result.failed()) {
                return Future.failedFuture(Refusal.from(result.cause()));
            }
            return result.result().outcome() instanceof Rejected rejected
                    ? Future.failedFuture(Refusal.of(rejected))
                    : Future.succeededFuture(result.result());
        });
    }

    @Override
    public Subscriptions subscriptions() {
        return subscriptions;
    }

    @Override
    public Queues queues() {
        return queues;
    }

    private static <T> Future<T> refused(Throwable cause) {
        return Future.failedFuture(Refusal.from(cause));
    }

    @Override
    public Future<Page> read(Read read) {
        if (read.filters().isEmpty() || read.filters().size() > BrokerConfig.MAX_FILTERS) {
            return Future.failedFuture(Refusal.malformed("1 to " + BrokerConfig.MAX_FILTERS + " topic filters"));
        }
        if (read.limit() < 1 || read.limit() > BrokerConfig.MAX_LIMIT) {
            return Future.failedFuture(Refusal.malformed("limit is 1 to " + BrokerConfig.MAX_LIMIT));
        }
        return fresh(read.freshness(), read.waitMs())
                .compose(v -> reads.read(read))
                .recover(LocalBroker::refused);
    }

    /** A node that its cluster does not count serves nothing: what it has may be wrong, or is old for good. */
    private Optional<Refusal> outside() {
        ReplicaStatus now = replica == null ? said : replica.status();
        if (now == null || standing(now) == ReplicaStatus.Standing.MEMBER) {
            return Optional.empty();
        }
        String why = switch (standing(now)) {
            case REMOVED -> "this node is no member of its cluster; ask another one";
            case AMNESIAC -> "this node lost what it had and comes back as a new one";
            case CORRUPT -> "this node's state was not what a majority has; it comes back as a new one";
            case MEMBER -> throw new AssertionError("a member");
        };
        return Optional.of(Refusal.unavailable(health(now), why));
    }

    /** A newcomer that is being told of the past finds itself in no cluster there. */
    private static ReplicaStatus.Standing standing(ReplicaStatus now) {
        boolean isOnItsWay = !now.caughtUp() && !now.leader().isEmpty();
        return isOnItsWay ? ReplicaStatus.Standing.MEMBER : now.standing();
    }

    /** Until this node has what a reader asks for. */
    private Future<Void> fresh(Freshness freshness, long waitMs) {
        // Asked once: it may be otherwise a moment later.
        Optional<Refusal> outside = outside();
        if (outside.isPresent()) {
            return Future.failedFuture(outside.get());
        }
        return ready(freshness.level() == Freshness.Level.NONE)
                .compose(v -> switch (freshness.level()) {
                    case NONE -> Future.<Void>succeededFuture();
                    case WEAK -> replica.status().role() == Role.LEADER ? Future.<Void>succeededFuture() : confirmed();
                    case LINEARIZABLE -> confirmed();
                    case STRONG -> logged();
                })
                .compose(v -> applied.reached(freshness.minIndex(), waitMs));
    }

    /** What is applied here holds an entry that was not yet in the log when this was asked. */
    private Future<Void> logged() {
        // It does what is due anyway, which is mostly nothing.
        return propose(new TopicCommand.Expire(), Optional.empty())
                .compose(committed -> applied.reached(committed.index(), 0));
    }

    @Override
    public Future<Subscription> subscribe(Subscribe subscribe, Subscriber subscriber) {
        if (subscribe.filters().isEmpty() || subscribe.filters().size() > BrokerConfig.MAX_FILTERS) {
            return Future.failedFuture(Refusal.malformed("1 to " + BrokerConfig.MAX_FILTERS + " topic filters"));
        }
        Optional<Refusal> closed = closed();
        if (closed.isPresent()) {
            return Future.failedFuture(closed.get());
        }
        return ready(false)
                .compose(v -> streams.isFull()
                        ? Future.failedFuture(streams.full())
                        : history.start(subscribe.filters(), subscribe.from()))
                .<Subscription>map(start -> {
                    Session session = streams.open(subscribe, subscriber, start);
                    String health = status().health();
                    if (!health.equals(OK)) {
                        session.tell(health);
                    }
                    return session;
                })
                .recover(LocalBroker::refused);
    }

    /** Reads wait for a node that has just started; with {@code anyway} they take what there is, if it finds no leader. */
    private Future<Void> ready(boolean anyway) {
        return readiness.await(anyway, 0);
    }

    private boolean isLeaderless() {
        ReplicaStatus now = replica == null ? null : replica.status();
        return now != null && now.leader().isEmpty();
    }

    @Override
    public Future<List<TopicInfo>> topics(Optional<TopicFilter> filter, Freshness freshness) {
        return fresh(freshness, 0)
                .compose(v -> proposer.ask(() -> {
                    long now = System.nanoTime();
                    List<TopicInfo> infos = new ArrayList<>();
                    for (TopicView view : topics.matching(filter.orElse(ALL))) {
                        infos.add(new TopicInfo(view, Optional.empty(), fanout.rateOf(view.id(), now)));
                    }
                    return infos;
                }))
                .recover(LocalBroker::refused);
    }

    private static final TopicFilter ALL = new TopicFilter("#");

    @Override
    public Future<TopicInfo> topic(TopicName name, Freshness freshness) {
        return fresh(freshness, 0)
                .compose(v -> history.topic(name))
                .compose(view -> history.earliest(new TopicFilter(name.value()))
                        .compose(at -> proposer.ask(() -> new TopicInfo(
                                view, Optional.of(lineage.text(at)), fanout.rateOf(view.id(), System.nanoTime())))))
                .recover(LocalBroker::refused);
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
                        new SubscriptionCommand.DeleteTopic(name),
                        idempotencyKey.map(k -> KeyHash.of("topics", k, "delete " + name)))
                .mapEmpty();
    }

    @Override
    public Future<ScheduledPage> scheduled(Optional<String> after, int limit, Freshness freshness) {
        return fresh(freshness, 0)
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
        Lineage.Text parsed = Lineage.parse(text).orElseThrow(() -> Refusal.malformed("\"" + text + "\" is no cursor"));
        OptionalLong shared = lineage.sharedUpTo(parsed.lineage());
        if (shared.isEmpty() || parsed.cursor().index() > shared.getAsLong()) {
            throw Refusal.of(Refusal.Kind.NOT_FOUND, "not-scheduled", "the cursor " + text + " is of another log");
        }
        return parsed.cursor();
    }

    /** What has no tail is read from rows that are up to date (DESIGN D16). */
    private Future<Void> settled() {
        return proposer.askFor(replica::settle)
                .<Void>mapEmpty()
                .timeout(config.catchUpWaitMs(), TimeUnit.MILLISECONDS)
                .recover(cause -> Future.failedFuture(
                        cause instanceof TimeoutException
                                ? Refusal.unavailable("rows-behind", "the rows did not come up to date in time")
                                : cause));
    }

    private static final long TRANSFER_WAIT_MS = 2000;
    private static final long LOOK_MS = 10;

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
                tenure.role(now, System.nanoTime()),
                now.leader(),
                leaderAddress(now),
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
                now.members().stream()
                        .map(member -> new NodeStatus.MemberStatus(
                                member.id(),
                                member.address(),
                                member.httpAddress(),
                                member.voter(),
                                member.matchIndex(),
                                member.reachable()))
                        .toList(),
                new NodeStatus.Figures(
                        fanout.published(),
                        streams.delivered(),
                        totals.topics(),
                        totals.messages(),
                        totals.bytes(),
                        totals.scheduled(),
                        streams.count(),
                        connections.get(),
                        sizes.databaseBytes(),
                        sizes.walBytes(),
                        startedAtMs));
    }

    private String leaderAddress(ReplicaStatus now) {
        if (now.leader().equals(config.node())) {
            return config.httpAddress().get();
        }
        return now.members().stream()
                .filter(member -> member.id().equals(now.leader()))
                .map(MemberStatus::httpAddress)
                .findFirst()
                .orElse("");
    }

    @Override
    public Future<Void> addMember(String id, String address, boolean voter) {
        return node(id).compose(node -> onReplica(() -> replica.membership().add(node, address, voter)));
    }

    @Override
    public Future<Void> removeMember(String id) {
        return node(id).compose(node -> status().leader().equals(id)
                ? handedOver(id).transform(either -> removeOnce(node, System.nanoTime()))
                : onReplica(() -> replica.membership().remove(node)));
    }

    /** A leader changes no members before its term has begun for the others too; a moment later it does. */
    private Future<Void> removeOnce(NodeId node, long sinceNanos) {
        return onReplica(() -> replica.membership().remove(node)).recover(refused -> {
            boolean soon = refused instanceof Refusal no
                    && no.code().equals("change-pending")
                    && System.nanoTime() - sinceNanos < TimeUnit.MILLISECONDS.toNanos(TRANSFER_WAIT_MS);
            return soon
                    ? vertx.timer(LOOK_MS, TimeUnit.MILLISECONDS).compose(v -> removeOnce(node, sinceNanos))
                    : Future.failedFuture(refused);
        });
    }

    /** A leader that is to go hands over first: then there is one all the time, and one that can answer. */
    private Future<Void> handedOver(String id) {
        return status().members().stream()
                .filter(member -> member.voter() && member.reachable())
                .filter(member -> !member.id().equals(id))
                .max(Comparator.comparingLong(NodeStatus.MemberStatus::matchIndex))
                .map(member -> transfer(member.id()))
                .orElse(Future.succeededFuture());
    }

    @Override
    public Future<Void> transfer(String id) {
        return node(id).compose(node -> onReplica(() -> replica.membership().transfer(node)))
                // A leader gives up handing over after one election timeout.
                .compose(v -> succession.leads(id, TRANSFER_WAIT_MS));
    }

    /** Asks on the replica's context and completes here. */
    private Future<Void> onReplica(Supplier<Future<Long>> question) {
        return replica == null
                ? Future.failedFuture(Refusal.unavailable("catching-up", "the node has just started"))
                : proposer.askFor(question).<Void>mapEmpty().recover(LocalBroker::refused);
    }

    private static Future<NodeId> node(String id) {
        try {
            return Future.succeededFuture(new NodeId(id));
        } catch (IllegalArgumentException notAnId) {
            return Future.failedFuture(Refusal.malformed(notAnId.getMessage()));
        }
    }

    /** Until what is applied here holds all that was committed when this was asked (API.md, level). */
    private Future<Void> confirmed() {
        return onReplica(replica::confirmRead);
    }

    private NodeStatus starting() {
        return new NodeStatus(
                config.node(),
                Role.FOLLOWER,
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
                outside().map(Refusal::code).orElse("catching-up"),
                config.durable(),
                List.of(),
                new NodeStatus.Figures(0, 0, 0, 0, 0, 0, 0, connections.get(), 0, 0, startedAtMs));
    }

    private String health(ReplicaStatus now) {
        if (draining) {
            return "draining";
        }
        switch (standing(now)) {
            case CORRUPT -> {
                return "corrupt";
            }
            case AMNESIAC -> {
                return "amnesiac";
            }
            case REMOVED -> {
                return "removed";
            }
            default -> {}
        }
        if (now.diskFull()) {
            return "disk-full";
        }
        if (!now.caughtUp()) {
            return now.leader().isEmpty() ? "no-leader" : "catching-up";
        }
        return now.leader().isEmpty() ? "no-leader" : OK;
    }

    @Override
    public Connection connected(String door, String peer) {
        if (connectionPlaces.incrementAndGet() > config.maxConnections()) {
            connectionPlaces.decrementAndGet();
            throw Refusal.of(
                    Refusal.Kind.UNAVAILABLE,
                    "too-many-connections",
                    "this node has " + config.maxConnections() + " connections open, its limit",
                    Map.of("limit", config.maxConnections()));
        }
        connections.incrementAndGet();
        return new Connection() {
            private boolean ended;
            private boolean closed;

            @Override
            public void ended() {
                if (!ended) {
                    ended = true;
                    connections.decrementAndGet();
                }
            }

            @Override
            public void close() {
                ended();
                if (!closed) {
                    closed = true;
                    connectionPlaces.decrementAndGet();
                }
            }
        };
    }

    @Override
    public Future<List<SubscriberInfo>> subscribers(int limit) {
        return replica == null ? Future.succeededFuture(List.of()) : streams.list(limit);
    }
}
