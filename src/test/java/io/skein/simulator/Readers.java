package io.skein.simulator;

import static io.skein.simulator.History.check;

import io.skein.machine.Cursor;
import io.skein.machine.Delivery;
import io.skein.machine.Machine;
import io.skein.machine.StateHash;
import io.skein.mailbox.MailChange;
import io.skein.replica.Effect;
import io.skein.replica.Input;
import io.skein.topic.TopicChange;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicMachine;
import io.skein.topic.TopicView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Who reads at one node in one of its lives: those who ask once, and those who follow. */
final class Readers {
    private final Simulation world;
    private final SimulatedNode node;
    private final Ledger.Served served;
    private final Map<Feed, Subscriber> feeds = new LinkedHashMap<>();
    /** By id of a read: what it must not be older than. */
    private final Map<Long, Long> reads = new HashMap<>();
    /** The last mail that watchers were told of. */
    private long lastMail;

    Readers(Simulation world, SimulatedNode node) {
        this.world = world;
        this.node = node;
        this.served = new Ledger.Served(node.disk().rows().stored());
    }

    /** Reads that are not answered. */
    int waiting() {
        return reads.size();
    }

    void ready(Effect.ReadReady ready) {
        Long floor = reads.remove(ready.id());
        long applied = node.replica().appliedIndex();
        check(floor != null, "read %d was answered twice", ready.id());
        check(ready.index() >= floor && applied >= floor, "read of %d at %d", floor, ready.index());
        world.history().seen(applied);
        look();
        world.hasRead();
    }

    void failed(Effect.ReadFailed failed) {
        check(reads.remove(failed.id()) != null, "read %d failed twice", failed.id());
    }

    /** A lone node has nobody to learn from what it served before. */
    void caughtUp() {
        if (world.options().nodes() == 1) {
            world.ledger().caughtUp(served);
        }
    }

    void deliver(Effect.Deliver deliver) {
        for (Delivery delivery : deliver.changes()) {
            if (delivery instanceof MailChange) {
                if (delivery instanceof MailChange.Sent mail) {
                    world.people().delivered(mail, lastMail);
                    lastMail = mail.id();
                }
                continue;
            }
            world.ledger().served(served, (TopicChange.Appended) delivery);
            if (!feeds.isEmpty()) {
                pass((TopicChange.Appended) delivery);
            }
        }
        feeds.keySet().forEach(feed -> feed.passed(deliver.index()));
    }

    void add(Feed feed, Subscriber to) {
        feeds.put(feed, to);
    }

    void remove(Feed feed) {
        feeds.remove(feed);
    }

    boolean contains(Feed feed) {
        return feeds.containsKey(feed);
    }

    private void pass(TopicChange.Appended run) {
        List<Feed.Given> messages = new ArrayList<>();
        for (int i = 0; i < run.messages().size(); i++) {
            messages.add(new Feed.Given(
                    run.topic(),
                    run.firstOffset() + i,
                    new Cursor(run.first().index(), run.first().place() + i)));
        }
        feeds.values().forEach(to -> to.pass(run.name().value(), messages));
    }

    /** A linearizable read: it sees whatever any client has seen before. */
    void read(long readId) {
        reads.put(readId, world.history().seen());
        node.feed(new Input.Read(readId));
    }

    /** What a reader sees now, against everything that was seen before. */
    void look() {
        long time = node.replica().appliedTime();
        lookAtPeople(time);
        boolean allExpired = node.topics().nextDue() == Long.MAX_VALUE;
        for (TopicView view : node.topics().all()) {
            world.ledger().read(served, view.id(), view.lowWater(), view.nextOffset(), view.count(), time, allExpired);
            world.workload()
                    .read(
                            view.name().value(),
                            view.created().index(),
                            node.replica().appliedIndex());
            TopicConfig config = view.config();
            check(
                    config.onFull() != TopicConfig.OnFull.DROP_OLDEST
                            || config.maxMessages() == 0
                            || view.count() <= config.maxMessages()
                            || node.topics().reach(view.id()).orElseThrow().lowestPin() == view.lowWater(),
                    "topic %d keeps %d messages of %d",
                    view.id(),
                    view.count(),
                    config.maxMessages());
        }
    }

    private void lookAtPeople(long time) {
        if (world.options().persons().isOn()) {
            world.people().look(node.accounts(), node.mails(), node.replica().appliedIndex(), time);
        }
    }

    /** Memory is what rows come to. */
    void checkRows() {
        TopicMachine shadow = node.disk().rows().machine();
        check(node.topics().all().equals(shadow.all()), "memory and rows have other topics");
        check(node.topics().totals().equals(shadow.totals()), "memory and rows have other totals");
        check(hashOf(node.topics()) == hashOf(shadow), "memory and rows have other snapshots");
        check(
                hashOf(node.subscriptions()) == hashOf(node.disk().rows().subscriptions()),
                "memory and rows have other snapshots of subscriptions");
        check(
                hashOf(node.accounts()) == hashOf(node.disk().rows().accounts()),
                "memory and rows have other snapshots of accounts");
        check(
                hashOf(node.mails()) == hashOf(node.disk().rows().mails()),
                "memory and rows have other snapshots of mail");
    }

    private static long hashOf(Machine machine) {
        StateHash hash = new StateHash(0);
        machine.snapshot(change -> change.hashInto(hash));
        return hash.value();
    }
}
