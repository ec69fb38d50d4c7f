package io.skein.simulator;

import static io.skein.simulator.History.check;

import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.machine.Delivery;
import io.skein.machine.Machine;
import io.skein.machine.StateHash;
import io.skein.raft.Configuration;
import io.skein.raft.NodeId;
import io.skein.raft.Role;
import io.skein.replica.Effect;
import io.skein.replica.Image;
import io.skein.replica.Input;
import io.skein.replica.Now;
import io.skein.replica.Replica;
import io.skein.simulator.LastEvents.What;
import io.skein.subscription.Keys;
import io.skein.subscription.Mark;
import io.skein.subscription.OffsetRange;
import io.skein.subscription.SubscriptionCommand;
import io.skein.subscription.SubscriptionMachine;
import io.skein.subscription.SubscriptionName;
import io.skein.topic.Message;
import io.skein.topic.TopicChange;
import io.skein.topic.TopicCommand;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicMachine;
import io.skein.topic.TopicView;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * One node: the real {@link Replica} with the real machines, its disk, its clocks, its lives. Whatever it wants done is
 * done here, or by the {@link Simulation} when it concerns others.
 */
final class SimulatedNode {
    private static final long NANOS_PER_MS = 1_000_000;
    /** Inputs that wait for a node that stands still; messages that come then are lost. */
    private static final int MAX_HELD = 2_000;

    private static final long AWAKE = -1;
    /** Of bodies that one command carries to the dead letters. */
    private static final int DEAD_LETTER_BYTES = 300;

    /** Added to the incarnation with each lost disk. */
    private static final long LOST = 100;

    /** What waits for rows to be up to date. */
    private record Settling(long applied, Runnable then) {}

    /** Acknowledged to a leader, in one of its lives, up to an index, and lost. */
    private record Forgotten(SimulatedNode leader, int life, long term, long index) {}

    private final Simulation world;
    private final int number;
    private final NodeId id;
    private final SplittableRandom faults;
    private final SplittableRandom timeouts;
    private SimulatedDisk disk;
    /** By incarnation. */
    private final Map<Long, SimulatedDisk> lostDisks = new HashMap<>();

    /** The disk went backwards and nobody noticed. */
    private boolean forgot;
    /** What the leader of then must find. */
    private Optional<Forgotten> forgotten = Optional.empty();

    private boolean quarantined;
    private long incarnation;

    // Clocks: what the node is told.
    private long bootedAt;
    private long asleepSince = AWAKE;
    private long wallOffsetMs;
    private long fullUntil;
    private boolean tight;

    // Of this life.
    private int life;
    private boolean up;
    private boolean paused;
    private final ArrayDeque<Input> held = new ArrayDeque<>();
    private Replica replica;
    private TopicMachine topics;
    private SubscriptionMachine subscriptions;
    private Ledger.Served served;
    private Pace pace;
    private HeardClocks clocks;
    private Wakefulness wakefulness;
    private Configuration configuration = Configuration.EMPTY;
    private long configurationIndex;
    private boolean leads;
    private boolean wasLeader;
    private long ledTerm;
    private boolean caughtUp;
    private long wakeAt;
    private long wakeScheduled;
    private boolean writing;
    private long readThrough;
    private long committedThrough;
    private long lastApplied;
    private long termThrough;
    private long lastThrough;
    private boolean ledBefore;
    private final Map<Long, Settling> settling = new HashMap<>();
    private final ArrayDeque<Long> requests = new ArrayDeque<>();
    private long nextSettle;
    /** By id of a read: what it must not be older than. */
    private final Map<Long, Long> reads = new HashMap<>();

    SimulatedNode(Simulation world, int number, SplittableRandom random) {
        this.world = world;
        this.number = number;
        this.id = new NodeId("n" + (number + 1));
        this.incarnation = number + 1;
        this.faults = random.split();
        this.timeouts = random.split();
        this.disk = emptyDisk();
    }

    private SimulatedDisk emptyDisk() {
        return new SimulatedDisk(new Rows(world.options(), world.ledger()), world.history());
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

    boolean isWriting() {
        return writing;
    }

    boolean isBusy() {
        return writing || paused || !settling.isEmpty() || !requests.isEmpty() || !reads.isEmpty();
    }

    Configuration configuration() {
        return configuration;
    }

    SimulatedNode other(NodeId other) {
        return world.node(other);
    }

    long wallMs() {
        return world.trueMs() + wallOffsetMs;
    }

    void jump(long ms) {
        events(What.WALL_JUMP, ms);
        wallOffsetMs += ms;
    }

    void full(long ms) {
        events(What.FULL_BEGINS, ms);
        fullUntil = world.agenda().now() + ms * NANOS_PER_MS;
    }

    /** Little room is left: what frees some is taken. */
    void tight(long ms) {
        if (up && !tight) {
            events(What.TIGHT, ms);
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
        Options options = world.options();
        Image image = disk.image();
        bootedAt = world.agenda().now() - faults.nextLong(NANOS_PER_MS);
        topics = new TopicMachine(options.limits());
        subscriptions = new SubscriptionMachine(topics, options.consumers().limits());
        served = new Ledger.Served(disk.rows().stored());
        pace = new Pace(disk.lastDurableIndex());
        clocks = new HeardClocks();
        wakefulness = new Wakefulness(options.timing());
        replica = new Replica(
                id,
                incarnation,
                image,
                List.of(world.verdicts().watched(topics), world.verdicts().watched(subscriptions)),
                options.replica(),
                options.timing(),
                timeouts);
        configuration = image.configuration();
        configurationIndex = image.configurations().isEmpty()
                ? 0
                : image.configurations().get(image.configurations().size() - 1).index();
        leads = false;
        wasLeader = false;
        caughtUp = false;
        wakeAt = Long.MAX_VALUE;
        wakeScheduled = Long.MAX_VALUE;
        writing = false;
        readThrough = 0;
        committedThrough = 0;
        lastApplied = disk.settled().index();
        termThrough = disk.hardState().term();
        lastThrough = 0;
        ledBefore = false;
        events(What.STARTED, disk.lastDurableIndex(), disk.settled().index());
        isAt(disk.settled().index(), disk.settled().hash());
        feed(new Input.Started());
    }

    /** @param kept how many of the batches in flight reached the disk all the same; -1 for by chance */
    void crash(int kept) {
        if (!up) {
            return;
        }
        int inFlight = disk.inFlight();
        int keeps = kept >= 0 ? kept : keptByChance(inFlight);
        events(What.CRASH, keeps, inFlight);
        disk.crash(keeps);
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
        up = false;
        paused = false;
        asleepSince = AWAKE;
        tight = false;
        life++;
        held.clear();
        settling.clear();
        requests.clear();
        reads.clear();
        leads = false;
        writing = false;
        world.workload().crashed(number);
    }

    /** Everything is lost, or laid aside because it cannot be trusted; what starts here next is another node. */
    void wipe() {
        events(What.WIPED, incarnation);
        boolean comesBack = up && world.faultsOff();
        crash(0);
        lostDisks.put(incarnation, disk);
        incarnation += LOST;
        disk = emptyDisk();
        forgot = false;
        forgotten = Optional.empty();
        quarantined = false;
        if (comesBack) {
            world.agenda().after(NANOS_PER_MS, this::start);
        }
    }

    /** Not what it seems to be, whether or not anybody knows yet. */
    boolean isDoomed() {
        return forgot || disk.wentBackwards() || disk.damage() != SimulatedDisk.Damage.NONE;
    }

    /** Its state is not that of the others, which they find when they compare. */
    boolean isRotten() {
        return disk.damage() == SimulatedDisk.Damage.STATE;
    }

    boolean forgot() {
        return forgot;
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
        events(What.LOST_TAIL, batches, disk.lastDurableIndex(), noticed ? 1 : 0);
        forgot = !noticed;
        forgotten = leader.filter(node -> !noticed && node.replica().matchIndex(id) > disk.lastDurableIndex())
                .map(node -> new Forgotten(
                        node, node.life(), node.replica().term(), node.replica().matchIndex(id)));
    }

    /** Whoever forgot must not acknowledge the same again to the leader that it had acknowledged it to (DESIGN D10). */
    boolean mayAcknowledge(NodeId to, long term, long index) {
        return forgotten.isEmpty()
                || !forgotten.get().leader().id().equals(to)
                || forgotten.get().leader().life() != forgotten.get().life()
                || forgotten.get().term() != term
                || forgotten.get().index() > index;
    }

    /** Who is no member for a while is another peer to the leader afterwards. */
    private void isKnownTo(SimulatedNode leader) {
        forgotten = forgotten.filter(
                f -> f.leader() != leader || leader.configuration().member(id).isPresent());
    }

    boolean rot(SimulatedDisk.Damage what, SplittableRandom random) {
        crash(-1);
        boolean rots = disk.rot(what, random);
        events(What.ROTS, what.ordinal());
        return rots;
    }

    /** Whether this incarnation has it durably, or had when it lost its disk: what it acknowledged then still counts. */
    boolean holds(long ofIncarnation, long index, long term) {
        return ofIncarnation == incarnation
                ? disk.holds(index, term)
                : lostDisks.containsKey(ofIncarnation)
                        && lostDisks.get(ofIncarnation).holds(index, term);
    }

    /** A snapshot came whole; the node begins anew from it (DESIGN D16). Returns whether that is well. */
    boolean offer(SimulatedDisk.Snapshot snapshot) {
        if (!up || paused || snapshot.cluster().configuration().member(id).isEmpty()) {
            return false;
        }
        if (replica.wants(snapshot.settled().index(), snapshot.settled().term())) {
            events(
                    What.INSTALLED,
                    snapshot.settled().index(),
                    snapshot.settled().term());
            disk.crash(keptByChance(disk.inFlight()));
            if (!world.faultsOff()
                    && faults.nextInt(100) < world.options().failures().torn()) {
                // Dies on the way: CURRENT names the one generation or the other.
                boolean flipped = faults.nextBoolean();
                if (flipped) {
                    install(snapshot);
                }
                events(What.TORN_INSTALL, flipped ? 1 : 0);
                crash(0);
                return false;
            }
            install(snapshot);
            end();
            start();
            world.installed();
        }
        return true;
    }

    /** What was forgotten is there again; a snapshot on its way to a node does not know that it forgot. */
    private void install(SimulatedDisk.Snapshot snapshot) {
        disk.install(snapshot);
        forgotten = Optional.empty();
    }

    /** @param asleep the monotonic clock stands still, too */
    void pause(long ms, boolean asleep) {
        if (up && !paused) {
            events(What.PAUSE, ms);
            paused = true;
            asleepSince = asleep ? world.agenda().now() : AWAKE;
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
                world.workload().dropped(proposed.proposals());
                return true;
            }
            return false;
        });
    }

    private void resume() {
        if (asleepSince != AWAKE) {
            bootedAt += world.agenda().now() - asleepSince;
            asleepSince = AWAKE;
        }
        paused = false;
        while (up && !paused && !held.isEmpty()) {
            step(held.poll());
        }
    }

    private void later(long nanos, Runnable task) {
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

    private long nanos() {
        return (asleepSince == AWAKE ? world.agenda().now() : asleepSince) - bootedAt;
    }

    private void step(Input input) {
        if (input instanceof Input.Received received) {
            clocks.heard(received.from(), received.message().wallMs(), nanos(), configuration);
        }
        List<Effect> effects = replica.on(input, new Now(nanos(), wallMs()));
        for (int i = 0; i < effects.size(); i++) {
            note(effects.get(i));
        }
        pace.follow(replica, nanos());
        wakefulness.stepped(input, effects, nanos(), wasLeader);
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
        checkIndexes();
        world.trace(replica.stateHash() + replica.lastIndex() * 7 + disk.lastDurableIndex() + replica.term() * 31);
        if (dies) {
            events(What.TORN, carriedOut, effects.size());
            crash(-1);
        }
        if (quarantined) {
            wipe();
        }
        while (up && !paused && !requests.isEmpty()) {
            step(new Input.Settle(requests.poll()));
        }
    }

    private void isAt(long index, long hash) {
        if (!isRotten()) {
            world.history().isAt(index, hash);
        }
    }

    private void checkIndexes() {
        long applied = replica.appliedIndex();
        check(replica.settledIndex() <= applied, "settled %d above applied %d", replica.settledIndex(), applied);
        check(applied <= replica.commitIndex(), "applied %d above commit %d", applied, replica.commitIndex());
        check(
                replica.commitIndex() <= replica.lastIndex(),
                "commit %d above last %d",
                replica.commitIndex(),
                replica.lastIndex());
        check(replica.firstIndex() <= replica.settledIndex() + 1, "the log begins above the rows");
        check(applied >= readThrough, "applied went from %d to %d", readThrough, applied);
        readThrough = applied;
        long commit = replica.commitIndex();
        check(commit >= committedThrough, "commit went from %d to %d", committedThrough, commit);
        committedThrough = commit;
        long term = replica.term();
        check(term >= termThrough, "the term went from %d to %d", termThrough, term);
        check(
                !leads || !ledBefore || term > termThrough || replica.lastIndex() >= lastThrough,
                "a leader's log went from %d to %d",
                lastThrough,
                replica.lastIndex());
        ledBefore = leads;
        termThrough = term;
        lastThrough = replica.lastIndex();
        isAt(applied, replica.stateHash());
    }

    // Effects.

    /** What is true from now on, even if the process dies before it carries anything out. */
    private void note(Effect effect) {
        if (effect instanceof Effect.Applied applied) {
            events(What.APPLIED, applied.index(), applied.time());
            check(applied.index() == lastApplied + 1, "applied %d, then %d", lastApplied, applied.index());
            lastApplied = applied.index();
            world.history().applied(this, applied.index(), applied.time());
            world.checkTime(applied.time());
            pace.applied(applied.index(), applied.time());
        } else if (effect instanceof Effect.RoleChanged changed) {
            events(What.ROLE, changed.role().ordinal(), changed.term());
            if (changed.role() == Role.LEADER) {
                world.history().elected(this, changed.term());
                long first = replica.lastIndex();
                while (first > 1 && replica.termOf(first - 1) == changed.term()) {
                    first--;
                }
                world.history().begins(changed.term(), first, clocks.median(id, configuration, wallMs(), nanos()));
            }
        } else if (effect instanceof Effect.MembersChanged changed) {
            events(
                    What.MEMBERS,
                    changed.index(),
                    changed.configuration().members().size());
            if (wasLeader && ledTerm == replica.term() && changed.index() > configurationIndex) {
                world.history().changes(this, configuration, configurationIndex, changed.configuration());
            }
            configuration = changed.configuration();
            configurationIndex = changed.index();
            clocks.keep(configuration);
            world.nodes().forEach(node -> node.isKnownTo(this));
        }
    }

    private void carryOut(Effect effect) {
        if (effect instanceof Effect.Send send) {
            world.history().says(this, send.to(), send.message().rpc());
            world.send(this, send);
        } else if (effect instanceof Effect.Persist persist) {
            events(
                    What.SUBMITTED,
                    persist.batch().number(),
                    replica.lastIndex(),
                    persist.batch().settled().map(s -> s.index()).orElse(0L));
            disk.submit(persist.batch());
            if (disk.isBusy()) {
                write();
            }
        } else if (effect instanceof Effect.Deliver deliver) {
            for (Delivery delivery : deliver.changes()) {
                world.ledger().served(served, (TopicChange.Appended) delivery);
            }
        } else if (effect instanceof Effect.Reply reply) {
            events(What.ANSWERED, reply.proposal(), reply.index());
            world.history().seen(reply.index());
            world.workload().answered(reply.proposal(), reply.outcome(), reply.index(), reply.time(), reply.replayed());
        } else if (effect instanceof Effect.ReplyStored stored) {
            events(What.ANSWER_IS_ROW, stored.proposal(), stored.index());
            world.history().seen(stored.index());
            settle(() -> answerFromRow(stored));
        } else if (effect instanceof Effect.Refuse refuse) {
            events(What.REFUSED, refuse.proposal(), refuse.reason().ordinal());
            world.refused(refuse.proposal());
        } else if (effect instanceof Effect.Wake wake) {
            wakeAt = wake.nanos();
            scheduleWake();
        } else if (effect instanceof Effect.Load load) {
            later(world.errand(), () -> load(load));
        } else if (effect instanceof Effect.SendSnapshot snapshot) {
            settle(() -> sendSnapshot(snapshot.peer()));
        } else {
            carryOutMore(effect);
        }
    }

    private void carryOutMore(Effect effect) {
        if (effect instanceof Effect.ReadReady ready) {
            Long floor = reads.remove(ready.id());
            check(floor != null, "read %d was answered twice", ready.id());
            check(ready.index() >= floor && replica.appliedIndex() >= floor, "read of %d at %d", floor, ready.index());
            world.history().seen(replica.appliedIndex());
            look();
            world.hasRead();
        } else if (effect instanceof Effect.ReadFailed failed) {
            check(reads.remove(failed.id()) != null, "read %d failed twice", failed.id());
        } else if (effect instanceof Effect.Reconfigured done) {
            events(What.RECONFIGURED, done.index());
            check(done.index() <= world.history().highestCommitted(), "members of %d not committed", done.index());
        } else if (effect instanceof Effect.Fetch fetch) {
            events(What.FETCH, fetch.place().index(), fetch.place().place());
            settle(() -> bring(fetch.place()));
        } else if (effect instanceof Effect.Settled settled) {
            Settling waiting = settling.remove(settled.id());
            check(waiting != null, "settle request %d was answered twice", settled.id());
            check(settled.index() <= disk.settled().index(), "entry %d is said to be settled", settled.index());
            check(settled.index() >= waiting.applied(), "rows to %d are not those asked for", settled.index());
            waiting.then().run();
        } else if (effect instanceof Effect.CaughtUp reached) {
            events(What.CAUGHT_UP, reached.index());
            check(!caughtUp, "caught up twice");
            caughtUp = true;
            if (world.options().nodes() == 1) {
                world.ledger().caughtUp(served);
            }
        } else if (effect instanceof Effect.Corrupt || effect instanceof Effect.Amnesiac) {
            check(!(effect instanceof Effect.Corrupt) || isRotten(), "a healthy node is called corrupt");
            check(!(effect instanceof Effect.Amnesiac) || forgot, "a node that forgot nothing is called amnesiac");
            events(What.CALLED, effect instanceof Effect.Corrupt ? 1 : 0);
            world.found(effect);
            quarantined = true;
        }
    }

    private void scheduleWake() {
        if (wakeAt < wakeScheduled) {
            wakeScheduled = wakeAt;
            long at = wakeAt;
            later(Math.max(1, wakeAt - nanos()), () -> {
                if (wakeScheduled == at) {
                    wake();
                }
            });
        }
    }

    private void wake() {
        wakeScheduled = Long.MAX_VALUE;
        if (wakeAt <= nanos()) {
            wakeAt = Long.MAX_VALUE;
            feed(new Input.Tick());
            if (up && wakeAt == Long.MAX_VALUE) {
                // The replica says when only if that changed; paused, it has not been asked yet.
                wakeAt = nanos() + (paused ? 100 : 10) * NANOS_PER_MS;
            }
        }
        if (up) {
            scheduleWake();
        }
    }

    // Its disk.

    private void write() {
        if (!writing) {
            writing = true;
            later(world.diskLatency(), this::written);
        }
    }

    private void written() {
        writing = false;
        if (!world.faultsOff() && faults.nextInt(1000) < world.options().disks().errors()) {
            events(What.DISK_ERROR);
            crash(faults.nextInt(2));
            return;
        }
        if (world.agenda().now() < fullUntil) {
            long refused = disk.refuse();
            events(What.DISK_FULL, refused);
            feed(new Input.DiskFull(refused));
            return;
        }
        long done = disk.complete();
        events(What.WRITTEN, done, disk.lastDurableIndex(), disk.settled().index());
        isAt(disk.settled().index(), disk.settled().hash());
        if (disk.isBusy()) {
            write();
        }
        feed(new Input.Persisted(done));
    }

    /** The effects of one input come to an end before the next: the requests that they make wait. */
    void settle(Runnable then) {
        long request = nextSettle++;
        settling.put(request, new Settling(replica.appliedIndex(), then));
        requests.add(request);
    }

    private void answerFromRow(Effect.ReplyStored stored) {
        Optional<byte[]> answer = disk.rows().answer(new Cursor(stored.index(), stored.place()));
        if (answer.isPresent()) {
            world.workload()
                    .answered(
                            stored.proposal(), subscriptions.decode(answer.get()), stored.index(), stored.time(), true);
        } else {
            world.workload().indeterminate(stored.proposal());
        }
    }

    /** Bodies that are due, read from their rows; sometimes they cannot be read just now. */
    private void bring(Cursor place) {
        // Of a mark as it is now; when the rows have been read it may be another.
        Optional<Mark> mark = subscriptions.mark(place);
        later(world.errand(), () -> {
            Optional<Command> command = mark.isPresent() ? deadLetters(mark.get()) : delayed(place);
            if (command.isEmpty() || !world.faultsOff() && faults.nextInt(8) == 0) {
                feed(new Input.FetchFailed(place));
            } else {
                events(What.RELEASED, place.index(), place.place());
                feed(new Input.Fetched(command.get()));
            }
        });
    }

    private Optional<Command> delayed(Cursor place) {
        return disk.rows().body(place).map(body -> new TopicCommand.Release(place, body));
    }

    /** As many of the messages of a mark as a command takes. */
    private Optional<Command> deadLetters(Mark mark) {
        List<Message> messages = disk.rows().messages(mark.topic(), mark.first(), mark.count(), DEAD_LETTER_BYTES);
        return messages.isEmpty()
                ? Optional.empty()
                : Optional.of(new SubscriptionCommand.DeadLetter(mark.at(), mark.first(), messages));
    }

    /** What a leader reads for a pull where keys matter. */
    List<Keys> keysFor(SubscriptionName name, int max) {
        List<Keys> keys = new ArrayList<>();
        for (OffsetRange wanted : subscriptions.keysWanted(name, max)) {
            List<Long> hashes = new ArrayList<>();
            for (long offset = wanted.first(); offset < wanted.end(); offset++) {
                hashes.add(
                        Keys.hash(world.ledger().message(wanted.topic(), offset).key()));
            }
            keys.add(new Keys(wanted.topic(), wanted.first(), hashes));
        }
        return keys;
    }

    /** Every row is looked at before a snapshot leaves. */
    private void sendSnapshot(NodeId peer) {
        switch (disk.damage()) {
            case ROWS -> quarantined = true;
            case STATE -> later(world.errand(), () -> feed(new Input.SnapshotSent(peer, 0, false)));
            default -> world.sendSnapshot(this, peer, disk.snapshot());
        }
    }

    private void load(Effect.Load load) {
        if (disk.isDamaged(load.from())) {
            wipe();
            return;
        }
        boolean fails = !world.faultsOff() && faults.nextInt(8) == 0;
        feed(new Input.Loaded(load.peer(), fails ? List.of() : disk.entries(load.from(), load.maxBytes())));
    }

    // Readers.

    /** A linearizable read: it sees whatever any client has seen before. */
    void read(long readId) {
        if (up) {
            reads.put(readId, world.history().seen());
            feed(new Input.Read(readId));
        }
    }

    /** What a reader sees now, against everything that was seen before. */
    void look() {
        long time = replica.appliedTime();
        boolean allExpired = topics.nextDue() == Long.MAX_VALUE;
        for (TopicView view : topics.all()) {
            world.ledger().read(served, view.id(), view.lowWater(), view.nextOffset(), view.count(), time, allExpired);
            world.workload().read(view.name().value(), view.created().index(), replica.appliedIndex());
            TopicConfig config = view.config();
            check(
                    config.onFull() != TopicConfig.OnFull.DROP_OLDEST
                            || config.maxMessages() == 0
                            || view.count() <= config.maxMessages()
                            || topics.reach(view.id()).orElseThrow().lowestPin() == view.lowWater(),
                    "topic %d keeps %d messages of %d",
                    view.id(),
                    view.count(),
                    config.maxMessages());
        }
    }

    /** Memory is what rows come to. */
    void checkRows() {
        TopicMachine shadow = disk.rows().machine();
        check(topics.all().equals(shadow.all()), "memory and rows have other topics");
        check(topics.totals().equals(shadow.totals()), "memory and rows have other totals");
        check(hashOf(topics) == hashOf(shadow), "memory and rows have other snapshots");
        check(
                hashOf(subscriptions) == hashOf(disk.rows().subscriptions()),
                "memory and rows have other snapshots of subscriptions");
    }

    private static long hashOf(Machine machine) {
        StateHash hash = new StateHash(0);
        machine.snapshot(change -> change.hashInto(hash));
        return hash.value();
    }

    @Override
    public String toString() {
        return id
                + (up ? " " : " down ")
                + (paused ? "paused " : "")
                + (writing ? "writing " : "")
                + (caughtUp ? "" : "catching up ")
                + (replica == null
                        ? ""
                        : replica.role() + " in " + replica.term() + " of " + configuration.members() + ", last "
                                + replica.lastIndex() + ", commit " + replica.commitIndex() + ", applied "
                                + replica.appliedIndex() + ", settled "
                                + disk.settled().index() + ", reads " + reads.size()
                                + ", settling " + settling.size());
    }

    private void events(What what, long... numbers) {
        world.events().add(world.agenda().now() / NANOS_PER_MS, number + 1, what, numbers);
    }
}
