package io.skein.simulator;

import static io.skein.simulator.History.check;

import io.skein.raft.Member;
import io.skein.raft.NodeId;
import io.skein.raft.Role;
import io.skein.replica.Effect;
import io.skein.replica.Input;
import io.skein.replica.Proposal;
import io.skein.simulator.LastEvents.What;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A whole cluster, of one to seven nodes: real {@code Replica}s with the real machines on simulated disks, clocks and a
 * network, with crashes at any point, also between two effects (CLAIMS.md). One seed decides everything; each concern
 * draws from a stream of its own.
 *
 * <p>Who watches: {@link SimulatedDisk} what reaches a disk and in which order, {@link Rows} what it comes to,
 * {@link Ledger} every message, {@link Workload} every answer, {@link History} terms, logs, commits, states and
 * promises, {@link SimulatedNode} its readers and its indexes.
 */
final class Simulation {
    private static final long NANOS_PER_MS = 1_000_000;
    private static final long WALL_MS = 1_700_000_000_000L;
    private static final long HOURS_MS = 3 * 3600 * 1000;
    /** How far an honest clock may be off. */
    private static final int HONEST_MS = 200;
    /** How much later than all honest clocks a stamp may be: each new term adds one. */
    private static final long STAMP_SLACK_MS = 5_000;
    /** How far the median of the clocks may be ahead of the log's time in the end: no leader would resign for that. */
    private static final long LEFT_BEHIND_MS = 59_000;
    /** A node that lost its disk asks so often to come back. */
    private static final int MEND_MS = 500;
    /** Waiting at one time; clients ask for no more above it. */
    private static final int MAX_WAITED = 100;
    /** Clients that have waited so long are not told by a cluster without faults, either. */
    private static final long LAST_PATIENCE_MS = 5_000;
    /** Virtual time in which a cluster without faults must have done whatever it is to do. */
    private static final long ENOUGH_NANOS = 120_000 * NANOS_PER_MS;
    /** When an operator looks whether nodes can agree at all. */
    private static final long HEED_NANOS = 20_000 * NANOS_PER_MS;
    /** How often consumers without faults ask for more. */
    private static final long DRAIN_NANOS = 5 * NANOS_PER_MS;
    /** Longer than any lease or delay, after which one of them must have got something. */
    private static final long STUCK_NANOS = 30_000 * NANOS_PER_MS;
    /** How long after that it is left alone. */
    private static final long QUIET_NANOS = 2_000 * NANOS_PER_MS;

    private final Agenda agenda = new Agenda();
    private final LastEvents events = new LastEvents();
    private final History history = new History();
    private final Ledger ledger = new Ledger();
    private final Options options;
    private final SplittableRandom schedule;
    private final SplittableRandom disks;
    private final SplittableRandom clocks;
    private final SplittableRandom islands;
    private final Custody custody;
    private final Verdicts verdicts;
    private final Workload workload;
    private final Network network;
    private final Operator operator;
    private final Decay decay;
    private final List<SimulatedNode> nodes = new ArrayList<>();

    private boolean faultsOff;
    private long trace;
    private int crashes;
    private int installs;
    private int reads;
    private int amnesiacs;
    private int corrupt;
    private long nextRead = 1;
    private long nextMend;
    private long heedAt;
    /** How long all machines were suspended so far: only wall clocks know. */
    private long sleptMs;

    private int wild;

    Simulation(long seed) {
        this(seed, Optional.empty());
    }

    /** @param given instead of those that the seed would draw */
    Simulation(long seed, Optional<Options> given) {
        SplittableRandom root = new SplittableRandom(seed);
        Options drawn = Options.draw(root.split());
        options = given.orElse(drawn);
        schedule = root.split();
        disks = root.split();
        clocks = root.split();
        SplittableRandom ofPublishers = root.split();
        network = new Network(agenda, root.split(), options.nodes(), options.links());
        operator = new Operator(this, root.split());
        decay = new Decay(this, operator, root.split());
        for (int i = 0; i < options.nodes(); i++) {
            nodes.add(new SimulatedNode(this, i, root.split()));
        }
        custody = new Custody(options.consumers().limits());
        verdicts = new Verdicts(options.consumers().isOn() ? custody : (at, command, decision) -> {});
        workload = new Workload(ofPublishers, root.split(), options, ledger, verdicts);
        islands = root.split();
    }

    // What was seen in the end.

    long trace() {
        return trace;
    }

    int crashes() {
        return crashes;
    }

    int installs() {
        return installs;
    }

    int reads() {
        return reads;
    }

    /** Nodes whose leaders found that they lack what they acknowledged. */
    int amnesiacs() {
        return amnesiacs;
    }

    /** Nodes whose state was found to differ. */
    int corrupt() {
        return corrupt;
    }

    int acknowledged() {
        return ledger.acknowledged();
    }

    Options options() {
        return options;
    }

    List<String> lastEvents() {
        return events.lines();
    }

    // What the parts ask of it.

    Agenda agenda() {
        return agenda;
    }

    LastEvents events() {
        return events;
    }

    History history() {
        return history;
    }

    Ledger ledger() {
        return ledger;
    }

    Verdicts verdicts() {
        return verdicts;
    }

    Custody custody() {
        return custody;
    }

    Workload workload() {
        return workload;
    }

    List<SimulatedNode> nodes() {
        return nodes;
    }

    SimulatedNode node(NodeId id) {
        return nodes.get(id.value().charAt(1) - '1');
    }

    boolean faultsOff() {
        return faultsOff;
    }

    void trace(long of) {
        trace = trace * 31 + of;
    }

    void note(What what, long... numbers) {
        events.add(agenda.now() / NANOS_PER_MS, 0, what, numbers);
    }

    long trueMs() {
        return WALL_MS + sleptMs + agenda.now() / NANOS_PER_MS;
    }

    /** Some node that believes to lead. */
    Optional<SimulatedNode> leader(SplittableRandom random) {
        int first = random.nextInt(nodes.size());
        for (int i = 0; i < nodes.size(); i++) {
            SimulatedNode node = nodes.get((first + i) % nodes.size());
            if (node.leads()) {
                return Optional.of(node);
            }
        }
        return Optional.empty();
    }

    long diskLatency() {
        Options.Disks kind = faultsOff ? Options.Disks.good(false) : options.disks();
        long latency = 1 + disks.nextLong(2 * kind.latencyNanos());
        return kind.slow() > 0 && disks.nextInt(1000) < kind.slow()
                ? latency + disks.nextLong(1000 * NANOS_PER_MS)
                : latency;
    }

    /** How long something takes that another part of the process does. */
    long errand() {
        return 1 + schedule.nextLong(faultsOff ? NANOS_PER_MS : 20 * NANOS_PER_MS);
    }

    void send(SimulatedNode from, Effect.Send send) {
        SimulatedNode to = node(send.to());
        long incarnation = from.incarnation();
        int life = to.life();
        network.send(from.number(), to.number(), () -> {
            // What is doubled and late after all survives a restart of the receiver, but does not help it to remember.
            if (!to.forgot() || to.life() == life) {
                to.feed(new Input.Received(from.id(), incarnation, send.message()));
            }
        });
    }

    void sendSnapshot(SimulatedNode from, NodeId peer, SimulatedDisk.Snapshot snapshot) {
        SimulatedNode to = node(peer);
        int life = from.life();
        long index = snapshot.settled().index();
        note(What.SNAPSHOT, index, to.number() + 1);
        network.transfer(
                from.number(),
                to.number(),
                () -> {
                    boolean ok = to.offer(snapshot);
                    network.transfer(
                            to.number(),
                            from.number(),
                            () -> sent(from, life, peer, index, ok),
                            () -> sent(from, life, peer, index, false));
                },
                () -> sent(from, life, peer, index, false));
    }

    private static void sent(SimulatedNode from, int life, NodeId peer, long index, boolean ok) {
        if (from.life() == life) {
            from.feed(new Input.SnapshotSent(peer, index, ok));
        }
    }

    void installed() {
        installs++;
    }

    void found(Effect what) {
        if (what instanceof Effect.Amnesiac) {
            amnesiacs++;
        } else {
            corrupt++;
        }
    }

    void hasRead() {
        reads++;
    }

    void refused(long id) {
        if (Operator.isOperators(id)) {
            operator.refused(id);
        } else {
            workload.refused(id);
        }
    }

    /** One wrong clock neither expires things early nor keeps them alive (DESIGN D5). */
    void checkTime(long stamp) {
        check(
                !options.timeIsKnown() || stamp <= trueMs() + HONEST_MS + STAMP_SLACK_MS,
                "stamped %d ms ahead of all honest clocks",
                stamp - trueMs());
    }

    // The course of things.

    /** Safety with faults, then liveness without. */
    void run(int steps) {
        begin();
        for (int i = 0; i < steps; i++) {
            agenda.proceed();
        }
        boolean everythingDue = schedule.nextInt(4) == 0;
        comeToRest(everythingDue);
        if (everythingDue) {
            powerFails(0);
            comeToRest(true);
        }
    }

    private void begin() {
        wild = clocks.nextInt(nodes.size());
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < options.voters(); i++) {
            members.add(new Member(
                    nodes.get(i).id(), nodes.get(i).incarnation(), nodes.get(i).id() + ":6000", true));
        }
        var first = FirstEntry.batch(members, trueMs());
        for (SimulatedNode node : nodes) {
            node.jump(clocks.nextInt(2 * HONEST_MS) - HONEST_MS);
            if (options.clocks().wild() && node.number() == wild) {
                node.jump(clocks.nextLong(2 * HOURS_MS) - HOURS_MS);
            }
            if (node.number() < options.voters()) {
                node.disk().submit(first);
                node.disk().complete();
            }
        }
        history.begin();
        nodes.forEach(SimulatedNode::start);
        agenda.after(1, this::propose);
        now(options.links().partitionMs(), this::repartition);
        now(options.links().clogMs(), network::clog);
        now(options.disks().fullMs(), () -> any().full(1 + schedule.nextInt(5000)));
        if (options.islands().everyMs() > 0) {
            now(options.islands().everyMs(), this::isolate);
        }
        now(options.failures().crashMs(), this::crash);
        now(options.failures().pauseMs(), this::pause);
        now(options.failures().powerMs(), () -> powerFails(-1));
        now(options.clocks().jumpMs(), this::jump);
        now(options.clocks().suspendMs(), this::suspend);
        now(options.disks().decayMs(), decay::strike);
        now(options.disks().tightMs(), () -> any().tight(1 + schedule.nextInt(3000)));
        now(options.disks().decayMs() > 0 || options.churn().wipes() ? MEND_MS : 0, operator::mend);
        now(options.churn().changeMs(), operator::changeMembers);
        now(options.churn().transferMs(), operator::transfer);
        now(options.churn().snapshotMs(), this::offerSnapshot);
        now(options.traffic().readMs(), () -> {
            SimulatedNode node = schedule.nextBoolean() ? leader(schedule).orElseGet(this::any) : any();
            node.read(nextRead++);
        });
    }

    private SimulatedNode any() {
        return nodes.get(schedule.nextInt(nodes.size()));
    }

    /** About every so many milliseconds, until faults end. */
    private void now(int everyMs, Runnable what) {
        if (everyMs > 0) {
            agenda.after(1 + schedule.nextLong(2 * everyMs * NANOS_PER_MS), () -> {
                if (!faultsOff) {
                    what.run();
                    now(everyMs, what);
                }
            });
        }
    }

    private void pause() {
        SimulatedNode node = any();
        int ms = 2 + schedule.nextInt(schedule.nextInt(8) == 0 ? 30_000 : 2_000);
        boolean deaf = node.leads() && schedule.nextInt(3) == 0;
        node.pause(ms, deaf || clocks.nextInt(3) == 0);
        if (deaf) {
            // It will go on as a leader, by its own clock, and be asked before it hears what was said meanwhile.
            network.clogTo(node.number(), (ms + 1L) * NANOS_PER_MS);
            agenda.after((ms - 1L) * NANOS_PER_MS, () -> {
                if (!faultsOff) {
                    node.read(nextRead++);
                }
            });
        }
    }

    private void repartition() {
        note(What.PARTITION);
        network.repartition();
    }

    /** A leader with a minority, and slow disks there. */
    private void isolate() {
        Optional<SimulatedNode> leader = leader(islands);
        if (leader.isEmpty() || nodes.size() < 3) {
            return;
        }
        note(What.ISLAND, leader.get().number() + 1);
        int side = 1 << leader.get().number();
        for (int i = (nodes.size() - 1) / 2 - 1; i > 0; i--) {
            SimulatedNode other = nodes.get(islands.nextInt(nodes.size()));
            side |= 1 << other.number();
            other.slow(
                    islands.nextInt(options.islands().slowMs() + 1),
                    options.islands().forMs());
        }
        network.isolate(side);
        agenda.after(1 + islands.nextLong(options.islands().forMs() * NANOS_PER_MS), network::join);
    }

    private void crash() {
        SimulatedNode node = any();
        crashes += node.isUp() ? 1 : 0;
        node.crash(-1);
    }

    /** Snapshots come late, and from former leaders: whoever gets one decides for itself. */
    private void offerSnapshot() {
        SimulatedNode from = any();
        SimulatedNode to = any();
        // Nobody is sent one before it has answered in the sender's term.
        if (from != to
                && from.disk().settled().index() > 0
                && !from.isDoomed()
                && to.disk().hardState().term() >= from.disk().hardState().term()) {
            SimulatedDisk.Snapshot snapshot = from.disk().snapshot();
            long incarnation = to.incarnation();
            agenda.after(schedule.nextLong(1_000 * NANOS_PER_MS), () -> {
                if (to.incarnation() == incarnation) {
                    to.offer(snapshot);
                }
            });
        }
    }

    private void powerFails(int kept) {
        note(What.POWER);
        nodes.forEach(node -> {
            node.crash(kept);
            node.disk().losePower(disks.nextInt(3));
        });
    }

    private void jump() {
        boolean large = options.clocks().largeJumps() && clocks.nextInt(4) == 0;
        SimulatedNode node = options.clocks().oneJumps() ? nodes.get(wild) : any();
        node.jump(large ? clocks.nextLong(2 * HOURS_MS) - HOURS_MS : clocks.nextInt(20_000) - 10_000);
        if (large) {
            nodes.forEach(SimulatedNode::forgetRequests);
        }
    }

    private void suspend() {
        long ms = clocks.nextLong(clocks.nextBoolean() ? HOURS_MS : 120_000);
        note(What.SUSPEND, ms);
        sleptMs += ms;
        nodes.forEach(SimulatedNode::forgetRequests);
    }

    // Clients.

    private void propose() {
        if (faultsOff) {
            return;
        }
        tellTime();
        workload.timeOut(agenda.now() - options.traffic().patienceMs() * NANOS_PER_MS, id -> note(What.TIMED_OUT, id));
        Optional<SimulatedNode> leader = schedule.nextInt(4) > 0 ? leader(schedule) : Optional.empty();
        SimulatedNode node = leader.orElseGet(this::any);
        if (node.isUp() && workload.waited() < MAX_WAITED) {
            workload.at(node, agenda.now());
            List<Proposal> proposals = workload.next(1 + schedule.nextInt(5));
            note(What.PROPOSED, proposals.size(), proposals.get(0).id());
            node.feed(new Input.Proposed(proposals));
        }
        if (node.isCaughtUp() && schedule.nextInt(8) == 0) {
            node.store().settle(() -> {});
            node.look();
        }
        // Most come one after the other, some after a rest.
        long rest = schedule.nextInt(200) == 0
                ? 5_000 * NANOS_PER_MS
                : 2 * options.traffic().everyNanos();
        agenda.after(1 + schedule.nextLong(rest), this::propose);
    }

    private void tellTime() {
        long latest = Math.max(history.highestStamp(), history.highestMedian());
        for (SimulatedNode node : nodes) {
            latest = Math.max(latest, node.wallMs());
        }
        workload.time(history.highestStamp(), latest);
    }

    // Liveness.

    /** No faults any more: whatever was begun comes to its end, and all agree. */
    private void comeToRest(boolean everythingDue) {
        faultsOff = true;
        note(What.FAULTS_OFF);
        network.heal();
        nodes.forEach(SimulatedNode::mend);
        decay.scrub();
        // Whatever was late comes now; from then on nothing that any node says is older than the faults.
        proceedFor(Network.LATE_NANOS);
        heedAt = agenda.now() + HEED_NANOS;
        long until = agenda.now() + ENOUGH_NANOS;
        untilAtRest(until, everythingDue);
        untilInTime(until, everythingDue);

        if (options.consumers().isOn() && schedule.nextBoolean()) {
            drain();
            until = agenda.now() + ENOUGH_NANOS;
            untilAtRest(until, everythingDue);
        }
        SimulatedNode leader = leader(schedule).orElseThrow();
        long decided = workload.decided();
        publish(leader);
        int before = reads;
        List<SimulatedNode> members =
                nodes.stream().filter(node -> isMember(leader, node)).toList();
        members.forEach(node -> node.read(nextRead++));
        untilAtRest(until, everythingDue);
        check(workload.decided() > decided, "what was published without faults was not decided");
        check(
                reads == before + members.size(),
                "%d of %d reads failed",
                before + members.size() - reads,
                members.size());

        for (SimulatedNode node : members) {
            ledger.finished(node.disk().rows().stored(), everythingDue);
            node.look();
            node.checkRows();
            if (options.consumers().isOn()) {
                custody.agrees(node.subscriptions());
            }
        }
        if (schedule.nextInt(4) == 0) {
            // Those that are no members must not disturb the others.
            SimulatedNode last = leader(schedule).orElseThrow();
            long term = last.replica().term();
            proceedFor(QUIET_NANOS);
            check(
                    last.leads() && last.replica().term() == term,
                    "a leader without faults was deposed in term %d",
                    term);
        }
    }

    /** Consumers without faults get everything, once what was lent and delayed has come back. */
    private void drain() {
        long settled = -1;
        long until = 0;
        while (!custody.isDrained(history.highestStamp())) {
            if (custody.settled() > settled) {
                settled = custody.settled();
                until = agenda.now() + STUCK_NANOS;
            }
            if (agenda.now() >= until) {
                throw new AssertionError("messages are not given to consumers: " + custody);
            }
            leader(schedule).ifPresent(leader -> {
                tellTime();
                workload.at(leader, agenda.now());
                List<Proposal> proposals = workload.drain();
                if (!proposals.isEmpty()) {
                    leader.feed(new Input.Proposed(proposals));
                }
            });
            proceedFor(DRAIN_NANOS);
            mend();
        }
    }

    private void publish(SimulatedNode leader) {
        tellTime();
        workload.at(leader, agenda.now());
        leader.feed(new Input.Proposed(List.of(workload.fresh())));
    }

    /** The log's time is not left behind by the clocks for long (DESIGN D5). */
    private void untilInTime(long until, boolean everythingDue) {
        publish(leader(schedule).orElseThrow());
        untilAtRest(until, everythingDue);
        while (isLeftBehind(leader(schedule).orElseThrow())) {
            check(agenda.now() < until, "the log's time stays behind that of the clocks");
            proceedFor(1_000 * NANOS_PER_MS);
            untilAtRest(until, everythingDue);
            publish(leader(schedule).orElseThrow());
            untilAtRest(until, everythingDue);
        }
    }

    private boolean isLeftBehind(SimulatedNode leader) {
        long[] walls = leader.configuration().voters().stream()
                .mapToLong(voter -> node(voter).wallMs())
                .sorted()
                .toArray();
        return walls[(walls.length - 1) / 2] - leader.replica().appliedTime() > LEFT_BEHIND_MS;
    }

    private void untilAtRest(long until, boolean everythingDue) {
        while (!isAtRest(everythingDue)) {
            if (agenda.now() >= until) {
                throw new AssertionError("no rest: " + nodes + ", not answered: " + workload);
            }
            proceedFor(20 * NANOS_PER_MS);
            mend();
        }
    }

    private void proceedFor(long nanos) {
        long end = agenda.now() + nanos;
        agenda.after(nanos, () -> {});
        while (agenda.now() < end) {
            agenda.proceed();
        }
    }

    private void mend() {
        long patienceMs = Math.max(options.traffic().patienceMs(), LAST_PATIENCE_MS);
        workload.timeOut(agenda.now() - patienceMs * NANOS_PER_MS, id -> note(What.TIMED_OUT, id));
        Optional<SimulatedNode> leader = leader(schedule);
        if (leader.isEmpty() || workload.waited() >= MAX_WAITED) {
            return;
        }
        if (agenda.now() >= nextMend) {
            nextMend = agenda.now() + 500 * NANOS_PER_MS;
            operator.mend();
            if (agenda.now() >= heedAt) {
                decay.heed(leader.get());
            }
        }
        tellTime();
        workload.at(leader.get(), agenda.now());
        if (!leader.get().replica().isDiskFull()) {
            List<Proposal> retries = workload.retries();
            // What waits in a log that was overwritten is answered when something else is committed in its place, and
            // a state is compared when entries come.
            boolean waits = !workload.isIdle(node -> isMember(leader.get(), nodes.get(node)))
                    || nodes.stream().anyMatch(node -> node.isRotten() && isMember(leader.get(), node));
            if (retries.isEmpty() && waits) {
                retries = List.of(workload.fresh());
            }
            if (!retries.isEmpty()) {
                leader.get().feed(new Input.Proposed(retries));
            }
        }
    }

    private static boolean isMember(SimulatedNode leader, SimulatedNode node) {
        return leader.configuration()
                .member(node.id())
                .filter(member -> member.incarnation() == node.incarnation())
                .isPresent();
    }

    /** One leader, one configuration, equal logs, rows and hashes; nobody waits; nothing is due any more, if asked. */
    private boolean isAtRest(boolean everythingDue) {
        SimulatedNode leader = null;
        for (SimulatedNode node : nodes) {
            if (!node.isUp()) {
                return false;
            }
            if (node.leads()) {
                if (leader != null) {
                    return false;
                }
                leader = node;
            }
        }
        if (leader == null
                || leader.replica().isDiskFull()
                || history.highestCommitted() > leader.replica().lastIndex()) {
            return false;
        }
        SimulatedNode one = leader;
        if (!workload.isIdle(node -> isMember(one, nodes.get(node)))) {
            return false;
        }
        if (everythingDue
                && Math.min(leader.topics().nextDue(), leader.subscriptions().nextDue()) != Long.MAX_VALUE) {
            return false;
        }
        long last = leader.replica().lastIndex();
        for (Member member : leader.configuration().members()) {
            SimulatedNode node = node(member.id());
            if (node.incarnation() != member.incarnation()
                    || member.promote()
                    || node.replica().term() != leader.replica().term()
                    || node.replica().appliedIndex() != last
                    || node.replica().lastIndex() != last
                    || node.disk().settled().index() != last
                    || node.replica().stateHash() != leader.replica().stateHash()
                    || !node.configuration().equals(leader.configuration())
                    || !node.isCaughtUp()
                    || !node.replica().leader().equals(Optional.of(leader.id()))
                    || node.isBusy()
                    || node != leader && node.replica().role() == Role.LEADER) {
                return false;
            }
        }
        return true;
    }
}
