package io.skein.process;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * The long runs on real processes: {@code SCENARIO AMOUNT [SEED]}. Each ends with the check that everything acknowledged
 * is on every node exactly once, and prints what it measured; README says which there are.
 */
public final class ClusterSoak {
    private static final int PRODUCERS = 4;
    private static final long NANOS_PER_MS = 1_000_000;

    private final Path directory;
    private final int amount;
    private final Random random;
    private final History history = new History("soak");

    private ClusterSoak(Path directory, int amount, long seed) {
        this.directory = directory;
        this.amount = amount;
        this.random = new Random(seed);
    }

    private interface Scenario {
        void run(ClusterSoak soak) throws Exception;
    }

    private record Named(String name, String amount, int usual, Scenario scenario) {}

    private static final List<Named> SCENARIOS = List.of(
            new Named("kills", "kills of the leader", 100, ClusterSoak::kills),
            new Named("storm", "seconds", 600, ClusterSoak::storm),
            new Named("rolling", "rounds", 5, ClusterSoak::rolling),
            new Named("members", "times 3 to 5 to 3", 5, ClusterSoak::members),
            new Named("many", "nodes", 19, ClusterSoak::many),
            new Named("slow", "seconds", 60, ClusterSoak::slow),
            new Named("rejoin", "times", 50, ClusterSoak::rejoin));

    public static void main(String[] arguments) throws Exception {
        Named named = SCENARIOS.stream()
                .filter(each -> arguments.length > 0 && each.name().equals(arguments[0]))
                .findFirst()
                .orElse(null);
        if (named == null) {
            SCENARIOS.forEach(each -> System.out.printf("%-8s %s (%d)%n", each.name(), each.amount(), each.usual()));
            System.exit(64);
        }
        int amount = arguments.length > 1 ? Integer.parseInt(arguments[1]) : named.usual();
        long seed = arguments.length > 2 ? Long.parseLong(arguments[2]) : 1;
        Path directory = Files.createTempDirectory("skein-soak");
        boolean passed = false;
        try {
            ClusterSoak soak = new ClusterSoak(directory, amount, seed);
            named.scenario().run(soak);
            System.out.printf(
                    "%s %d: %d acknowledged, each exactly once on every node%n",
                    named.name(), amount, soak.history.size());
            passed = true;
        } catch (Exception | AssertionError failure) {
            failure.printStackTrace(System.out);
            System.out.println("data and output of the nodes stay in " + directory);
        }
        if (passed) {
            delete(directory);
        }
        System.exit(passed ? 0 : 1);
    }

    private void kills() throws Exception {
        List<Long> acked = new ArrayList<>();
        try (ClusterUnderTest cluster = ClusterUnderTest.start(directory, 3);
                Producers producers = Producers.start(cluster, history, PRODUCERS)) {
            for (int kill = 0; kill < amount; kill++) {
                producers.awaitMore(20 + random.nextInt(100));
                ClusterNode leader = cluster.awaitLeader();
                long killed = System.nanoTime();
                leader.kill();
                acked.add(producers.awaitAckSince(killed));
                leader.start();
                cluster.awaitHealthyUnderLoad();
                if (kill % 10 == 9) {
                    distribution("kill to next acknowledged publish, ms", acked);
                }
            }
            producers.stop();
            history.check(cluster);
        }
        distribution("kill to next acknowledged publish, ms", acked);
    }

    /** One to all nodes at a time, at any moment, also while others start. */
    private void storm() throws Exception {
        List<Long> ready = new ArrayList<>();
        int kills = 0;
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(amount);
        try (ClusterUnderTest cluster = ClusterUnderTest.start(directory, 3);
                Producers producers = Producers.start(cluster, history, PRODUCERS)) {
            while (System.nanoTime() - until < 0) {
                List<ClusterNode> nodes = new ArrayList<>(cluster.nodes());
                java.util.Collections.shuffle(nodes, random);
                List<ClusterNode> victims = nodes.subList(0, 1 + random.nextInt(nodes.size()));
                for (ClusterNode victim : victims) {
                    victim.kill();
                    kills++;
                }
                pause(random.nextInt(1500));
                for (ClusterNode victim : victims) {
                    victim.start();
                }
                if (random.nextInt(3) > 0) {
                    long started = System.nanoTime();
                    cluster.awaitHealthyUnderLoad();
                    ready.add(millisSince(started));
                } else {
                    pause(random.nextInt(3000));
                }
            }
            cluster.heal();
            producers.awaitMore(20);
            producers.stop();
            history.check(cluster);
        }
        System.out.println(kills + " kills");
        distribution("restart until all are ready and caught up, ms", ready);
    }

    private void rolling() throws Exception {
        List<Long> gaps = new ArrayList<>();
        try (ClusterUnderTest cluster = ClusterUnderTest.start(directory, 3);
                Producers producers = Producers.start(cluster, history, PRODUCERS)) {
            for (int round = 0; round < amount; round++) {
                for (ClusterNode node : List.copyOf(cluster.nodes())) {
                    producers.awaitMore(30);
                    long told = System.nanoTime();
                    node.terminate();
                    if (node.awaitExit() != 0) {
                        throw new AssertionError(node + " ended with " + node.awaitExit() + "\n" + node.said());
                    }
                    node.start();
                    cluster.awaitHealthyUnderLoad();
                    producers.awaitMore(10);
                    gaps.add(history.longestGapMs(told));
                }
            }
            producers.stop();
            history.check(cluster);
        }
        distribution("longest time without an acknowledgement in a restart, ms", gaps);
    }

    private void members() throws Exception {
        List<Long> gaps = new ArrayList<>();
        int next = 4;
        try (ClusterUnderTest cluster = ClusterUnderTest.start(directory, 3);
                Producers producers = Producers.start(cluster, history, PRODUCERS)) {
            for (int round = 0; round < amount; round++) {
                producers.awaitMore(30);
                long began = System.nanoTime();
                for (int i = 0; i < 2; i++) {
                    ClusterNode newcomer = cluster.newcomer("n" + next++);
                    newcomer.start();
                    MembersIT.add(cluster, newcomer);
                }
                producers.awaitMore(30);
                ClusterNode leader = cluster.awaitLeader();
                ClusterNode follower = cluster.others(leader).get(0);
                for (ClusterNode leaving : List.of(leader, follower)) {
                    MembersIT.remove(cluster, leaving);
                    cluster.awaitLeaderBut(leaving);
                    cluster.forget(leaving);
                }
                producers.awaitMore(30);
                gaps.add(history.longestGapMs(began));
            }
            producers.stop();
            history.check(cluster);
        }
        distribution("longest time without an acknowledgement in 3 to 5 to 3, the leader removed, ms", gaps);
    }

    private void many() throws Exception {
        long began = System.nanoTime();
        try (ClusterUnderTest cluster = ClusterUnderTest.startDirect(directory, amount)) {
            System.out.printf("%d nodes ready and of one state after %d ms%n", amount, millisSince(began));
            long published = System.nanoTime();
            try (Producers producers = Producers.start(cluster, history, PRODUCERS)) {
                producers.awaitMore(200);
                double seconds = millisSince(published) / 1000.0;
                System.out.printf("%.0f publishes/s by %d clients%n", history.size() / seconds, PRODUCERS);
                latency("acknowledgement", published);
                ClusterNode leader = cluster.awaitLeader();
                long killed = System.nanoTime();
                leader.kill();
                System.out.printf("leader killed, next acknowledgement after %d ms%n", producers.awaitAckSince(killed));
                producers.stop();
            }
            cluster.heal();
            history.check(cluster);
        }
    }

    /** A follower that is slow, then one that stands still, must not slow down the others. */
    private void slow() throws Exception {
        try (ClusterUnderTest cluster = ClusterUnderTest.start(directory, 3);
                Producers producers = Producers.start(cluster, history, 1)) {
            producers.awaitMore(300);
            ClusterNode leader = cluster.awaitLeader();
            // Not the node that the producer begins with: who publishes at a slow node waits for it.
            ClusterNode follower = cluster.others(leader, cluster.node("n1")).get(0);
            pauseWhileMeasuring("all healthy");
            // A round trip on this machine takes about half a millisecond.
            cluster.proxy().delay(leader.id(), follower.id(), 50);
            cluster.proxy().delay(follower.id(), leader.id(), 50);
            pauseWhileMeasuring("one follower 100 ms away");
            cluster.proxy().heal();
            cluster.awaitHealthyUnderLoad();
            follower.pause();
            pauseWhileMeasuring("one follower stopped");
            long resumed = System.nanoTime();
            follower.resume();
            cluster.awaitHealthyUnderLoad();
            System.out.printf("the stopped follower had caught up after %d ms%n", millisSince(resumed));
            pauseWhileMeasuring("all healthy again");
            producers.stop();
            history.check(cluster);
        }
    }

    private void pauseWhileMeasuring(String what) {
        long began = System.nanoTime();
        pause(amount * 1000L);
        latency(what, began);
    }

    /** A node that was alone comes back: nobody is elected anew. Elections of other causes are counted too. */
    private void rejoin() throws Exception {
        int elections = 0;
        try (ClusterUnderTest cluster = ClusterUnderTest.start(directory, 3);
                Producers producers = Producers.start(cluster, history, 1)) {
            for (int time = 0; time < amount; time++) {
                producers.awaitMore(5);
                ClusterNode leader = cluster.awaitLeader();
                long term = leader.status().getLong("term");
                ClusterNode follower = cluster.others(leader).get(random.nextInt(2));
                cluster.isolate(follower);
                pause(2000);
                long alone = cluster.awaitLeaderBut(follower).status().getLong("term");
                cluster.proxy().heal();
                cluster.awaitHealthyUnderLoad();
                pause(500);
                long after = cluster.awaitLeader().status().getLong("term");
                if (after > term) {
                    elections++;
                    System.out.printf("%d: term %d, %d while it was alone, %d after%n", time, term, alone, after);
                    System.out.println(cluster.report());
                }
            }
            producers.stop();
            history.check(cluster);
        }
        System.out.println(elections + " of " + amount + " rejoins with an election");
    }

    private void latency(String what, long sinceNanos) {
        List<Long> micros = new ArrayList<>(history.acks().stream()
                .filter(ack -> ack.begunNanos() - sinceNanos >= 0)
                .map(ack -> (ack.ackedNanos() - ack.begunNanos()) / 1000)
                .toList());
        distribution(what + ", us", micros);
    }

    private static void distribution(String what, List<Long> values) {
        List<Long> sorted = new ArrayList<>(values);
        sorted.sort(Comparator.naturalOrder());
        if (sorted.isEmpty()) {
            System.out.println(what + ": none");
            return;
        }
        System.out.printf(
                "%s: n %d, median %d, p90 %d, p99 %d, max %d%n",
                what, sorted.size(), at(sorted, 0.5), at(sorted, 0.9), at(sorted, 0.99), sorted.get(sorted.size() - 1));
    }

    private static long at(List<Long> sorted, double part) {
        return sorted.get(Math.min(sorted.size() - 1, (int) Math.ceil(part * sorted.size()) - 1));
    }

    private static void pause(long ms) {
        long until = System.nanoTime() + ms * NANOS_PER_MS;
        while (System.nanoTime() - until < 0) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
    }

    private static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / NANOS_PER_MS;
    }

    private static void delete(Path directory) throws Exception {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
