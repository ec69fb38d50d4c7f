package io.skein.subscription;

import io.skein.topic.TopicReach;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What subscriptions want of one topic. */
final class Interest {
    /** How far a subscription has settled the topic. */
    private record Floor(long offset, long subscription) implements Comparable<Floor> {
        @Override
        public int compareTo(Floor other) {
            int byOffset = Long.compare(offset, other.offset);
            return byOffset != 0 ? byOffset : Long.compare(subscription, other.subscription);
        }
    }

    final TopicReach topic;
    /** By subscription: all that have a position, a mark or dead letters here. */
    final TreeMap<Long, SubscriptionState> concerned = new TreeMap<>();
    /** Positions that have nothing to hand out until something is appended. */
    private Set<Position> idle = new LinkedHashSet<>();
    /** Kept only while the topic drops what is acknowledged. */
    private final TreeSet<Floor> floors = new TreeSet<>();
    /** The same of those that follow nothing here and have redriven messages: they only hold back. */
    private final TreeSet<Floor> redriven = new TreeSet<>();

    private boolean keepsFloors;

    Interest(TopicReach topic) {
        this.topic = topic;
    }

    void idles(Position position) {
        idle.add(position);
    }

    /** Those that idled; from now on none does. */
    List<Position> wake() {
        if (idle.isEmpty()) {
            return List.of();
        }
        List<Position> woken = List.copyOf(idle);
        idle = new LinkedHashSet<>();
        return woken;
    }

    void leaves(Position position) {
        idle.remove(position);
        forget(position);
    }

    boolean dropsAcknowledged() {
        return keepsFloors;
    }

    /** The topic's configuration may be another. */
    void follow() {
        if (keepsFloors != topic.config().acknowledged()) {
            keepsFloors = topic.config().acknowledged();
            for (SubscriptionState subscription : concerned.values()) {
                Position position = subscription.positions.get(topic.id());
                if (position != null) {
                    floor(position);
                }
            }
        }
    }

    /** A position has moved. */
    void floor(Position position) {
        boolean holds = position.follows || !position.runs().isEmpty();
        long floor = keepsFloors && holds
                ? (position.follows ? position.floor() : position.runs().firstKey())
                : -1;
        TreeSet<Floor> these = position.follows ? floors : redriven;
        Floor fresh = new Floor(floor, position.owner.id);
        if (floor != position.knownFloor || floor >= 0 && !these.contains(fresh)) {
            forget(position);
            if (floor >= 0) {
                these.add(fresh);
                position.knownFloor = floor;
            }
        }
    }

    /** A position has moved or goes. */
    void forget(Position position) {
        if (position.knownFloor >= 0) {
            Floor known = new Floor(position.knownFloor, position.owner.id);
            floors.remove(known);
            redriven.remove(known);
            position.knownFloor = -1;
        }
    }

    /** What is below may go; the low water when nothing may. */
    long droppable() {
        if (floors.isEmpty()) {
            return topic.lowWater();
        }
        long floor = Math.min(floors.first().offset(), topic.nextOffset());
        if (!redriven.isEmpty()) {
            floor = Math.min(floor, redriven.first().offset());
        }
        return Math.max(topic.lowWater(), Math.min(floor, topic.lowestPin()));
    }
}
