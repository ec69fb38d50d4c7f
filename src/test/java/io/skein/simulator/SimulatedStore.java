package io.skein.simulator;

import static io.skein.simulator.History.check;

import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.machine.Machine;
import io.skein.mailbox.MailMachine;
import io.skein.raft.NodeId;
import io.skein.replica.Effect;
import io.skein.replica.Input;
import io.skein.replica.WriteBatch;
import io.skein.simulator.LastEvents.What;
import io.skein.subscription.Keys;
import io.skein.subscription.Mark;
import io.skein.subscription.OffsetRange;
import io.skein.subscription.SubscriptionCommand;
import io.skein.subscription.SubscriptionName;
import io.skein.topic.Message;
import io.skein.topic.TopicCommand;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** What the store does for one life of a node: writes its batches one after the other, brings rows up to date, reads them. */
final class SimulatedStore {
    /** Of bodies that one command carries to the dead letters: some, or one so that a mark takes several commands. */
    private static final int DEAD_LETTER_BYTES = 300;

    /** What waits for rows to be up to date. */
    private record Settling(long applied, Runnable then) {}

    private final Simulation world;
    private final SimulatedNode node;
    private final SimulatedDisk disk;
    private final SplittableRandom faults;
    private final Map<Long, Settling> settling = new HashMap<>();
    private final ArrayDeque<Long> requests = new ArrayDeque<>();
    private long nextSettle;
    private boolean writing;

    SimulatedStore(Simulation world, SimulatedNode node, SplittableRandom faults) {
        this.world = world;
        this.node = node;
        this.disk = node.disk();
        this.faults = faults;
    }

    boolean isWriting() {
        return writing;
    }

    boolean isBusy() {
        return writing || !settling.isEmpty() || !requests.isEmpty();
    }

    void submit(WriteBatch batch) {
        disk.submit(batch);
        if (disk.isBusy()) {
            write();
        }
    }

    private void write() {
        if (!writing) {
            writing = true;
            node.later(world.diskLatency() + node.slowNanos(), this::written);
        }
    }

    private void written() {
        writing = false;
        if (!world.faultsOff() && faults.nextInt(1000) < world.options().disks().errors()) {
            node.event(What.DISK_ERROR);
            node.crash(faults.nextInt(2));
            return;
        }
        if (node.isDiskFull()) {
            long refused = disk.refuse();
            node.event(What.DISK_FULL, refused);
            node.feed(new Input.DiskFull(refused));
            return;
        }
        long done = disk.complete();
        node.event(What.WRITTEN, done, disk.lastDurableIndex(), disk.settled().index());
        node.isAt(disk.settled().index(), disk.settled().hash());
        if (disk.isBusy()) {
            write();
        }
        node.feed(new Input.Persisted(done));
    }

    /** The effects of one input come to an end before the next: the requests that they make wait. */
    void settle(Runnable then) {
        long request = nextSettle++;
        settling.put(request, new Settling(node.replica().appliedIndex(), then));
        requests.add(request);
    }

    /** The request that is to be made next; null when there is none. */
    Long nextRequest() {
        return requests.poll();
    }

    void settled(Effect.Settled settled) {
        Settling waiting = settling.remove(settled.id());
        check(waiting != null, "settle request %d was answered twice", settled.id());
        check(settled.index() <= disk.settled().index(), "entry %d is said to be settled", settled.index());
        check(settled.index() >= waiting.applied(), "rows to %d are not those asked for", settled.index());
        waiting.then().run();
    }

    void answerFromRow(Effect.ReplyStored stored) {
        Optional<byte[]> answer = disk.rows().answer(new Cursor(stored.index(), stored.place()));
        if (answer.isPresent()) {
            Machine owner = MailMachine.isOutcome(answer.get()) ? node.mails() : node.subscriptions();
            world.workload()
                    .answered(stored.proposal(), owner.decode(answer.get()), stored.index(), stored.time(), true);
        } else {
            world.workload().indeterminate(stored.proposal());
        }
    }

    /** Bodies that are due, read from their rows; sometimes they cannot be read just now. */
    void bring(Cursor place) {
        // Of a mark as it is now; when the rows have been read it may be another.
        Optional<Mark> mark = node.subscriptions().mark(place);
        boolean slow = !world.faultsOff() && faults.nextInt(3) == 0;
        node.later(world.errand() * (slow ? 200 : 1), () -> {
            Optional<Command> command = mark.isPresent() ? deadLetters(mark.get()) : delayed(place);
            if (command.isEmpty() || !world.faultsOff() && faults.nextInt(8) == 0) {
                node.feed(new Input.FetchFailed(place));
            } else {
                node.event(What.RELEASED, place.index(), place.place());
                node.feed(new Input.Fetched(command.get()));
            }
        });
    }

    private Optional<Command> delayed(Cursor place) {
        return disk.rows().body(place).map(body -> new TopicCommand.Release(place, body));
    }

    /** As many of the messages of a mark as a command takes. */
    private Optional<Command> deadLetters(Mark mark) {
        List<Message> messages = disk.rows()
                .messages(mark.topic(), mark.first(), mark.count(), faults.nextInt(6) == 0 ? DEAD_LETTER_BYTES : 1);
        return messages.isEmpty()
                ? Optional.empty()
                : Optional.of(new SubscriptionCommand.DeadLetter(mark.at(), mark.first(), messages));
    }

    /** What a leader reads for a pull where keys matter. */
    List<Keys> keysFor(SubscriptionName name, int max) {
        List<Keys> keys = new ArrayList<>();
        for (OffsetRange wanted : node.subscriptions().keysWanted(name, max)) {
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
    void sendSnapshot(NodeId peer) {
        switch (disk.damage()) {
            case ROWS -> node.quarantine();
            case STATE -> node.later(world.errand(), () -> node.feed(new Input.SnapshotSent(peer, 0, false)));
            default -> world.sendSnapshot(node, peer, disk.snapshot());
        }
    }

    void load(Effect.Load load) {
        if (disk.isDamaged(load.from())) {
            node.wipe();
            return;
        }
        boolean fails = !world.faultsOff() && faults.nextInt(8) == 0;
        node.feed(new Input.Loaded(load.peer(), fails ? List.of() : disk.entries(load.from(), load.maxBytes())));
    }
}
