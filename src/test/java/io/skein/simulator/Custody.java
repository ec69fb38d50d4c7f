package io.skein.simulator;

import io.skein.machine.Change;
import io.skein.machine.Command;
import io.skein.machine.Decision;
import io.skein.machine.Moment;
import io.skein.subscription.Mark;
import io.skein.subscription.Run;
import io.skein.subscription.SubscriptionChange;
import io.skein.subscription.SubscriptionCommand;
import io.skein.subscription.SubscriptionLimits;
import io.skein.subscription.SubscriptionMachine;
import io.skein.subscription.SubscriptionName;
import io.skein.subscription.SubscriptionView;
import io.skein.topic.TopicChange;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Who has each message in each subscription, from the committed changes and nothing else (CLAIMS.md 7). Every decision is
 * held against {@link Rules}: what it moved, message by message, is what its command says, no more and no less.
 */
final class Custody implements Verdicts.Watcher {
    /** A subscription's place in one topic. */
    record Spot(long subscription, long topic) {}

    private final SubscriptionLimits limits;
    private final TreeMap<Long, TopicTruth> topics = new TreeMap<>();
    private final TreeMap<Long, SubscriptionTruth> subscriptions = new TreeMap<>();
    private final Map<String, SubscriptionTruth> byName = new HashMap<>();
    /** What the decision touched, as it was before; null where there was nothing. */
    private final Map<Spot, SubscriptionTruth.Place> before = new HashMap<>();

    private long lastSubscription;
    private int lent;
    private int buried;

    Custody(SubscriptionLimits limits) {
        this.limits = limits;
    }

    SubscriptionLimits limits() {
        return limits;
    }

    /** Messages that were ever handed out. */
    int lent() {
        return lent;
    }

    /** Messages that ever became dead letters. */
    int buried() {
        return buried;
    }

    TopicTruth topic(long id) {
        TopicTruth topic = topics.get(id);
        check(topic != null, "there is no topic " + id);
        return topic;
    }

    Iterable<TopicTruth> topics() {
        return topics.values();
    }

    Iterable<SubscriptionTruth> subscriptions() {
        return subscriptions.values();
    }

    /** Null when there is none. */
    SubscriptionTruth find(SubscriptionName name) {
        return byName.get(name.value());
    }

    /** Null when there is none. */
    SubscriptionTruth find(long id) {
        return subscriptions.get(id);
    }

    /** What the decision that is looked at touched, as it was before. */
    Map<Spot, SubscriptionTruth.Place> before() {
        return before;
    }

    @Override
    public void decided(Moment at, Command command, Decision decision) {
        before.clear();
        topics.values().forEach(TopicTruth::goOn);
        try {
            if (command instanceof SubscriptionCommand) {
                Plan plan = new Plan(this, at, (SubscriptionCommand) command, decision);
                decision.changes().forEach(this::apply);
                new Rules(plan).compare();
                lent += plan.lent;
                buried += plan.buried;
            } else {
                for (Change change : decision.changes()) {
                    check(!(change instanceof SubscriptionChange), "topics move a subscription");
                    apply(change);
                }
            }
        } catch (AssertionError wrong) {
            throw new AssertionError(
                    "custody: " + wrong.getMessage() + "\n at " + at + " by " + command + "\n answered "
                            + decision.outcome() + "\n with " + decision.changes(),
                    wrong);
        }
    }

    private void apply(Change change) {
        if (change instanceof TopicChange) {
            applyToTopic((TopicChange) change);
        } else {
            apply((SubscriptionChange) change);
        }
    }

    private void applyToTopic(TopicChange change) {
        if (change instanceof TopicChange.Appended appended) {
            topic(appended.topic()).append(appended);
        } else if (change instanceof TopicChange.Trimmed trimmed) {
            topic(trimmed.topic()).trim(trimmed.lowWater());
        } else if (change instanceof TopicChange.Pinned pinned) {
            topic(pinned.topic()).pin(pinned.offset());
        } else if (change instanceof TopicChange.Unpinned unpinned) {
            topic(unpinned.topic()).unpin(unpinned.offset());
        } else if (change instanceof TopicChange.Configured configured) {
            topic(configured.topic()).configure(configured.config());
        } else if (change instanceof TopicChange.Created created) {
            TopicTruth topic = new TopicTruth(created);
            topics.put(topic.id, topic);
            subscriptions.values().forEach(subscription -> maybeFollow(subscription, topic));
        } else if (change instanceof TopicChange.Deleted deleted) {
            topics.remove(deleted.topic());
            subscriptions.values().forEach(subscription -> {
                touch(subscription, deleted.topic());
                subscription.forgetTopic(deleted.topic());
            });
        }
    }

    private void maybeFollow(SubscriptionTruth subscription, TopicTruth topic) {
        if (subscription.wants(topic.name)) {
            touch(subscription, topic.id);
            subscription.follow(topic.id);
        }
    }

    private void touch(SubscriptionTruth subscription, long topic) {
        Spot spot = new Spot(subscription.id, topic);
        if (!before.containsKey(spot)) {
            before.put(spot, subscription.in(topic).copy());
        }
    }

    private SubscriptionTruth the(long id) {
        SubscriptionTruth subscription = subscriptions.get(id);
        check(subscription != null, "there is no subscription " + id);
        return subscription;
    }

    private void apply(SubscriptionChange change) {
        if (change instanceof SubscriptionChange.RunSet set) {
            SubscriptionTruth subscription = the(set.subscription());
            touch(subscription, set.topic());
            subscription.set(set.run(), set.topic());
        } else if (change instanceof SubscriptionChange.RunGone gone) {
            SubscriptionTruth subscription = the(gone.subscription());
            touch(subscription, gone.topic());
            Run run = subscription.in(gone.topic()).runs.remove(gone.first());
            check(run != null, "there is no run at " + gone.first());
        } else if (change instanceof SubscriptionChange.Positioned positioned) {
            SubscriptionTruth subscription = the(positioned.subscription());
            touch(subscription, positioned.topic());
            SubscriptionTruth.Place place =
                    subscription.places.computeIfAbsent(positioned.topic(), id -> new SubscriptionTruth.Place());
            place.next = positioned.next();
            if (positioned.clears()) {
                place.runs.clear();
            }
        } else if (change instanceof SubscriptionChange.Left left) {
            SubscriptionTruth subscription = the(left.subscription());
            touch(subscription, left.topic());
            subscription.places.remove(left.topic());
        } else if (change instanceof SubscriptionChange.Counted counted) {
            the(counted.subscription()).counted = counted;
        } else if (change instanceof SubscriptionChange.MarkSet set) {
            the(set.subscription()).marks.put(set.mark().at(), set.mark());
        } else if (change instanceof SubscriptionChange.MarkGone gone) {
            Mark mark = the(gone.subscription()).marks.remove(gone.at());
            check(mark != null, "there is no mark " + gone.at());
        } else if (change instanceof SubscriptionChange.DeadSet set) {
            the(set.subscription()).setDead(set.range());
        } else if (change instanceof SubscriptionChange.DeadGone gone) {
            the(gone.subscription()).removeDead(gone.topic(), gone.first());
        } else {
            administer(change);
        }
    }

    private void administer(SubscriptionChange change) {
        if (change instanceof SubscriptionChange.Created created) {
            check(created.subscription() > lastSubscription, "subscription " + created.subscription() + " again");
            lastSubscription = created.subscription();
            SubscriptionTruth subscription = new SubscriptionTruth(created);
            subscriptions.put(subscription.id, subscription);
            check(byName.put(subscription.name.value(), subscription) == null, subscription.name + " is there twice");
            topics.values().forEach(topic -> maybeFollow(subscription, topic));
        } else if (change instanceof SubscriptionChange.Configured configured) {
            SubscriptionTruth subscription = the(configured.subscription());
            subscription.configure(configured.config());
            topics.values().forEach(topic -> maybeFollow(subscription, topic));
        } else if (change instanceof SubscriptionChange.Deleted deleted) {
            SubscriptionTruth subscription = the(deleted.subscription());
            subscription.places.keySet().forEach(topic -> touch(subscription, topic));
            subscriptions.remove(deleted.subscription());
            byName.remove(subscription.name.value());
        } else {
            throw new AssertionError("a decision says " + change);
        }
    }

    // In the end.

    /** Messages that came to their end by what consumers did. */
    long settled() {
        long settled = buried;
        for (SubscriptionTruth subscription : subscriptions.values()) {
            settled += subscription.acknowledged;
        }
        return settled;
    }

    /**
     * Whether every message of every subscription has come to its end: acknowledged, dead, expired or gone. Queues and
     * what is paused keep what they have.
     */
    boolean isDrained(long time) {
        for (SubscriptionTruth subscription : subscriptions.values()) {
            if (!subscription.isQueue() && !(subscription.marks.isEmpty() && isDrained(subscription, time))) {
                return false;
            }
        }
        return true;
    }

    private boolean isDrained(SubscriptionTruth subscription, long time) {
        for (var entry : subscription.places.entrySet()) {
            TopicTruth topic = topic(entry.getKey());
            topic.goOn();
            SubscriptionTruth.Place place = entry.getValue();
            for (Run run : place.runs.values()) {
                for (long offset = run.first(); offset < run.end(); offset++) {
                    if (topic.isLive(offset, time)) {
                        return false;
                    }
                }
            }
            for (long offset = place.next; place.follows && offset < topic.nextOffset(); offset++) {
                if (topic.isLive(offset, time)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** What a node that has applied everything says of its subscriptions is so. */
    void agrees(SubscriptionMachine machine) {
        check(machine.all().size() == subscriptions.size(), "there are other subscriptions");
        for (SubscriptionTruth subscription : subscriptions.values()) {
            SubscriptionView view = machine.find(subscription.name).orElseThrow();
            check(
                    view.id() == subscription.id && view.config().equals(subscription.config()),
                    view + " is not " + subscription.name);
            long[] counts = new long[Run.State.values().length];
            int followed = 0;
            for (var entry : subscription.places.entrySet()) {
                long lowWater = topic(entry.getKey()).lowWater();
                followed += entry.getValue().follows ? 1 : 0;
                for (Run run : entry.getValue().runs.values()) {
                    counts[run.state().ordinal()] += Math.max(0, run.end() - Math.max(lowWater, run.first()));
                }
            }
            check(view.leased() == counts[Run.State.LEASED.ordinal()], view + " leased");
            check(view.delayed() == counts[Run.State.DELAYED.ordinal()], view + " delayed");
            check(view.ready() == counts[Run.State.READY.ordinal()], view + " ready");
            check(view.followed() == followed, view + " followed");
            check(view.marked() == subscription.marked(), view + " marked");
            check(
                    view.delivered() == subscription.delivered
                            && view.redelivered() == subscription.redelivered
                            && view.acknowledged() == subscription.acknowledged,
                    view + " counts otherwise than " + subscription.delivered + ", " + subscription.redelivered + ", "
                            + subscription.acknowledged);
        }
    }

    /** What is not settled. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (SubscriptionTruth subscription : subscriptions.values()) {
            text.append(subscription.name).append(' ').append(subscription.config());
            subscription.places.forEach((topic, place) -> text.append("; topic ")
                    .append(topic)
                    .append(" of ")
                    .append(topic(topic).nextOffset())
                    .append(place.follows ? " at " : " dead at ")
                    .append(place.next)
                    .append(' ')
                    .append(place.runs.values()));
            text.append(" marks ").append(subscription.marks.values()).append('\n');
        }
        return text.toString();
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
