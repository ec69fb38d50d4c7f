package io.skein.subscription;

import io.skein.machine.Change;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** One position as it would be after what a command has done so far: what it set and took away on top of the state's. */
final class PositionDraft {
    final Position base;
    /** First offsets of runs of the base that are no longer there, or not as they were. */
    private final Set<Long> touched = new HashSet<>();
    /** Runs that are there instead. */
    private final TreeMap<Long, Run> set = new TreeMap<>();

    private long next;
    /** READY runs of the base that begin below were looked at. */
    long readyFrom;

    PositionDraft(Position base) {
        this.base = base;
        this.next = base.next();
    }

    long next() {
        return next;
    }

    /** The first message not begun with that may still be there. */
    long fresh() {
        return Math.max(next, base.topic.lowWater());
    }

    void next(long offset) {
        next = offset;
    }

    /** The run that a message is in; null when it is in none. */
    Run at(long offset) {
        Map.Entry<Long, Run> old = base.runs().floorEntry(offset);
        if (old != null && !touched.contains(old.getKey()) && old.getValue().end() > offset) {
            return old.getValue();
        }
        Map.Entry<Long, Run> fresh = set.floorEntry(offset);
        return fresh != null && fresh.getValue().end() > offset ? fresh.getValue() : null;
    }

    void remove(Run run) {
        if (set.remove(run.first()) == null || base.runs().containsKey(run.first())) {
            touched.add(run.first());
        }
    }

    /** Puts a run where none is; it becomes one with the run before it when they are alike. */
    void add(Run run) {
        Map.Entry<Long, Run> before = set.lowerEntry(run.first());
        if (before != null && before.getValue().isFollowedBy(run)) {
            Run joined = before.getValue();
            set.put(
                    joined.first(),
                    new Run(
                            joined.first(),
                            joined.count() + run.count(),
                            run.state(),
                            run.deliveries(),
                            run.time(),
                            run.lease(),
                            run.consumer(),
                            0));
        } else {
            set.put(run.first(), run);
        }
    }

    /** Takes [from, to) out of a run; the rest of it stays as it is. */
    void cut(Run run, long from, long to) {
        remove(run);
        if (from > run.first()) {
            set.put(run.first(), run.part(run.first(), from));
        }
        if (to < run.end()) {
            set.put(to, run.part(to, run.end()));
        }
    }

    void changes(long subscription, List<Change> changes) {
        long topic = base.topic.id();
        if (next != base.next()) {
            changes.add(new SubscriptionChange.Positioned(subscription, topic, next, false));
        }
        touched.stream()
                .filter(first -> !set.containsKey(first))
                .sorted()
                .forEach(first -> changes.add(new SubscriptionChange.RunGone(subscription, topic, first)));
        for (Run run : set.values()) {
            if (!run.equals(base.runs().get(run.first()))) {
                changes.add(new SubscriptionChange.RunSet(subscription, topic, run));
            }
        }
    }
}
