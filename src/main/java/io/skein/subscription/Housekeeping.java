package io.skein.subscription;

import io.skein.machine.Cursor;
import io.skein.machine.Decision;
import io.skein.machine.Moment;
import io.skein.subscription.Run.State;
import io.skein.subscription.SubscriptionOutcome.Done;
import io.skein.topic.TopicMachine;
import java.util.ArrayList;
import java.util.List;

/** What happens by itself, once an entry says so: leases end, delays are over, redriven messages and work queues move on. */
final class Housekeeping {
    static final String LEASE_EXPIRED = "lease expired";
    /** Runs that are looked at for what one command tells of the ends of leases. */
    private static final int MOST_TOLD = 256;
    /** Portions of paced messages in a second, when there are that many messages. */
    private static final int PORTIONS = 10;

    private final TopicMachine topics;
    private final SubscriptionRegister register;
    private final SubscriptionLimits limits;

    Housekeeping(TopicMachine topics, SubscriptionRegister register, SubscriptionLimits limits) {
        this.topics = topics;
        this.register = register;
        this.limits = limits;
    }

    /** The first leases that end by this time: what the log tells of them. */
    List<Leases> ending(long time) {
        List<Leases> ending = new ArrayList<>();
        int looks = 0;
        for (RunDue due : register.dues()) {
            if (due.time() > time || looks++ == MOST_TOLD) {
                break;
            }
            register.look();
            Run run = register.the(due.subscription())
                    .positions
                    .get(due.topic())
                    .runs()
                    .get(due.first());
            if (run.state() == State.LEASED) {
                ending.add(new Leases(due.subscription(), due.topic(), run.first(), run.count(), run.lease()));
            }
        }
        return ending;
    }

    Decision settle(Moment at) {
        Draft draft = new Draft(at, topics, 0);
        int steps = 0;
        for (RunDue due : register.dues()) {
            register.look();
            SubscriptionState subscription = register.the(due.subscription());
            Position position = subscription.positions.get(due.topic());
            Run run = position.runs().get(due.first());
            // Every message of a run may be marked for itself, and each mark has a place of its own.
            boolean fits = draft.placesTaken() == 0
                    || draft.placesTaken() + run.count() <= SubscriptionCommand.MAX_STEPS
                    || run.state() != State.LEASED;
            if (due.time() > at.time() || steps++ == limits.steps() || !fits) {
                break;
            }
            settle(draft, subscription, position, run);
        }
        for (long topic : register.droppable()) {
            if (steps++ >= limits.steps()) {
                break;
            }
            draft.topics()
                    .trimBelow(topic, register.interest(topic).orElseThrow().droppable());
        }
        return draft.as(new Done(false));
    }

    private static void settle(Draft draft, SubscriptionState subscription, Position position, Run run) {
        PositionDraft in = draft.of(subscription).in(position);
        switch (run.state()) {
            case LEASED ->
                draft.of(subscription).failed(in, run, run.first(), run.end(), -1, LEASE_EXPIRED, run.lease());
            case DELAYED -> {
                in.cut(run, run.first(), run.end());
                in.add(run.back(0, run.lease()));
            }
            case PACED -> letGo(draft, subscription, in, run);
            case READY, UNREAD -> throw new AssertionError(run + " is not due");
        }
    }

    private static void letGo(Draft draft, SubscriptionState subscription, PositionDraft in, Run run) {
        int rate = Math.max(1, subscription.counted().rate());
        long portion = Math.min(run.count(), Math.max(1, rate / PORTIONS));
        long end = run.first() + portion;
        State state = subscription.isByKey() ? State.UNREAD : State.READY;
        in.cut(run, run.first(), run.end());
        in.add(new Run(run.first(), portion, state, 0, 0, Cursor.ORIGIN, "", 0));
        if (end < run.end()) {
            // By the clock of the rate; after a standstill no more than a second's worth at once.
            long since = Math.max(run.time(), draft.time() - 1_000);
            in.add(run.part(end, run.end()).until(since + Math.max(1, portion * 1000 / rate)));
        }
    }
}
