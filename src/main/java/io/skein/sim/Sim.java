package io.skein.sim;

import io.skein.broker.NodeStatus;
import io.skein.client.ClientOptions;
import io.skein.client.SkeinClient;
import io.skein.node.Logging;
import io.skein.raft.Role;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

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
    private static final long START_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long WAIT_SECONDS = 60;
    /** A handler of a client that does not end within that ends never. */
    private static final long HANDLER_SECONDS = 5;

    private static final long FIRST_HASTE_NANOS = TimeUnit.MILLISECONDS.toNanos(4);
    private static final long SLOW_HASTE_NANOS = TimeUnit.MILLISECONDS.toNanos(60);
    private static final String AUTH = "auth";
    private static final String ADMIN_TOKEN = "admin-token";
    private static final String HERE = "127.0.0.1";
    /** Shown where nobody chose another: a simulated cluster is no secret. */
    public static final String USUAL_ADMIN_TOKEN = "simulated-admin-token";

    private final SimOptions options;
    private final Path directory;
    private final SimClock clock = new SimClock();
    private final Map<String, SimNode> nodes = new LinkedHashMap<>();
    private final Clients clients = new Clients();
    /** All that is done to the cluster is done here. */
    private final ScheduledExecutorService hand;

    private volatile Thread handThread;
    /** Null as long as there are no links. On the hand's thread. */
    private Network network;

    private final MovableClock movable = new Moving();
    /** Nodes beside each other would say much. */
    private final Runnable words = Logging.fewWords();

    private boolean isClosed;

    private Sim(SimOptions options) {
        this.options = options;
        ScheduledThreadPoolExecutor one = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "skein-sim");
            thread.setDaemon(true);
            handThread = thread;
            return thread;
        });
        one.setRemoveOnCancelPolicy(true);
        this.hand = one;
        try {
            this.directory = Files.createTempDirectory("skein-sim");
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static final class Network {
        final Vertx vertx = Vertx.vertx(SimNode.options());
        final Context context = vertx.getOrCreateContext();
        final Links links = new Links(context);
    }

    private Network network() {
        if (network == null) {
            network = new Network();
        }
        return network;
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
            sim.call(() -> {
                sim.open();
                return null;
            });
            return sim;
        } catch (RuntimeException | Error failed) {
            sim.close();
            throw failed;
        }
    }

    private void open() throws Exception {
        List<String> ids = new ArrayList<>();
        for (int i = 1; i <= options.nodes(); i++) {
            ids.add("n" + i);
        }
        Map<String, Integer> ports = options.nodes() == 1 ? Map.of() : freePorts(ids);
        int first = Math.floorMod(options.seed(), options.nodes());
        for (int i = 0; i < ids.size(); i++) {
            String id = ids.get(i);
            Map<String, String> flags = new HashMap<>(options.flags());
            flags.put("node-id", id);
            flags.put("data-dir", directory.resolve(id).toString());
            flags.put("http-port", String.valueOf(options.httpPort() == 0 ? 0 : options.httpPort() + i));
            if (isLocked() && !flags.containsKey(ADMIN_TOKEN)) {
                flags.put(ADMIN_TOKEN, adminToken().orElseThrow());
            }
            if (!ports.isEmpty()) {
                flags.put("raft-port", String.valueOf(ports.get(id)));
                flags.put("peers", peers(id, ports));
            }
            nodes.put(
                    id,
                    new SimNode(
                            id,
                            directory.resolve(id),
                            flags,
                            options.environment(),
                            clock,
                            new Draws(options.seed(), i, i == first),
                            new SimRoutes(this, id),
                            options.console()));
        }
        startAll();
        if (options.nodes() > 1) {
            until("the nodes found each other", () -> nodes.values().stream().allMatch(SimNode::isInCluster));
            elect(nodes.get(ids.get(first)));
        }
        untilWhole();
        if (isLocked()) {
            nodes.get(ids.get(0)).firstAdmin().await(WAIT_SECONDS, TimeUnit.SECONDS);
        }
    }

    /**
     * Nobody led before, so nobody need be waited for: the time that a node would wait passes quickly for the one that the seed
     * wants. Again and again, ever more slowly, as its questions are lost until it has its connections.
     */
    private void elect(SimNode chosen) {
        long[] pace = {FIRST_HASTE_NANOS, System.nanoTime()};
        until("somebody leads", () -> {
            if (leading().isEmpty() && System.nanoTime() - pace[1] >= 0) {
                chosen.losePatience();
                pace[1] = System.nanoTime() + pace[0];
                pace[0] = Math.min(pace[0] + pace[0] / 4, SLOW_HASTE_NANOS);
            }
            return leading().isPresent();
        });
    }

    /** Sockets of which nobody had the ports a moment ago. */
    private static Map<String, Integer> freePorts(List<String> ids) throws IOException {
        Map<String, Integer> ports = new HashMap<>();
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (String id : ids) {
                ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(HERE));
                sockets.add(socket);
                ports.put(id, socket.getLocalPort());
            }
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
        return ports;
    }

    /** Each finds itself where it is, and the others behind a link. */
    private String peers(String id, Map<String, Integer> ports) throws Exception {
        List<String> peers = new ArrayList<>();
        for (Map.Entry<String, Integer> other : ports.entrySet()) {
            int port = other.getKey().equals(id)
                    ? other.getValue()
                    : network().links.open(id, other.getKey(), other.getValue()).await(WAIT_SECONDS, TimeUnit.SECONDS);
            peers.add(other.getKey() + "=" + HERE + ":" + port);
        }
        return String.join(",", peers);
    }

    // What it is.

    /** Of the first node that runs, for example {@code http://127.0.0.1:41273}. */
    public URI url() {
        return urls().stream().findFirst().orElseThrow(() -> new IllegalStateException("no node runs"));
    }

    /** Of all nodes that run. */
    public List<URI> urls() {
        return nodes.values().stream()
                .filter(node -> node.state() == SimNode.State.RUNNING || node.state() == SimNode.State.PAUSED)
                .map(SimNode::url)
                .toList();
    }

    /** @param node for example {@code n2}, whether it runs or not */
    public URI url(String node) {
        return node(node).url();
    }

    /** All, in order, whether they run or not. */
    public List<String> nodes() {
        return List.copyOf(nodes.keySet());
    }

    public MovableClock clock() {
        return movable;
    }

    /** Waits for one. @throws IllegalStateException when nobody leads, within a minute */
    public String leader() {
        return call(() -> {
            until("somebody leads", () -> leading().isPresent());
            return leading().orElseThrow();
        });
    }

    /** Empty when nobody leads right now. */
    Optional<String> leading() {
        Optional<NodeStatus> newest = Optional.empty();
        for (SimNode node : nodes.values()) {
            Optional<NodeStatus> status = node.state() == SimNode.State.RUNNING ? node.status() : Optional.empty();
            if (status.filter(one -> one.role() == Role.LEADER).isPresent()
                    && (newest.isEmpty() || newest.get().term() < status.get().term())) {
                newest = status;
            }
        }
        return newest.map(NodeStatus::node);
    }

    private boolean isLocked() {
        String said =
                options.settings().getOrDefault(AUTH, options.environment().getOrDefault("SKEIN_AUTH", "false"));
        return said.equals("true") || said.isEmpty();
    }

    /** What the admin of a cluster with {@code auth} shows; empty for one that asks nobody. */
    public Optional<String> adminToken() {
        return isLocked()
                ? Optional.of(options.settings()
                        .getOrDefault(
                                ADMIN_TOKEN,
                                options.environment().getOrDefault("SKEIN_ADMIN_TOKEN", USUAL_ADMIN_TOKEN)))
                : Optional.empty();
    }

    /** A connected client of all nodes, an admin where the cluster asks; closed with the cluster. Each has a thread of its own. */
    public SkeinClient client() {
        return call(() -> {
            List<URI> servers = nodes.values().stream()
                    .map(node -> URI.create("ws://" + HERE + ":" + node.httpPort()))
                    .toList();
            ClientOptions as = ClientOptions.of(servers);
            return clients.connect(adminToken().map(as::withToken).orElse(as)).await(WAIT_SECONDS, TimeUnit.SECONDS);
        });
    }

    // What is done to it.

    /** Ends a node as {@code kill -9} would, as far as that is possible within a process. */
    public void kill(String node) {
        run(() -> node(node).kill());
    }

    /** Starts one that was killed, over the data that it had; returns when it serves again, or its cluster cannot. */
    public void start(String node) {
        run(() -> {
            opened(List.of(node(node)));
            untilServed(node(node));
        });
    }

    /** It does nothing any more, as a process that was stopped or swaps; clients still connect, and wait. */
    public void pause(String node) {
        run(() -> node(node).pause());
    }

    public void resume(String node) {
        run(() -> node(node).resume());
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
        run(() -> {
            node(node);
            for (String other : nodes.keySet()) {
                if (!other.equals(node)) {
                    onNetwork(links -> links.cut(new Links.Direction(node, other), true));
                    onNetwork(links -> links.cut(new Links.Direction(other, node), true));
                }
            }
        });
    }

    /** What {@code from} says to {@code to} takes so much longer. */
    public void delay(String from, String to, Duration by) {
        link(from, to, Optional.empty(), OptionalLong.of(by.toMillis()));
    }

    /** @param from and to: {@code *} for all */
    void link(String from, String to, Optional<Boolean> cut, OptionalLong delayMs) {
        run(() -> {
            for (String one : named(from)) {
                for (String other : named(to)) {
                    if (!one.equals(other)) {
                        Links.Direction direction = new Links.Direction(one, other);
                        cut.ifPresent(isCut -> onNetwork(links -> links.cut(direction, isCut)));
                        delayMs.ifPresent(ms -> onNetwork(links -> links.delay(direction, ms)));
                    }
                }
            }
        });
    }

    private List<String> named(String node) {
        return node.equals("*") ? nodes() : List.of(node(node).id());
    }

    /** Each commit of this node takes so much longer; zero ends it. */
    public void slowDisk(String node, Duration by) {
        run(() -> node(node).disk().slow(by.toMillis()));
    }

    /** Its disk takes no more, or takes some again. */
    public void fullDisk(String node, boolean isFull) {
        run(() -> node(node).disk().full(isFull));
    }

    /** Ends every fault: links, disks, pauses; starts what was killed. Returns when the whole cluster serves again. */
    public void heal() {
        run(() -> {
            onNetwork(Links::heal);
            for (SimNode node : nodes.values()) {
                node.disk().slow(0);
                node.disk().full(false);
                node.resume();
            }
            startAll();
            untilWhole();
        });
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
        return call(() -> {
            long due = new Advance(clock, nodes.values())
                    .outlook()
                    .map(seen -> seen.nextDueMs())
                    .orElse(Long.MAX_VALUE);
            return new SimReport(
                    options.seed(),
                    clock.millis(),
                    clock.aheadMs(),
                    leading(),
                    due == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(due),
                    SimReport.of(nodes.values()),
                    askNetwork(Links::cuts, Set.of()),
                    askNetwork(Links::delays, Map.of()));
        });
    }

    private boolean isWhole() {
        String leader = leading().orElse("");
        return !leader.isEmpty() && nodes.values().stream().allMatch(node -> serves(node, leader));
    }

    private void startAll() throws TimeoutException {
        opened(nodes.values().stream()
                .filter(node -> node.state() == SimNode.State.KILLED || node.state() == SimNode.State.BROKEN)
                .toList());
    }

    private void opened(List<SimNode> down) throws TimeoutException {
        for (SimNode node : down) {
            onNetwork(links -> links.await(node.id(), true));
        }
        try {
            List<Future<Void>> starts = new ArrayList<>();
            for (SimNode node : down) {
                starts.add(node.start());
            }
            Future.all(starts).await(WAIT_SECONDS, TimeUnit.SECONDS);
        } finally {
            for (SimNode node : down) {
                onNetwork(links -> links.await(node.id(), false));
            }
        }
    }

    private void untilWhole() throws TimeoutException {
        until("the cluster serves", this::isWhole);
        if (nodes.size() > 1) {
            // Whoever follows may not have its own connection to the leader yet, by which it hands on what it is given.
            Future.join(nodes.values().stream().map(SimNode::caughtUp).toList())
                    .otherwiseEmpty()
                    .await(WAIT_SECONDS, TimeUnit.SECONDS);
        }
    }

    private static boolean serves(SimNode node, String leader) {
        return node.status()
                .filter(status ->
                        status.health().equals("ok") && status.leader().equals(leader))
                .isPresent();
    }

    /** Not for a node whose cluster has no majority now, or that is cut off from it. */
    private void untilServed(SimNode node) {
        long running = nodes.values().stream()
                .filter(one -> one.state() == SimNode.State.RUNNING)
                .count();
        if (running > nodes.size() / 2 && askNetwork(Links::cuts, Set.of()).isEmpty()) {
            until(
                    node.id() + " serves",
                    () -> leading().filter(leader -> serves(node, leader)).isPresent());
        }
    }

    // How.

    private SimNode node(String id) {
        SimNode node = nodes.get(id);
        if (node == null) {
            throw new NoSuchElementException("there is no node " + id + ", but " + nodes.keySet());
        }
        return node;
    }

    Collection<SimNode> all() {
        return nodes.values();
    }

    /** Something that is done to the cluster. */
    interface Deed {
        void run() throws Exception;
    }

    private void run(Deed deed) {
        call(() -> {
            deed.run();
            return null;
        });
    }

    /** Does it when nothing else is being done, and waits for it. */
    <T> T call(Callable<T> deed) {
        try {
            if (Thread.currentThread() == handThread) {
                return deed.call();
            }
            return hand.submit(deed).get();
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", ended);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException problem) {
                throw problem;
            }
            throw new IllegalStateException(failed.getCause().getMessage(), failed.getCause());
        } catch (RuntimeException problem) {
            throw problem;
        } catch (Exception failed) {
            throw new IllegalStateException(failed.getMessage(), failed);
        }
    }

    ScheduledExecutorService hand() {
        return hand;
    }

    private void onNetwork(Consumer<Links> task) {
        askNetwork(
                links -> {
                    task.accept(links);
                    return true;
                },
                true);
    }

    /** @param alone of a node that has nobody to speak with */
    private <T> T askNetwork(Function<Links, T> question, T alone) {
        if (network == null) {
            return alone;
        }
        Network asked = network;
        return await(Future.future(done -> asked.context.runOnContext(v -> {
            try {
                done.complete(question.apply(asked.links));
            } catch (RuntimeException failed) {
                done.fail(failed);
            }
        })));
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.await(WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            throw new IllegalStateException("no end within " + WAIT_SECONDS + " s", late);
        }
    }

    static void await(CountDownLatch latch) {
        try {
            if (!latch.await(WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("no end within " + WAIT_SECONDS + " s");
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", ended);
        }
    }

    private void until(String what, BooleanSupplier isSo) {
        long end = System.nanoTime() + START_NANOS;
        while (!isSo.getAsBoolean()) {
            nodes.values().stream().filter(node -> node.broken() != null).forEach(node -> {
                throw new IllegalStateException(node.id() + " broke down", node.broken());
            });
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException(
                        "not within " + TimeUnit.NANOSECONDS.toSeconds(START_NANOS) + " s: " + what);
            }
            LockSupport.parkNanos(300_000);
        }
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
            return call(() -> moved(clock.reachable(later(by))));
        }

        @Override
        public Moved moveTo(Instant time) {
            return call(() -> {
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
            Advance.Result result = new Advance(clock, nodes.values()).to(to);
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
            clientsEnd = call(() -> {
                Future<Void> begun = clients.close();
                List<Future<Void>> ends = new ArrayList<>();
                nodes.values().forEach(node -> ends.add(node.end()));
                if (network != null) {
                    ends.add(network.vertx.close());
                }
                Future.join(ends).await(WAIT_SECONDS, TimeUnit.SECONDS);
                return begun;
            });
        } finally {
            hand.shutdownNow();
            words.run();
            remove(directory);
        }
        try {
            clientsEnd.await(HANDLER_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException standsStill) {
            throw new IllegalStateException(
                    "a handler of a client stands still: the cluster has ended, its thread has not", standsStill);
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
