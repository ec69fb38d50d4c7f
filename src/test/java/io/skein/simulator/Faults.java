package io.skein.simulator;

import io.skein.raft.Rpc;
import io.skein.simulator.LastEvents.What;
import java.util.Optional;
import java.util.SplittableRandom;

/** What goes wrong, and when: each kind of fault about as often as the options say, until faults end. */
final class Faults {
    private static final long NANOS_PER_MS = 1_000_000;
    private static final long HOURS_MS = 3 * 3600 * 1000;
    /** A node that lost its disk asks so often to come back. */
    private static final int MEND_MS = 500;
    /** How far an honest clock may be off. */
    static final int HONEST_MS = 200;

    /** Whose turn it is, and when; each other concern draws from its own. */
    record Streams(
            SplittableRandom schedule, SplittableRandom disks, SplittableRandom clocks, SplittableRandom islands) {}

    private final Simulation world;
    private final Network network;
    private final Operator operator;
    private final Decay decay;
    private final SplittableRandom schedule;
    private final SplittableRandom disks;
    private final SplittableRandom clocks;
    private final SplittableRandom islands;
    /** Whose clock is off by hours, in a run that is about that. */
    private int wild;

    private int crashes;

    /** Bits of the nodes on an island where only a new leader is heard; 0 when there is none. */
    private int island;

    private long islandUntil;

    Faults(Simulation world, Network network, Operator operator, Decay decay, Streams streams) {
        this.world = world;
        this.network = network;
        this.operator = operator;
        this.decay = decay;
        schedule = streams.schedule();
        disks = streams.disks();
        clocks = streams.clocks();
        islands = streams.islands();
    }

    int crashes() {
        return crashes;
    }

    /** Before anything happens: no two clocks say the same. */
    void setClocks() {
        wild = clocks.nextInt(world.nodes().size());
        for (SimulatedNode node : world.nodes()) {
            node.jump(clocks.nextInt(2 * HONEST_MS) - HONEST_MS);
            if (world.options().clocks().wild() && node.number() == wild) {
                node.jump(clocks.nextLong(2 * HOURS_MS) - HOURS_MS);
            }
        }
    }

    void begin() {
        Options options = world.options();
        now(options.links().partitionMs(), this::repartition);
        now(options.links().clogMs(), network::clog);
        now(options.disks().fullMs(), () -> any().full(1 + schedule.nextInt(5000)));
        now(options.islandMs(), this::isolate);
        now(options.forgetMs(), decay::forget);
        now(options.deafMs(), this::deafenLeader);
        now(options.failures().crashMs(), this::crash);
        now(options.failures().pauseMs(), this::pause);
        now(options.failures().powerMs(), () -> powerFails(-1));
        now(options.clocks().jumpMs(), this::jump);
        now(options.clocks().suspendMs(), this::suspend);
        now(options.disks().decayMs(), decay::strike);
        now(options.disks().tightMs(), () -> any().tight(1 + schedule.nextInt(3000)));
        now(
                options.disks().decayMs() > 0
                                || options.forgetMs() > 0
                                || options.churn().wipes()
                        ? MEND_MS
                        : 0,
                operator::mend);
        now(options.churn().changeMs(), operator::changeMembers);
        now(options.churn().transferMs(), operator::transfer);
        now(options.churn().snapshotMs(), this::offerSnapshot);
        now(options.traffic().readMs(), () -> {
            SimulatedNode node = schedule.nextBoolean() ? world.leader(schedule).orElseGet(this::any) : any();
            world.read(node);
        });
    }

    private SimulatedNode any() {
        return world.nodes().get(schedule.nextInt(world.nodes().size()));
    }

    /** About every so many milliseconds, until faults end. */
    private void now(int everyMs, Runnable what) {
        if (everyMs > 0) {
            world.agenda().after(1 + schedule.nextLong(2 * everyMs * NANOS_PER_MS), () -> {
                if (!world.faultsOff()) {
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
        boolean asleep = deaf || clocks.nextInt(3) == 0;
        if (deaf) {
            deafen(node, ms);
        } else {
            node.pause(ms, asleep);
        }
    }

    /** A leader stands still for about as long as the others need to elect another. */
    private void deafenLeader() {
        world.leader(islands).ifPresent(leader -> {
            long timeoutMs = world.options().timing().electionTimeoutNanos() / NANOS_PER_MS;
            deafen(leader, 2 + (int) (timeoutMs / 2) + islands.nextInt((int) (4 * timeoutMs)));
        });
    }

    /** It will go on as a leader, by its own clock, and be asked before it hears what was said meanwhile. */
    private void deafen(SimulatedNode node, int ms) {
        node.pause(ms, true);
        network.clogTo(node.number(), (ms + 1L) * NANOS_PER_MS);
        world.agenda().after((ms - 1L) * NANOS_PER_MS, () -> {
            if (!world.faultsOff()) {
                world.read(node);
            }
        });
    }

    private void repartition() {
        world.note(What.PARTITION);
        network.repartition();
    }

    /**
     * A leader with a minority, and slow disks there. Either nothing comes over, or the others are not heard until one of
     * them leads: then those who follow the old leader learn of the new one by entries that contradict what they are about to
     * write.
     */
    private void isolate() {
        Optional<SimulatedNode> leader = world.leader(islands);
        if (leader.isEmpty() || world.nodes().size() < 3 || world.agenda().now() < islandUntil) {
            return;
        }
        world.note(What.ISLAND, leader.get().number() + 1);
        // Long enough for the others to elect somebody while those here still write.
        long timeout = world.options().timing().electionTimeoutNanos();
        long nanos = timeout + islands.nextLong(4 * timeout);
        islandUntil = world.agenda().now() + nanos;
        int bits = 1 << leader.get().number();
        for (int i = (world.nodes().size() - 1) / 2 - 1; i > 0; i--) {
            SimulatedNode other =
                    world.nodes().get(islands.nextInt(world.nodes().size()));
            bits |= 1 << other.number();
            other.slow(islands.nextLong(2 * timeout), nanos);
        }
        if (islands.nextInt(3) == 0) {
            network.isolate(bits);
            world.agenda().after(nanos, network::join);
        } else {
            island = bits;
        }
    }

    /** Whether this does not come over from or to an island where only a new leader is heard. */
    boolean isLost(SimulatedNode from, SimulatedNode to, Rpc rpc) {
        if (island == 0) {
            return false;
        }
        if (world.faultsOff() || world.agenda().now() >= islandUntil) {
            island = 0;
            return false;
        }
        boolean leaves = (island >> from.number() & 1) == 1 && (island >> to.number() & 1) == 0;
        boolean enters = (island >> from.number() & 1) == 0 && (island >> to.number() & 1) == 1;
        return leaves || enters && !(rpc instanceof Rpc.AppendEntries);
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
            world.agenda().after(schedule.nextLong(1_000 * NANOS_PER_MS), () -> {
                if (to.incarnation() == incarnation) {
                    to.offer(snapshot);
                }
            });
        }
    }

    /** @param kept batches in flight that reach each disk all the same; -1 for by chance */
    void powerFails(int kept) {
        world.note(What.POWER);
        world.nodes().forEach(node -> {
            node.crash(kept);
            node.disk().losePower(disks.nextInt(3));
        });
    }

    private void jump() {
        boolean large = world.options().clocks().largeJumps() && clocks.nextInt(4) == 0;
        SimulatedNode node = world.options().clocks().oneJumps() ? world.nodes().get(wild) : any();
        node.jump(large ? clocks.nextLong(2 * HOURS_MS) - HOURS_MS : clocks.nextInt(20_000) - 10_000);
        if (large) {
            world.nodes().forEach(SimulatedNode::forgetRequests);
        }
    }

    private void suspend() {
        long ms = clocks.nextLong(clocks.nextBoolean() ? HOURS_MS : 120_000);
        world.note(What.SUSPEND, ms);
        world.sleep(ms);
        world.nodes().forEach(SimulatedNode::forgetRequests);
    }
}
