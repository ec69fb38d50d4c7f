package io.skein.process;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/**
 * A cluster of real processes on this machine, whose words to each other go through a {@link FaultProxy}. All waits are
 * bounded; {@link #close} ends every process.
 */
final class ClusterUnderTest implements AutoCloseable {
    static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .executor(Executors.newFixedThreadPool(2, task -> {
                Thread thread = new Thread(task, "cluster-client");
                thread.setDaemon(true);
                return thread;
            }))
            .build();

    static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration ANSWER = Duration.ofSeconds(2);
    private static final Duration POLL = Duration.ofMillis(20);
    /** Below what the system gives to whoever asks for any port: nobody takes one of these while a node is down. */
    private static final int FIRST_PORT = 20_000;

    private static final int PORTS = 12_000;

    private final Path directory;
    private final List<String> flags;
    private final ConcurrentSkipListMap<String, ClusterNode> nodes = new ConcurrentSkipListMap<>();
    private final Set<ClusterNode> outOfService = ConcurrentHashMap.newKeySet();
    private final FaultProxy proxy = new FaultProxy();
    private final Set<Integer> ports = new HashSet<>();

    private ClusterUnderTest(Path directory, List<String> flags) {
        this.directory = directory;
        this.flags = flags;
    }

    /** Nodes {@code n1} to {@code n<size>}, started and with a leader. */
    static ClusterUnderTest start(Path directory, int size, String... flags) throws Exception {
        return start(directory, size, true, flags);
    }

    /** As {@link #start}, but nodes speak with each other and nothing can be bent. */
    static ClusterUnderTest startDirect(Path directory, int size, String... flags) throws Exception {
        return start(directory, size, false, flags);
    }

    /** As {@link #startDirect}, with nodes of another build. */
    static ClusterUnderTest startOf(Path build, Path directory, int size, String... flags) throws Exception {
        return start(directory, size, false, node -> node.runs(build), flags);
    }

    private static ClusterUnderTest start(Path directory, int size, boolean isBent, String... flags) throws Exception {
        return start(directory, size, isBent, node -> {}, flags);
    }

    private static ClusterUnderTest start(
            Path directory, int size, boolean isBent, Consumer<ClusterNode> prepared, String... flags)
            throws Exception {
        ClusterUnderTest cluster = new ClusterUnderTest(directory, List.of(flags));
        try {
            for (int i = 1; i <= size; i++) {
                cluster.place("n" + i);
            }
            cluster.connect(isBent);
            for (ClusterNode node : cluster.nodes()) {
                prepared.accept(node);
                node.start();
            }
            cluster.awaitHealthy();
            return cluster;
        } catch (Exception | AssertionError failed) {
            cluster.close();
            throw failed;
        }
    }

    /** Without a node yet. */
    static ClusterUnderTest empty(Path directory) {
        return new ClusterUnderTest(directory, List.of());
    }

    void add(ClusterNode node) {
        nodes.put(node.id(), node);
    }

    /** Whether clients are sent there. */
    void inService(ClusterNode node, boolean isIt) {
        if (isIt) {
            outOfService.remove(node);
        } else {
            outOfService.add(node);
        }
    }

    /** Where clients are sent; all, unless told otherwise. */
    List<ClusterNode> inService() {
        return nodes().stream().filter(node -> !outOfService.contains(node)).toList();
    }

    private ClusterNode place(String id) throws IOException {
        ClusterNode node = new ClusterNode(id, directory.resolve(id), ClusterNode.Place.here(freePort(), freePort()));
        nodes.put(id, node);
        return node;
    }

    /** Every node is told where it finds the others. */
    private void connect(boolean isBent) {
        for (ClusterNode node : nodes()) {
            String peers = nodes().stream()
                    .map(other -> other.id() + "=127.0.0.1:"
                            + (other == node || !isBent
                                    ? other.raftPort()
                                    : proxy.open(node.id(), other.id(), other.raftPort())))
                    .collect(Collectors.joining(","));
            List<String> all = new ArrayList<>(List.of("--peers", peers));
            all.addAll(flags);
            node.flags(all);
        }
    }

    /** A new node that waits to be added; what it says and hears goes through no proxy. Not started. */
    ClusterNode newcomer(String id) throws IOException {
        ClusterNode node = place(id);
        List<String> all = new ArrayList<>(List.of("--join", "true"));
        all.addAll(flags);
        node.flags(all);
        return node;
    }

    /** The node is no part of this cluster any more; its process ends. */
    void forget(ClusterNode node) {
        node.close();
        nodes.remove(node.id());
        outOfService.remove(node);
    }

    private int freePort() {
        for (int attempt = 0; attempt < 1000; attempt++) {
            int port = FIRST_PORT + ThreadLocalRandom.current().nextInt(PORTS);
            if (ports.add(port)) {
                try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                    return free.getLocalPort();
                } catch (IOException taken) {
                    continue;
                }
            }
        }
        throw new AssertionError("no free port");
    }

    Collection<ClusterNode> nodes() {
        return nodes.values();
    }

    ClusterNode node(String id) {
        return nodes.get(id);
    }

    FaultProxy proxy() {
        return proxy;
    }

    List<ClusterNode> others(ClusterNode... than) {
        return nodes().stream()
                .filter(node -> !Arrays.asList(than).contains(node))
                .toList();
    }

    /** Nobody hears this node and it hears nobody. */
    void isolate(ClusterNode node) {
        others(node).forEach(other -> proxy.cut(node.id(), other.id()));
    }

    /** Who says that it leads, in the highest term of those that say so; asks all that run. */
    Optional<ClusterNode> leader() {
        ClusterNode leader = null;
        long term = -1;
        for (ClusterNode node : nodes()) {
            Optional<JsonObject> status = status(node);
            if (status.map(s -> s.getString("role")).equals(Optional.of("leader"))
                    && status.get().getLong("term") > term) {
                leader = node;
                term = status.get().getLong("term");
            }
        }
        return Optional.ofNullable(leader);
    }

    private static Optional<JsonObject> status(ClusterNode node) {
        try {
            return node.isAlive() ? Optional.of(node.status()) : Optional.empty();
        } catch (IOException silent) {
            return Optional.empty();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }

    ClusterNode awaitLeader() {
        return awaitLeaderBut();
    }

    /** A leader that is none of these. */
    ClusterNode awaitLeaderBut(ClusterNode... old) {
        List<ClusterNode> without = Arrays.asList(old);
        return await("a leader that is not " + without, () -> {
                    for (ClusterNode node : nodes()) {
                        if (!without.contains(node)
                                && status(node).map(s -> s.getString("role")).equals(Optional.of("leader"))) {
                            return Optional.of(node);
                        }
                    }
                    return Optional.<ClusterNode>empty();
                })
                .orElseThrow();
    }

    private <T> Optional<T> await(String what, Callable<Optional<T>> found) {
        try {
            return Awaitility.await(what).atMost(PATIENCE).pollInterval(POLL).until(found, Optional::isPresent);
        } catch (org.awaitility.core.ConditionTimeoutException late) {
            throw new AssertionError("waited in vain for " + what + "\n" + report(), late);
        }
    }

    /** Until this holds; what throws does not hold yet. */
    void await(String what, Duration atMost, Callable<Boolean> condition) {
        try {
            Awaitility.await(what)
                    .atMost(atMost)
                    .pollInterval(POLL)
                    .ignoreExceptionsMatching(failure -> failure instanceof IOException)
                    .until(condition);
        } catch (org.awaitility.core.ConditionTimeoutException late) {
            throw new AssertionError("waited in vain for " + what + "\n" + report(), late);
        }
    }

    /** Every node is ready and all have the same state at the same index. */
    void awaitHealthy() {
        awaitAll("/readyz");
        awaitCaughtUp();
    }

    /** Every node is ready and has applied what was committed when this was asked. */
    void awaitHealthyUnderLoad() {
        awaitAll("/readyz");
        awaitAll("/readyz?sync&timeout=1s");
    }

    private void awaitAll(String path) {
        for (ClusterNode node : nodes()) {
            await("200 at " + path + " of " + node, PATIENCE, () -> {
                if (!node.isAlive()) {
                    throw new AssertionError(node + " ended: " + node.said());
                }
                return node.get(path, ANSWER).statusCode() == 200;
            });
        }
    }

    /** All that run have applied the same; differing hashes at one index are a failure at once. */
    void awaitCaughtUp() {
        await("the same state on all", PATIENCE, () -> {
            Set<Long> indexes = new HashSet<>();
            TreeMap<Long, String> hashes = new TreeMap<>();
            for (ClusterNode node : nodes()) {
                if (node.isAlive()) {
                    JsonObject hash = node.status().getJsonObject("stateHash");
                    long index = hash.getLong("index");
                    indexes.add(index);
                    String other = hashes.putIfAbsent(index, hash.getString("hash"));
                    if (other != null && !other.equals(hash.getString("hash"))) {
                        throw new AssertionError(node + " has another state at " + index + "\n" + report());
                    }
                }
            }
            return indexes.size() == 1;
        });
    }

    /** Published once under this key, wherever that is possible. */
    long publish(String topic, String key, String body) {
        return await("an acknowledgement of " + key, () -> {
                    for (ClusterNode node : nodes()) {
                        Optional<Long> offset = tryPublish(node, topic, key, body);
                        if (offset.isPresent()) {
                            return offset;
                        }
                    }
                    return Optional.<Long>empty();
                })
                .orElseThrow();
    }

    private static Optional<Long> tryPublish(ClusterNode node, String topic, String key, String body)
            throws InterruptedException {
        if (!node.isAlive()) {
            return Optional.empty();
        }
        try {
            HttpResponse<String> answer = node.publish(topic, key, body, ANSWER);
            return answer.statusCode() == 201
                    ? Optional.of(new JsonObject(answer.body()).getLong("offset"))
                    : Optional.empty();
        } catch (IOException none) {
            return Optional.empty();
        }
    }

    /** All messages of a topic as this node has them, in their order. */
    static List<JsonObject> read(ClusterNode node, String topic, String level) throws Exception {
        List<JsonObject> all = new ArrayList<>();
        String from = "earliest";
        while (true) {
            HttpResponse<String> answer =
                    node.get("/t/" + topic + "?limit=1000&level=" + level + "&from=" + from, Duration.ofSeconds(20));
            if (answer.statusCode() != 200) {
                throw new IOException(node + " answered " + answer.statusCode() + ": " + answer.body());
            }
            JsonObject page = new JsonObject(answer.body());
            JsonArray messages = page.getJsonArray("messages");
            if (messages.isEmpty()) {
                return all;
            }
            for (int i = 0; i < messages.size(); i++) {
                all.add(messages.getJsonObject(i));
            }
            from = page.getString("next");
        }
    }

    /** Ends all faults, has every node run, and waits until they agree. */
    void heal() throws Exception {
        proxy.heal();
        for (ClusterNode node : nodes()) {
            node.resume();
            if (!node.isAlive()) {
                node.start();
            }
        }
        awaitHealthy();
    }

    /** What each node says of itself, and its last lines. */
    String report() {
        StringBuilder report = new StringBuilder();
        for (ClusterNode node : nodes()) {
            report.append("== ")
                    .append(node)
                    .append(node.isAlive() ? "" : " (down)")
                    .append(' ');
            report.append(status(node).map(JsonObject::encode).orElse("silent")).append('\n');
            try {
                report.append(node.said()).append('\n');
            } catch (IOException unreadable) {
                report.append(unreadable).append('\n');
            }
        }
        return report.toString();
    }

    @Override
    public void close() {
        nodes().forEach(ClusterNode::close);
        proxy.close();
    }
}
