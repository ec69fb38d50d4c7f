package io.skein.subscription;

import io.skein.machine.Change;
import io.skein.machine.Cursor;
import io.skein.machine.Rejection;
import io.skein.subscription.Run.State;
import io.skein.subscription.SubscriptionChange.Counted;
import io.skein.subscription.SubscriptionOutcome.Refused;
import io.skein.topic.TopicReach;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One subscription as it would be after what a command has done so far. */
final class SubscriptionDraft {
    /** What is done with messages that one run holds, all under one lease. */
    private interface Step {
        /** @return whether the messages [from, to) of the run may be taken so */
        boolean take(PositionDraft position, Run run, long from, long to);
    }

    final SubscriptionState base;
    private final Draft command;
    private final TreeMap<Long, PositionDraft> positions = new TreeMap<>();
    private final List<Change> settled = new ArrayList<>();
    /** Stretches that were added in this command, which a later one may make longer. */
    private final TreeMap<Long, OffsetRange> buried = new TreeMap<>();

    private long turn;
    private long delivered;
    private long redelivered;
    private long acknowledged;
    private int rate;

    SubscriptionDraft(Draft command, SubscriptionState base) {
        this.command = command;
        this.base = base;
        Counted counted = base.counted();
        turn = counted.turn();
        delivered = counted.delivered();
        redelivered = counted.redelivered();
        acknowledged = counted.acknowledged();
        rate = counted.rate();
    }

    PositionDraft in(Position position) {
        return positions.computeIfAbsent(position.topic.id(), id -> new PositionDraft(position));
    }

    /** Others have their turn after this topic. */
    void turn(long topic) {
        turn = topic;
    }

    void lent(long topic, long count, int delivery) {
        turn(topic);
        delivered += count;
        redelivered += delivery > 1 ? count : 0;
    }

    void acknowledged(long count) {
        acknowledged += count;
    }

    void rate(int newRate) {
        rate = newRate;
    }

    // What consumers say.

    /** Takes messages as done. @param refused gets those that cannot be. @return how many could */
    long ack(List<Leases> leases, List<Refused> refused) {
        long done = each(leases, refused, (position, run, from, to) -> {
            // Also after the lease has ended, as long as nobody else has got the message and it is not given up.
            position.cut(run, from, to);
            return true;
        });
        acknowledged += done;
        return done;
    }

    /** Takes messages back. @param delayMs -1: as the backoff says */
    long nack(List<Leases> leases, long delayMs, String reason, List<Refused> refused) {
        return each(leases, refused, (position, run, from, to) -> {
            if (run.state() == State.LEASED) {
                failed(position, run, from, to, delayMs, reason, Cursor.ORIGIN);
            }
            return run.state() == State.LEASED;
        });
    }

    long extend(List<Leases> leases, long leaseMs, List<Refused> refused) {
        long until = command.time() + (leaseMs > 0 ? leaseMs : base.config().leaseMs());
        return each(leases, refused, (position, run, from, to) -> {
            if (run.state() == State.LEASED) {
                position.cut(run, from, to);
                position.add(run.part(from, to).until(until));
            }
            return run.state() == State.LEASED;
        });
    }

    private long each(List<Leases> leases, List<Refused> refused, Step step) {
        long done = 0;
        for (Leases lease : leases) {
            Position position = lease.subscription() == base.id ? base.positions.get(lease.topic()) : null;
            // What was given back has no lease; nobody names that.
            if (position == null || lease.lease().index() == 0) {
                refuse(refused, lease, lease.first(), lease.end());
                continue;
            }
            PositionDraft draft = in(position);
            long offset = lease.first();
            while (offset < lease.end()) {
                Run run = draft.at(offset);
                long end = run == null ? offset + 1 : Math.min(run.end(), lease.end());
                if (run != null && run.lease().equals(lease.lease()) && step.take(draft, run, offset, end)) {
                    done += end - offset;
                } else {
                    refuse(refused, lease, offset, end);
                }
                offset = end;
            }
        }
        return done;
    }

    private static void refuse(List<Refused> refused, Leases lease, long from, long to) {
        Leases part = lease.part(from, to);
        int last = refused.size() - 1;
        if (last >= 0 && refused.get(last).leases().isFollowedBy(part)) {
            Leases before = refused.get(last).leases();
            part = before.part(before.first(), part.end());
            refused.remove(last);
        }
        refused.add(new Refused(part, Rejection.LEASE_LOST));
    }

    // What becomes of messages.

    /**
     * A delivery of the messages [from, to) of a run came to nothing: they wait, or have had all their deliveries. Those
     * that retention or their TTL took meanwhile are settled.
     *
     * @param late an ack under this lease is still taken
     */
    void failed(PositionDraft position, Run run, long from, long to, long delayMs, String reason, Cursor late) {
        position.cut(run, from, to);
        SubscriptionConfig config = base.config();
        TopicReach topic = position.base.topic;
        boolean isLast = config.maxDeliveries() > 0 && run.deliveries() >= config.maxDeliveries();
        long wait = delayMs >= 0 ? delayMs : config.backoffMs(run.deliveries());
        long offset = from;
        while (offset < to) {
            long start = Math.min(to, topic.firstLive(offset, command.time()));
            offset = start < to ? topic.liveEnd(start, to, command.time()) : to;
            if (start == offset) {
                continue;
            }
            if (!isLast) {
                position.add(run.part(start, offset).back(wait > 0 ? command.time() + wait : 0, late));
            } else if (position.base.follows) {
                mark(topic.id(), start, offset, run.deliveries(), reason);
            } else {
                bury(new OffsetRange(topic.id(), start, offset - start));
            }
        }
    }

    private void mark(long topic, long from, long to, int deliveries, String reason) {
        // This very command may have trimmed.
        long start = Math.max(from, command.topics().lowWater(topic));
        if (start < to) {
            command.topics().pin(topic, start);
            set(new Mark(command.nextPlace(), topic, start, to - start, deliveries, reason, command.time()));
        }
    }

    void set(Mark mark) {
        settled.add(new SubscriptionChange.MarkSet(base.id, mark));
    }

    void remove(Mark mark) {
        settled.add(new SubscriptionChange.MarkGone(base.id, mark.at()));
    }

    /** These are dead letters from now on; a stretch that they continue becomes longer. */
    void bury(OffsetRange range) {
        OffsetRange whole = range;
        Map.Entry<Long, Long> before = base.dead.in(range.topic()).lowerEntry(range.first());
        OffsetRange fresh = buried.get(range.topic());
        if (fresh != null && fresh.end() == range.first()) {
            whole = new OffsetRange(range.topic(), fresh.first(), fresh.count() + range.count());
        } else if (before != null && before.getKey() + before.getValue() == range.first()) {
            whole = new OffsetRange(range.topic(), before.getKey(), before.getValue() + range.count());
        }
        buried.put(range.topic(), whole);
        settled.add(new SubscriptionChange.DeadSet(base.id, whole));
    }

    void forgetDead(long topic, long first) {
        settled.add(new SubscriptionChange.DeadGone(base.id, topic, first));
    }

    void setDead(OffsetRange range) {
        settled.add(new SubscriptionChange.DeadSet(base.id, range));
    }

    /** A run of redriven messages, in a topic that the subscription may have no position in yet. */
    void redriven(OffsetRange range, State state, long time) {
        settled.add(new SubscriptionChange.RunSet(
                base.id, range.topic(), new Run(range.first(), range.count(), state, 0, time, Cursor.ORIGIN, "", 0)));
    }

    void changes(List<Change> changes) {
        for (PositionDraft position : positions.values()) {
            position.changes(base.id, changes);
        }
        changes.addAll(settled);
        var counted = new Counted(base.id, turn, delivered, redelivered, acknowledged, rate);
        if (!counted.equals(base.counted())) {
            changes.add(counted);
        }
    }
}
