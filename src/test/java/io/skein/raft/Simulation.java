package io.skein.raft;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A cluster in memory under one seed: messages come late, twice, in any order or never, links are cut one way, disks are
 * slow, nodes stand still and crash and lose what was not written; one may lose its disk. Meanwhile members are added,
 * promoted, demoted and removed, leaders hand over, logs are compacted and snapshots sent, and readers ask.
 * {@link SafetyChecks} look after every step. Then all that stops, and the cluster must agree, and work.
 */
final class Simulation {
    private static final RaftTiming TIMING = RaftTiming.ofMillis(50, 300);
    private static final long MS = 1_000_000;
    /** Nodes beside the first voters, which may become members. */
    private static final int SPARES = 2;

    private record Envelope(NodeId from, long incarnation, NodeId to, Rpc rpc) {}

    /** What a node was asked to fetch for a peer in this life, and what a snapshot will hold. */
    private record Errand(SimulatedNode of, int life, Effect effect, Optional<SimulatedNode.Snapshot> snapshot) {}

    private final SplittableRandom random;
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final List<Envelope> network = new ArrayList<>();
    private final List<Errand> errands = new ArrayList<>();
    private final boolean[][] cut;
    private final SafetyChecks checks;
    private final Deque<Supplier<String>> lastTraces = new ArrayDeque<>();
    private final int lossPercent;
    private final int crashPermille;
    private final int diskPermille;
    private final int churnPermille;
    private final int compactPermille;
    private final int transferPermille;
    private final int readPermille;
    private final long paceNanos;
    private long nowNanos;
    private long proposals;
    private long reads;
    private boolean wiped;
    /** Hears nothing although all is well. */
    private Optional<NodeId> deaf = Optional.empty();

    private final int[] happened = new int[Happening.values().length];

    /** Counted, so that a run can show that it was about something. */
    enum Happening {
        LOAD,
        SNAPSHOT,
        TRANSFER,
        WIPE
    }

    Simulation(long seed, int voters) {
        random = new SplittableRandom(seed);
        int size = voters + SPARES;
        cut = new boolean[size][size];
        lossPercent = random.nextInt(3) == 0 ? 0 : random.nextInt(30);
        crashPermille = random.nextInt(3) == 0 ? 0 : random.nextInt(15);
        diskPermille = 50 + random.nextInt(450);
        churnPermille = random.nextInt(3) == 0 ? 0 : random.nextInt(30);
        compactPermille = random.nextInt(3) == 0 ? 0 : random.nextInt(30);
        transferPermille = random.nextInt(3) == 0 ? 0 : random.nextInt(20);
        readPermille = random.nextInt(40);
        paceNanos = (random.nextInt(3) == 0 ? 5 : 10 + random.nextLong(150)) * 3 * MS / size;
        var limits = new RaftLimits(1 + random.nextInt(4), 1 + random.nextInt(200), 1 + random.nextInt(8), 1_000, 64);
        Configuration configuration = SimulatedNode.voters(voters);
        for (int i = 1; i <= size; i++) {
            Configuration first = i <= voters ? configuration : Configuration.EMPTY;
            nodes.add(new SimulatedNode(new NodeId("" + i), first, TIMING, limits, random.split()));
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
            String states = nodes.stream().map(Simulation::state).collect(Collectors.joining("\n"));
            throw new AssertionError(
                    violated.getMessage() + "\n" + String.join("\n", traces) + "\n" + states, violated);
        }
    }

    SafetyChecks checks() {
        return checks;
    }

    int happened(Happening what) {
        return happened[what.ordinal()];
    }

    private void stepWithFaults() {
        SimulatedNode node = nodes.get(random.nextInt(nodes.size()));
        int dice = random.nextInt(1_000);
        if (dice < crashPermille) {
            if (node.isUp()) {
                crash(node, random.nextInt(node.underway() + 1));
            } else if (random.nextInt(4) == 0) {
                maybeWipe(node);
            }
        } else if (!node.isUp()) {
            if (dice < 200) {
                start(node);
            }
        } else if (dice < 30) {
            int from = random.nextInt(nodes.size());
            int to = random.nextInt(nodes.size());
            cut[from][to] = random.nextInt(3) == 0;
        } else if (dice < 130) {
            ask(node);
        } else if (dice < 130 + diskPermille) {
            List<SimulatedNode> busy =
                    nodes.stream().filter(n -> n.underway() > 0).toList();
            node = busy.isEmpty() ? node : busy.get(random.nextInt(busy.size()));
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
        } else if (dice < 970 && !errands.isEmpty()) {
            run(errands.remove(random.nextInt(errands.size())), random.nextInt(4) > 0);
        } else {
            nowNanos += random.nextLong(dice > 997 ? 2_000 * MS : paceNanos);
            // Sometimes one of them stands still.
            wakeAllDue(random.nextInt(4) > 0 ? -1 : random.nextInt(nodes.size()));
        }
    }

    private void ask(SimulatedNode anyone) {
        List<SimulatedNode> leaders =
                nodes.stream().filter(n -> n.isUp() && n.raft().isLeader()).toList();
        SimulatedNode node =
                leaders.isEmpty() || random.nextBoolean() ? anyone : leaders.get(random.nextInt(leaders.size()));
        int dice = random.nextInt(100);
        if (leaders.size() > 1 && random.nextBoolean()) {
            // One of them was deposed and does not know.
            leaders.forEach(this::read);
            return;
        }
        if (random.nextInt(1_000) < compactPermille * 10) {
            compact(node);
        }
        if (dice < readPermille) {
            read(node);
        } else if (node.raft().isLeader() && random.nextInt(1_000) < transferPermille * 10) {
            step(node, new Input.Transfer(nodes.get(random.nextInt(nodes.size())).id));
            if (node.raft().transferee().isPresent()) {
                happened[Happening.TRANSFER.ordinal()]++;
                if (random.nextInt(3) == 0) {
                    handOverUnheard(node);
                }
            }
        } else if (node.raft().isLeader() && random.nextInt(1_000) < churnPermille * 10) {
            churn(node);
        } else if (node.raft().mayPropose()) {
            step(node, new Input.Propose(Entry.Kind.COMMANDS, ("p" + ++proposals).getBytes(UTF_8)));
        }
    }

    /** In no time another leads and commits, and the one that was deposed hears nothing of it while it is asked. */
    private void handOverUnheard(SimulatedNode deposed) {
        for (int from = 0; from < nodes.size(); from++) {
            cut[from][numberOf(deposed.id)] = true;
        }
        for (int round = 0; round < 12; round++) {
            nodes.forEach(node -> finishWrites(node, node.underway()));
            List<Envelope> arriving = network.stream()
                    .filter(e -> !cut[numberOf(e.from())][numberOf(e.to())])
                    .toList();
            network.removeAll(arriving);
            arriving.forEach(this::arrive);
            for (SimulatedNode node : nodes) {
                if (node.isUp() && node != deposed && node.raft().mayPropose()) {
                    step(node, new Input.Propose(Entry.Kind.COMMANDS, ("p" + ++proposals).getBytes(UTF_8)));
                }
            }
        }
        read(deposed);
        // Old answers to it come late.
        List<Envelope> late = network.stream()
                .filter(e -> e.to().equals(deposed.id) && e.rpc() instanceof Rpc.AppendEntriesReply)
                .toList();
        network.removeAll(late);
        late.forEach(this::arrive);
    }

    private void read(SimulatedNode node) {
        long id = ++reads;
        checks.asksToRead(node, id);
        step(node, new Input.ReadIndex(id));
    }

    private void compact(SimulatedNode node) {
        long settled = Math.min(node.raft().commitIndex(), node.raft().durableIndex());
        long index = node.compacted() + random.nextLong(settled - node.compacted() + 1);
        if (random.nextBoolean()) {
            node.raft().compact(index); // from memory only
        } else {
            node.keepCommitHint();
            node.compact(index);
        }
    }

    // Membership. The operator knows which nodes lost their disk, and leaves no configuration without a majority of
    // others.

    private void churn(SimulatedNode leader) {
        Raft raft = leader.raft();
        var members = new ArrayList<>(raft.configuration().members());
        SimulatedNode node = nodes.get(random.nextInt(nodes.size()));
        Optional<Member> member = raft.configuration().member(node.id);
        member.ifPresent(members::remove);
        boolean same = member.isPresent() && member.get().incarnation() == node.incarnation() && random.nextInt(3) > 0;
        if (member.isEmpty() || same) {
            boolean voter = random.nextInt(3) > 0;
            members.add(new Member(node.id, node.incarnation(), "node" + node.id + ":7002", voter));
        }
        propose(leader, new Configuration(members));
    }

    private void propose(SimulatedNode leader, Configuration next) {
        if (leader.raft().mayChangeConfiguration()
                && !next.members().isEmpty()
                && next.isOneStepFrom(leader.raft().configuration())
                && hasMajorityOfDisks(next)) {
            note(() -> leader.id + " proposes members " + Trace.of(next));
            step(
                    leader,
                    new Input.Propose(Entry.Kind.CONFIGURATION, Trace.of(next).getBytes(UTF_8)));
        }
    }

    private boolean hasMajorityOfDisks(Configuration configuration) {
        long whole = nodes.stream()
                .filter(n -> configuration
                        .member(n.id)
                        .filter(m -> m.voter() && m.incarnation() == n.incarnation())
                        .isPresent())
                .count();
        return whole > configuration.voters().size() / 2;
    }

    /** One disk in a history, and only when a majority is left whatever configuration is in somebody's log. */
    private void maybeWipe(SimulatedNode node) {
        if (wiped) {
            return;
        }
        var configurations = new ArrayList<Configuration>();
        for (SimulatedNode other : nodes) {
            configurations.add(other.firstConfiguration());
            for (Entry entry : other.diskLog()) {
                if (entry.kind() == Entry.Kind.CONFIGURATION) {
                    configurations.add(SimulatedNode.configuration(entry.payload()));
                }
            }
            if (other.isUp()) {
                configurations.add(other.raft().configuration());
            }
        }
        for (Configuration configuration : configurations) {
            if (configuration.voters().size() < 3 && configuration.isVoter(node.id)) {
                return;
            }
        }
        wiped = true;
        happened[Happening.WIPE.ordinal()]++;
        node.wipe(node.incarnation() + 100);
        checks.afterWipe(node);
        note(() -> node.id + " lost its disk");
    }

    private void healAndAgree() {
        for (SimulatedNode node : nodes) {
            if (!node.isUp()) {
                start(node);
            }
        }
        // The last words and errands of the time of faults are lost.
        errands.forEach(errand -> run(errand, false));
        errands.clear();
        runHealthy(700);
        healUntil("agreement", this::agree);
        SimulatedNode leader = leader().orElseThrow();
        long term = leader.raft().term();

        // Those that are no members must not disturb the others, nor one that cannot hear.
        SimulatedNode other = nodes.get(random.nextInt(nodes.size()));
        boolean canSpare = leader.raft().configuration().voters().size() > 2
                && isWhole(leader.raft().configuration());
        if (other != leader && (canSpare || !leader.raft().configuration().isVoter(other.id))) {
            deaf = Optional.of(other.id);
        }
        runHealthy(2_000);
        deaf = Optional.empty();
        check(
                leader.raft().hasCommittedInTerm() && leader.raft().term() == term,
                "a leader without faults was deposed");
        healUntil("agreement with the deaf", this::agree);
        if (canSpare && other != leader && leader.raft().configuration().isVoter(other.id)) {
            handOverInVain(leader, other);
        }

        nodes.forEach(this::read);
        step(leader, new Input.Propose(Entry.Kind.COMMANDS, "last".getBytes(UTF_8)));
        long index = leader.raft().lastIndex();
        healUntil("a last entry", () -> agree() && leader.raft().commitIndex() >= index);
        healUntil("last reads", () -> nodes.stream().noneMatch(checks::waitsForReads));

        Optional<NodeId> successor = leader.raft().successor();
        if (successor.isPresent()) {
            step(leader, new Input.Transfer(successor.get()));
            healUntil("a transfer", () -> agree() && leader().get().id.equals(successor.get()));
            check(leader().get().raft().term() == term + 1, "a transfer took more than a term");
        }
    }

    private void handOverInVain(SimulatedNode leader, SimulatedNode to) {
        step(leader, new Input.Propose(Entry.Kind.COMMANDS, "more".getBytes(UTF_8)));
        crash(to, 0);
        step(leader, new Input.Transfer(to.id));
        check(leader.raft().transferee().equals(Optional.of(to.id)), "refuses to hand over");
        runHealthy(400);
        check(leader.raft().mayPropose(), "still handing over to a dead node");
        start(to);
        healUntil("agreement after a hand-over in vain", this::agree);
        check(leader.raft().isLeader(), "deposed by a hand-over in vain");
    }

    private boolean isWhole(Configuration configuration) {
        return nodes.stream()
                .allMatch(n -> configuration
                        .member(n.id)
                        .filter(m -> m.voter() && m.incarnation() != n.incarnation())
                        .isEmpty());
    }

    private void healUntil(String what, Supplier<Boolean> holds) {
        for (int round = 0; round < 6_000; round++) {
            if (holds.get()) {
                return;
            }
            runHealthy(1);
        }
        throw new AssertionError("no " + what + " after all faults ended");
    }

    private void runHealthy(int ms) {
        for (int i = 0; i < ms; i++) {
            nowNanos += MS;
            wakeAllDue(-1);
            nodes.stream().filter(SimulatedNode::isUp).forEach(node -> finishWrites(node, node.underway()));
            List<Errand> running = List.copyOf(errands);
            errands.clear();
            running.forEach(errand -> run(errand, true));
            List<Envelope> arriving = List.copyOf(network);
            network.clear();
            arriving.stream().filter(e -> !deaf.equals(Optional.of(e.to()))).forEach(this::arrive);
        }
    }

    private Optional<SimulatedNode> leader() {
        List<SimulatedNode> leaders =
                nodes.stream().filter(n -> n.raft().hasCommittedInTerm()).toList();
        return leaders.size() == 1 ? Optional.of(leaders.get(0)) : Optional.empty();
    }

    /** One leader that has committed in its term, and all members have and know it all. */
    private boolean agree() {
        if (leader().isEmpty() || leader().get().raft().lastIndex() < checks.highestCommitted()) {
            return false;
        }
        Raft leader = leader().get().raft();
        return leader.isConfigurationCommitted()
                && leader.configuration().isVoter(leader.self())
                && nodes.stream()
                        .filter(n -> leader.configuration()
                                .member(n.id)
                                .filter(m -> m.incarnation() == n.incarnation())
                                .isPresent())
                        .allMatch(n -> n.raft().term() == leader.term()
                                && n.raft().commitIndex() == leader.lastIndex()
                                && n.raft().durableIndex() == leader.lastIndex()
                                && n.raft().configuration().equals(leader.configuration())
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

    private void crash(SimulatedNode node, int arrived) {
        node.crash(arrived);
        checks.afterWrite(node);
        note(() -> node.id + " crashes");
    }

    private void start(SimulatedNode node) {
        node.start();
        note(() -> node.id + " starts");
    }

    private void finishWrites(SimulatedNode node, int count) {
        if (node.underway() > 0) {
            List<Effect> effects = node.finishWrites(count, nowNanos);
            if (random.nextInt(4) == 0) {
                node.keepCommitHint();
            }
            checks.afterWrite(node);
            carryOut(node, effects);
        }
    }

    private void arrive(Envelope envelope) {
        SimulatedNode to = nodes.get(numberOf(envelope.to()));
        if (to.isUp()) {
            step(to, new Input.Received(envelope.from(), envelope.incarnation(), envelope.rpc()));
        }
    }

    private void run(Errand errand, boolean succeeds) {
        if (!errand.of().isUp() || errand.of().lives() != errand.life()) {
            return;
        }
        if (errand.effect() instanceof Effect.Load load) {
            happened[Happening.LOAD.ordinal()] += succeeds ? 1 : 0;
            List<Entry> entries = succeeds ? read(errand.of(), load) : List.of();
            step(errand.of(), new Input.Loaded(load.peer(), entries));
        } else if (errand.effect() instanceof Effect.SendSnapshot send) {
            SimulatedNode.Snapshot snapshot = errand.snapshot().orElseThrow();
            SimulatedNode peer = nodes.get(numberOf(send.peer()));
            boolean arrives = succeeds && peer.isUp();
            if (arrives && peer.raft().wants(snapshot.index(), snapshot.term())) {
                happened[Happening.SNAPSHOT.ordinal()]++;
                note(() -> peer.id + " installs a snapshot of " + snapshot.index());
                peer.install(snapshot);
                checks.afterWrite(peer);
            }
            step(errand.of(), new Input.SnapshotSent(send.peer(), snapshot.index(), arrives));
        }
    }

    private static List<Entry> read(SimulatedNode node, Effect.Load load) {
        var entries = new ArrayList<Entry>();
        if (load.fromIndex() > node.compacted()) {
            int bytes = 0;
            for (Entry entry : node.diskLog()
                    .subList((int) load.fromIndex() - 1, node.diskLog().size())) {
                bytes += entry.size();
                if (!entries.isEmpty() && bytes > load.maxBytes()) {
                    break;
                }
                entries.add(entry);
            }
        }
        return entries;
    }

    private void step(SimulatedNode node, Input input) {
        carryOut(node, node.step(input, nowNanos));
    }

    private void carryOut(SimulatedNode node, List<Effect> effects) {
        for (Effect effect : effects) {
            note(() -> Trace.of(node.id, effect));
            if (effect instanceof Effect.Send send && network.size() < 500) {
                network.add(new Envelope(node.id, node.incarnation(), send.to(), send.rpc()));
            } else if (effect instanceof Effect.Load) {
                errands.add(new Errand(node, node.lives(), effect, Optional.empty()));
            } else if (effect instanceof Effect.SendSnapshot) {
                int settled =
                        (int) Math.min(node.raft().commitIndex(), node.raft().durableIndex());
                errands.add(new Errand(node, node.lives(), effect, node.snapshot(settled)));
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

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }

    private static String state(SimulatedNode node) {
        if (!node.isUp()) {
            return node.id + " is down, on disk " + node.diskLog().size() + " entries, " + node.diskHardState();
        }
        Raft raft = node.raft();
        return node.id + "/" + node.incarnation() + " is " + raft.role() + " in term " + raft.term() + ", log "
                + node.compacted() + " < " + raft.firstInMemory() + " .. " + raft.lastIndex() + ", durable "
                + raft.durableIndex() + ", commit " + raft.commitIndex() + ", members "
                + Trace.of(raft.configuration()) + " by " + raft.configurationIndex() + ", peers " + raft.peers();
    }

    private int numberOf(NodeId id) {
        return Integer.parseInt(id.value()) - 1;
    }
}
