package io.skein.simulator;

import static io.skein.simulator.SubscriptionTruth.Standing.DEAD;
import static io.skein.simulator.SubscriptionTruth.Standing.MARKED;
import static io.skein.simulator.SubscriptionTruth.Standing.SETTLED;
import static io.skein.simulator.SubscriptionTruth.Standing.WAITING;

import io.skein.machine.Change;
import io.skein.machine.Cursor;
import io.skein.machine.Moment;
import io.skein.machine.Outcome;
import io.skein.simulator.Plan.Which;
import io.skein.simulator.SubscriptionTruth.Held;
import io.skein.simulator.SubscriptionTruth.Place;
import io.skein.simulator.SubscriptionTruth.Standing;
import io.skein.subscription.Run;
import io.skein.subscription.Run.State;
import io.skein.subscription.SubscriptionChange;
import io.skein.subscription.SubscriptionCommand;
import io.skein.subscription.SubscriptionName;
import io.skein.subscription.SubscriptionOutcome;
import io.skein.topic.TopicChange;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * One decision about subscriptions, when its changes have been applied: what they moved, message by message, is what was
 * to be, no more and no less; and the invariants of the room ({@code package-info} of {@code io.skein.subscription}) hold
 * wherever something moved.
 */
final class Rules {
    private final Plan plan;
    private final Custody custody;
    private final Moment at;
    private final SubscriptionCommand command;
    private final Outcome outcome;
    private final List<Change> changes;
    private final Map<Which, Standing> expected;
    private long room;
    private long passable;
    /** Messages that were begun with, but for those that were redriven. */
    private long fresh;

    /** What is gone and made room. */
    private long forgotten;

    Rules(Plan plan) {
        this.plan = plan;
        custody = plan.custody;
        at = plan.at;
        command = plan.command;
        outcome = plan.outcome;
        changes = plan.changes;
        expected = plan.expected;
        room = plan.room;
        passable = plan.passable;
    }

    private boolean isLive(long topic, long offset) {
        return plan.isLive(topic, offset);
    }

    void compare() {
        if (plan.isRefused()) {
            return; // nothing was moved
        }
        if (isOperators()) {
            new OperatorRules(custody, command).compare();
        } else {
            moved();
            accounts();
        }
        topicsOfTheCommand();
        invariants();
    }

    private boolean isOperators() {
        return command instanceof SubscriptionCommand.Configure
                || command instanceof SubscriptionCommand.Pause
                || command instanceof SubscriptionCommand.Delete
                || command instanceof SubscriptionCommand.Seek
                || command instanceof SubscriptionCommand.CreateQueue
                || command instanceof SubscriptionCommand.DeleteTopic;
    }

    /** Every message whose standing is another than before, and those that were to get another. */
    private void moved() {
        Set<Which> seen = new HashSet<>();
        custody.before().forEach((spot, before) -> {
            SubscriptionTruth subscription = custody.find(spot.subscription());
            Place after = subscription.in(spot.topic());
            for (long offset : touched(before, after, spot.topic())) {
                Standing was = before.standing(offset);
                Standing is = after.standing(offset);
                Which which = new Which(spot.subscription(), spot.topic(), offset);
                seen.add(which);
                if (!was.equals(is) || expected.containsKey(which)) {
                    step(subscription, which, was, is);
                    room -= isBegun(was, is) ? 1 : 0;
                    fresh += isBegun(was, is) && was == WAITING ? 1 : 0;
                    passable -= isBegun(was, is) && ((Held) is).state() == State.READY ? 1 : 0;
                    forgotten += was instanceof Held && is == SETTLED ? 1 : 0;
                }
            }
        });
        if (!plan.isPartial) {
            for (Which which : expected.keySet()) {
                if (!seen.contains(which) && !plan.paced.contains(which)) {
                    SubscriptionTruth subscription = custody.find(which.subscription());
                    step(
                            subscription,
                            which,
                            WAITING,
                            subscription.in(which.topic()).standing(which.offset()));
                }
            }
        }
        if (command instanceof SubscriptionCommand.Pull pull) {
            check(!plan.crowded || fresh == 0, "new messages were begun with, although there are too many runs");
            check(room + forgotten >= 0, "new messages were begun with, although there is no room");
            check(passable >= 0, "too many messages were passed over for their key");
            isComplete(custody.find(pull.name()), plan.lent < pull.max());
        } else if (command instanceof SubscriptionCommand.Take take) {
            taken(take);
        }
    }

    private static boolean isBegun(Standing was, Standing is) {
        return is instanceof Held && (was == WAITING || was instanceof Held held && held.state() == State.UNREAD);
    }

    private TreeSet<Long> touched(Place before, Place after, long topic) {
        TreeSet<Long> offsets = new TreeSet<>();
        differing(before, after, offsets);
        differing(after, before, offsets);
        // A topic that was just made has none before.
        long end = custody.topic(topic).nextOffset();
        long from = Math.min(before.follows ? before.next : end, after.follows ? after.next : end);
        long to = Math.min(end, Math.max(before.next, after.next));
        for (long offset = from; offset < to; offset++) {
            offsets.add(offset);
        }
        return offsets;
    }

    private static void differing(Place one, Place other, TreeSet<Long> offsets) {
        for (Run run : one.runs.values()) {
            if (!run.equals(other.runs.get(run.first()))) {
                for (long offset = run.first(); offset < run.end(); offset++) {
                    offsets.add(offset);
                }
            }
        }
    }

    private void step(SubscriptionTruth subscription, Which which, Standing was, Standing is) {
        Standing to = expected.get(which);
        if (is.equals(to) || to == null && was.equals(is)) {
            return;
        }
        boolean isGone = which.offset() < custody.topic(which.topic()).lowWater();
        boolean rightly =
                // Where it went is in the accounts; what this very command trimmed needs no mark.
                is == SETTLED && (to == MARKED || to == DEAD)
                        || to == null && is == SETTLED && isPassedOver(which, was)
                        || plan.isPartial && was.equals(is)
                        || to == null
                                && command instanceof SubscriptionCommand.Pull
                                && isHeldBack(subscription, which, was, is)
                        || plan.paced.contains(which) && isPaced(subscription, was, is);
        check(rightly, which + " was " + was + " and is " + is + ", to be " + to);
        if (is == SETTLED && to == MARKED && isGone) {
            expected.put(which, SETTLED);
        }
    }

    /** Who looks for something to lend forgets what nobody can get any more. */
    private boolean isPassedOver(Which which, Standing was) {
        boolean looks = command instanceof SubscriptionCommand.Pull || command instanceof SubscriptionCommand.Take;
        boolean waited = was == WAITING
                || was instanceof Held held && (held.state() == State.READY || held.state() == State.UNREAD);
        return looks
                && waited
                && (!isLive(which.topic(), which.offset())
                        || command instanceof SubscriptionCommand.Take && isTaken(which));
    }

    private boolean isTaken(Which which) {
        SubscriptionOutcome.Taken taken = (SubscriptionOutcome.Taken) outcome;
        return taken.topic() == which.topic() && taken.offset() == which.offset();
    }

    /** Read, and passed over because of its key. */
    private boolean isHeldBack(SubscriptionTruth subscription, Which which, Standing was, Standing is) {
        boolean unread = was == WAITING || was instanceof Held held && held.state() == State.UNREAD;
        long key = custody.topic(which.topic()).key(which.offset());
        return unread
                && subscription.isByKey()
                && key != 0
                && is.equals(new Held(State.READY, 0, 0, Cursor.ORIGIN, "", key))
                && (ofKey(subscription, key).stream()
                                .anyMatch(other -> !other.which().equals(which))
                        || wasOfKey(subscription, key));
    }

    /** One that this very pull found to be gone holds its key to the end of it. */
    private boolean wasOfKey(SubscriptionTruth subscription, long key) {
        return custody.before().entrySet().stream()
                .anyMatch(entry -> entry.getKey().subscription() == subscription.id
                        && entry.getValue().runs.values().stream().anyMatch(run -> run.key() == key));
    }

    private static boolean isPaced(SubscriptionTruth subscription, Standing was, Standing is) {
        if (!(is instanceof Held after)) {
            return false;
        }
        State ready = subscription.isByKey() ? State.UNREAD : State.READY;
        boolean waits = after.state() == State.PACED;
        boolean was0 = was instanceof Held before && before.state() == State.PACED;
        return after.deliveries() == 0
                && after.lease().equals(Cursor.ORIGIN)
                && (after.state() == ready && after.time() == 0
                        || waits && (!was0 || after.time() >= ((Held) was).time()));
    }

    private record OfKey(Which which, Held held) {}

    private static List<OfKey> ofKey(SubscriptionTruth subscription, long key) {
        List<OfKey> found = new ArrayList<>();
        subscription.places.forEach((topic, place) -> {
            for (Run run : place.runs.values()) {
                if (run.key() == key) {
                    found.add(new OfKey(new Which(subscription.id, topic, run.first()), Held.of(run)));
                }
            }
        });
        return found;
    }

    /** Whoever asked for more got all there was; of one key nobody has two, nor a later one first. */
    private void isComplete(SubscriptionTruth subscription, boolean wantedMore) {
        if (subscription.isByKey()) {
            inOrderOfKeys(subscription);
            return;
        }
        // What is found to be gone makes room, perhaps when all others have had their turn.
        boolean isLimited = room <= 0 || subscription.held() >= custody.limits().held() || plan.crowded;
        int looks =
                ((SubscriptionCommand.Pull) command).max() + custody.limits().steps();
        if (!wantedMore || subscription.config().paused() || subscription.places.size() > looks) {
            return;
        }
        subscription.places.forEach((topic, place) -> {
            for (Run run : place.runs.values()) {
                for (long offset = run.first(); run.state() == State.READY && offset < run.end(); offset++) {
                    check(!isLive(topic, offset), "message " + offset + " of topic " + topic + " was not given");
                }
            }
            long end = custody.topic(topic).nextOffset();
            for (long offset = place.next; !isLimited && place.follows && offset < end; offset++) {
                check(!isLive(topic, offset), "message " + offset + " of topic " + topic + " was not given");
            }
        });
    }

    private boolean hasSomeBack(SubscriptionTruth subscription) {
        for (var place : subscription.places.entrySet()) {
            for (Run run : place.getValue().runs.values()) {
                if (run.state() == State.READY && isLive(place.getKey(), run.first())) {
                    return true;
                }
            }
        }
        return false;
    }

    private void inOrderOfKeys(SubscriptionTruth subscription) {
        for (Which which : expected.keySet()) {
            Run run = subscription.in(which.topic()).run(which.offset());
            if (run.key() == 0) {
                continue;
            }
            for (OfKey other : ofKey(subscription, run.key())) {
                check(
                        other.which().equals(which) || !other.held().holdsKey(),
                        which + " was lent while another of its key is " + other);
                check(
                        // Redriven ones come in the order in which they were redriven.
                        !subscription.in(which.topic()).follows
                                || other.which().topic() != which.topic()
                                || other.which().offset() >= which.offset()
                                || !isLive(which.topic(), other.which().offset()),
                        which + " was lent before another of its key: " + other);
            }
        }
    }

    private void taken(SubscriptionCommand.Take take) {
        SubscriptionOutcome.Taken taken = (SubscriptionOutcome.Taken) outcome;
        SubscriptionTruth queue = custody.find(SubscriptionName.ofQueue(take.topic()));
        if (taken.offset() < 0) {
            TopicTruth topic = custody.topic(taken.topic());
            for (long offset = topic.lowWater(); offset < topic.nextOffset(); offset++) {
                Standing is = queue == null ? WAITING : queue.in(topic.id).standing(offset);
                boolean waits = is == WAITING || is instanceof Held held && held.state() == State.READY;
                check(!waits || !isLive(topic.id, offset), "message " + offset + " was not given");
            }
            return;
        }
        Place before = custody.before().get(new Custody.Spot(queue.id, taken.topic()));
        Standing was = before.follows || !before.runs.isEmpty() ? before.standing(taken.offset()) : WAITING;
        boolean again = was instanceof Held held && held.state() == State.READY;
        check(was == WAITING || again, "message " + taken.offset() + " was taken, and was " + was);
        for (long offset = before.next; !again && offset < taken.offset(); offset++) {
            check(!isLive(taken.topic(), offset), "message " + taken.offset() + " was taken before " + offset);
        }
        check(isLive(taken.topic(), taken.offset()), "message " + taken.offset() + " was taken, and is gone");
        check(
                queue.in(taken.topic()).standing(taken.offset()) == SETTLED,
                "message " + taken.offset() + " was taken, and is still there");
        queue.acknowledged++;
        queue.delivered++;
        queue.redelivered += again ? 1 : 0;
        plan.lent++;
    }

    /** Nothing is marked or dead that did not fail, nor less. */
    private void accounts() {
        long marked = 0;
        long dead = 0;
        for (var entry : expected.entrySet()) {
            marked += entry.getValue() == MARKED ? 1 : 0;
            dead += entry.getValue() == DEAD ? 1 : 0;
        }
        long marksNow = 0;
        long deadNow = 0;
        for (SubscriptionTruth subscription : custody.subscriptions()) {
            marksNow += subscription.marked();
            deadNow += subscription.deadLetterCount();
        }
        check(
                plan.isPartial ? marksNow <= plan.marked + marked : marksNow == plan.marked + marked,
                marksNow + " messages are marked, not " + (plan.marked + marked));
        boolean forgets = command instanceof SubscriptionCommand.DeadLetter && deadNow < plan.dead;
        check(
                deadNow == plan.dead + dead
                        || plan.isPartial && deadNow <= plan.dead + dead
                        || forgets && custody.limits().deadRanges() < 100,
                deadNow + " messages are dead letters, not " + (plan.dead + dead));
        for (var entry : expected.entrySet()) {
            if (entry.getValue() == MARKED && !plan.isPartial) {
                check(isMarked(entry.getKey()), entry.getKey() + " is not marked");
            } else if (entry.getValue() == DEAD && !plan.isPartial) {
                Which which = entry.getKey();
                check(
                        custody.find(which.subscription()).isDead(which.topic(), which.offset()),
                        which + " is no dead letter");
            }
        }
    }

    private boolean isMarked(Which which) {
        int deliveries = ((Held) custody.before()
                        .get(new Custody.Spot(which.subscription(), which.topic()))
                        .standing(which.offset()))
                .deliveries();
        return custody.find(which.subscription()).marks.values().stream()
                .anyMatch(mark -> mark.at().index() == at.index()
                        && mark.at().place() >= at.place()
                        && mark.at().place() < at.place() + command.places()
                        && mark.topic() == which.topic()
                        && mark.first() <= which.offset()
                        && which.offset() < mark.end()
                        && mark.deliveries() == deliveries
                        && mark.time() == at.time());
    }

    /** What topics had to do with it. */
    private void topicsOfTheCommand() {
        int published = 0;
        for (Change change : changes) {
            if (change instanceof TopicChange.Appended appended) {
                published += appended.messages().size();
            } else if (change instanceof TopicChange.Scheduled) {
                published++;
            } else if (change instanceof TopicChange.Trimmed trimmed
                    && command instanceof SubscriptionCommand.Settle
                    && custody.topic(trimmed.topic()).config().ageMs() == 0) {
                dropped(custody.topic(trimmed.topic()));
            }
        }
        int wanted = plan.buried;
        if (outcome instanceof SubscriptionOutcome.Transacted) {
            wanted = ((SubscriptionCommand.Transact) command).messages().size();
        }
        check(published == wanted, published + " messages were published, not " + wanted);
    }

    /** Nothing goes before its time but from a work queue, once all who follow it have settled it. */
    private void dropped(TopicTruth topic) {
        for (long offset = topic.lowWaterBefore(); offset < topic.lowWater(); offset++) {
            if (!isLive(topic.id, offset)) {
                continue;
            }
            boolean followed = false;
            for (SubscriptionTruth subscription : custody.subscriptions()) {
                Place place = subscription.in(topic.id);
                followed |= place.follows;
                if (place.standing(offset) != SETTLED) {
                    throw new AssertionError("message " + offset + " of topic " + topic.id + " went, and is "
                            + place.standing(offset) + " to " + subscription.name);
                }
            }
            check(topic.config().acknowledged() && followed, "a topic drops what nobody acknowledges");
        }
    }

    // What is always so (package-info of io.skein.subscription), looked at where something moved.

    private void invariants() {
        for (Custody.Spot spot : custody.before().keySet()) {
            SubscriptionTruth subscription = custody.find(spot.subscription());
            if (subscription != null) {
                inOrder(subscription, subscription.in(spot.topic()));
            }
        }
        int pins = 0;
        int marks = 0;
        for (TopicTruth topic : custody.topics()) {
            pins += topic.pins();
        }
        for (SubscriptionTruth subscription : custody.subscriptions()) {
            marks += subscription.marks.size();
        }
        check(pins == marks, "messages are pinned otherwise than there are marks");
        for (Change change : changes) {
            if (change instanceof SubscriptionChange.MarkSet set) {
                check(custody.topic(set.mark().topic()).isPinned(set.mark().first()), set.mark() + " is not pinned");
            } else if (change instanceof SubscriptionChange.Counted set) {
                SubscriptionTruth counts = custody.find(set.subscription());
                check(
                        set.delivered() == counts.delivered
                                && set.redelivered() == counts.redelivered
                                && set.acknowledged() == counts.acknowledged,
                        "it counts otherwise");
            }
        }
    }

    private static void inOrder(SubscriptionTruth subscription, Place place) {
        long end = 0;
        for (Run run : place.runs.values()) {
            if (run.first() < end || run.key() != 0 && !subscription.isByKey()) {
                throw new AssertionError(run + " overlaps another, or has a key");
            }
            end = run.end();
        }
        check(!place.follows || end <= place.next, "a run ends at " + end + ", the position is " + place.next);
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
