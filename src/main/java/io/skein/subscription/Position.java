package io.skein.subscription;

import io.skein.topic.TopicReach;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Where one subscription stands in one topic: the offset of the first message that it has not begun with, and the runs
 * below that are not settled. In the topic of its dead letters a subscription follows nothing: there are only runs that
 * were redriven.
 */
final class Position {
    private static final NavigableMap<Long, Run> NONE = Collections.emptyNavigableMap();

    final SubscriptionState owner;
    final TopicReach topic;

    /** Whether messages that come to the topic are for this subscription. */
    boolean follows;

    private long next;
    private NavigableMap<Long, Run> runs = NONE;

    // Caches.

    /** The runs that may be handed out: READY, and where keys matter the first of its key that nobody holds. */
    private NavigableMap<Long, Run> available = NONE;

    /** By first offset: the runs whose keys are to be read before they may be handed out. */
    private NavigableMap<Long, Run> unread = NONE;
    /** Whether the owner knows that there is something to hand out. */
    boolean isReady;
    /** Whether the topic will say when something comes. */
    boolean isIdle;
    /** As it is known to the topic, when that drops what is acknowledged. */
    long knownFloor = -1;

    Position(SubscriptionState owner, TopicReach topic, boolean follows) {
        this.owner = owner;
        this.topic = topic;
        this.follows = follows;
    }

    long next() {
        return next;
    }

    void next(long offset) {
        next = offset;
    }

    NavigableMap<Long, Run> runs() {
        return runs;
    }

    NavigableMap<Long, Run> available() {
        return available;
    }

    /** The first message not begun with that may still be there. */
    long fresh() {
        return Math.max(next, topic.lowWater());
    }

    boolean hasFresh() {
        return follows && fresh() < topic.nextOffset();
    }

    boolean hasUnread() {
        return !unread.isEmpty();
    }

    /** Null when there is none. */
    Run firstUnread() {
        return unread.isEmpty() ? null : unread.firstEntry().getValue();
    }

    /** Whether there is, as far as is known without looking at expiries, something to hand out. */
    boolean hasSomething() {
        return !available.isEmpty() || hasUnread() || hasFresh();
    }

    /** All messages below are settled. */
    long floor() {
        return runs.isEmpty() ? next : Math.min(next, runs.firstKey());
    }

    /** The run that a message is in; null when it is in none. */
    Run at(long offset) {
        Map.Entry<Long, Run> entry = runs.floorEntry(offset);
        return entry != null && entry.getValue().end() > offset ? entry.getValue() : null;
    }

    /** @return the run that began there before; null when there was none */
    Run put(Run run) {
        if (runs == NONE) {
            runs = new TreeMap<>();
        }
        Run before = runs.put(run.first(), run);
        assert !overlaps(run) : run + " overlaps another of " + this;
        return before;
    }

    Run remove(long first) {
        Run gone = runs.remove(first);
        assert gone != null : "no run begins with " + first + " in " + this;
        if (runs.isEmpty()) {
            runs = NONE;
        }
        return gone;
    }

    private boolean overlaps(Run run) {
        Map.Entry<Long, Run> before = runs.lowerEntry(run.first());
        Map.Entry<Long, Run> after = runs.higherEntry(run.first());
        return before != null && before.getValue().end() > run.first() || after != null && after.getKey() < run.end();
    }

    void offer(Run run) {
        if (available == NONE) {
            available = new TreeMap<>();
        }
        if (available.put(run.first(), run) == null) {
            owner.available++;
            owner.moved.add(this);
        }
    }

    void withdraw(long first) {
        if (available.remove(first) != null) {
            owner.available--;
            owner.moved.add(this);
        }
        if (available.isEmpty()) {
            available = NONE;
        }
    }

    void addUnread(Run run) {
        if (unread == NONE) {
            unread = new TreeMap<>();
        }
        unread.put(run.first(), run);
    }

    void removeUnread(long first) {
        unread.remove(first);
        if (unread.isEmpty()) {
            unread = NONE;
        }
    }

    @Override
    public String toString() {
        return owner.name + " in " + topic.name() + " at " + next + " " + runs.values();
    }
}
