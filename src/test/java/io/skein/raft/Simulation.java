package io.skein.raft;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * A cluster in memory under one seed: messages come late, twice, in any order or never, links are cut one way, disks are
 * slow, nodes stand still and crash and lose what was not written. {@link SafetyChecks} look after every step. Then all
 * that stops, and the cluster must agree.
 */
final class Simulation {
    private static final RaftTiming TIMING = RaftTiming.ofMillis(50, 300);
    private static final long MS = 1_000_000;

    private record Envelope(NodeId from, NodeId to, Rpc rpc) {}

    private final SplittableRandom random;
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final List<Envelope> network = new ArrayList<>();
    private final boolean[][] cut;
    private final SafetyChecks checks;
    private final Deque<Supplier<String>> lastTraces = new ArrayDeque<>();
    private final int lossPercent;
    private final int crashPermille;
    private final int diskPermille;
    private final long paceNanos;
    private long nowNanos;
    private long proposals;

    Simulation(long seed, int size) {
        random = new SplittableRandom(seed);
        cut = new boolean[size][size];
        lossPercent = random.nextInt(30);
        crashPermille = random.nextInt(15);
        diskPermille = 50 + random.nextInt(500);
        paceNanos = (10 + random.nextLong(150)) * MS;
        var limits = new RaftLimits(1 + random.nextInt(4), 1 + random.nextInt(200), 1 + random.nextInt(8), 1_000, 64);
        Configuration configuration = SimulatedNode.voters(size);
        for (NodeId id : configuration.voters()) {
            nodes.add(new SimulatedNode(id, configuration, TIMING, limits, random.split()));
        }
        checks = new SafetyChecks(nodes);
        nodes.forEach(SimulatedNode::start);
    }

    void run(int steps) {
        try {
            for (int i = 0; i < steps; i++) {
                stepWithFaults();
            }
            healAndAgree();
        } catch (AssertionError violated) {
            List<String> traces = lastTraces.stream().map(Supplier::get).toList();
            throw new AssertionError(violated.getMessage() + "\n" + String.join("\n", traces), violated);
        }
    }

    long committed() {
        return checks.highestCommitted();
    }

    private void stepWithFaults() {
        SimulatedNode node = nodes.get(random.nextInt(nodes.size()));
        int dice = random.nextInt(1_000);
        if (dice < crashPermille) {
            if (node.isUp()) {
                node.crash(random.nextInt(node.underway() + 1));
                checks.afterWrite(node);
                note(() -> node.id + " crashes");
            }
        } else if (!node.isUp()) {
            if (dice < 200) {
                node.start();
                note(() -> node.id + " starts");
            }
        } else if (dice < 30) {
            int from = random.nextInt(nodes.size());
            int to = random.nextInt(nodes.size());
            cut[from][to] = random.nextInt(3) == 0;
        } else if (dice < 130) {
            propose(node);
        } else if (dice < 130 + diskPermille) {
            finishWrites(node, 1 + random.nextInt(Math.max(1, node.underway())));
        } else if (dice < 960 && !network.isEmpty()) {
            // Mostly one of the oldest, sometimes any.
            int window = random.nextInt(8) == 0 ? network.size() : Math.min(network.size(), 4);
            int place = random.nextInt(window);
            boolean twice = random.nextInt(10) == 0;
            Envelope envelope = twice ? network.get(place) : network.remove(place);
            if (random.nextInt(100) >= lossPercent && !cut[numberOf(envelope.from())][numberOf(envelope.to())]) {
                arrive(envelope);
            }
        } else {
            nowNanos += random.nextLong(dice > 997 ? 2_000 * MS : paceNanos);
            // Sometimes one of them stands still.
            wakeAllDue(random.nextInt(4) > 0 ? -1 : random.nextInt(nodes.size()));
        }
    }

    private void healAndAgree() {
        for (SimulatedNode node : nodes) {
            if (!node.isUp()) {
                node.start();
            }
        }
        for (int round = 0; round < 4_000 && !agree(); round++) {
            nowNanos += MS;
            wakeAllDue(-1);
            nodes.forEach(node -> finishWrites(node, node.underway()));
            List<Envelope> arriving = List.copyOf(network);
            network.clear();
            arriving.forEach(this::arrive);
        }
        if (!agree()) {
            throw new AssertionError("no agreement after all faults ended");
        }
    }

    /** One leader that has committed in its term, and everybody has and knows it all. */
    private boolean agree() {
        List<SimulatedNode> leaders =
                nodes.stream().filter(n -> n.raft().hasCommittedInTerm()).toList();
        if (leaders.size() != 1 || leaders.get(0).raft().lastIndex() < checks.highestCommitted()) {
            return false;
        }
        Raft leader = leaders.get(0).raft();
        return nodes.stream()
                .allMatch(n -> n.raft().term() == leader.term()
                        && n.raft().commitIndex() == leader.lastIndex()
                        && n.raft().durableIndex() == leader.lastIndex()
                        && n.raft().leader().equals(leader.leader()));
    }

    /** @param except the number of a node that stands still; -1 when none does */
    private void wakeAllDue(int except) {
        for (int i = 0; i < nodes.size(); i++) {
            SimulatedNode node = nodes.get(i);
            if (i != except && node.isUp() && node.raft().nextDeadlineNanos() <= nowNanos) {
                step(node, new Input.Tick());
            }
        }
    }

    private void propose(SimulatedNode node) {
        if (node.raft().mayPropose()) {
            step(node, new Input.Propose(Entry.Kind.COMMANDS, ("p" + ++proposals).getBytes(UTF_8)));
        }
    }

    private void finishWrites(SimulatedNode node, int count) {
        if (node.underway() > 0) {
            List<Effect> effects = node.finishWrites(count, nowNanos);
            checks.afterWrite(node);
            carryOut(node, effects);
        }
    }

    private void arrive(Envelope envelope) {
        SimulatedNode to = nodes.get(numberOf(envelope.to()));
        if (to.isUp()) {
            step(
                    to,
                    new Input.Received(
                            envelope.from(),
                            nodes.get(numberOf(envelope.from())).incarnation(),
                            envelope.rpc()));
        }
    }

    private void step(SimulatedNode node, Input input) {
        carryOut(node, node.step(input, nowNanos));
    }

    private void carryOut(SimulatedNode node, List<Effect> effects) {
        for (Effect effect : effects) {
            note(() -> Trace.of(node.id, effect));
            if (effect instanceof Effect.Send send && network.size() < 500) {
                network.add(new Envelope(node.id, send.to(), send.rpc()));
            }
        }
        checks.after(node, effects);
    }

    private void note(Supplier<String> line) {
        if (lastTraces.size() == 100) {
            lastTraces.remove();
        }
        long nanos = nowNanos;
        lastTraces.add(() -> nanos / MS + " ms: " + line.get());
    }

    private int numberOf(NodeId id) {
        return Integer.parseInt(id.value()) - 1;
    }
}
