package io.skein.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a StatefulSet gives its pods, without Kubernetes: each pod is a process in a network namespace of its own, with a
 * name that stays, an address that does not, and a volume that outlives it. All hang on one bridge, which the test is on
 * too. A pod that is deleted gets SIGTERM and a grace period, and no client is sent there any more; one that is created
 * gets clients once it is ready. Names stand in a hosts file for each namespace. Needs root and iproute2; {@link #close}
 * takes all away.
 */
final class Pods implements AutoCloseable {
    private static final int HTTP_PORT = 8080;
    private static final int RAFT_PORT = 6000;
    /** As in the manifests: whoever is no longer there then is killed. */
    private static final Duration GRACE = Duration.ofSeconds(75);

    private static final Path NETNS = Path.of("/etc/netns");
    private static final AtomicInteger MADE = new AtomicInteger();

    private final long run = ProcessHandle.current().pid();
    private final String bridge = "skb" + run;
    /** Of this machine alone; several runs beside each other do not meet. */
    private final String network = "10.234." + (run % 250 + 1) + ".";

    private final Path directory;
    private final ClusterUnderTest cluster;
    private final TreeMap<String, Pod> pods = new TreeMap<>();
    private final boolean isFirst = !Files.exists(NETNS);
    private int addresses = 1;

    private record Pod(String space, String address) {}

    private Pods(Path directory) {
        this.directory = directory;
        this.cluster = ClusterUnderTest.empty(directory);
    }

    /** @return empty, with the reason on standard output, where namespaces cannot be made */
    static Optional<Pods> open(Path directory) throws IOException {
        Pods pods = new Pods(directory);
        Optional<String> no = Ip.run("netns", "add", "skein-try-" + pods.run);
        if (no.isEmpty()) {
            Ip.must("netns", "delete", "skein-try-" + pods.run);
            no = Ip.run("link", "add", pods.bridge, "type", "bridge");
        }
        if (no.isPresent()) {
            System.out.println("no pods here: " + no.get());
            return Optional.empty();
        }
        Ip.must("addr", "add", pods.network + "1/24", "dev", pods.bridge);
        Ip.must("link", "set", pods.bridge, "up");
        return Optional.of(pods);
    }

    ClusterUnderTest cluster() {
        return cluster;
    }

    static String name(int ordinal) {
        return "skein-" + ordinal;
    }

    private static String host(String name) {
        return name + ".skein-peers";
    }

    ClusterNode pod(int ordinal) {
        return cluster.node(name(ordinal));
    }

    /** At a new address, with the volume that was there before, if any. Clients are not sent there yet. */
    ClusterNode create(int ordinal) throws IOException {
        String name = name(ordinal);
        addresses++;
        String address = network + addresses;
        String space = "skein-" + run + "-" + MADE.incrementAndGet();
        Files.createDirectories(NETNS.resolve(space));
        Ip.must("netns", "add", space);
        pods.put(name, new Pod(space, address));
        sayNames();
        String cable = "skv" + run + "x" + addresses;
        Ip.must("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", space);
        Ip.must("link", "set", cable, "master", bridge, "up");
        Ip.must("-n", space, "addr", "add", address + "/24", "dev", "eth0");
        Ip.must("-n", space, "link", "set", "eth0", "up");
        Ip.must("-n", space, "link", "set", "lo", "up");
        ClusterNode.Place place =
                new ClusterNode.Place(address, HTTP_PORT, RAFT_PORT, List.of("ip", "netns", "exec", space));
        ClusterNode node = cluster.node(name);
        if (node == null) {
            node = new ClusterNode(name, directory.resolve(name), place);
            node.flags(flags(name));
        } else {
            node.moveTo(place);
        }
        cluster.inService(node, false);
        cluster.add(node);
        node.start();
        return node;
    }

    /** The same for all pods, but for the name: the first three are the cluster that forms. */
    private static List<String> flags(String name) {
        List<String> peers = new ArrayList<>();
        for (int ordinal = 0; ordinal < 3; ordinal++) {
            peers.add(name(ordinal) + "=" + host(name(ordinal)) + ":" + RAFT_PORT);
        }
        return List.of(
                "--host",
                "0.0.0.0",
                "--advertise",
                host(name),
                "--peers",
                String.join(",", peers),
                "--peer-secret",
                "a secret of all the pods",
                "--insecure",
                "true");
    }

    /** In place, so that those who have it open as theirs see it. */
    private void sayNames() throws IOException {
        StringBuilder hosts = new StringBuilder("127.0.0.1 localhost\n");
        pods.forEach((name, pod) ->
                hosts.append(pod.address()).append(' ').append(host(name)).append('\n'));
        for (Pod pod : pods.values()) {
            Files.writeString(NETNS.resolve(pod.space()).resolve("hosts"), hosts);
        }
    }

    /** Until it is ready; then clients are sent there. */
    void awaitReady(ClusterNode node) {
        cluster.await("200 at /readyz of " + node, ClusterUnderTest.PATIENCE, () -> {
            if (!node.isAlive()) {
                throw new AssertionError(node + " ended: " + node.said());
            }
            return node.get("/readyz", Duration.ofSeconds(2)).statusCode() == 200;
        });
        cluster.inService(node, true);
    }

    /** As a rolling update, an eviction or a scaling down does it; the volume stays. */
    void delete(ClusterNode node) throws IOException, InterruptedException {
        cluster.inService(node, false);
        node.terminate();
        assertEquals(0, node.awaitExit(GRACE), node::toString);
        takeAway(node);
    }

    private void takeAway(ClusterNode node) throws IOException {
        Pod pod = pods.remove(node.id());
        Ip.must("netns", "delete", pod.space());
        forgetHosts(pod);
        sayNames();
    }

    private static void forgetHosts(Pod pod) throws IOException {
        Files.deleteIfExists(NETNS.resolve(pod.space()).resolve("hosts"));
        Files.deleteIfExists(NETNS.resolve(pod.space()));
    }

    /** The node's container ends at once and is started again in the same pod. */
    void crash(ClusterNode node) throws IOException, InterruptedException {
        node.kill();
        cluster.inService(node, false);
        node.start();
    }

    /** No member any more, nor a place of the set. Its volume claim stays, as Kubernetes keeps it. */
    void scaledDown(ClusterNode node) throws IOException, InterruptedException {
        delete(node);
        cluster.forget(node);
    }

    /** Members that vote, as the leader has them. */
    void awaitVoters(int voters) {
        cluster.await(voters + " that vote", ClusterUnderTest.PATIENCE, () -> {
            Optional<ClusterNode> leader = cluster.leader();
            if (leader.isEmpty()) {
                return false;
            }
            long found = leader.get().status().getJsonArray("members").stream()
                    .map(JsonObject.class::cast)
                    .filter(member -> member.getBoolean("voter"))
                    .count();
            return found == voters;
        });
    }

    @Override
    public void close() throws IOException {
        cluster.close();
        for (Map.Entry<String, Pod> pod : pods.entrySet()) {
            Ip.must("netns", "delete", pod.getValue().space());
            forgetHosts(pod.getValue());
        }
        Ip.must("link", "delete", bridge);
        if (isFirst) {
            Files.deleteIfExists(NETNS);
        }
    }
}
