package io.skein.sim;

import io.skein.broker.Freshness;
import io.skein.broker.From;
import io.skein.broker.NodeStatus;
import io.skein.broker.Read;
import io.skein.cluster.ReplicaVerticle.Outlook;
import io.skein.metrics.Metrics;
import io.skein.node.Node;
import io.skein.node.NodeConfig;
import io.skein.node.Setting;
import io.skein.node.Settings;
import io.skein.node.World;
import io.skein.store.DataDirectory;
import io.skein.store.DiskTrouble;
import io.skein.store.StoreFailure;
import io.skein.topic.TopicFilter;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;

/**
 * One node of a simulated cluster: a whole one, with doors, store and peers, on one event loop of its own. It can be killed
 * and started again over the same data, and be held still. Its methods are called by one thread at a time, which is no event
 * loop.
 */
final class SimNode {
    /** What became of it. */
    enum State {
        RUNNING,
        /** Its loop stands still, as that of a process that got SIGSTOP. */
        PAUSED,
        KILLED,
        /** It found that it must not go on; a process would have ended with an exit code. */
        BROKEN
    }

    private static final long STOP_SECONDS = 20;
    private static final String DEFAULT_HTTP = "0";
    /** Passwords are as safe here as they need be. */
    private static final int FEW_ITERATIONS = 1_000;

    private final String id;
    private final Path directory;
    private final Map<String, String> flags;
    private final Map<String, String> environment;
    private final SimClock clock;
    private final RandomGenerator random;
    private final World.Pages pages;
    private final boolean console;
    private final DiskTrouble disk = new DiskTrouble();
    /** By which its monotonic clock is ahead of the machine's. */
    private volatile long impatienceNanos;

    private long electionNanos;
    private volatile State state = State.KILLED;
    private volatile Throwable broken;
    private volatile Node node;
    private Vertx vertx;
    private CountDownLatch held;

    /**
     * @param flags of its own, as on the command line, without the dashes
     * @param environment what counts where no flag does
     */
    SimNode(
            String id,
            Path directory,
            Map<String, String> flags,
            Map<String, String> environment,
            SimClock clock,
            RandomGenerator random,
            World.Pages pages,
            boolean console) {
        this.console = console;
        this.id = id;
        this.directory = directory;
        this.flags = new HashMap<>(flags);
        this.environment = environment;
        this.clock = clock;
        this.random = random;
        this.pages = pages;
    }

    String id() {
        return id;
    }

    State state() {
        return state;
    }

    /** Why it is {@link State#BROKEN}; null when it is not. */
    Throwable broken() {
        return broken;
    }

    DiskTrouble disk() {
        return disk;
    }

    /** Where it serves, or did. */
    URI url() {
        return URI.create("http://127.0.0.1:" + httpPort());
    }

    int httpPort() {
        return Integer.parseInt(flags.getOrDefault(Setting.HTTP_PORT.key(), DEFAULT_HTTP));
    }

    /** This node's word on itself; from any thread; empty when it does not run. */
    Optional<NodeStatus> status() {
        Node running = node;
        return running == null ? Optional.empty() : Optional.of(running.broker().status());
    }

    /** See {@link Node#look}; fails when it does not run. */
    Future<Outlook> look() {
        Node running = node;
        return running == null || state != State.RUNNING
                ? Future.failedFuture(new IllegalStateException(id + " does not run"))
                : running.look();
    }

    Future<Optional<String>> firstAdmin() {
        return node.firstAdmin();
    }

    /** Somebody has a connection open that stays: a stream, or a WebSocket. */
    boolean isFollowed() {
        Node running = node;
        if (running == null || state != State.RUNNING) {
            return false;
        }
        try {
            return !running.broker()
                    .inspection()
                    .connections(Optional.empty(), 1)
                    .await(1, TimeUnit.SECONDS)
                    .connections()
                    .isEmpty();
        } catch (Exception notYet) {
            return false;
        }
    }

    /** It has found its cluster, or knows since it ran last. */
    boolean isInCluster() {
        try {
            look().await(1, TimeUnit.SECONDS);
            return true;
        } catch (Exception notYet) {
            return false;
        }
    }

    /** Completes when it has all that was committed when it was asked: it and its leader hear each other. */
    Future<Void> caughtUp() {
        Node running = node;
        return running == null
                ? Future.failedFuture(new IllegalStateException(id + " does not run"))
                : running.broker()
                        .read(new Read(List.of(new TopicFilter("#")), From.LATEST, 1, 0, Freshness.LINEARIZABLE))
                        .mapEmpty();
    }

    /** Begins to start; completes when its doors are open. */
    Future<Void> start() {
        if (state == State.RUNNING || state == State.PAUSED) {
            return Future.succeededFuture();
        }
        NodeConfig config = NodeConfig.of(Settings.resolve(flags, environment, Optional.empty()), FEW_ITERATIONS);
        electionNanos = config.timing().electionTimeoutNanos();
        World world = new World(
                clock, () -> clock.now(impatienceNanos), random, Optional.of(disk), Optional.of(pages), 1, console);
        DataDirectory locked = DataDirectory.lock(directory);
        Vertx own = Vertx.vertx(options());
        vertx = own;
        state = State.RUNNING;
        broken = null;
        return Future.<Void>succeededFuture()
                .compose(v -> Node.start(
                        own,
                        config,
                        world,
                        Sim.version(),
                        locked,
                        Metrics.newRegistry(),
                        failure -> brokeDown(own, failure)))
                .<Void>map(started -> {
                    node = started;
                    // The next start is at the same place.
                    flags.put(Setting.HTTP_PORT.key(), String.valueOf(started.httpPort()));
                    return null;
                })
                .recover(failure -> didNotStart(own, locked, failure));
    }

    /** It can be started again. */
    private Future<Void> didNotStart(Vertx own, DataDirectory locked, Throwable failure) {
        if (own == vertx && state != State.BROKEN) {
            state = State.KILLED;
        }
        return own.close().transform(closed -> {
            try {
                locked.close();
            } catch (UncheckedIOException letGo) {
                // By a store that was open already.
                return Future.failedFuture(failure);
            }
            return Future.failedFuture(failure);
        });
    }

    static VertxOptions options() {
        return new VertxOptions()
                .setEventLoopPoolSize(1)
                // A loop that is held still is no news.
                .setBlockedThreadCheckInterval(TimeUnit.DAYS.toMillis(1))
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false));
    }

    private void brokeDown(Vertx own, StoreFailure failure) {
        if (own == vertx && state != State.KILLED) {
            broken = failure.cause();
            state = State.BROKEN;
            node = null;
            own.close().onFailure(ignored -> {});
        }
    }

    /**
     * Half of an election timeout passes at once, by this node's monotonic clock: where nobody leads, a few of these and it
     * campaigns. Not a whole one: a node of whose time so much is missing takes it that its process stood still.
     */
    void losePatience() {
        impatienceNanos += electionNanos / 2;
        look().onFailure(away -> {});
    }

    /** Without a word to anybody: nothing is handed over, no row more is written, its sockets close. */
    void kill() {
        try {
            end().await(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException slow) {
            throw new IllegalStateException(id + " did not end within " + STOP_SECONDS + " s", slow);
        }
    }

    /** Begins to be killed. */
    Future<Void> end() {
        resume();
        boolean isOpen = state == State.RUNNING;
        Node running = node;
        state = State.KILLED;
        node = null;
        if (!isOpen) {
            return Future.succeededFuture();
        }
        Vertx own = vertx;
        return (running == null ? Future.<Void>succeededFuture() : running.halt()).eventually(own::close);
    }

    /** Its event loop does nothing from here on; the kernel still takes connections in its name. */
    void pause() {
        if (state != State.RUNNING) {
            return;
        }
        CountDownLatch stands = new CountDownLatch(1);
        CountDownLatch goesOn = new CountDownLatch(1);
        vertx.runOnContext(v -> {
            stands.countDown();
            try {
                goesOn.await();
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
        });
        Hand.await(stands);
        held = goesOn;
        state = State.PAUSED;
    }

    void resume() {
        if (held != null) {
            held.countDown();
            held = null;
            if (state == State.PAUSED) {
                state = State.RUNNING;
            }
        }
    }
}
