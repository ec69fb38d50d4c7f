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

/**
 * What must become of which message by one decision about subscriptions: from the state before it, and its answer, which
 * is held against that state here.
 */
final class Plan {
    /** One message in one subscription. */
    record Which(long subscription, long topic, long offset) {}

    final Custody custody;
    final Moment at;
    final SubscriptionCommand command;
    final Outcome outcome;
    final List<Change> changes;
    final Map<Which, Standing> expected = new HashMap<>();
    /** What need not have come to it: one command settles only so much. */
    boolean isPartial;
    /** Messages that had become due, or whose turn it is to come later. */
    final Set<Which> paced = new HashSet<>();
    /** New messages that a pull may begin with, what it passed over for their key among them. */
    long room = Long.MAX_VALUE;
    /** Of these, what may be passed over. */
    long passable = Long.MAX_VALUE;
    /** Messages that are marked, and dead, without those that {@link #expected} adds. */
    long marked;

    long dead;
    int lent;
    int buried;
    /** Whether there were so many runs that nobody begins with new messages. */
    boolean crowded;

    Plan(Custody custody, Moment at, SubscriptionCommand command, Decision decision) {
        this.custody = custody;
        this.at = at;
        this.command = command;
        this.outcome = decision.outcome();
        this.changes = decision.changes();
        make();
    }

    boolean isRefused() {
        return outcome instanceof Rejected || outcome instanceof SubscriptionOutcome.Aborted;
    }

    private void make() {
        for (SubscriptionTruth subscription : custody.subscriptions()) {
            marked += subscription.marked();
            dead += subscription.deadLetterCount();
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

    boolean isLive(long topic, long offset) {
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
        passable = Math.max(0, custody.limits().passed() - subscription.passed());
        crowded = isCrowded();
        room = passable == 0 ? 0 : Math.max(0, custody.limits().held() - subscription.held());
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
        boolean waits = standing == WAITING
                || standing instanceof Held held
                        && (held.state() == State.READY || held.state() == State.UNREAD && subscription.isByKey());
        int deliveries = standing instanceof Held held ? held.deliveries() : 0;
        if (!waits || !isLive(one.topic(), offset) || one.delivery() != deliveries + 1) {
            throw new AssertionError("message " + offset + " of topic " + one.topic() + " was lent, it is " + standing
                    + (isLive(one.topic(), offset) ? "" : " and gone"));
        }
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
                paced.add(new Which(subscription.id, topic, offset));
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
                marked -= count;
                dead += count;
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
                            paced.add(new Which(subscription.id, topic, offset));
                        }
                    }
                }
            }
        }
        dead -= gone;
        SubscriptionOutcome.Counted counted = (SubscriptionOutcome.Counted) outcome;
        check(counted.done() == count && !counted.more(), count + " dead letters are no longer there");
    }

    private static boolean contains(List<OffsetRange> ranges, long topic, long offset) {
        return ranges.stream()
                .anyMatch(range -> range.topic() == topic && range.first() <= offset && offset < range.end());
    }

    /** Whether there are so many runs that nobody begins with new messages. */
    private boolean isCrowded() {
        long runs = 0;
        for (SubscriptionTruth subscription : custody.subscriptions()) {
            for (Place place : subscription.places.values()) {
                runs += place.runs.size();
            }
        }
        return runs >= custody.limits().runs();
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
