package io.skein.sim;

import io.skein.broker.NodeStatus;
import io.skein.raft.Role;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * The nodes of a simulated cluster, and the waiting for them: they start together, find each other, and the one that the seed
 * wants leads first. What starts or waits is done by one thread at a time, which is no event loop; what asks, by any.
 */
final class SimCluster {
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long LOOK_NANOS = 300_000;
    private static final long FIRST_HASTE_NANOS = TimeUnit.MILLISECONDS.toNanos(4);
    private static final long SLOW_HASTE_NANOS = TimeUnit.MILLISECONDS.toNanos(60);
    private static final String HERE = "127.0.0.1";

    private final SimOptions options;
    private final Path directory;
    private final SimClock clock;
    private final Network network;
    private final Function<String, SimRoutes> pages;
    /** None before it begins; the same from then on. */
    private final Map<String, SimNode> nodes = new LinkedHashMap<>();

    /**
     * @param directory for the data of its nodes
     * @param network through which they speak
     * @param pages what else each of them serves
     */
    SimCluster(SimOptions options, Path directory, SimClock clock, Network network, Function<String, SimRoutes> pages) {
        this.options = options;
        this.directory = directory;
        this.clock = clock;
        this.network = network;
        this.pages = pages;
    }

    /** Makes and starts all; returns when they serve, and the admin of a cluster with {@code auth} is known. Once. */
    void begin() throws IOException {
        List<String> ids = new ArrayList<>();
        for (int i = 1; i <= options.nodes(); i++) {
            ids.add("n" + i);
        }
        Map<String, Integer> ports = ids.size() == 1 ? Map.of() : freePorts(ids);
        int first = Math.floorMod(options.seed(), ids.size());
        for (int i = 0; i < ids.size(); i++) {
            String id = ids.get(i);
            Draws draws = new Draws(options.seed(), i, i == first);
            nodes.put(
                    id,
                    new SimNode(
                            id,
                            directory.resolve(id),
                            flags(i, id, ports),
                            options.environment(),
                            clock,
                            draws,
                            pages.apply(id),
                            options.console()));
        }
        start(nodes.values());
        if (ids.size() > 1) {
            until("the nodes found each other", () -> nodes.values().stream().allMatch(SimNode::isInCluster));
            elect(nodes.get(ids.get(first)));
        }
        untilWhole();
        if (options.adminToken().isPresent()) {
            Hand.await(nodes.get(ids.get(0)).firstAdmin());
        }
    }

    private Map<String, String> flags(int place, String id, Map<String, Integer> ports) {
        Map<String, String> flags = new HashMap<>(options.flags());
        flags.put("node-id", id);
        flags.put("data-dir", directory.resolve(id).toString());
        flags.put("http-port", String.valueOf(options.httpPort() == 0 ? 0 : options.httpPort() + place));
        options.adminToken().ifPresent(token -> flags.putIfAbsent(SimOptions.ADMIN_TOKEN, token));
        if (!ports.isEmpty()) {
            flags.put("raft-port", String.valueOf(ports.get(id)));
            flags.put("peers", peers(id, ports));
        }
        return flags;
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
    private String peers(String id, Map<String, Integer> ports) {
        List<String> peers = new ArrayList<>();
        ports.forEach((other, port) ->
                peers.add(other + "=" + HERE + ":" + (other.equals(id) ? port : network.open(id, other, port))));
        return String.join(",", peers);
    }

    SimNode node(String id) {
        SimNode node = nodes.get(id);
        if (node == null) {
            throw new NoSuchElementException("there is no node " + id + ", but " + nodes.keySet());
        }
        return node;
    }

    /** In order. */
    List<String> ids() {
        return List.copyOf(nodes.keySet());
    }

    Collection<SimNode> nodes() {
        return nodes.values();
    }

    /** Of all that run, or would if they were not held still. */
    List<URI> urls() {
        return nodes.values().stream()
                .filter(node -> node.state() == SimNode.State.RUNNING || node.state() == SimNode.State.PAUSED)
                .map(SimNode::url)
                .toList();
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

    /** Waits for one. */
    String leader() {
        until("somebody leads", () -> leading().isPresent());
        return leading().orElseThrow();
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

    /** Returns when all serve; starts those that were killed or broke down. */
    void restart() {
        start(nodes.values().stream()
                .filter(node -> node.state() == SimNode.State.KILLED || node.state() == SimNode.State.BROKEN)
                .toList());
        untilWhole();
    }

    /** Returns when it serves again, or its cluster cannot. */
    void restart(SimNode node) {
        start(List.of(node));
        untilServed(node);
    }

    private void start(Collection<SimNode> down) {
        down.forEach(node -> network.run(links -> links.await(node.id(), true)));
        try {
            List<Future<Void>> starts = new ArrayList<>();
            for (SimNode node : down) {
                starts.add(node.start());
            }
            Hand.await(Future.all(starts));
        } finally {
            down.forEach(node -> network.run(links -> links.await(node.id(), false)));
        }
    }

    private void untilWhole() {
        until(
                "the cluster serves",
                () -> nodes.values().stream().noneMatch(SimCluster::waitsForDisk) && isWhole() && areHeard());
    }

    /**
     * Whoever follows may not have its own connection to the leader yet, or again, by which it hands on what it is given: of
     * that its status says nothing.
     */
    private boolean areHeard() {
        return nodes.size() == 1
                || Hand.await(Future.join(
                                nodes.values().stream().map(SimNode::caughtUp).toList())
                        .map(all -> true)
                        .otherwise(false));
    }

    private boolean isWhole() {
        String leader = leading().orElse("");
        return !leader.isEmpty() && nodes.values().stream().allMatch(node -> serves(node, leader));
    }

    /** A commit was refused a moment ago, which the node may not have heard yet. */
    private static boolean waitsForDisk(SimNode node) {
        return node.disk().hasRefused();
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
        if (running > nodes.size() / 2 && network.cuts().isEmpty()) {
            until(
                    node.id() + " serves",
                    () -> leading().filter(leader -> serves(node, leader)).isPresent());
        }
    }

    private void until(String what, BooleanSupplier isSo) {
        long end = System.nanoTime() + WAIT_NANOS;
        while (!isSo.getAsBoolean()) {
            nodes.values().stream().filter(node -> node.broken() != null).forEach(node -> {
                throw new IllegalStateException(node.id() + " broke down", node.broken());
            });
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException(
                        "not within " + TimeUnit.NANOSECONDS.toSeconds(WAIT_NANOS) + " s: " + what);
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** Begins to kill all. */
    Future<Void> end() {
        return Future.join(nodes.values().stream().map(SimNode::end).toList()).mapEmpty();
    }
}
