package io.skein.simulator;

import static io.skein.simulator.History.check;

import io.skein.raft.Member;
import io.skein.raft.Role;
import io.skein.replica.Input;
import io.skein.replica.Proposal;
import io.skein.simulator.LastEvents.What;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * Liveness: no faults any more, and nothing on the network that is older. Whatever was begun comes to its end within a
 * bounded time, all nodes agree, what is published is decided, consumers get what is theirs, and nobody disturbs a leader.
 */
final class Calm {
    private static final long NANOS_PER_MS = 1_000_000;
    /** How far the median of the clocks may be ahead of the log's time in the end: no leader would resign for that. */
    private static final long LEFT_BEHIND_MS = 59_000;
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

    private final Simulation world;
    private final Network network;
    private final Operator operator;
    private final Decay decay;
    private final SplittableRandom schedule;
    private long nextMend;
    private long heedAt;

    Calm(Simulation world, Network network, Operator operator, Decay decay, SplittableRandom schedule) {
        this.world = world;
        this.network = network;
        this.operator = operator;
        this.decay = decay;
        this.schedule = schedule;
    }

    /** No faults any more: whatever was begun comes to its end, and all agree. */
    void comeToRest(boolean everythingDue) {
        world.endFaults();
        network.heal();
        world.nodes().forEach(SimulatedNode::mend);
        decay.scrub();
        // Whatever was late comes now; from then on nothing that any node says is older than the faults.
        proceedFor(Network.LATE_NANOS);
        heedAt = world.agenda().now() + HEED_NANOS;
        long until = world.agenda().now() + ENOUGH_NANOS;
        untilAtRest(until, everythingDue);
        untilInTime(until, everythingDue);

        if (world.options().consumers().isOn() && schedule.nextBoolean()) {
            until = world.agenda().now() + ENOUGH_NANOS;
            ask(world.workload()::redrive);
            untilAtRest(until, everythingDue);
            drain();
            until = world.agenda().now() + ENOUGH_NANOS;
            untilAtRest(until, everythingDue);
        }
        SimulatedNode leader = world.leader(schedule).orElseThrow();
        long decided = world.workload().decided();
        publish(leader);
        int before = world.reads();
        List<SimulatedNode> members =
                world.nodes().stream().filter(node -> isMember(leader, node)).toList();
        members.forEach(world::read);
        untilAtRest(until, everythingDue);
        check(world.workload().decided() > decided, "what was published without faults was not decided");
        check(
                world.reads() == before + members.size(),
                "%d of %d reads failed",
                before + members.size() - world.reads(),
                members.size());

        world.subscribers().forEach(subscriber -> subscriber.hasAll(members.get(0)));
        for (SimulatedNode node : members) {
            world.ledger().finished(node.disk().rows().stored(), everythingDue);
            node.readers().look();
            node.readers().checkRows();
            if (world.options().consumers().isOn()) {
                world.custody().agrees(node.subscriptions());
            }
            world.people().agrees(node.accounts(), node.mails());
        }
        if (schedule.nextInt(4) == 0) {
            // Those that are no members must not disturb the others.
            SimulatedNode last = world.leader(schedule).orElseThrow();
            long term = last.replica().term();
            proceedFor(QUIET_NANOS);
            check(
                    last.leads() && last.replica().term() == term,
                    "a leader without faults was deposed in term %d",
                    term);
        }
    }

    /** Consumers without faults get everything, what was dead too, once what was lent and delayed has come back. */
    private void drain() {
        long settled = -1;
        long until = 0;
        while (!world.custody().isDrained(world.history().highestStamp())) {
            if (world.custody().settled() > settled) {
                settled = world.custody().settled();
                until = world.agenda().now() + STUCK_NANOS;
            }
            if (world.agenda().now() >= until) {
                throw new AssertionError("messages are not given to consumers: " + world.custody());
            }
            ask(world.workload()::drain);
            proceedFor(DRAIN_NANOS);
            mend();
        }
    }

    /** Of the leader, if there is one. */
    private void ask(Supplier<List<Proposal>> operations) {
        world.leader(schedule).ifPresent(leader -> {
            world.tellTime();
            world.workload().at(leader, world.agenda().now());
            List<Proposal> proposals = operations.get();
            if (!proposals.isEmpty()) {
                leader.feed(new Input.Proposed(proposals));
            }
        });
    }

    private void publish(SimulatedNode leader) {
        world.tellTime();
        world.workload().at(leader, world.agenda().now());
        leader.feed(new Input.Proposed(List.of(world.workload().fresh())));
    }

    /** The log's time is not left behind by the clocks for long (DESIGN D5). */
    private void untilInTime(long until, boolean everythingDue) {
        publish(world.leader(schedule).orElseThrow());
        untilAtRest(until, everythingDue);
        while (isLeftBehind(world.leader(schedule).orElseThrow())) {
            check(world.agenda().now() < until, "the log's time stays behind that of the clocks");
            proceedFor(1_000 * NANOS_PER_MS);
            untilAtRest(until, everythingDue);
            publish(world.leader(schedule).orElseThrow());
            untilAtRest(until, everythingDue);
        }
    }

    private boolean isLeftBehind(SimulatedNode leader) {
        long[] walls = leader.configuration().voters().stream()
                .mapToLong(voter -> world.node(voter).wallMs())
                .sorted()
                .toArray();
        return walls[(walls.length - 1) / 2] - leader.replica().appliedTime() > LEFT_BEHIND_MS;
    }

    private void untilAtRest(long until, boolean everythingDue) {
        while (!isAtRest(everythingDue)) {
            if (world.agenda().now() >= until) {
                throw new AssertionError("no rest: " + world.nodes() + ", not answered: " + world.workload());
            }
            proceedFor(20 * NANOS_PER_MS);
            mend();
        }
    }

    private void proceedFor(long nanos) {
        long end = world.agenda().now() + nanos;
        world.agenda().after(nanos, () -> {});
        while (world.agenda().now() < end) {
            world.agenda().proceed();
        }
    }

    private void mend() {
        long patienceMs = Math.max(world.options().traffic().patienceMs(), LAST_PATIENCE_MS);
        world.workload()
                .timeOut(world.agenda().now() - patienceMs * NANOS_PER_MS, id -> world.note(What.TIMED_OUT, id));
        Optional<SimulatedNode> leader = world.leader(schedule);
        if (leader.isEmpty() || world.workload().waited() >= Simulation.MAX_WAITED) {
            return;
        }
        if (world.agenda().now() >= nextMend) {
            nextMend = world.agenda().now() + 500 * NANOS_PER_MS;
            operator.mend();
            if (world.agenda().now() >= heedAt) {
                decay.heed(leader.get());
            }
        }
        world.tellTime();
        world.workload().at(leader.get(), world.agenda().now());
        if (!leader.get().replica().isDiskFull()) {
            List<Proposal> retries = world.workload().retries();
            // What waits in a log that was overwritten is answered when something else is committed in its place, and
            // a state is compared when entries come.
            boolean waits = !world.workload()
                            .isIdle(node -> isMember(leader.get(), world.nodes().get(node)))
                    || world.nodes().stream().anyMatch(node -> node.isRotten() && isMember(leader.get(), node));
            if (retries.isEmpty() && waits) {
                retries = List.of(world.workload().fresh());
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
        for (SimulatedNode node : world.nodes()) {
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
                || world.history().highestCommitted() > leader.replica().lastIndex()) {
            return false;
        }
        if (!world.upgrades().isDone(leader)) {
            return false;
        }
        SimulatedNode one = leader;
        if (!world.workload().isIdle(node -> isMember(one, world.nodes().get(node)))) {
            return false;
        }
        if (everythingDue
                && Math.min(
                                Math.min(
                                        leader.topics().nextDue(),
                                        leader.subscriptions().nextDue()),
                                leader.accounts().nextDue())
                        != Long.MAX_VALUE) {
            return false;
        }
        long last = leader.replica().lastIndex();
        for (Member member : leader.configuration().members()) {
            SimulatedNode node = world.node(member.id());
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
