package io.skein.simulator;

import static io.skein.simulator.History.check;

import io.skein.account.AccountMachine;
import io.skein.machine.FeatureLevel;
import io.skein.machine.Machine;
import io.skein.mailbox.MailMachine;
import io.skein.raft.Configuration;
import io.skein.raft.NodeId;
import io.skein.raft.Role;
import io.skein.replica.Effect;
import io.skein.replica.Image;
import io.skein.replica.Input;
import io.skein.replica.Replica;
import io.skein.simulator.LastEvents.What;
import io.skein.subscription.SubscriptionMachine;
import io.skein.topic.TopicMachine;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * One node: the real {@link Replica} with the real machines, its disk, its clocks, its lives. Whatever it wants done is
 * done here, or by the {@link Simulation} when it concerns others.
 */
final class SimulatedNode {
    private static final long NANOS_PER_MS = 1_000_000;
    /** Inputs that wait for a node that stands still; messages that come then are lost. */
    private static final int MAX_HELD = 2_000;

    /** Added to the incarnation with each lost disk. */
    private static final long LOST = 100;

    private final Simulation world;
    private final int number;
    private final NodeId id;
    private final SplittableRandom faults;
    private final SplittableRandom timeouts;
    private SimulatedDisk disk;
    private final Promises promises = new Promises();
    private boolean quarantined;
    /** The highest feature level that the build knows which runs here, or ran last; 0 before the first. */
    private int ability;

    private long incarnation;

    private final NodeClock clock;
    private long fullUntil;
    private boolean tight;
    private long slowNanos;
    private long slowUntil;

    // Of this life.
    private int life;
    private boolean up;
    private boolean paused;
    private final ArrayDeque<Input> held = new ArrayDeque<>();
    private Replica replica;
    private TopicMachine topics;
    private SubscriptionMachine subscriptions;
    private AccountMachine accounts;
    private MailMachine mails;
    private Witness witness;
    private SimulatedStore store;
    private Readers readers;
    private Alarm alarm;

    private boolean leads;
    private boolean wasLeader;
    private long ledTerm;
    private boolean caughtUp;

    SimulatedNode(Simulation world, int number, SplittableRandom random) {
        this.world = world;
        this.number = number;
        this.id = new NodeId("n" + (number + 1));
        this.clock = new NodeClock(world);
        this.incarnation = number + 1;
        this.faults = random.split();
        this.timeouts = random.split();
        this.disk = emptyDisk();
    }

    private SimulatedDisk emptyDisk() {
        return new SimulatedDisk(new Rows(world.options(), world.ledger(), world.people()), world.history());
    }

    int number() {
        return number;
    }

    NodeId id() {
        return id;
    }

    long incarnation() {
        return incarnation;
    }

    int ability() {
        return ability;
    }

    /** As far as it has applied, now or in its last life. */
    int clusterLevel() {
        return replica == null ? FeatureLevel.FIRST : replica.featureLevel();
    }

    int life() {
        return life;
    }

    SimulatedDisk disk() {
        return disk;
    }

    Replica replica() {
        return replica;
    }

    TopicMachine topics() {
        return topics;
    }

    SubscriptionMachine subscriptions() {
        return subscriptions;
    }

    AccountMachine accounts() {
        return accounts;
    }

    MailMachine mails() {
        return mails;
    }

    boolean isUp() {
        return up;
    }

    boolean isPaused() {
        return paused;
    }

    boolean leads() {
        return up && leads;
    }

    /** Before the step that is under way. */
    boolean wasLeader() {
        return wasLeader;
    }

    /** The term that it led before this step. */
    long ledTerm() {
        return ledTerm;
    }

    boolean isCaughtUp() {
        return up && caughtUp;
    }

    SimulatedStore store() {
        return store;
    }

    Readers readers() {
        return readers;
    }

    /** Whether this one's reader has not gone, nor the life in which it began to read. */
    boolean feeds(Feed feed) {
        return up && readers.contains(feed);
    }

    boolean isBusy() {
        return paused || store.isBusy() || readers.waiting() > 0;
    }

    /** As of its last life, while it is down. */
    Configuration configuration() {
        return witness == null ? Configuration.EMPTY : witness.configuration();
    }

    SimulatedNode other(NodeId other) {
        return world.node(other);
    }

    long wallMs() {
        return clock.wallMs();
    }

    void jump(long ms) {
        event(What.WALL_JUMP, ms);
        clock.jump(ms);
    }

    void full(long ms) {
        event(What.FULL_BEGINS, ms);
        fullUntil = world.agenda().now() + ms * NANOS_PER_MS;
    }

    boolean isDiskFull() {
        return world.agenda().now() < fullUntil;
    }

    /** How much longer a batch takes now. */
    long slowNanos() {
        return !world.faultsOff() && world.agenda().now() < slowUntil ? slowNanos : 0;
    }

    /** Every batch takes so much longer, for {@code nanos}. */
    void slow(long byNanos, long nanos) {
        slowNanos = byNanos;
        slowUntil = world.agenda().now() + nanos;
    }

    /** Little room is left: what frees some is taken. */
    void tight(long ms) {
        if (up && !tight) {
            event(What.TIGHT, ms);
            tight = true;
            feed(new Input.DiskTight(true));
            later(ms * NANOS_PER_MS, this::loosen);
        }
    }

    private void loosen() {
        if (tight) {
            tight = false;
            feed(new Input.DiskTight(false));
        }
    }

    /** The disk is as good as it is empty of faults. */
    void mend() {
        fullUntil = 0;
        resume();
        loosen();
        if (up && world.upgrades().isOld(this)) {
            crash(-1);
        }
        if (!up) {
            start();
        }
    }

    // Lives.

    void start() {
        if (up) {
            return;
        }
        if (disk.wentBackwards() || disk.isStartDamaged()) {
            wipe();
        }
        life++;
        up = true;
        disk.emptyTemporary();
        Options options = world.options();
        ability = world.upgrades().ability(this, ability);
        Image image = disk.image();
        clock.boot(faults.nextLong(NANOS_PER_MS));
        topics = new TopicMachine(options.limits());
        subscriptions = new SubscriptionMachine(topics, options.consumers().limits());
        accounts = new AccountMachine(PeopleTruth.ACCOUNT_LIMITS);
        mails = new MailMachine(accounts, PeopleTruth.MAIL_LIMITS);
        replica = new Replica(
                id,
                incarnation,
                image,
                machines(),
                options.replica().withFeatureLevel(ability),
                options.timing(),
                timeouts);
        witness = new Witness(world, this, replica, clock, image);
        store = new SimulatedStore(world, this, faults);
        readers = new Readers(world, this);
        alarm = new Alarm(this, clock);
        leads = false;
        wasLeader = false;
        caughtUp = false;
        event(What.STARTED, disk.lastDurableIndex(), disk.settled().index());
        isAt(disk.settled().index(), disk.settled().hash());
        feed(new Input.Started());
    }

    private List<Machine> machines() {
        Stream<Machine> all = Stream.of(topics, subscriptions, accounts, mails).map(world.verdicts()::watched);
        Stream<Machine> novelty = world.options().builds().isOn()
                ? Stream.of(new Novelty(ability, () -> replica.featureLevel()))
                : Stream.of();
        return Stream.concat(all, novelty).toList();
    }

    /** @param kept how many of the batches in flight reached the disk all the same; -1 for by chance */
    void crash(int kept) {
        if (!up) {
            return;
        }
        int inFlight = disk.inFlight();
        int keeps = kept >= 0 ? kept : keptByChance(inFlight);
        event(What.CRASH, keeps, inFlight);
        disk.crash(keeps);
        disk.tearFiles(faults);
        end();
        if (!world.faultsOff()) {
            world.agenda().after(1 + faults.nextLong(world.options().failures().downMs() * NANOS_PER_MS), this::start);
        }
    }

    private int keptByChance(int inFlight) {
        return switch (faults.nextInt(3)) {
            case 0 -> 0;
            case 1 -> inFlight;
            default -> faults.nextInt(inFlight + 1);
        };
    }

    private void end() {
        world.upgrades().ends(this);
        up = false;
        paused = false;
        tight = false;
        life++;
        held.clear();
        leads = false;
        world.workload().crashed(number);
    }

    /** Everything is lost, or laid aside because it cannot be trusted; what starts here next is another node. */
    void wipe() {
        event(What.WIPED, incarnation);
        boolean comesBack = up && world.faultsOff();
        crash(0);
        promises.lays(incarnation, disk);
        incarnation += LOST;
        disk = emptyDisk();
        quarantined = false;
        if (comesBack) {
            world.agenda().after(NANOS_PER_MS, this::start);
        }
    }

    /** It does not trust itself any more, and is laid aside when this step has ended. */
    void quarantine() {
        quarantined = true;
    }

    /** Not what it seems to be, whether or not anybody knows yet. */
    boolean isDoomed() {
        return promises.forgot() || disk.wentBackwards() || disk.damage() != SimulatedDisk.Damage.NONE;
    }

    /** Its state is not that of the others, which they find when they compare. */
    boolean isRotten() {
        return disk.damage() == SimulatedDisk.Damage.STATE;
    }

    void loseTail(int batches, boolean noticed) {
        Optional<SimulatedNode> leader = world.nodes().stream()
                .filter(node -> node != this
                        && node.leads()
                        && node.replica().term() == disk.hardState().term()
                        && node.configuration()
                                .member(id)
                                .filter(m -> m.incarnation() == incarnation)
                                .isPresent())
                .findFirst();
        crash(0);
        disk.lose(batches, noticed);
        event(What.LOST_TAIL, batches, disk.lastDurableIndex(), noticed ? 1 : 0);
        promises.forgets(noticed, leader, id, disk.lastDurableIndex());
    }

    Promises promises() {
        return promises;
    }

    boolean rot(SimulatedDisk.Damage what, SplittableRandom random) {
        crash(-1);
        boolean rots = disk.rot(what, random);
        event(What.ROTS, what.ordinal());
        return rots;
    }

    /** Whether this incarnation has it durably, or had when it lost its disk: what it acknowledged then still counts. */
    boolean holds(long ofIncarnation, long index, long term) {
        return ofIncarnation == incarnation ? disk.holds(index, term) : promises.kept(ofIncarnation, index, term);
    }

    /** A piece of a snapshot, or a question where to go on; answers as {@link Shipment} says. */
    int receive(SimulatedDisk.Snapshot snapshot, int piece) {
        if (!up || paused) {
            return Shipment.SILENCE;
        }
        if (snapshot.cluster().featureLevel() > ability) {
            return Shipment.SILENCE;
        }
        if (snapshot.cluster().configuration().member(id).isEmpty()) {
            return Shipment.REFUSED;
        }
        if (!wants(snapshot)) {
            return Shipment.WHOLE;
        }
        int next = disk.receive(snapshot, piece);
        if (next < snapshot.pieces()) {
            return next;
        }
        return install(snapshot) ? Shipment.WHOLE : Shipment.SILENCE;
    }

    private boolean wants(SimulatedDisk.Snapshot snapshot) {
        return replica.wants(snapshot.settled().index(), snapshot.settled().term());
    }

    /** A snapshot came whole; the node begins anew from it (DESIGN D16). Returns whether it lived to say so. */
    private boolean install(SimulatedDisk.Snapshot snapshot) {
        event(What.INSTALLED, snapshot.settled().index(), snapshot.settled().term());
        disk.crash(keptByChance(disk.inFlight()));
        if (!world.faultsOff()
                && faults.nextInt(100) < world.options().failures().torn()) {
            // Dies on the way: not flushed, flushed, the new generation named and perhaps there, or certainly.
            int step = faults.nextInt(4);
            if (step > 0) {
                disk.flushIncoming();
            }
            disk.tearFiles(faults);
            boolean counts = step == 3 || step == 2 && faults.nextBoolean();
            if (counts) {
                replaceBy(snapshot);
            }
            event(What.TORN_INSTALL, counts ? 1 : 0);
            crash(0);
            return false;
        }
        disk.flushIncoming();
        replaceBy(snapshot);
        end();
        start();
        world.installed();
        return true;
    }

    /** A snapshot that comes late, from a former leader perhaps. */
    void offer(SimulatedDisk.Snapshot snapshot) {
        int next = receive(snapshot, -1);
        while (next >= 0) {
            next = receive(snapshot, next);
        }
    }

    /** What was forgotten is there again; a snapshot on its way to a node does not know that it forgot. */
    private void replaceBy(SimulatedDisk.Snapshot snapshot) {
        disk.install(snapshot);
        promises.learns();
    }

    /** @param asleep the monotonic clock stands still, too */
    void pause(long ms, boolean asleep) {
        if (up && !paused) {
            event(What.PAUSE, ms);
            paused = true;
            if (asleep) {
                clock.sleep();
            }
            later(ms * NANOS_PER_MS, this::resume);
        }
    }

    /**
     * What clients asked for meanwhile is no longer there when a node wakes after hours: they keep their promise to the
     * window of keys, not to ask again after that, only if nobody asks late for them.
     */
    void forgetRequests() {
        held.removeIf(input -> {
            if (input instanceof Input.Proposed proposed) {
                world.workload()
                        .dropped(proposed.proposals().stream()
                                .filter(proposal -> !Upgrades.areTheirs(proposal.id()))
                                .toList());
                return true;
            }
            return false;
        });
    }

    private void resume() {
        clock.wake();
        paused = false;
        while (up && !paused && !held.isEmpty()) {
            step(held.poll());
        }
    }

    /** Unless this life has ended by then. */
    void later(long nanos, Runnable task) {
        int of = life;
        world.agenda().after(nanos, () -> {
            if (life == of) {
                task.run();
            }
        });
    }

    // Inputs.

    void feed(Input input) {
        if (up && !paused) {
            step(input);
        } else if (up && (held.size() < MAX_HELD || !(input instanceof Input.Received))) {
            held.add(input);
        }
    }

    private void step(Input input) {
        witness.comes(input);
        List<Effect> effects = replica.on(input, clock.now());
        witness.goes(input, effects);
        boolean dies = !effects.isEmpty()
                && !world.faultsOff()
                && faults.nextInt(10_000) < world.options().failures().torn();
        int carriedOut = dies ? faults.nextInt(effects.size()) : effects.size();
        for (int i = 0; i < carriedOut; i++) {
            carryOut(effects.get(i));
        }
        leads = replica.role() == Role.LEADER;
        wasLeader = leads;
        ledTerm = replica.term();
        witness.stepped(leads);
        world.trace(replica.stateHash() + replica.lastIndex() * 7 + disk.lastDurableIndex() + replica.term() * 31);
        if (dies) {
            event(What.TORN, carriedOut, effects.size());
            crash(-1);
        }
        if (quarantined) {
            wipe();
        }
        while (up && !paused) {
            Long request = store.nextRequest();
            if (request == null) {
                break;
            }
            step(new Input.Settle(request));
        }
    }

    /** Its state there, unless bits of it rotted. */
    void isAt(long index, long hash) {
        if (!isRotten()) {
            world.history().isAt(index, hash);
        }
    }

    // Effects.

    private void carryOut(Effect effect) {
        if (effect instanceof Effect.Reply reply && Upgrades.areTheirs(reply.proposal())
                || effect instanceof Effect.Refuse refuse && Upgrades.areTheirs(refuse.proposal())
                || effect instanceof Effect.Forget forget && Upgrades.areTheirs(forget.proposal())) {
            return; // whether it was taken does not matter to who asked
        }
        if (effect instanceof Effect.Send send) {
            world.history().says(this, send.to(), send.message().rpc());
            world.send(this, send);
        } else if (effect instanceof Effect.Persist persist) {
            event(
                    What.SUBMITTED,
                    persist.batch().number(),
                    replica.lastIndex(),
                    persist.batch().settled().map(s -> s.index()).orElse(0L));
            world.upgrades().writes(this, persist.batch());
            store.submit(persist.batch());
        } else if (effect instanceof Effect.Deliver deliver) {
            readers.deliver(deliver);
        } else if (effect instanceof Effect.Reply reply) {
            event(What.ANSWERED, reply.proposal(), reply.index());
            world.history().seen(reply.index());
            world.workload().answered(reply.proposal(), reply.outcome(), reply.index(), reply.time(), reply.replayed());
        } else if (effect instanceof Effect.ReplyStored stored) {
            event(What.ANSWER_IS_ROW, stored.proposal(), stored.index());
            world.history().seen(stored.index());
            store.settle(() -> store.answerFromRow(stored));
        } else if (effect instanceof Effect.Refuse refuse) {
            event(What.REFUSED, refuse.proposal(), refuse.reason().ordinal());
            world.refused(refuse.proposal(), refuse.reason());
        } else if (effect instanceof Effect.Forget forget) {
            event(What.FORGOTTEN, forget.proposal());
            world.workload().indeterminate(forget.proposal());
        } else if (effect instanceof Effect.Wake wake) {
            alarm.set(wake.nanos());
        } else if (effect instanceof Effect.Load load) {
            later(world.errand(), () -> store.load(load));
        } else if (effect instanceof Effect.SendSnapshot snapshot) {
            store.settle(() -> store.sendSnapshot(snapshot.peer()));
        } else {
            carryOutMore(effect);
        }
    }

    private void carryOutMore(Effect effect) {
        if (effect instanceof Effect.ReadReady ready) {
            readers.ready(ready);
        } else if (effect instanceof Effect.ReadFailed failed) {
            readers.failed(failed);
        } else if (effect instanceof Effect.Reconfigured done) {
            event(What.RECONFIGURED, done.index());
            check(done.index() <= world.history().highestCommitted(), "members of %d not committed", done.index());
        } else if (effect instanceof Effect.Fetch fetch) {
            event(What.FETCH, fetch.place().index(), fetch.place().place());
            store.settle(() -> store.bring(fetch.place()));
        } else if (effect instanceof Effect.Settled settled) {
            store.settled(settled);
        } else if (effect instanceof Effect.CaughtUp reached) {
            event(What.CAUGHT_UP, reached.index());
            check(!caughtUp, "caught up twice");
            caughtUp = true;
            readers.caughtUp();
        } else if (effect instanceof Effect.Corrupt || effect instanceof Effect.Amnesiac) {
            check(!(effect instanceof Effect.Corrupt) || isRotten(), "a healthy node is called corrupt");
            check(
                    !(effect instanceof Effect.Amnesiac) || promises.forgot(),
                    "a node that forgot nothing is called amnesiac");
            event(What.CALLED, effect instanceof Effect.Corrupt ? 1 : 0);
            world.found(effect);
            quarantined = true;
        }
    }

    @Override
    public String toString() {
        return id
                + (up ? " " : " down ")
                + (paused ? "paused " : "")
                + (store != null && store.isWriting() ? "writing " : "")
                + (caughtUp ? "" : "catching up ")
                + (replica == null
                        ? ""
                        : replica.role() + " in " + replica.term() + " of "
                                + configuration().members() + ", last "
                                + replica.lastIndex() + ", commit " + replica.commitIndex() + ", applied "
                                + replica.appliedIndex() + ", settled "
                                + disk.settled().index() + ", reads " + readers.waiting());
    }

    /** Something worth to be seen when the run fails. */
    void event(What what, long... numbers) {
        world.events().add(world.agenda().now() / NANOS_PER_MS, number + 1, what, numbers);
    }
}
