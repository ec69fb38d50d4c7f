package io.skein.simulator;

import static io.skein.simulator.SubscriptionTruth.Standing.DEAD;
import static io.skein.simulator.SubscriptionTruth.Standing.MARKED;
import static io.skein.simulator.SubscriptionTruth.Standing.SETTLED;
import static io.skein.simulator.SubscriptionTruth.Standing.WAITING;

import io.skein.machine.Change;
import io.skein.machine.Cursor;
import io.skein.machine.Decision;
import io.skein.machine.Moment;
import io.skein.machine.Outcome;
import io.skein.machine.Rejected;
import io.skein.simulator.SubscriptionTruth.Held;
import io.skein.simulator.SubscriptionTruth.Place;
import io.skein.simulator.SubscriptionTruth.Standing;
import io.skein.subscription.Leases;
import io.skein.subscription.Mark;
import io.skein.subscription.OffsetRange;
import io.skein.subscription.Run;
import io.skein.subscription.Run.State;
import io.skein.subscription.Start;
import io.skein.subscription.SubscriptionChange;
import io.skein.subscription.SubscriptionCommand;
import io.skein.subscription.SubscriptionName;
import io.skein.subscription.SubscriptionOutcome;
import io.skein.subscription.SubscriptionOutcome.Lent;
import io.skein.subscription.SubscriptionOutcome.Refused;
import io.skein.topic.Header;
import io.skein.topic.Message;
import io.skein.topic.TopicChange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * One decision about subscriptions. {@link #plan} says, from the state before it and its answer, what must become of
 * which message; {@link #compare} holds that against what its changes did.
 */
final class Rules {
    /** One message in one subscription. */
    private record Which(long subscription, long topic, long offset) {}

    private final Custody custody;
    private final Moment at;
    private final SubscriptionCommand command;
    private final Outcome outcome;
    private final List<Change> changes;
    private final Map<Which, Standing> expected = new HashMap<>();
    /** Of those, what need not have come to it: one command settles only so much. */
    private boolean isPartial;
    /** Runs that had become due. */
    private final Set<Which> due = new HashSet<>();

    /** New messages that the pull may begin with, what it passed over for their key among them. */
    private long room = Long.MAX_VALUE;

    private long marksBefore;
    private long deadBefore;
    private int lent;
    private int buried;

    Rules(Custody custody, Moment at, SubscriptionCommand command, Decision decision) {
        this.custody = custody;
        this.at = at;
        this.command = command;
        this.outcome = decision.outcome();
        this.changes = decision.changes();
    }

    int lent() {
        return lent;
    }

    int buried() {
        return buried;
    }

    // Before.

    void plan() {
        for (SubscriptionTruth subscription : custody.subscriptions()) {
            marksBefore += subscription.marked();
            deadBefore += subscription.deadLetterCount();
        }
        if (outcome instanceof Rejected || outcome instanceof SubscriptionOutcome.Aborted) {
            check(changes.isEmpty(), "what is refused moves nothing");
            if (outcome instanceof SubscriptionOutcome.Aborted aborted) {
                List<Leases> refused = new ArrayList<>();
                transact((SubscriptionCommand.Transact) command, refused);
                check(!refused.isEmpty(), "nothing was wrong with it");
                isRefused(aborted.refused(), refused);
            }
            expected.clear();
            return;
        }
        if (command instanceof SubscriptionCommand.Pull pull) {
            pull(pull, (SubscriptionOutcome.Pulled) outcome);
        } else if (command instanceof SubscriptionCommand.Ack ack) {
            List<Leases> refused = new ArrayList<>();
            long done = ack(the(ack.name()), ack.leases(), refused);
            the(ack.name()).acknowledged += done;
            isSettled(done, refused);
        } else if (command instanceof SubscriptionCommand.Nack nack) {
            List<Leases> refused = new ArrayList<>();
            isSettled(nack(the(nack.name()), nack.leases(), nack.delayMs(), refused), refused);
        } else if (command instanceof SubscriptionCommand.Extend extend) {
            List<Leases> refused = new ArrayList<>();
            isSettled(extend(the(extend.name()), extend, refused), refused);
        } else if (command instanceof SubscriptionCommand.Transact transact) {
            List<Leases> refused = new ArrayList<>();
            transact(transact, refused);
            check(refused.isEmpty(), "done, although not all leases are held: " + refused);
        } else if (command instanceof SubscriptionCommand.Settle) {
            settle();
        } else if (command instanceof SubscriptionCommand.DeadLetter letter) {
            bury(letter);
        } else if (command instanceof SubscriptionCommand.Redrive redrive) {
            exhume(the(redrive.name()), redrive.chosen(), Optional.of(redrive.rate()));
        } else if (command instanceof SubscriptionCommand.Discard discard) {
            exhume(the(discard.name()), discard.chosen(), Optional.empty());
        }
    }

    private SubscriptionTruth the(SubscriptionName name) {
        SubscriptionTruth subscription = custody.find(name);
        check(subscription != null, "there is no subscription " + name);
        return subscription;
    }

    /** As the command has it so far. */
    private Standing now(SubscriptionTruth subscription, long topic, long offset) {
        Standing planned = expected.get(new Which(subscription.id, topic, offset));
        return planned != null ? planned : subscription.in(topic).standing(offset);
    }

    private void expect(SubscriptionTruth subscription, long topic, long offset, Standing standing) {
        expected.put(new Which(subscription.id, topic, offset), standing);
    }

    private boolean isLive(long topic, long offset) {
        return custody.topic(topic).isLive(offset, at.time());
    }

    private void pull(SubscriptionCommand.Pull pull, SubscriptionOutcome.Pulled pulled) {
        SubscriptionTruth subscription = the(pull.name());
        check(pulled.subscription() == subscription.id, "lent by another subscription");
        check(pulled.lease().equals(new Cursor(at.index(), at.place())), "a lease of another place");
        long leaseMs =
                pull.leaseMs() > 0 ? pull.leaseMs() : subscription.config().leaseMs();
        check(pulled.until() == at.time() + leaseMs, "a lease of " + (pulled.until() - at.time()) + " ms");
        for (Lent one : pulled.lent()) {
            for (long offset = one.first(); offset < one.first() + one.count(); offset++) {
                lend(subscription, pull, pulled, one, offset);
            }
        }
        room = isCrowded() ? 0 : Math.max(0, custody.limits().held() - subscription.held());
        check(lent <= pull.max(), "lent " + lent + " of " + pull.max());
        check(lent == 0 || !subscription.config().paused(), "lent while paused");
    }

    private void lend(
            SubscriptionTruth subscription,
            SubscriptionCommand.Pull pull,
            SubscriptionOutcome.Pulled pulled,
            Lent one,
            long offset) {
        Standing standing = now(subscription, one.topic(), offset);
        String message = "message " + offset + " of topic " + one.topic();
        check(isLive(one.topic(), offset), message + " is gone, and was lent");
        int deliveries = 0;
        if (standing instanceof Held held) {
            check(
                    held.state() == State.READY || held.state() == State.UNREAD && subscription.isByKey(),
                    message + " was lent, although it is " + held);
            deliveries = held.deliveries();
        } else {
            check(standing == WAITING, message + " was lent, although it is " + standing);
        }
        check(one.delivery() == deliveries + 1, message + " is said to be delivery " + one.delivery());
        long key = subscription.isByKey() ? custody.topic(one.topic()).key(offset) : 0;
        Held after = new Held(State.LEASED, deliveries + 1, pulled.until(), pulled.lease(), pull.consumer(), key);
        expect(subscription, one.topic(), offset, after);
        subscription.delivered++;
        subscription.redelivered += deliveries > 0 ? 1 : 0;
        lent++;
    }

    private void isSettled(long done, List<Leases> refused) {
        SubscriptionOutcome.Settled settled = (SubscriptionOutcome.Settled) outcome;
        check(settled.done() == done, "done are " + done + ", it says " + settled.done());
        isRefused(settled.refused(), refused);
    }

    private static void isRefused(List<Refused> said, List<Leases> refused) {
        List<Leases> each = new ArrayList<>();
        said.forEach(one -> each.addAll(apart(one.leases())));
        check(each.equals(refused), "refused are " + refused + ", it says " + each);
    }

    private static List<Leases> apart(Leases leases) {
        List<Leases> each = new ArrayList<>();
        for (long offset = leases.first(); offset < leases.end(); offset++) {
            each.add(new Leases(leases.subscription(), leases.topic(), offset, 1, leases.lease()));
        }
        return each;
    }

    private interface Step {
        /** What the message becomes; null when that is refused. */
        Standing of(Leases one, Held held);
    }

    private long each(SubscriptionTruth subscription, List<Leases> leases, List<Leases> refused, Step step) {
        long done = 0;
        for (Leases range : leases) {
            for (Leases one : apart(range)) {
                Standing standing =
                        one.subscription() == subscription.id ? now(subscription, one.topic(), one.first()) : SETTLED;
                Standing after =
                        standing instanceof Held held && held.lease().equals(one.lease()) ? step.of(one, held) : null;
                if (after == null) {
                    refused.add(one);
                } else {
                    expect(subscription, one.topic(), one.first(), after);
                    done++;
                }
            }
        }
        return done;
    }

    /** Also after the lease has ended, as long as nobody else has got the message. */
    private long ack(SubscriptionTruth subscription, List<Leases> leases, List<Leases> refused) {
        return each(subscription, leases, refused, (one, held) -> SETTLED);
    }

    private long nack(SubscriptionTruth subscription, List<Leases> leases, long delayMs, List<Leases> refused) {
        return each(
                subscription,
                leases,
                refused,
                (one, held) -> held.state() == State.LEASED
                        ? failed(subscription, one.topic(), one.first(), held, delayMs, Cursor.ORIGIN)
                        : null);
    }

    private long extend(SubscriptionTruth subscription, SubscriptionCommand.Extend extend, List<Leases> refused) {
        long leaseMs =
                extend.leaseMs() > 0 ? extend.leaseMs() : subscription.config().leaseMs();
        return each(
                subscription,
                extend.leases(),
                refused,
                (one, held) -> held.state() == State.LEASED
                        ? new Held(
                                State.LEASED,
                                held.deliveries(),
                                at.time() + leaseMs,
                                held.lease(),
                                held.consumer(),
                                held.key())
                        : null);
    }

    /** What becomes of a message whose delivery came to nothing. */
    private Standing failed(
            SubscriptionTruth subscription, long topic, long offset, Held held, long delayMs, Cursor late) {
        if (!isLive(topic, offset)) {
            return SETTLED;
        }
        int most = subscription.config().maxDeliveries();
        if (most > 0 && held.deliveries() >= most) {
            return subscription.in(topic).follows ? MARKED : DEAD;
        }
        long wait = delayMs >= 0 ? delayMs : subscription.backoffMs(held.deliveries());
        return new Held(
                wait > 0 ? State.DELAYED : State.READY,
                held.deliveries(),
                wait > 0 ? at.time() + wait : 0,
                late,
                held.consumer(),
                held.key());
    }

    private void transact(SubscriptionCommand.Transact transact, List<Leases> refused) {
        long acknowledged = 0;
        Map<SubscriptionTruth, Long> each = new HashMap<>();
        for (SubscriptionCommand.Acks acks : transact.acks()) {
            long done = ack(the(acks.name()), acks.leases(), refused);
            each.merge(the(acks.name()), done, Long::sum);
            acknowledged += done;
        }
        long returned = 0;
        for (SubscriptionCommand.Nacks nacks : transact.nacks()) {
            returned += nack(the(nacks.name()), nacks.leases(), nacks.delayMs(), refused);
        }
        if (outcome instanceof SubscriptionOutcome.Transacted transacted) {
            check(
                    transacted.acknowledged() == acknowledged && transacted.returned() == returned,
                    "acknowledged are " + acknowledged + ", given back " + returned);
            check(transacted.results().size() == transact.messages().size(), "not a result for each message");
            each.forEach((subscription, done) -> subscription.acknowledged += done);
        }
    }

    private void settle() {
        int runs = 0;
        for (SubscriptionTruth subscription : custody.subscriptions()) {
            for (var place : subscription.places.entrySet()) {
                for (Run run : place.getValue().runs.values()) {
                    boolean timed = run.state() != State.READY && run.state() != State.UNREAD;
                    if (timed && run.time() <= at.time()) {
                        runs++;
                        isDue(subscription, place.getKey(), run);
                    }
                }
            }
        }
        isPartial = runs > custody.limits().steps();
    }

    private void isDue(SubscriptionTruth subscription, long topic, Run run) {
        for (long offset = run.first(); offset < run.end(); offset++) {
            Held held = Held.of(run);
            if (run.state() == State.LEASED) {
                expect(subscription, topic, offset, failed(subscription, topic, offset, held, -1, held.lease()));
            } else if (run.state() == State.DELAYED) {
                Held ready = new Held(State.READY, held.deliveries(), 0, held.lease(), held.consumer(), held.key());
                expect(subscription, topic, offset, ready);
            } else {
                due.add(new Which(subscription.id, topic, offset));
            }
        }
    }

    private void bury(SubscriptionCommand.DeadLetter letter) {
        for (SubscriptionTruth subscription : custody.subscriptions()) {
            Mark mark = subscription.marks.get(letter.mark());
            if (mark != null) {
                int count = letter.messages().size();
                check(letter.first() == mark.first() && count > 0 && count <= mark.count(), "it is not " + mark);
                isCopied(subscription, mark, count);
                marksBefore -= count;
                deadBefore += count;
                buried = count;
                return;
            }
        }
        throw new AssertionError("there is no mark " + letter.mark());
    }

    /** The copies are what was marked, once each, and become dead letters. */
    private void isCopied(SubscriptionTruth subscription, Mark mark, int count) {
        List<Message> copies = new ArrayList<>();
        for (Change change : changes) {
            if (change instanceof TopicChange.Appended appended) {
                check(subscription.isDeadTopic(appended.name()), "copied into " + appended.name());
                copies.addAll(appended.messages());
            }
        }
        check(copies.size() == count, copies.size() + " copies of " + count);
        for (int i = 0; i < count; i++) {
            Message message = custody.topic(mark.topic()).message(mark.first() + i);
            Message copy = copies.get(i);
            check(
                    Arrays.equals(copy.body(), message.body()) && copy.key().equals(message.key()),
                    "the copy of " + (mark.first() + i) + " is another message");
            check(
                    header(copy, "topic")
                                    .equals(custody.topic(mark.topic()).name.value())
                            && header(copy, "offset").equals(Long.toString(mark.first() + i))
                            && header(copy, "deliveries").equals(Integer.toString(mark.deliveries()))
                            && header(copy, "subscription").equals(subscription.name.value())
                            && header(copy, "reason").equals(mark.reason()),
                    "the copy says " + copy.headers());
        }
    }

    private static String header(Message message, String name) {
        return message.headers().stream()
                .filter(header -> header.name().equals("skein-dead-" + name))
                .map(Header::value)
                .reduce("", String::concat);
    }

    /** @param rate empty: they are only forgotten */
    private void exhume(SubscriptionTruth subscription, Optional<List<OffsetRange>> chosen, Optional<Integer> rate) {
        long count = 0;
        long gone = 0;
        for (var in : subscription.dead.entrySet()) {
            long topic = in.getKey();
            for (var stretch : in.getValue().entrySet()) {
                for (long offset = stretch.getKey(); offset < stretch.getKey() + stretch.getValue(); offset++) {
                    if (chosen.isPresent() && !contains(chosen.get(), topic, offset)) {
                        continue;
                    }
                    gone++;
                    if (offset < custody.topic(topic).lowWaterBefore()) {
                        continue;
                    }
                    count++;
                    if (rate.isPresent()) {
                        State state = subscription.isByKey() ? State.UNREAD : State.READY;
                        Held ready = new Held(state, 0, 0, Cursor.ORIGIN, "", 0);
                        expect(subscription, topic, offset, ready);
                        if (rate.get() > 0) {
                            due.add(new Which(subscription.id, topic, offset));
                        }
                    }
                }
            }
        }
        deadBefore -= gone;
        SubscriptionOutcome.Counted counted = (SubscriptionOutcome.Counted) outcome;
        check(counted.done() == count && !counted.more(), count + " dead letters are no longer there");
    }

    private static boolean contains(List<OffsetRange> ranges, long topic, long offset) {
        return ranges.stream()
                .anyMatch(range -> range.topic() == topic && range.first() <= offset && offset < range.end());
    }

    // After.

    void compare() {
        if (outcome instanceof Rejected || outcome instanceof SubscriptionOutcome.Aborted) {
            return; // nothing was moved
        }
        if (isOperators()) {
            operated();
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
                    room += was instanceof Held && is == SETTLED ? 1 : 0;
                }
            }
        });
        if (!isPartial) {
            for (Which which : expected.keySet()) {
                if (!seen.contains(which) && !due.contains(which)) {
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
            check(room >= 0, "new messages were begun with, although there is no room");
            isComplete(custody.find(pull.name()), lent < pull.max());
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
                        || isPartial && was.equals(is)
                        || to == null
                                && command instanceof SubscriptionCommand.Pull
                                && isHeldBack(subscription, which, was, is)
                        || due.contains(which) && isPaced(subscription, was, is);
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
        boolean isLimited = subscription.held() >= custody.limits().held() || isCrowded();
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

    /** Whether there were so many runs before that nobody begins with new messages. */
    private boolean isCrowded() {
        long runs = 0;
        for (SubscriptionTruth subscription : custody.subscriptions()) {
            for (var place : subscription.places.entrySet()) {
                Place before = custody.before().get(new Custody.Spot(subscription.id, place.getKey()));
                runs += (before == null ? place.getValue() : before).runs.size();
            }
        }
        return runs >= custody.limits().runs();
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
        lent++;
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
                isPartial ? marksNow <= marksBefore + marked : marksNow == marksBefore + marked,
                marksNow + " messages are marked, not " + (marksBefore + marked));
        boolean forgets = command instanceof SubscriptionCommand.DeadLetter && deadNow < deadBefore;
        check(
                deadNow == deadBefore + dead
                        || isPartial && deadNow <= deadBefore + dead
                        || forgets && custody.limits().deadRanges() < 100,
                deadNow + " messages are dead letters, not " + (deadBefore + dead));
        for (var entry : expected.entrySet()) {
            if (entry.getValue() == MARKED && !isPartial) {
                check(isMarked(entry.getKey()), entry.getKey() + " is not marked");
            } else if (entry.getValue() == DEAD && !isPartial) {
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
        int wanted = buried;
        if (outcome instanceof SubscriptionOutcome.Transacted) {
            wanted = ((SubscriptionCommand.Transact) command).messages().size();
        }
        check(published == wanted, published + " messages were published, not " + wanted);
    }

    /** Nothing goes from a work queue that somebody who follows it has not settled. */
    private void dropped(TopicTruth topic) {
        check(topic.config().acknowledged(), "topic " + topic.id + " drops what is acknowledged");
        boolean followed = false;
        for (SubscriptionTruth subscription : custody.subscriptions()) {
            Place place = subscription.in(topic.id);
            followed |= place.follows;
            for (long offset = topic.lowWaterBefore(); place.follows && offset < topic.lowWater(); offset++) {
                check(
                        place.standing(offset) == SETTLED || !isLive(topic.id, offset),
                        "message " + offset + " of topic " + topic.id + " went, and is " + place.standing(offset)
                                + " to " + subscription.name);
            }
        }
        check(followed, "nobody follows topic " + topic.id + ", and it drops messages");
    }

    // What operators did.

    private void operated() {
        if (command instanceof SubscriptionCommand.Seek seek) {
            SubscriptionTruth subscription = custody.find(seek.name());
            subscription.places.forEach((topic, place) -> {
                Place before = custody.before().getOrDefault(new Custody.Spot(subscription.id, topic), place);
                check(
                        place.follows
                                ? place.runs.isEmpty() && place.next == start(seek.to(), topic)
                                : place.runs.equals(before.runs),
                        "sought to " + place.next + " in topic " + topic);
            });
        } else if (command instanceof SubscriptionCommand.Configure configure) {
            configured(configure);
        } else if (!(command instanceof SubscriptionCommand.DeleteTopic
                || command instanceof SubscriptionCommand.Delete)) {
            custody.before().forEach((spot, before) -> {
                SubscriptionTruth subscription = custody.find(spot.subscription());
                Place after = subscription.in(spot.topic());
                check(
                        before.runs.equals(after.runs) && before.next == after.next,
                        "subscription " + spot.subscription() + " moves in topic " + spot.topic());
            });
        }
    }

    private void configured(SubscriptionCommand.Configure configure) {
        SubscriptionTruth subscription = custody.find(configure.name());
        check(subscription.config().equals(configure.config()), "configured as " + subscription.config());
        for (TopicTruth topic : custody.topics()) {
            Place after = subscription.in(topic.id);
            check(
                    after.follows == subscription.wants(topic.name),
                    "topic " + topic.name + " is followed: " + after.follows);
            Place before = custody.before().get(new Custody.Spot(subscription.id, topic.id));
            if (before != null && after.follows) {
                check(
                        before.follows
                                ? after.next == before.next && after.runs.equals(before.runs)
                                : after.next == start(configure.from(), topic.id) && after.runs.isEmpty(),
                        "topic " + topic.name + " is taken from " + after.next);
            }
        }
    }

    private long start(Start start, long topic) {
        if (start instanceof Start.Latest) {
            return custody.topic(topic).nextOffset();
        }
        return start instanceof Start.At known
                ? known.offsets().stream()
                        .filter(one -> one.topic() == topic)
                        .mapToLong(Start.TopicOffset::offset)
                        .findFirst()
                        .orElse(0)
                : 0;
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
        check(pins == marks, "messages are pinned " + pins + " times for " + marks + " marks");
        for (Change change : changes) {
            if (change instanceof SubscriptionChange.MarkSet set) {
                check(custody.topic(set.mark().topic()).isPinned(set.mark().first()), set.mark() + " is not pinned");
            } else if (change instanceof SubscriptionChange.Counted set) {
                SubscriptionTruth counts = custody.find(set.subscription());
                check(
                        set.delivered() == counts.delivered
                                && set.redelivered() == counts.redelivered
                                && set.acknowledged() == counts.acknowledged,
                        set + ", not " + counts.delivered + ", " + counts.redelivered + ", " + counts.acknowledged);
            }
        }
    }

    private static void inOrder(SubscriptionTruth subscription, Place place) {
        long end = 0;
        for (Run run : place.runs.values()) {
            check(run.first() >= end, run + " overlaps another");
            end = run.end();
            check(run.key() == 0 || subscription.isByKey(), run + " has a key");
        }
        check(!place.follows || end <= place.next, "a run ends at " + end + ", the position is " + place.next);
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
