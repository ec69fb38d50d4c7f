package io.skein.cli;

import io.skein.store.DataDirectory;
import io.skein.store.MailOnDisk;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Nodes that are child processes, on loopback ports that nobody else has. {@link #close} ends them all, by pid; so does the end of this process, unless that is killed.
 */
final class DemoNodes implements AutoCloseable {
    /** Six nodes beside each other on a small machine. */
    private static final String HEAP = "-Xmx192m";

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LOOK = Duration.ofMillis(20);
    private static final long STOP_SECONDS = 40;
    /** Below what the system gives to whoever asks for any port: nobody takes one of these while a node is down. */
    private static final int FIRST_PORT = 20_000;

    private static final int PORTS = 12_000;

    private final Path base;
    private final boolean isKept;
    private final List<String> jvm = LocalCluster.jvm();
    private final TreeMap<String, LocalNode> nodes = new TreeMap<>();
    private final Map<String, List<String>> flags = new TreeMap<>();
    private final Map<String, ProcessHandle> processes = new TreeMap<>();
    private final Apis apis = new Apis(url -> Server.at(url, Optional.empty()).shownBy(Optional.empty()));
    private final Set<Integer> ports = new HashSet<>();
    private final Thread atExit = new Thread(this::killAll, "demo-nodes");

    /** @param keep where their disks lie and stay; empty: in a temporary directory */
    DemoNodes(Optional<Path> keep) throws IOException {
        isKept = keep.isPresent();
        base = isKept
                ? Files.createDirectories(keep.get().toAbsolutePath().normalize())
                : Files.createTempDirectory("skein-demo");
        try (Stream<Path> there = Files.list(base)) {
            if (there.findAny().isPresent()) {
                throw new CommandProblem(1, base + " is not empty");
            }
        }
        jvm.add(1, HEAP);
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** Starts n1 to n-size as one cluster. */
    void form(int size) throws IOException {
        for (int i = 1; i <= size; i++) {
            place("n" + i);
        }
        List<String> peers = new LocalCluster(base, List.copyOf(nodes.values())).peers();
        for (String id : nodes.keySet()) {
            flags.put(id, peers);
            start(id);
        }
    }

    /** Starts one that waits to be added. */
    LocalNode newcomer(String id) throws IOException {
        place(id);
        flags.put(id, List.of("--join"));
        start(id);
        return nodes.get(id);
    }

    private void place(String id) {
        nodes.put(id, new LocalNode(base, id, freePort(), 0, freePort(), false));
    }

    private int freePort() {
        for (int attempt = 0; attempt < 1_000; attempt++) {
            int port = FIRST_PORT + ThreadLocalRandom.current().nextInt(PORTS);
            if (ports.add(port)) {
                try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                    return free.getLocalPort();
                } catch (IOException taken) {
                    continue;
                }
            }
        }
        throw new CommandProblem(1, "no free ports from " + FIRST_PORT + " on");
    }

    /** As it was started first; nothing of this process's settings reaches it. */
    synchronized void start(String id) throws IOException {
        processes.put(id, nodes.get(id).start(jvm, flags.get(id), variable -> !variable.startsWith("SKEIN_")));
    }

    /** SIGKILL. */
    long kill(String id) {
        ProcessHandle process = processes.get(id);
        end(process);
        return process.pid();
    }

    /** SIGTERM to all of them at once. */
    void stop(List<String> ids) throws InterruptedException {
        List<ProcessHandle> asked = ids.stream().map(processes::get).toList();
        for (ProcessHandle process : asked) {
            boolean isAsked = process.destroy();
            assert isAsked || !process.isAlive() : "the system did not stop " + process.pid();
        }
        for (ProcessHandle process : asked) {
            try {
                process.onExit().get(STOP_SECONDS, TimeUnit.SECONDS);
            } catch (TimeoutException | ExecutionException slow) {
                throw new CommandProblem(1, "process " + process.pid() + " does not stop");
            }
        }
    }

    private static void end(ProcessHandle process) {
        boolean isKilled = process.destroyForcibly();
        assert isKilled || !process.isAlive() : "the system did not kill " + process.pid();
        process.onExit().join();
    }

    LocalNode node(String id) {
        return nodes.get(id);
    }

    List<String> ids() {
        return List.copyOf(nodes.keySet());
    }

    List<String> running() {
        return nodes.keySet().stream()
                .filter(id -> processes.containsKey(id) && processes.get(id).isAlive())
                .toList();
    }

    Server server(String id) {
        return Server.at(nodes.get(id).url(), Optional.empty()).shownBy(Optional.empty());
    }

    /** What each of those that run says of the cluster. */
    Map<String, JsonObject> words() {
        Map<String, String> addresses = new LinkedHashMap<>();
        running().forEach(id -> addresses.put(id, nodes.get(id).url()));
        return ClusterView.ask(addresses, Optional.empty(), apis::at).answers();
    }

    Optional<String> leader() {
        return words().values().stream()
                .filter(word -> "leader".equals(word.getString("role")))
                .max(Comparator.comparing(word -> word.getLong("term")))
                .map(word -> word.getString("node"));
    }

    String awaitLeader() {
        await("a leader", () -> leader().isPresent());
        return leader().orElseThrow();
    }

    /** All that run are well, and hold the same. */
    void awaitAlike() {
        await("all nodes to be well and alike", this::isAlike);
    }

    boolean isAlike() {
        Map<String, JsonObject> words = words();
        return words.keySet().containsAll(running())
                && words.values().stream().allMatch(word -> "ok".equals(word.getString("health")))
                && words.values().stream()
                                .map(word -> word.getJsonObject("stateHash").encode())
                                .distinct()
                                .count()
                        == 1;
    }

    /** That is needed for going on at all. */
    void await(String what, BooleanSupplier holds) {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() - until >= 0) {
                throw new CommandProblem(
                        1,
                        "waited " + PATIENCE.toSeconds() + " s in vain for " + what + "; what the nodes say: "
                                + words());
            }
            Pause.of(LOOK);
        }
    }

    /** Of a node that is stopped. */
    MailOnDisk disk(String id) {
        try (DataDirectory directory = DataDirectory.lock(nodes.get(id).data())) {
            return MailOnDisk.of(directory);
        }
    }

    private synchronized void killAll() {
        processes.values().forEach(DemoNodes::end);
    }

    @Override
    public void close() throws IOException {
        killAll();
        Runtime.getRuntime().removeShutdownHook(atExit);
        if (!isKept) {
            try (Stream<Path> all = Files.walk(base)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }
}
