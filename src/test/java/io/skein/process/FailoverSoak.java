package io.skein.process;

import io.skein.client.ClientOptions;
import io.skein.client.PlainClient;
import io.skein.client.Published;
import io.skein.client.SubscribeOptions;
import io.skein.client.Subscription;
import io.skein.frame.Delivered;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * How long a subscriber of the client library hears nothing when a node dies: {@code [KILLS]}, by hand. Three processes; a
 * producer publishes a number every 5 ms; by turns the node that serves the subscriber and the leader are killed. A gap is
 * the longest silence that begins with the kill or after it, until the cluster is whole again. In the end every number
 * must have come exactly once and in order.
 */
public final class FailoverSoak {
    private static final long PACE_MS = 5;
    private static final String TOPIC = "failover";

    private final ClusterUnderTest cluster;
    /** When each came, in {@code System.nanoTime()}. */
    private final Queue<Long> times = new ConcurrentLinkedQueue<>();

    private final Queue<String> bodies = new ConcurrentLinkedQueue<>();
    private final List<CompletableFuture<Published>> answers = new ArrayList<>();
    private final AtomicLong next = new AtomicLong();

    private FailoverSoak(ClusterUnderTest cluster) {
        this.cluster = cluster;
    }

    public static void main(String[] arguments) throws Exception {
        int kills = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 20;
        Path directory = Files.createTempDirectory("skein-failover");
        boolean passed = false;
        try (ClusterUnderTest cluster = ClusterUnderTest.startDirect(directory, 3)) {
            passed = new FailoverSoak(cluster).run(kills);
        } catch (Exception | AssertionError failure) {
            failure.printStackTrace(System.out);
        }
        if (passed) {
            try (Stream<Path> all = Files.walk(directory)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(path);
                }
            }
        } else {
            System.out.println("data and output of the nodes stay in " + directory);
        }
        System.exit(passed ? 0 : 1);
    }

    private boolean run(int kills) throws Exception {
        String[] nodes =
                cluster.nodes().stream().map(node -> node.uri("").toString()).toArray(String[]::new);
        List<Long> serving = new ArrayList<>();
        List<Long> leading = new ArrayList<>();
        ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor();
        try (PlainClient publisher = PlainClient.connect(ClientOptions.of(nodes).withProducer("failover", -1));
                PlainClient subscriber = PlainClient.connect(nodes)) {
            Subscription subscription =
                    subscriber.subscribe(SubscribeOptions.of(TOPIC).from("earliest"), this::came);
            var publishing = pace.scheduleAtFixedRate(() -> publish(publisher), 0, PACE_MS, TimeUnit.MILLISECONDS);
            for (int kill = 0; kill < kills; kill++) {
                awaitMore(200);
                ClusterNode leader = cluster.awaitLeader();
                ClusterNode server = serving(subscriber);
                ClusterNode victim = kill % 2 == 0 ? server : leader;
                long killed = System.nanoTime();
                victim.kill();
                awaitMore(100);
                long gap = longestSilence(killed);
                (victim == server ? serving : leading).add(gap);
                System.out.printf(
                        "%3d: %s%s killed, silent for %d ms%n",
                        kill + 1,
                        victim == server ? "its node" : "another node",
                        victim == leader ? ", the leader," : "",
                        gap);
                victim.start();
                cluster.awaitHealthyUnderLoad();
            }
            publishing.cancel(false);
            pace.shutdown();
            if (!pace.awaitTermination(10, TimeUnit.SECONDS)) {
                throw new AssertionError("the publisher does not stop");
            }
            CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
            cluster.await("all came", ClusterUnderTest.PATIENCE, () -> bodies.size() >= answers.size());
            awaitLast(publisher);
            subscription.close();
        } finally {
            pace.shutdownNow();
        }
        System.out.println(distribution("the node that serves killed, ms", serving));
        System.out.println(distribution("another leader killed, ms", leading));
        List<Long> all = new ArrayList<>(serving);
        all.addAll(leading);
        System.out.println(distribution("all, ms", all));
        return check();
    }

    private void publish(PlainClient publisher) {
        answers.add(publisher.publish(TOPIC, Long.toString(next.getAndIncrement())));
    }

    private void came(Delivered message) {
        times.add(System.nanoTime());
        bodies.add(message.text());
    }

    private ClusterNode serving(PlainClient subscriber) {
        int port = subscriber.client().server().getPort();
        return cluster.nodes().stream()
                .filter(node -> node.uri("").getPort() == port)
                .findFirst()
                .orElseThrow();
    }

    private void awaitMore(int messages) {
        int wanted = bodies.size() + messages;
        cluster.await("more messages", ClusterUnderTest.PATIENCE, () -> bodies.size() >= wanted);
    }

    /** What came twice would come before this. */
    private void awaitLast(PlainClient publisher) {
        publisher.publish(TOPIC, "last").join();
        cluster.await("the last came", ClusterUnderTest.PATIENCE, () -> bodies.contains("last"));
    }

    private long longestSilence(long since) {
        long last = since;
        long longest = 0;
        for (long time : times) {
            if (time - since > 0) {
                longest = Math.max(longest, time - last);
                last = time;
            }
        }
        return TimeUnit.NANOSECONDS.toMillis(longest);
    }

    private boolean check() {
        List<String> all = new ArrayList<>(bodies);
        all.remove("last");
        long doubled = all.size() - all.stream().distinct().count();
        long missed = next.get() - all.stream().distinct().count();
        boolean inOrder = true;
        for (int i = 0; i < all.size(); i++) {
            inOrder &= all.get(i).equals(Integer.toString(i));
        }
        System.out.printf(
                "%d published, %d missed, %d twice, %s%n",
                next.get(), missed, doubled, inOrder ? "in order" : "out of order");
        return missed == 0 && doubled == 0 && inOrder;
    }

    private static String distribution(String what, List<Long> values) {
        List<Long> sorted = values.stream().sorted().toList();
        return sorted.isEmpty()
                ? what + ": none"
                : "%s: n %d, median %d, worst %d"
                        .formatted(
                                what,
                                sorted.size(),
                                sorted.get((sorted.size() - 1) / 2),
                                sorted.get(sorted.size() - 1));
    }
}
