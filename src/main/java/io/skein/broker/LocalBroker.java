package io.skein.broker;

import io.skein.account.AccountMachine;
import io.skein.cluster.AppliedListener;
import io.skein.cluster.MemberStatus;
import io.skein.cluster.Proposer;
import io.skein.cluster.ReplicaStatus;
import io.skein.cluster.ReplicaVerticle;
import io.skein.machine.IdempotencyKey;
import io.skein.machine.Lineage;
import io.skein.mailbox.MailChange;
import io.skein.mailbox.MailMachine;
import io.skein.raft.Role;
import io.skein.store.Store;
import io.skein.subscription.SubscriptionMachine;
import io.skein.topic.TopicCommand;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicMachine;
import io.skein.topic.TopicName;
import io.skein.topic.TopicOutcome;
import io.skein.topic.TopicTotals;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The broker of one node: over its replica, its store, and the sessions of its doors. */
public final class LocalBroker implements Broker {
    private static final Logger LOG = LoggerFactory.getLogger(LocalBroker.class);

    private final Vertx vertx;
    private final BrokerConfig config;
    private final Proposer proposer;
    private final WallClock clock;
    private final long startedAtMs;

    private final Fanout fanout;
    private final LocalSubscriptions subscriptions;
    private final LocalQueues queues;
    private final LocalMail mail;
    private final LocalTopics topics;
    private final LocalMembers members;
    private final LocalBackups backups;
    private final Readiness readiness;
    private final Health health = new Health();
    private final Tenure tenure;
    private final AppliedIndex applied;
    private final Connections connections;
    private final Residents residents;
    private final LocalInspection inspection;
    private final Access access;
    private final Throttle throttle;
    private final LocalWay way;
    /** What streams were told last; on the replica's context. */
    private String toldHealth = Health.OK;
    /** What was logged last; on the replica's context. */
    private String saidHealth = "";

    /** What the node gives once its data is open; written before {@link #replica}, which is what others look at. */
    private Store store;

    private History history;
    private volatile Ground ground;
    private Streams streams;
    private Reads reads;
    private Lineage lineage;
    private volatile ReplicaVerticle replica;

    public LocalBroker(Vertx vertx, BrokerConfig config, Proposer proposer) {
        this(vertx, config, proposer, WallClock.SYSTEM);
    }

    public LocalBroker(Vertx vertx, BrokerConfig config, Proposer proposer, WallClock clock) {
        this.clock = clock;
        this.startedAtMs = clock.millis();
        this.throttle = new Throttle(clock::nanos);
        this.vertx = vertx;
        this.config = config;
        this.proposer = proposer;
        this.readiness = new Readiness(vertx, config.catchUpWaitMs(), config.aloneAfterMs(), this::isLeaderless);
        this.tenure = new Tenure(TimeUnit.MILLISECONDS.toNanos(config.stepDownAfterMs()));
        this.applied = new AppliedIndex(vertx, () -> replica.status().appliedIndex(), config.maxStreams());
        this.connections = new Connections(config.maxConnections());
        this.residents = new Residents(vertx, clock);
        this.way = new LocalWay(config, proposer, health, readiness, applied, () -> ground);
        this.inspection = new LocalInspection(residents, config.mayAskSql(), () -> ground, way::settledFor);
        this.subscriptions = new LocalSubscriptions(vertx, config, proposer, applied, way, clock);
        this.queues = new LocalQueues(proposer, () -> ground, health::closed, () -> status().heldRole());
        this.members = new LocalMembers(vertx, proposer, () -> ground, this::status);
        this.backups = new LocalBackups(vertx, config.node(), proposer, () -> ground, way::settledFor);
        this.access = new Access(
                proposer,
                () -> health.outside().<Future<Void>>map(Future::failedFuture).orElseGet(() -> way.ready(true)),
                () -> way.fresh(Freshness.LINEARIZABLE),
                () -> ground,
                clock);
        this.fanout = new Fanout(this::moved, this::caughtUp, this::left, this::decided, access::answered, index -> {
            applied.moved(index);
            subscriptions.applied();
        });
        this.topics = new LocalTopics(proposer, way, fanout, () -> ground);
        this.mail = new LocalMail(vertx, proposer, way, () -> ground, health::closed, config.maxStreams());
    }

    /** Something else takes the place of all there was: who reads comes back, and waits until this node knows the rest. */
    private void left() {
        if (streams != null) {
            streams.endAll("catching-up");
            subscriptions.left();
        }
        readiness.left();
        // Who lists again waits until this node knows the rest.
        mail.left();
    }

    private void decided(long time) {
        access.decided(time);
        throttle.applied(ground.accounts());
    }

    private void caughtUp() {
        access.renewed();
        throttle.renewed(ground.accounts());
        readiness.caughtUp();
    }

    private void moved(ReplicaStatus now) {
        health.moved(now);
        tenure.moved(now, System.nanoTime());
        readiness.look();
        applied.moved(now.appliedIndex());
        members.moved(now.leader());
        String word = health.of(now);
        sayHealth(word, now);
        if (streams != null && !word.equals(toldHealth)) {
            toldHealth = word;
            if (health.isMember(now)) {
                streams.tellAll(word);
            } else {
                streams.endAll(word);
                subscriptions.endAll(word);
                mail.endAll(word);
            }
        }
    }

    private void sayHealth(String word, ReplicaStatus now) {
        if (word.equals(saidHealth)) {
            return;
        }
        if (word.equals(Health.OK)) {
            LOG.atInfo()
                    .addKeyValue("term", now.term())
                    .addKeyValue("index", now.appliedIndex())
                    .log("ready: led by {} in term {}, applied up to {}", now.leader(), now.term(), now.appliedIndex());
        } else if (!saidHealth.isEmpty() || !health.isMember(now)) {
            LOG.warn("not ready: {}", word);
        } else {
            // Still starting, which needs no line of its own.
            return;
        }
        saidHealth = word;
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
            AccountMachine accounts,
            MailMachine mails,
            Lineage logLineage) {
        store = openStore;
        lineage = logLineage;
        history = new History(openStore, proposer, runningReplica, machine, logLineage, clock);
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
        ground = new Ground(
                openStore, runningReplica, machine, subscriptionMachine, accounts, mails, logLineage, history);
        subscriptions.attach(ground);
        mail.attach(ground);
        fanout.countFrom(machine::totals, id -> machine.find(id).isPresent());
        health.attach(runningReplica);
        replica = runningReplica;
        readiness.look();
    }

    /** How often limits said no. */
    public Throttled throttled() {
        return throttle;
    }

    Throttle throttle() {
        return throttle;
    }

    Access access() {
        return access;
    }

    WallClock clock() {
        return clock;
    }

    LocalAccounts accounts(GateConfig gate) {
        return new LocalAccounts(vertx, proposer, way, () -> ground, mail, gate, clock);
    }

    /** Stops taking publishes and ends every stream with a word to come back elsewhere. */
    public void drain() {
        health.drain();
        if (replica != null) {
            streams.endAll("draining");
            subscriptions.drain();
            mail.endAll("draining");
        }
    }

    @Override
    public Future<PublishAck> publish(Publish publish) {
        Optional<Refusal> problem = publish.problem(config.maxMessageBytes());
        if (problem.isPresent()) {
            return Future.failedFuture(problem.get());
        }
        boolean isTraced = TraceLog.isOn();
        if (isTraced) {
            NodeStatus now = status();
            TraceLog.proposed(publish.messages(), now.leader(), now.leader().equals(config.node()));
        }
        Optional<IdempotencyKey> key =
                publish.idempotencyKey().map(k -> KeyHash.of(publish.scope(), k, publish.messages()));
        Future<PublishAck> answer = way.propose(
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
        return isTraced
                ? answer.onComplete(done -> TraceLog.answered(publish.messages(), done.result(), done.cause()))
                : answer;
    }

    /** A producer's repeat is told where its messages are, not where the repeat stands. */
    private static long firstIndex(TopicOutcome.Published published, long otherwise) {
        return published.results().get(0) instanceof TopicOutcome.Accepted accepted && accepted.offset() >= 0
                ? accepted.cursor().index()
                : otherwise;
    }

    @Override
    public Subscriptions subscriptions() {
        return subscriptions;
    }

    @Override
    public Queues queues() {
        return queues;
    }

    LocalMail mail() {
        return mail;
    }

    /** Mail that was applied here, on the replica's context, in log order and before it is answered. */
    public void happened(MailChange change) {
        mail.happened(change);
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
        return way.fresh(read.freshness(), read.waitMs())
                .compose(v -> reads.read(read))
                .recover(LocalBroker::refused);
    }

    @Override
    public Future<Subscription> subscribe(Subscribe subscribe, Subscriber subscriber) {
        if (subscribe.filters().isEmpty() || subscribe.filters().size() > BrokerConfig.MAX_FILTERS) {
            return Future.failedFuture(Refusal.malformed("1 to " + BrokerConfig.MAX_FILTERS + " topic filters"));
        }
        Optional<Refusal> closed = health.closed();
        if (closed.isPresent()) {
            return Future.failedFuture(closed.get());
        }
        return way.ready(false)
                .compose(v -> streams.isFull()
                        ? Future.failedFuture(streams.full())
                        : history.start(subscribe.filters(), subscribe.from()))
                .<Subscription>map(start -> {
                    Session session = streams.open(subscribe, subscriber, start);
                    String word = status().health();
                    if (!word.equals(Health.OK)) {
                        session.tell(word);
                    }
                    return session;
                })
                .recover(LocalBroker::refused);
    }

    private boolean isLeaderless() {
        ReplicaStatus now = replica == null ? null : replica.status();
        return now != null && now.leader().isEmpty();
    }

    @Override
    public Future<List<TopicInfo>> topics(Optional<TopicFilter> filter, Freshness freshness) {
        return topics.matching(filter, freshness);
    }

    @Override
    public Future<TopicInfo> topic(TopicName name, Freshness freshness) {
        return topics.topic(name, freshness);
    }

    @Override
    public Future<ChangeAck> configure(TopicName name, TopicConfig topicConfig, Optional<String> idempotencyKey) {
        return topics.configure(name, topicConfig, idempotencyKey);
    }

    @Override
    public Future<ChangeAck> delete(TopicName name, Optional<String> idempotencyKey) {
        return topics.delete(name, idempotencyKey);
    }

    @Override
    public Future<ScheduledPage> scheduled(Optional<String> after, int limit, Freshness freshness) {
        return topics.scheduled(after, limit, freshness);
    }

    @Override
    public Future<ChangeAck> cancel(String cursor, Optional<String> idempotencyKey) {
        return topics.cancel(cursor, idempotencyKey);
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
                health.of(now),
                config.durable(),
                now.members().stream()
                        .map(member -> new NodeStatus.MemberStatus(
                                member.id(),
                                member.address(),
                                member.httpAddress(),
                                member.voter(),
                                member.matchIndex(),
                                member.reachable(),
                                member.version(),
                                member.featureLevel()))
                        .toList(),
                new NodeStatus.Figures(
                        fanout.published(),
                        streams.delivered(),
                        totals.topics(),
                        totals.messages(),
                        totals.bytes(),
                        totals.scheduled(),
                        streams.count(),
                        connections.count(),
                        sizes.databaseBytes(),
                        sizes.walBytes(),
                        startedAtMs),
                now.featureLevel());
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
        return members.add(id, address, voter);
    }

    @Override
    public Future<Void> removeMember(String id) {
        return members.remove(id);
    }

    @Override
    public Future<Void> transfer(String id) {
        return members.transfer(id);
    }

    @Override
    public Future<Backup> backup(Freshness freshness, BooleanSupplier unwanted) {
        return backups.make(freshness, unwanted);
    }

    /** The same in a directory of its operator, under a name of its own there, with whatever this node has. */
    public Future<Backup> backupIn(Path directory, BooleanSupplier unwanted) {
        return backups.makeIn(directory, Freshness.NONE, unwanted);
    }

    @Override
    public Future<Void> handOver(Optional<String> from) {
        return members.handOver(from);
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
                health.starting(),
                config.durable(),
                List.of(),
                new NodeStatus.Figures(0, 0, 0, 0, 0, 0, 0, connections.count(), 0, 0, startedAtMs));
    }

    @Override
    public Connection connected(String door, String peer) {
        return connections.open();
    }

    @Override
    public Inspection inspection() {
        return inspection;
    }

    Residents residents() {
        return residents;
    }

    @Override
    public Future<List<SubscriberInfo>> subscribers(int limit) {
        return replica == null ? Future.succeededFuture(List.of()) : streams.list(limit);
    }
}
