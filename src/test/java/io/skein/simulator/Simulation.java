package io.skein.simulator;

import io.skein.machine.Cursor;
import io.skein.machine.Delivery;
import io.skein.machine.StateHash;
import io.skein.raft.NodeId;
import io.skein.raft.RaftTiming;
import io.skein.replica.Effect;
import io.skein.replica.Input;
import io.skein.replica.Now;
import io.skein.replica.Proposal;
import io.skein.replica.Replica;
import io.skein.simulator.LastEvents.What;
import io.skein.topic.Publication;
import io.skein.topic.TopicChange;
import io.skein.topic.TopicCommand;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicMachine;
import io.skein.topic.TopicView;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * One node, the real {@link Replica} with the real machines, on a simulated disk and clock, with crashes at any point,
 * also between two effects (CLAIMS.md). One seed decides everything; each concern draws from a stream of its own.
 *
 * <p>Who watches: {@link SimulatedDisk} what reaches the disk and in which order, {@link Rows} what it comes to,
 * {@link Ledger} every message, {@link Workload} every answer; this class indexes, hashes, stamps and readers.
 */
final class Simulation {
    private static final long NANOS_PER_MS = 1_000_000;
    private static final NodeId SELF = new NodeId("n1");
    private static final long HOURS_MS = 3 * 3600 * 1000;
    /** Batches and ticks after which a node without faults must have done whatever it is to do. */
    private static final int ENOUGH = 20_000;

    /** What waits for rows to be up to date. */
    private record Settling(long applied, Runnable then) {}

    /** An entry of this life's making: how the stamps of the log follow the monotonic clock. */
    private record Made(long index, long term, long nanos) {}

    private final SplittableRandom schedule;
    private final SplittableRandom faults;
    private final SplittableRandom clocks;
    private final SplittableRandom timeouts;
    private final Options options;
    private final Ledger ledger = new Ledger();
    private final Workload workload;
    private final Rows rows;
    private final SimulatedDisk disk;
    private final LastEvents events = new LastEvents();

    // Of the whole run, by applied index.
    private long[] hashes = new long[1024];
    private long[] stamps = new long[1024];
    private long highestApplied;
    /** Up to here readers were served. */
    private long served;

    // Clocks: what is true, what the node is told.
    private long trueMs;
    private long nanos = 1;
    private long wallMs = 1_700_000_000_000L;
    private long fullUntilMs;

    // Of this life of the node.
    private Replica replica;
    private TopicMachine topics;
    private long wakeAt;
    private boolean caughtUp;
    private boolean died;
    private final Map<Long, Settling> settling = new HashMap<>();
    private final ArrayDeque<Long> requests = new ArrayDeque<>();
    private final ArrayDeque<Cursor> due = new ArrayDeque<>();
    private final ArrayDeque<Made> made = new ArrayDeque<>();
    private long madeThrough;
    private Made anchor;
    private long anchorStamp;

    private long nextSettle;
    private long trace;
    private int crashes;
    private boolean faultsOff;

    Simulation(long seed) {
        SplittableRandom root = new SplittableRandom(seed);
        options = Options.draw(root.split());
        schedule = root.split();
        faults = root.split();
        clocks = root.split();
        timeouts = root.split();
        workload = new Workload(root.split(), options, ledger);
        rows = new Rows(options.limits(), ledger, options.rawRows());
        disk = new SimulatedDisk(rows);
    }

    long trace() {
        return trace;
    }

    int crashes() {
        return crashes;
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

    /** Safety with faults, then liveness without. */
    void run(int steps) {
        disk.submit(FirstEntry.batch(SELF, wallMs));
        disk.complete();
        start();
        for (int i = 0; i < steps; i++) {
            step();
            check();
        }
        comeToRest();
        restart(0);
        comeToRest();
    }

    private void step() {
        int what = schedule.nextInt(1000);
        if (died) {
            events.add(What.CRASH, 0, disk.inFlight());
            crash(keptByChance());
        } else if ((what -= options.crashes()) < 0) {
            int kept = keptByChance();
            events.add(What.CRASH, kept, disk.inFlight());
            crash(kept);
        } else if ((what -= options.diskErrors()) < 0) {
            int kept = disk.isBusy() ? faults.nextInt(2) : 0;
            events.add(What.DISK_ERROR, kept);
            crash(kept);
        } else if ((what -= options.fullPhases()) < 0) {
            long ms = 1 + faults.nextInt(5000);
            fullUntilMs = trueMs + ms;
            events.add(What.FULL_BEGINS, ms);
        } else if ((what -= options.load()) < 0) {
            propose();
        } else if (what < 400 && disk.isBusy()) {
            write();
        } else if (what < 440 && !due.isEmpty()) {
            bring(due.poll());
        } else if (what < 445 && caughtUp) {
            settle(() -> {});
            read();
        } else {
            passTime();
        }
    }

    private void propose() {
        tellTime();
        var proposals = workload.next(1 + schedule.nextInt(5));
        events.add(What.PROPOSED, proposals.size(), proposals.get(0).id());
        feed(new Input.Proposed(proposals));
    }

    /** A node that has yet to lead may step forward to the wall clock (DESIGN D5). */
    private void tellTime() {
        long applied = stamps[(int) highestApplied];
        workload.time(applied, caughtUp ? applied : Math.max(wallMs, applied));
    }

    private void write() {
        if (trueMs < fullUntilMs) {
            long number = disk.refuse();
            events.add(What.DISK_FULL, number);
            feed(new Input.DiskFull(number));
        } else {
            long number = disk.complete();
            events.add(
                    What.WRITTEN,
                    number,
                    disk.lastDurableIndex(),
                    disk.settled().index());
            long known = hashes[(int) disk.settled().index()];
            check(
                    known == 0 || known == disk.settled().hash(),
                    "rows stand at entry %d, with another hash than memory had there",
                    disk.settled().index());
            feed(new Input.Persisted(number));
        }
    }

    private void passTime() {
        long ms = clocks.nextInt(20) == 0 ? clocks.nextInt(5000) : clocks.nextInt(60);
        if (options.pauses() && clocks.nextInt(100) == 0) {
            ms += clocks.nextInt(30_000);
            events.add(What.PAUSE, ms);
        }
        if (clocks.nextInt(50) == 0) {
            jump(clocks.nextInt(20_000) - 10_000);
        } else if (options.wallJumps() && clocks.nextInt(100) == 0) {
            jump(clocks.nextLong(2 * HOURS_MS) - HOURS_MS);
        }
        pass(ms, clocks.nextInt(1000));
        if (nanos >= wakeAt || clocks.nextInt(16) == 0) {
            feed(new Input.Tick());
        }
    }

    private void jump(long ms) {
        events.add(What.WALL_JUMP, ms);
        wallMs += ms;
    }

    private void pass(long ms, long moreNanos) {
        nanos += ms * NANOS_PER_MS + moreNanos;
        wallMs += ms;
        trueMs += ms;
    }

    private int keptByChance() {
        int inFlight = disk.inFlight();
        return switch (faults.nextInt(3)) {
            case 0 -> 0;
            case 1 -> inFlight;
            default -> faults.nextInt(inFlight + 1);
        };
    }

    private void crash(int kept) {
        restart(kept);
        if (faults.nextInt(4) > 0) {
            recover();
        }
    }

    private void restart(int kept) {
        crashes++;
        disk.crash(kept);
        workload.crashed();
        // The process is gone for a while; the monotonic clock of the next one begins elsewhere.
        pass(faults.nextInt(1000), 0);
        nanos = faults.nextInt(1_000_000);
        start();
    }

    private void start() {
        topics = new TopicMachine(options.limits());
        ledger.started();
        replica = new Replica(SELF, 1, disk.image(), List.of(topics), options.replica(), RaftTiming.DEFAULT, timeouts);
        caughtUp = false;
        died = false;
        wakeAt = Long.MAX_VALUE;
        settling.clear();
        requests.clear();
        due.clear();
        made.clear();
        anchor = null;
        madeThrough = disk.lastDurableIndex();
        events.add(What.STARTED, disk.lastDurableIndex(), disk.settled().index());
        feed(new Input.Started());
    }

    private void recover() {
        for (int i = 0; !caughtUp && !died; i++) {
            check(i < ENOUGH, "the node does not catch up");
            check();
            goOn(100);
        }
    }

    /** The next batch, or else the next tick, in at most {@code ms}. */
    private void goOn(long ms) {
        if (disk.isBusy()) {
            write();
            return;
        }
        long nanosToWake = Math.max(NANOS_PER_MS, Math.min(ms * NANOS_PER_MS, wakeAt - nanos));
        pass((nanosToWake + NANOS_PER_MS - 1) / NANOS_PER_MS, 0);
        feed(new Input.Tick());
    }

    /** No faults any more: whatever was begun comes to its end. */
    private void comeToRest() {
        faultsOff = true;
        fullUntilMs = 0;
        events.add(What.FAULTS_OFF);
        if (died) {
            crash(keptByChance());
        }
        for (int i = 0; !isAtRest(); i++) {
            check(i < ENOUGH, "%d proposals were never answered, or something due never done", workload.pending());
            while (!due.isEmpty()) {
                bring(due.poll());
            }
            tellTime();
            var retries = caughtUp && !replica.isDiskFull() ? workload.retries() : List.<Proposal>of();
            if (!retries.isEmpty()) {
                feed(new Input.Proposed(retries));
            }
            goOn(1000);
            check();
        }
        ledger.finished();
        read();
        checkRows();
    }

    private boolean isAtRest() {
        return caughtUp
                && workload.isIdle()
                && !disk.isBusy()
                && due.isEmpty()
                && disk.settled().index() == replica.appliedIndex()
                && topics.nextDue() == Long.MAX_VALUE;
    }

    /** Memory is what rows come to. */
    private void checkRows() {
        TopicMachine shadow = rows.machine();
        check(topics.all().equals(shadow.all()), "memory and rows have other topics");
        check(topics.totals().equals(shadow.totals()), "memory and rows have other totals");
        check(hashOf(topics) == hashOf(shadow), "memory and rows have other snapshots");
    }

    private static long hashOf(TopicMachine machine) {
        StateHash hash = new StateHash(0);
        machine.snapshot(change -> change.hashInto(hash));
        return hash.value();
    }

    /** What a reader sees now, against everything that was seen before. */
    private void read() {
        check(replica.appliedIndex() >= served, "readers were served up to entry %d", served);
        served = replica.appliedIndex();
        long time = replica.appliedTime();
        boolean allExpired = topics.nextDue() == Long.MAX_VALUE;
        for (TopicView view : topics.all()) {
            ledger.read(view.id(), view.lowWater(), view.nextOffset(), view.count(), time, allExpired);
            workload.read(view.name().value(), view.created().index());
            TopicConfig config = view.config();
            check(
                    config.onFull() != TopicConfig.OnFull.DROP_OLDEST
                            || config.maxMessages() == 0
                            || view.count() <= config.maxMessages(),
                    "topic %d keeps %d messages of %d",
                    view.id(),
                    view.count(),
                    config.maxMessages());
        }
    }

    private void feed(Input input) {
        List<Effect> effects = replica.on(input, new Now(nanos, wallMs));
        for (long index = madeThrough + 1; index <= replica.lastIndex(); index++) {
            made.add(new Made(index, replica.term(), nanos));
            madeThrough = index;
        }
        boolean dies = !faultsOff && options.torn() > 0 && !effects.isEmpty() && faults.nextInt(1000) < options.torn();
        int carriedOut = dies ? faults.nextInt(effects.size()) : effects.size();
        for (int i = 0; i < carriedOut; i++) {
            carryOut(effects.get(i));
        }
        if (dies) {
            events.add(What.TORN, carriedOut, effects.size());
            died = true;
        }
        trace = trace * 31 + replica.stateHash() + replica.lastIndex() * 7 + disk.lastDurableIndex();
    }

    private void carryOut(Effect effect) {
        if (effect instanceof Effect.Persist persist) {
            events.add(
                    What.SUBMITTED,
                    persist.batch().number(),
                    replica.lastIndex(),
                    persist.batch().settled().map(s -> s.index()).orElse(0L));
            disk.submit(persist.batch());
        } else if (effect instanceof Effect.Deliver deliver) {
            events.add(What.DELIVERED, deliver.index());
            isDurable(deliver.index());
            for (Delivery delivery : deliver.changes()) {
                ledger.served((TopicChange.Appended) delivery);
            }
        } else if (effect instanceof Effect.Applied applied) {
            events.add(What.APPLIED, applied.index(), applied.time());
            applied(applied.index(), applied.time());
        } else if (effect instanceof Effect.Reply reply) {
            events.add(What.ANSWERED, reply.proposal(), reply.index());
            isDurable(reply.index());
            workload.answered(reply.proposal(), reply.outcome(), reply.index(), reply.time(), reply.replayed());
        } else if (effect instanceof Effect.ReplyStored stored) {
            events.add(What.ANSWER_IS_ROW, stored.proposal(), stored.index());
            isDurable(stored.index());
            settle(() -> answerFromRow(stored));
        } else if (effect instanceof Effect.Refuse refuse) {
            events.add(What.REFUSED, refuse.proposal(), refuse.reason().ordinal());
            workload.refused(refuse.proposal());
        } else if (effect instanceof Effect.Fetch fetch) {
            events.add(What.FETCH, fetch.place().index(), fetch.place().place());
            settle(() -> due.add(fetch.place()));
        } else if (effect instanceof Effect.Settled settled) {
            Settling waiting = settling.remove(settled.id());
            check(waiting != null, "settle request %d was answered twice", settled.id());
            check(settled.index() <= disk.settled().index(), "entry %d is said to be settled", settled.index());
            check(settled.index() >= waiting.applied(), "rows to %d are not those asked for", settled.index());
            waiting.then().run();
        } else if (effect instanceof Effect.Wake wake) {
            wakeAt = wake.nanos();
        } else if (effect instanceof Effect.CaughtUp reached) {
            events.add(What.CAUGHT_UP, reached.index());
            check(reached.index() >= served, "readers were served up to %d, caught up at %d", served, reached.index());
            caughtUp = true;
            ledger.caughtUp();
        } else {
            check(effect instanceof Effect.RoleChanged, "a lone node has another effect");
        }
    }

    /** The effects of one input come to an end before the next: the requests that they make wait. */
    private void settle(Runnable then) {
        long id = nextSettle++;
        settling.put(id, new Settling(replica.appliedIndex(), then));
        requests.add(id);
    }

    private void answerFromRow(Effect.ReplyStored stored) {
        Optional<byte[]> answer = rows.answer(new Cursor(stored.index(), stored.place()));
        if (answer.isPresent()) {
            workload.answered(stored.proposal(), topics.decode(answer.get()), stored.index(), stored.time(), true);
        } else {
            workload.indeterminate(stored.proposal());
        }
    }

    /** A body that fell due, read from its row; sometimes it cannot be read just now. */
    private void bring(Cursor place) {
        Optional<Publication> body = rows.body(place);
        if (body.isEmpty() || !faultsOff && schedule.nextInt(8) == 0) {
            feed(new Input.FetchFailed(place));
        } else {
            events.add(What.RELEASED, place.index(), place.place());
            feed(new Input.Fetched(new TopicCommand.Release(place, body.get())));
        }
    }

    private void isDurable(long index) {
        check(index <= disk.lastDurableIndex(), "entry %d is promised, durable is %d", index, disk.lastDurableIndex());
    }

    private void applied(long index, long stamp) {
        isDurable(index);
        check(stamp >= stamps[(int) index - 1], "the stamp of entry %d went back to %d", index, stamp);
        if (index >= stamps.length - 1) {
            stamps = Arrays.copyOf(stamps, stamps.length * 2);
            hashes = Arrays.copyOf(hashes, hashes.length * 2);
        }
        check(stamps[(int) index] == 0 || stamps[(int) index] == stamp, "entry %d has another stamp", index);
        stamps[(int) index] = stamp;
        highestApplied = Math.max(highestApplied, index);
        while (!made.isEmpty() && made.peekFirst().index() <= index) {
            Made entry = made.pollFirst();
            if (entry.index() == index) {
                checkPace(entry, stamp);
            }
        }
    }

    /** Whatever the wall clock does, stamps keep to the monotonic clock within a tenth (DESIGN D5). */
    private void checkPace(Made entry, long stamp) {
        if (anchor == null || anchor.term() != entry.term()) {
            anchor = entry;
            anchorStamp = stamp;
            return;
        }
        double elapsed = (entry.nanos() - anchor.nanos()) / (double) NANOS_PER_MS;
        check(
                stamp - anchorStamp <= elapsed * 1.1 + 2 && stamp - anchorStamp >= elapsed * 0.9 - 2,
                "stamps moved by %d ms to entry %d, the clock by %d ms",
                stamp - anchorStamp,
                entry.index(),
                (long) elapsed);
    }

    private void check() {
        while (!requests.isEmpty() && !died) {
            feed(new Input.Settle(requests.poll()));
        }
        long applied = replica.appliedIndex();
        check(replica.settledIndex() <= applied, "settled %d above applied %d", replica.settledIndex(), applied);
        check(applied <= replica.commitIndex(), "applied %d above commit %d", applied, replica.commitIndex());
        check(
                replica.commitIndex() <= replica.lastIndex(),
                "commit %d above last %d",
                replica.commitIndex(),
                replica.lastIndex());
        check(replica.firstIndex() <= replica.settledIndex() + 1, "the log begins above the rows");
        if (applied >= hashes.length) {
            hashes = Arrays.copyOf(hashes, hashes.length * 2);
            stamps = Arrays.copyOf(stamps, stamps.length * 2);
        }
        long known = hashes[(int) applied];
        check(known == 0 || known == replica.stateHash(), "entry %d came to another state than before", applied);
        hashes[(int) applied] = replica.stateHash();
    }

    private static void check(boolean holds, String what, long... numbers) {
        if (!holds) {
            throw new AssertionError(
                    String.format(what, Arrays.stream(numbers).boxed().toArray()));
        }
    }
}
