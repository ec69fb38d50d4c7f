package io.skein.simulator;

import static io.skein.simulator.History.check;

import io.skein.account.AccountCommand;
import io.skein.mailbox.MailCommand;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import io.skein.replica.Effect;
import io.skein.replica.Effect.Refuse.Reason;
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
 * <p>Who acts: {@link Publishers}, {@link Workers}, {@link People} and {@link Subscriber}s ask, {@link Faults} go wrong, and in the end
 * there is {@link Calm}.
 *
 * <p>Who watches: {@link SimulatedDisk} what reaches a disk and in which order, {@link Rows} what it comes to,
 * {@link Ledger} every message, {@link Workload} every answer, {@link Verdicts} every decision, {@link Custody} every
 * message of every subscription, {@link PeopleTruth} accounts and mail, {@link History} terms, logs, commits, states and promises, {@link Witness} the indexes of
 * one node, {@link Readers} who reads there.
 */
final class Simulation {
    private static final long NANOS_PER_MS = 1_000_000;
    /** How long a subscriber takes for a page, or waits for a node, at most. */
    private static final long TURN_NANOS = 60 * NANOS_PER_MS;

    private static final long WALL_MS = 1_700_000_000_000L;
    /** How much later than all honest clocks a stamp may be: each new term adds one. */
    private static final long STAMP_SLACK_MS = 5_000;
    /** Waiting at one time; clients ask for no more above it. */
    static final int MAX_WAITED = 100;

    private final Agenda agenda = new Agenda();
    private final LastEvents events = new LastEvents();
    private final History history = new History();
    private final Ledger ledger = new Ledger();
    private final Options options;
    private final SplittableRandom schedule;
    private final SplittableRandom disks;
    private final Custody custody;
    private final PeopleTruth people = new PeopleTruth();
    private final Verdicts verdicts;
    private final Workload workload;
    private final Network network;
    private final Operator operator;
    private final Faults faults;
    private final Calm calm;
    private final Upgrades upgrades;
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final List<Subscriber> subscribers = new ArrayList<>();
    private final SplittableRandom streams;

    private boolean faultsOff;
    private long trace;
    private int installs;
    private int reads;
    private int amnesiacs;
    private int corrupt;
    private long nextRead = 1;
    /** How long all machines were suspended so far: only wall clocks know. */
    private long sleptMs;

    Simulation(long seed) {
        this(seed, Optional.empty());
    }

    /** As it was before there were several builds. */
    static Simulation ofOneBuild(long seed) {
        Options drawn = Options.draw(new SplittableRandom(seed).split());
        return new Simulation(seed, Optional.of(drawn.ofOneBuild()));
    }

    /** @param given instead of those that the seed would draw */
    Simulation(long seed, Optional<Options> given) {
        SplittableRandom root = new SplittableRandom(seed);
        Options drawn = Options.draw(root.split());
        options = given.orElse(drawn);
        schedule = root.split();
        disks = root.split();
        SplittableRandom clocks = root.split();
        SplittableRandom ofPublishers = root.split();
        network = new Network(agenda, root.split(), options.nodes(), options.links());
        Operator operator = new Operator(this, root.split());
        Decay decay = new Decay(this, operator, root.split());
        this.operator = operator;
        for (int i = 0; i < options.nodes(); i++) {
            nodes.add(new SimulatedNode(this, i, root.split()));
        }
        custody = new Custody(options.consumers().limits());
        Verdicts.Watcher ofMessages = options.consumers().isOn() ? custody : (at, command, decision) -> {};
        verdicts = new Verdicts((at, command, decision) -> {
            boolean isOfPeople = command instanceof AccountCommand || command instanceof MailCommand;
            (isOfPeople ? people : ofMessages).decided(at, command, decision);
        });
        // What came later draws from a seed of its own, so that the others draw what they always drew.
        SplittableRandom ofPeople = new SplittableRandom(~seed);
        workload = new Workload(ofPublishers, root.split(), ofPeople, options, ledger, people, verdicts);
        faults = new Faults(this, network, operator, decay, new Faults.Streams(schedule, disks, clocks, root.split()));
        SplittableRandom ofSubscribers = root.split();
        for (int i = 0; i < options.subscribers(); i++) {
            subscribers.add(new Subscriber(this, ofSubscribers.split()));
        }
        streams = ofSubscribers.split();
        upgrades = new Upgrades(this, new SplittableRandom(seed * 31 + 7));
        calm = new Calm(this, network, operator, decay, schedule);
    }

    // What was seen in the end.

    long trace() {
        return trace;
    }

    int crashes() {
        return faults.crashes();
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

    Upgrades upgrades() {
        return upgrades;
    }

    Custody custody() {
        return custody;
    }

    PeopleTruth people() {
        return people;
    }

    Workload workload() {
        return workload;
    }

    /** Messages that subscribers got. */
    int followed() {
        return subscribers.stream().mapToInt(Subscriber::seen).sum();
    }

    List<Subscriber> subscribers() {
        return subscribers;
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

    /** All machines sleep; only wall clocks know. */
    void sleep(long ms) {
        sleptMs += ms;
    }

    void endFaults() {
        faultsOff = true;
        note(What.FAULTS_OFF);
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
        if (faults.isLost(from, to, send.message().rpc())) {
            return;
        }
        long incarnation = from.incarnation();
        int life = to.life();
        int ability = from.ability();
        int clusterLevel = from.clusterLevel();
        network.send(from.number(), to.number(), () -> {
            if (!Upgrades.meet(ability, clusterLevel, to)) {
                return;
            }
            // What is doubled and late after all survives a restart of the receiver, but does not help it to remember.
            if (!to.promises().forgot() || to.life() == life) {
                to.feed(new Input.Received(from.id(), incarnation, send.message()));
            }
        });
    }

    void sendSnapshot(SimulatedNode from, NodeId peer, SimulatedDisk.Snapshot snapshot) {
        note(What.SNAPSHOT, snapshot.settled().index(), node(peer).number() + 1);
        new Shipment(this, network, from, peer, snapshot).send(-1);
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

    /** Somebody reads there. */
    void read(SimulatedNode node) {
        if (node.isUp()) {
            node.readers().read(nextRead++);
        }
    }

    void hasRead() {
        reads++;
    }

    void refused(long id, Reason reason) {
        if (Operator.isOperators(id)) {
            operator.refused(id);
        } else {
            workload.refused(id, reason);
        }
    }

    /** One wrong clock neither expires things early nor keeps them alive (DESIGN D5). */
    void checkTime(long stamp) {
        check(
                !options.timeIsKnown() || stamp <= trueMs() + Faults.HONEST_MS + STAMP_SLACK_MS,
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
        calm.comeToRest(everythingDue);
        if (everythingDue) {
            faults.powerFails(0);
            calm.comeToRest(true);
        }
    }

    private void begin() {
        faults.setClocks();
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < options.voters(); i++) {
            members.add(new Member(
                    nodes.get(i).id(), nodes.get(i).incarnation(), nodes.get(i).id() + ":6000", true));
        }
        var first = FirstEntry.batch(members, trueMs());
        for (SimulatedNode node : nodes) {
            if (node.number() < options.voters()) {
                node.disk().submit(first);
                node.disk().complete();
            }
        }
        history.begin();
        nodes.forEach(SimulatedNode::start);
        agenda.after(1, this::propose);
        faults.begin();
        upgrades.begin();
        subscribers.forEach(this::follow);
    }

    /** A subscriber has its turn every few milliseconds, as long as the world goes on. */
    private void follow(Subscriber subscriber) {
        agenda.after(1 + streams.nextLong(TURN_NANOS), () -> {
            subscriber.turn(nodes.get(streams.nextInt(nodes.size())));
            follow(subscriber);
        });
    }

    private SimulatedNode any() {
        return nodes.get(schedule.nextInt(nodes.size()));
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
            node.readers().look();
        }
        // Most come one after the other, some after a rest.
        long rest = schedule.nextInt(200) == 0
                ? 5_000 * NANOS_PER_MS
                : 2 * options.traffic().everyNanos();
        agenda.after(1 + schedule.nextLong(rest), this::propose);
    }

    void tellTime() {
        long latest = Math.max(history.highestStamp(), history.highestMedian());
        for (SimulatedNode node : nodes) {
            latest = Math.max(latest, node.wallMs());
        }
        workload.time(history.highestStamp(), latest);
    }
}
