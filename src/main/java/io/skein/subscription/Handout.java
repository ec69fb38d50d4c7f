package io.skein.subscription;

import io.skein.machine.Cursor;
import io.skein.subscription.Run.State;
import io.skein.subscription.SubscriptionOutcome.Lent;
import io.skein.topic.TopicReach;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Chooses what one pull lends. Topics have their {@link Turns}; each gives a few messages, what comes back before what
 * is new. Looks at as many topics as it lends messages, at most, and at those of which all is expired or gone, which are
 * then remembered as such.
 */
final class Handout {
    private final SubscriptionRegister register;
    private final SubscriptionLimits limits;
    private final SubscriptionState subscription;
    private final Draft command;
    private final SubscriptionDraft draft;
    private final Cursor lease;
    private final String consumer;
    private final long until;
    private final Map<Long, Keys> known = new HashMap<>();
    private final Set<Long> lentKeys = new HashSet<>();
    private final Set<Long> passedKeys = new HashSet<>();

    private final List<Lent> lent = new ArrayList<>();
    private long newlyHeld;
    private long newlyPassed;

    Handout(
            SubscriptionRegister register,
            SubscriptionLimits limits,
            Draft command,
            SubscriptionState subscription,
            SubscriptionCommand.Pull pull) {
        this.register = register;
        this.limits = limits;
        this.subscription = subscription;
        this.command = command;
        this.draft = command.of(subscription);
        this.lease = command.nextPlace();
        this.consumer = pull.consumer();
        this.until = command.time()
                + (pull.leaseMs() > 0 ? pull.leaseMs() : subscription.config().leaseMs());
        pull.keys().forEach(keys -> known.putIfAbsent(keys.topic(), keys));
    }

    /** Lends at most so many messages. */
    SubscriptionOutcome.Pulled lend(int max) {
        if (!subscription.config().paused()) {
            List<Position> again = new ArrayList<>();
            int rest = max;
            Turns turns = new Turns(register, subscription);
            Position position = null;
            long looked = 0;
            // Where all is expired a turn gives nothing; it is not asked again, but the next turns are this pull's.
            for (int looks = 0;
                    rest > 0 && (position = turns.next()) != null && looks < max + limits.steps();
                    looks++) {
                rest -= give(position, rest, again);
                looked = position.topic.id();
            }
            while (rest > 0 && !again.isEmpty()) {
                List<Position> round = again;
                again = new ArrayList<>();
                for (Position once : round) {
                    rest -= give(once, rest, again);
                }
            }
            if (rest > 0 && position != null) {
                // There are others that it may not look at any more; the next pull begins with those.
                draft.turn(looked);
            }
        }
        return new SubscriptionOutcome.Pulled(subscription.id, lease, until, lent);
    }

    /** One turn; whoever could give more is asked again. */
    private int give(Position position, int rest, List<Position> again) {
        int share = Math.min(rest, limits.turn());
        int given = give(position, share);
        if (given == share) {
            again.add(position);
        }
        return given;
    }

    private int give(Position position, int share) {
        PositionDraft to = draft.in(position);
        int given = giveBack(to, share);
        if (given < share) {
            given += subscription.isByKey() ? giveByKey(to, share - given) : giveNew(to, share - given);
        }
        return given;
    }

    /** What was handed out before, or passed over. */
    private int giveBack(PositionDraft position, int share) {
        int given = 0;
        Position base = position.base;
        while (given < share) {
            register.look();
            Map.Entry<Long, Run> entry = base.available().floorEntry(position.readyFrom);
            if (entry == null || entry.getValue().end() <= position.readyFrom) {
                entry = base.available().higherEntry(position.readyFrom);
            }
            if (entry == null) {
                break;
            }
            Run run = entry.getValue();
            if (run.key() != 0 && lentKeys.contains(run.key())) {
                position.readyFrom = run.end();
                continue;
            }
            if (position.readyFrom > run.first()) {
                // A part was lent in the turn before; the rest stands in the draft.
                run = position.at(position.readyFrom);
            }
            TopicReach topic = base.topic;
            long start = Math.min(run.end(), topic.firstLive(run.first(), command.time()));
            long end = start == run.end()
                    ? start
                    : topic.liveEnd(start, Math.min(run.end(), start + share - given), command.time());
            position.cut(run, run.first(), end);
            // What retention or its TTL took makes room.
            newlyHeld -= SubscriptionState.isHeld(run) ? start - run.first() : 0;
            if (start < end) {
                lend(position, run.part(start, end), !SubscriptionState.isHeld(run));
                given += (int) (end - start);
            }
            position.readyFrom = end;
        }
        return given;
    }

    private void lend(PositionDraft position, Run run, boolean isNew) {
        position.add(run.leased(lease, consumer, until));
        if (run.key() != 0) {
            lentKeys.add(run.key());
        }
        newlyHeld += isNew ? run.count() : 0;
        say(position.base.topic.id(), run.first(), run.count(), run.deliveries() + 1);
    }

    private void say(long topic, long first, long count, int delivery) {
        draft.lent(topic, count, delivery);
        int last = lent.size() - 1;
        if (last >= 0) {
            Lent before = lent.get(last);
            if (before.topic() == topic && before.first() + before.count() == first && before.delivery() == delivery) {
                lent.set(last, new Lent(topic, before.first(), before.count() + count, delivery));
                return;
            }
        }
        lent.add(new Lent(topic, first, count, delivery));
    }

    /** How many more messages may be begun with. */
    private long room() {
        return register.isFull() ? 0 : roomForRedriven();
    }

    /** The same of those that were redriven: their runs are there already, and must not wait for others to become fewer. */
    private long roomForRedriven() {
        return subscription.passed() + newlyPassed >= limits.passed()
                ? 0
                : limits.held() - subscription.held() - newlyHeld;
    }

    private int giveNew(PositionDraft position, int share) {
        if (!position.base.follows) {
            return 0;
        }
        TopicReach topic = position.base.topic;
        int given = 0;
        while (given < share && position.fresh() < topic.nextOffset() && room() > 0) {
            register.look();
            long start = topic.firstLive(position.fresh(), command.time());
            long most = Math.min(topic.nextOffset(), start + Math.min(share - given, room()));
            long end = start < most ? topic.liveEnd(start, most, command.time()) : start;
            position.next(end);
            if (start < end) {
                lend(position, fresh(start, end - start, 0), true);
                given += (int) (end - start);
            }
        }
        return given;
    }

    private static Run fresh(long first, long count, long key) {
        return new Run(first, count, State.READY, 0, 0, Cursor.ORIGIN, "", key);
    }

    /** New messages, and redriven ones, whose keys came with the pull: those of keys that are held are passed over. */
    private int giveByKey(PositionDraft position, int share) {
        Keys keys = known.get(position.base.topic.id());
        if (keys == null) {
            return 0;
        }
        return position.base.follows ? readOn(position, keys, share) : readRedriven(position, keys, share);
    }

    private int readOn(PositionDraft position, Keys keys, int share) {
        TopicReach topic = position.base.topic;
        int given = 0;
        while (given < share && position.fresh() < topic.nextOffset() && room() > 0) {
            register.look();
            long offset = position.fresh();
            if (!contains(keys, offset)) {
                break;
            }
            position.next(offset + 1);
            if (topic.firstLive(offset, command.time()) == offset) {
                given += lendOrPass(position, offset, hashOf(keys, offset));
            }
        }
        return given;
    }

    private int readRedriven(PositionDraft position, Keys keys, int share) {
        int given = 0;
        long offset = keys.first();
        while (given < share && contains(keys, offset) && roomForRedriven() > 0) {
            Run run = position.at(offset);
            if (run != null && run.state() == State.UNREAD) {
                position.cut(run, offset, offset + 1);
                if (position.base.topic.firstLive(offset, command.time()) == offset) {
                    given += lendOrPass(position, offset, hashOf(keys, offset));
                }
            }
            offset++;
        }
        return given;
    }

    /** @return how many it lent */
    private int lendOrPass(PositionDraft position, long offset, long key) {
        Run run = fresh(offset, 1, key);
        if (key != 0 && (subscription.keys.contains(key) || lentKeys.contains(key) || passedKeys.contains(key))) {
            passedKeys.add(key);
            position.add(run);
            newlyHeld++;
            newlyPassed++;
            return 0;
        }
        lend(position, run, true);
        return 1;
    }

    private static boolean contains(Keys keys, long offset) {
        return offset >= keys.first() && offset < keys.first() + keys.hashes().size();
    }

    private static long hashOf(Keys keys, long offset) {
        return keys.hashes().get((int) (offset - keys.first()));
    }
}
