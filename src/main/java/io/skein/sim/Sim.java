package io.skein.sim;

import io.skein.client.ClientOptions;
import io.skein.client.SkeinClient;
import io.skein.node.Logging;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A cluster in this process, for tests of programs that use one: real nodes with real doors, a clock that one can move
 * ({@link #clock}) and faults on command. Its data lies in a temporary directory and is gone when it is closed.
 *
 * <pre>{@code
 * try (Sim sim = Sim.start(SimOptions.of(3, 42))) {
 *     URI node = sim.url();
 *     sim.clock().advance(Duration.ofDays(3));
 *     sim.kill(sim.leader());
 * }
 * }</pre>
 *
 * <p>What is done here is done when the method returns, one thing after the other, from whatever threads it is asked. Nodes
 * are called {@code n1} and on; a name that is none is an {@link NoSuchElementException}.
 *
 * <p>What is repeatable: see {@link SimOptions#seed}. The nodes run on threads of the machine, so which of two messages
 * that are published at one time comes first is not.
 */
public final class Sim implements AutoCloseable {
    /** A handler of a client that does not end within that ends never. */
    private static final long HANDLER_SECONDS = 5;

    /** Shown where nobody chose another: a simulated cluster is no secret. */
    public static final String USUAL_ADMIN_TOKEN = "simulated-admin-token";

    private final SimOptions options;
    private final Path directory;
    private final SimClock clock = new SimClock();
    private final Hand hand = new Hand();
    private final Network network = new Network();
    private final Clients clients = new Clients();
    private final MovableClock movable = new Moving();
    /** Nodes beside each other would say much. */
    private final Runnable words = Logging.fewWords();

    private final SimCluster cluster;
    private final Faults faults;
    private boolean isClosed;

    private Sim(SimOptions options) {
        this.options = options;
        try {
            this.directory = Files.createTempDirectory("skein-sim");
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        this.cluster = new SimCluster(options, directory, clock, network, node -> new SimRoutes(this, node));
        this.faults = new Faults(cluster, network);
    }

    static String version() {
        String version = Sim.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** @param seed see {@link SimOptions#seed} */
    public static Sim start(int nodes, long seed) {
        return start(SimOptions.of(nodes, seed));
    }

    /**
     * Returns when all nodes serve and one leads.
     *
     * @throws IllegalStateException when they do not within a minute
     * @throws io.skein.node.ConfigurationProblem for a setting that no node takes
     */
    public static Sim start(SimOptions options) {
        Primer.begin();
        Sim sim = new Sim(options);
        try {
            sim.hand.run(sim.cluster::begin);
            return sim;
        } catch (RuntimeException | Error failed) {
            sim.close();
            throw failed;
        }
    }

    // What it is.

    /** Of the first node that runs, for example {@code http://127.0.0.1:41273}. */
    public URI url() {
        return urls().stream().findFirst().orElseThrow(() -> new IllegalStateException("no node runs"));
    }

    /** Of all nodes that run. */
    public List<URI> urls() {
        return cluster.urls();
    }

    /** @param node for example {@code n2}, whether it runs or not */
    public URI url(String node) {
        return cluster.node(node).url();
    }

    /** All, in order, whether they run or not. */
    public List<String> nodes() {
        return cluster.ids();
    }

    public MovableClock clock() {
        return movable;
    }

    /** Waits for one. @throws IllegalStateException when nobody leads, within a minute */
    public String leader() {
        return hand.call(cluster::leader);
    }

    /** What the admin of a cluster with {@code auth} shows; empty for one that asks nobody. */
    public Optional<String> adminToken() {
        return options.adminToken();
    }

    /** A connected client of all nodes, an admin where the cluster asks; closed with the cluster. Each has a thread of its own. */
    public SkeinClient client() {
        return hand.call(() -> {
            List<URI> servers = cluster.nodes().stream()
                    .map(node -> URI.create("ws://127.0.0.1:" + node.httpPort()))
                    .toList();
            ClientOptions as = ClientOptions.of(servers);
            return Hand.await(clients.connect(adminToken().map(as::withToken).orElse(as)));
        });
    }

    // What is done to it.

    /** Ends a node as {@code kill -9} would, as far as that is possible within a process. */
    public void kill(String node) {
        hand.run(() -> faults.kill(node));
    }

    /** Starts one that was killed, over the data that it had; returns when it serves again, or its cluster cannot. */
    public void start(String node) {
        hand.run(() -> faults.start(node));
    }

    /** It does nothing any more, as a process that was stopped or swaps; clients still connect, and wait. */
    public void pause(String node) {
        hand.run(() -> faults.pause(node));
    }

    public void resume(String node) {
        hand.run(() -> faults.resume(node));
    }

    /** Nothing that {@code from} says reaches {@code to}; the other way it does. Of links {@code *} is all nodes. */
    public void cut(String from, String to) {
        link(from, to, Optional.of(true), OptionalLong.empty());
    }

    /** What {@code from} says reaches {@code to} again; connections that stood there are made anew. */
    public void uncut(String from, String to) {
        link(from, to, Optional.of(false), OptionalLong.empty());
    }

    /** Nothing passes between this node and any other one. */
    public void isolate(String node) {
        hand.run(() -> faults.isolate(node));
    }

    /** What {@code from} says to {@code to} takes so much longer. */
    public void delay(String from, String to, Duration by) {
        link(from, to, Optional.empty(), OptionalLong.of(by.toMillis()));
    }

    void link(String from, String to, Optional<Boolean> cut, OptionalLong delayMs) {
        hand.run(() -> faults.link(from, to, cut, delayMs));
    }

    /** Each commit of this node takes so much longer; zero ends it. */
    public void slowDisk(String node, Duration by) {
        hand.run(() -> faults.slowDisk(node, by.toMillis()));
    }

    /** Its disk takes no more, or takes some again. */
    public void fullDisk(String node, boolean isFull) {
        hand.run(() -> faults.fullDisk(node, isFull));
    }

    /** Ends every fault: links, disks, pauses; starts what was killed. Returns when the whole cluster serves again. */
    public void heal() {
        hand.run(faults::heal);
    }

    /**
     * Lets things go wrong by themselves from here on, one after the other: kills, pauses, cuts, delays, troubles of disks. What,
     * where, when and for how long is decided by the seed.
     *
     * @param said each of them as a sentence
     */
    public void faults(Consumer<String> said) {
        new FaultRun(this, new FaultPlan(options.seed(), options.nodes()), hand, said).next();
    }

    /** As {@code GET /v1/sim} says it. */
    SimReport report() {
        return hand.call(() -> {
            long due = new Advance(clock, cluster.nodes())
                    .outlook()
                    .map(seen -> seen.nextDueMs())
                    .orElse(Long.MAX_VALUE);
            return new SimReport(
                    options.seed(),
                    clock.millis(),
                    clock.aheadMs(),
                    cluster.leading(),
                    due == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(due),
                    SimReport.of(cluster.nodes()),
                    network.cuts(),
                    network.delays());
        });
    }

    /** No other runs beside this one. */
    boolean isLast(String node) {
        return cluster.nodes().stream()
                .noneMatch(other -> !other.id().equals(node) && other.state() == SimNode.State.RUNNING);
    }

    Hand hand() {
        return hand;
    }

    private final class Moving implements MovableClock {
        @Override
        public Instant now() {
            return Instant.ofEpochMilli(clock.millis());
        }

        @Override
        public Moved advance(Duration by) {
            if (by.isNegative()) {
                throw new IllegalArgumentException("the log's time never goes back");
            }
            return hand.call(() -> moved(clock.reachable(later(by))));
        }

        @Override
        public Moved moveTo(Instant time) {
            return hand.call(() -> {
                if (time.isBefore(now())) {
                    throw new IllegalArgumentException(
                            "it is " + now() + " already, and the log's time never goes back");
                }
                return moved(clock.reachable(time));
            });
        }

        private Instant later(Duration by) {
            try {
                return now().plus(by);
            } catch (DateTimeException | ArithmeticException tooFar) {
                return Instant.MAX;
            }
        }

        private Moved moved(long to) {
            Advance.Result result = new Advance(clock, cluster.nodes()).to(to);
            return new Moved(now(), result.steps(), result.isDone());
        }
    }

    /**
     * Ends everything and removes its data.
     *
     * @throws IllegalStateException in a handler of one of its clients, which would wait for itself; and when a handler of one
     *     stands still: everything else has ended then, and the data is gone
     */
    @Override
    public void close() {
        if (clients.isHandler()) {
            throw new IllegalStateException(
                    "a handler of a client cannot wait for its own end: close the cluster on another thread");
        }
        end();
    }

    private synchronized void end() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        Future<Void> clientsEnd;
        try {
            clientsEnd = hand.call(() -> {
                Future<Void> begun = clients.close();
                Hand.await(Future.join(cluster.end(), network.close()));
                return begun;
            });
        } finally {
            hand.close();
            words.run();
            remove(directory);
        }
        if (!hasEnded(clientsEnd)) {
            throw new IllegalStateException(
                    "a handler of a client stands still: the cluster has ended, its thread has not");
        }
    }

    /** Waits on any thread: a future of Vert.x would not on one of Vert.x's. */
    private static boolean hasEnded(Future<Void> clients) {
        CountDownLatch ended = new CountDownLatch(1);
        clients.onComplete(done -> ended.countDown());
        try {
            return ended.await(HANDLER_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static void remove(Path directory) {
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes about) throws IOException {
                    Files.deleteIfExists(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, IOException failed) throws IOException {
                    Files.deleteIfExists(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException inUse) {
            // It lies below the machine's temporary directory, which is cleared by others too.
            directory.toFile().deleteOnExit();
        }
    }
}
