package io.skein.broker;

import io.skein.account.AccountMachine;
import io.skein.cluster.AppliedListener;
import io.skein.cluster.Arrival;
import io.skein.cluster.Build;
import io.skein.cluster.ClusterListener;
import io.skein.cluster.PeerConfig;
import io.skein.cluster.PeerListener;
import io.skein.cluster.Peers;
import io.skein.cluster.Proposer;
import io.skein.cluster.ReplicaStatus;
import io.skein.cluster.ReplicaStatus.Standing;
import io.skein.cluster.ReplicaVerticle;
import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.machine.Delivery;
import io.skein.machine.Lineage;
import io.skein.machine.Outcome;
import io.skein.mailbox.MailChange;
import io.skein.mailbox.MailMachine;
import io.skein.raft.NodeId;
import io.skein.raft.RaftTiming;
import io.skein.replica.CommandBytes;
import io.skein.replica.Image;
import io.skein.replica.Replica;
import io.skein.replica.ReplicaConfig;
import io.skein.store.DataDirectory;
import io.skein.store.Reader;
import io.skein.store.SnapshotFile;
import io.skein.store.Store;
import io.skein.store.StoreConfig;
import io.skein.store.StoreListener;
import io.skein.store.StoredMessage;
import io.skein.store.Tail;
import io.skein.subscription.SubscriptionMachine;
import io.skein.topic.Format;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicChange;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicMachine;
import io.skein.topic.TopicName;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.awaitility.Awaitility;

/**
 * The broker with all that is below it and nothing above: a real replica over a real store, with a tail and a patience of
 * the test's choosing.
 */
public final class Hall implements AutoCloseable {
    private static final NodeId NODE = new NodeId("n1");
    private static final long LONG = 30;

    public final Vertx vertx = Vertx.vertx();
    public final LocalBroker broker;
    final Allowances allowances = Allowances.ofHeap();
    final Proposer proposer = new Proposer(vertx);
    final TopicMachine topics = new TopicMachine();
    final SubscriptionMachine subscriptions = new SubscriptionMachine(topics);
    final AccountMachine accounts = new AccountMachine();
    final MailMachine mails = new MailMachine(accounts);
    final ReplicaVerticle replica;
    private final Path directory;
    private final StoreConfig config;
    private final AtomicReference<Throwable> broken = new AtomicReference<>();
    private final String deployment;
    private boolean isStopped;
    private volatile Store store;
    private volatile Lineage lineage;
    private volatile Thread replicaThread;
    /** On the replica's context, with each turn: its answers are on their way, and the broker does not know so yet. */
    volatile Runnable afterAnswers = () -> {};

    /** @param tailBytes 0: what rows hold is read from rows */
    public Hall(Path directory, long tailBytes, long catchUpWaitMs) throws TimeoutException {
        this(directory, tailBytes, catchUpWaitMs, BrokerConfig.MAX_STREAMS);
    }

    Hall(Path directory, long tailBytes, long catchUpWaitMs, int maxStreams) throws TimeoutException {
        this.directory = directory;
        StoreConfig usual = StoreConfig.at(directory);
        config = new StoreConfig(
                directory,
                StoreConfig.Durability.RELAXED,
                usual.pageBytes(),
                usual.walBytes(),
                usual.walLimitBytes(),
                tailBytes,
                usual.readers(),
                usual.waitingReads(),
                0,
                0);
        broker = new LocalBroker(
                vertx,
                new BrokerConfig(
                        NODE.value(),
                        () -> "",
                        "",
                        1 << 20,
                        true,
                        "memory",
                        catchUpWaitMs,
                        0,
                        10_000,
                        maxStreams,
                        BrokerConfig.MAX_CONNECTIONS,
                        allowances,
                        false),
                proposer);
        replica = new ReplicaVerticle(
                new Opening(),
                proposer,
                new Late(),
                ClusterListener.NONE,
                PeerListener.NONE,
                ReplicaVerticle.Clock.SYSTEM,
                60_000,
                failure -> broken.set(failure.cause()));
        deployment = await(vertx.deployVerticle(replica));
        Awaitility.await().until(() -> broker.status().health().equals("ok"));
    }

    /** The broker, as the replica sees it. */
    private final class Late implements AppliedListener {
        private final AppliedListener told = broker.applied();

        @Override
        public void decided(long time) {
            told.decided(time);
        }

        @Override
        public void applied(long index, long time, List<StoredMessage> messages) {
            afterAnswers.run();
            told.applied(index, time, messages);
        }

        @Override
        public void caughtUp() {
            told.caughtUp();
        }

        @Override
        public void moved(ReplicaStatus now) {
            told.moved(now);
        }

        @Override
        public void left() {
            told.left();
        }
    }

    private final class Opening implements io.skein.cluster.Opening {
        @Override
        public Future<Store> store() {
            replicaThread = Thread.currentThread();
            return Store.open(vertx, config, NODE, StoreListener.NONE);
        }

        @Override
        public Future<Image> image(Store opened, Peers peers, String address, Consumer<Standing> told) {
            return Arrival.of(
                    vertx,
                    opened,
                    peers,
                    new Arrival.Plan(NODE, address, Map.of(), false, Build.ofThis("test")),
                    opened.image(),
                    told);
        }

        @Override
        public Replica replica(Store opened, Image start) {
            store = opened;
            return new Replica(
                    NODE,
                    opened.incarnation(),
                    start,
                    List.of(topics, subscriptions, accounts, mails),
                    ReplicaConfig.DEFAULT,
                    RaftTiming.DEFAULT,
                    new Random(1));
        }

        @Override
        public void entered(Store opened, Lineage logLineage) {
            lineage = logLineage;
            broker.attach(opened, replica, topics, subscriptions, accounts, mails, logLineage);
        }

        @Override
        public CommandBytes commandBytes() {
            return new CommandBytes(List.of(topics, subscriptions, accounts, mails));
        }

        @Override
        public Future<Void> install(DataDirectory closed, SnapshotFile snapshot) {
            return Future.failedFuture("nobody sends a snapshot here");
        }

        @Override
        public boolean mayReturn() {
            return false;
        }

        @Override
        public boolean mayJoin() {
            return false;
        }

        @Override
        public Path incoming() {
            return directory.resolve("incoming");
        }

        @Override
        public PeerConfig peers() {
            return PeerConfig.of(NODE, "127.0.0.1", 0, 60_000);
        }

        @Override
        public String httpAddress() {
            return "";
        }

        @Override
        public String advertise() {
            return "127.0.0.1";
        }

        @Override
        public List<StoredMessage> append(Tail tail, Delivery delivery) {
            if (delivery instanceof MailChange mail) {
                broker.happened(mail);
                return List.of();
            }
            return tail.append(lineage, (TopicChange.Appended) delivery);
        }

        @Override
        public Future<Command> dueBody(Reader reader, Cursor place) {
            return DueBodies.read(reader, subscriptions, place);
        }

        @Override
        public Outcome outcome(byte[] row) {
            return MailMachine.isOutcome(row) ? mails.decode(row) : subscriptions.decode(row);
        }
    }

    public static <T> T await(Future<T> future) throws TimeoutException {
        return future.await(LONG, TimeUnit.SECONDS);
    }

    Lineage lineage() {
        return lineage;
    }

    Store store() {
        return store;
    }

    Thread replicaThread() {
        return replicaThread;
    }

    /** Asks on the replica's context, after everything that was asked before. */
    <T> T ask(Supplier<T> question) throws TimeoutException {
        return await(proposer.ask(question));
    }

    /** As a door does it: on an event loop. */
    public <T> Future<T> onLoop(Supplier<Future<T>> action) {
        return onLoopOf(vertx.getOrCreateContext(), action);
    }

    <T> Future<T> onLoopOf(Context loop, Supplier<Future<T>> action) {
        Promise<T> done = Promise.promise();
        loop.runOnContext(v -> action.get().onComplete(done));
        return done.future();
    }

    static Publication message(String topic, String body) {
        return Publication.of(
                new TopicName(topic),
                new Message("", List.of(), Format.RAW, "", body.getBytes(StandardCharsets.UTF_8)));
    }

    Future<PublishAck> publishing(String topic, int count, String body) {
        List<Publication> messages = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            messages.add(message(topic, body));
        }
        return broker.publish(new Publish(messages, false, Optional.empty(), "test", "", Optional.empty()));
    }

    public void publish(String topic, int count) throws TimeoutException {
        await(publishing(topic, count, "x"));
    }

    void keep(String topic, long messages, long ageMs) throws TimeoutException {
        await(broker.configure(
                new TopicName(topic),
                new TopicConfig(ageMs, 0, messages, TopicConfig.OnFull.DROP_OLDEST, Optional.empty(), 0),
                Optional.empty()));
    }

    Page read(From from, String... filters) throws TimeoutException {
        return await(onLoop(() ->
                broker.read(new Read(filters(filters), from, BrokerConfig.MAX_LIMIT, 0, Freshness.LINEARIZABLE))));
    }

    static List<TopicFilter> filters(String... filters) {
        return List.of(filters).stream().map(TopicFilter::new).toList();
    }

    /** Rows are up to date; with a tail of 0 bytes nothing is read from anywhere else. */
    void settle() throws TimeoutException {
        await(broker.scheduled(Optional.empty(), 1, Freshness.LINEARIZABLE));
    }

    /** Chunks of messages in rows; what was trimmed leaves when the writer has time, but for the one that went last. */
    long chunks() throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:sqlite:" + directory.resolve("gen-1").resolve("skein.db"));
                ResultSet row = connection.createStatement().executeQuery("SELECT count(*) FROM chunk")) {
            row.next();
            return row.getLong(1);
        }
    }

    /** An event loop that is not the replica's nor the one where this thread's own answers come. */
    Context loopApart() throws TimeoutException {
        Thread own = threadOf(vertx.getOrCreateContext());
        while (true) {
            Promise<Context> created = Promise.promise();
            Thread maker = new Thread(() -> created.complete(vertx.getOrCreateContext()));
            maker.start();
            Context context = await(created.future());
            Thread thread = threadOf(context);
            if (thread != own && thread != replicaThread) {
                return context;
            }
        }
    }

    private static Thread threadOf(Context context) throws TimeoutException {
        Promise<Thread> thread = Promise.promise();
        context.runOnContext(v -> thread.complete(Thread.currentThread()));
        return await(thread.future());
    }

    /** Does something on a loop and then holds it still until it is let go. */
    static CountDownLatch hold(Context loop, Runnable first) throws InterruptedException {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch letGo = new CountDownLatch(1);
        loop.runOnContext(v -> {
            first.run();
            held.countDown();
            awaitLatch(letGo);
        });
        awaitLatch(held);
        return letGo;
    }

    /** Holds the writer still: what is written now becomes durable later. */
    CountDownLatch holdWriter() {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch letGo = new CountDownLatch(1);
        vertx.createSharedWorkerExecutor("skein-writer-" + NODE, 1)
                .executeBlocking(() -> {
                    held.countDown();
                    awaitLatch(letGo);
                    return null;
                })
                .onFailure(failure -> broken.set(failure));
        awaitLatch(held);
        return letGo;
    }

    static void awaitLatch(CountDownLatch latch) {
        try {
            if (!latch.await(LONG, TimeUnit.SECONDS)) {
                throw new AssertionError("nobody let go");
            }
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    /** The broker stays, with nothing below it. */
    void stopReplica() throws TimeoutException {
        await(vertx.undeploy(deployment));
        isStopped = true;
    }

    @Override
    public void close() throws TimeoutException {
        if (!isStopped) {
            stopReplica();
        }
        await(vertx.close());
        if (broken.get() != null) {
            throw new AssertionError("the node broke", broken.get());
        }
    }
}
