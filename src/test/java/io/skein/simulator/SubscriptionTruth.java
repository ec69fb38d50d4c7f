package io.skein.simulator;

import static io.skein.simulator.History.check;

import io.skein.machine.Cursor;
import io.skein.subscription.Mark;
import io.skein.subscription.OffsetRange;
import io.skein.subscription.Run;
import io.skein.subscription.SubscriptionChange;
import io.skein.subscription.SubscriptionConfig;
import io.skein.subscription.SubscriptionName;
import io.skein.topic.TopicName;
import java.util.Map;
import java.util.TreeMap;

/** One subscription as the committed changes made it; asked message by message. */
final class SubscriptionTruth {
    /** Where it stands in one topic. */
    static final class Place {
        boolean follows;
        long next;
        final TreeMap<Long, Run> runs = new TreeMap<>();

        Place copy() {
            Place copy = new Place();
            copy.follows = follows;
            copy.next = next;
            copy.runs.putAll(runs);
            return copy;
        }

        Run run(long offset) {
            Map.Entry<Long, Run> entry = runs.floorEntry(offset);
            return entry != null && entry.getValue().end() > offset ? entry.getValue() : null;
        }

        /** What a message is here. */
        Standing standing(long offset) {
            Run run = run(offset);
            if (run != null) {
                return Held.of(run);
            }
            return follows && offset >= next ? Standing.WAITING : Standing.SETTLED;
        }
    }

    /** What one message is to a subscription. */
    interface Standing {
        Standing WAITING = new Named("waiting");
        /** Acknowledged, dead, passed over, or never asked for. */
        Standing SETTLED = new Named("settled");
        /** Settled, and in a mark. */
        Standing MARKED = new Named("marked");
        /** Settled, and a dead letter where it is. */
        Standing DEAD = new Named("dead");
    }

    record Named(String name) implements Standing {}

    /** In a run, said for one message. */
    record Held(Run.State state, int deliveries, long time, Cursor lease, String consumer, long key)
            implements Standing {
        static Held of(Run run) {
            return new Held(run.state(), run.deliveries(), run.time(), run.lease(), run.consumer(), run.key());
        }

        /** Whether nobody else of its key may be lent. */
        boolean holdsKey() {
            return state == Run.State.LEASED || state == Run.State.DELAYED;
        }
    }

    private static final Place NOWHERE = new Place();

    final long id;
    final SubscriptionName name;
    private SubscriptionConfig config;
    /** By topic. */
    final TreeMap<Long, Place> places = new TreeMap<>();

    final TreeMap<Cursor, Mark> marks = new TreeMap<>();
    /** By topic and first offset: the count. */
    final TreeMap<Long, TreeMap<Long, Long>> dead = new TreeMap<>();

    // As it says, and as it was seen.
    SubscriptionChange.Counted counted;
    long delivered;
    long redelivered;
    long acknowledged;
    /** Pulls in a row that got less than they asked for although something was there. */
    int misses;

    SubscriptionTruth(SubscriptionChange.Created created) {
        id = created.subscription();
        name = created.name();
        config = created.config();
        counted = new SubscriptionChange.Counted(id, 0, 0, 0, 0, 0);
    }

    SubscriptionConfig config() {
        return config;
    }

    void configure(SubscriptionConfig newConfig) {
        config = newConfig;
    }

    boolean isByKey() {
        return config.order() == SubscriptionConfig.Order.KEY;
    }

    boolean isQueue() {
        return name.queue().isPresent();
    }

    /** Null for a queue's. */
    private TopicName deadLetters() {
        return config.deadLetter().orElseGet(() -> isQueue() ? null : name.deadLetters());
    }

    boolean isDeadTopic(TopicName topic) {
        return topic.equals(deadLetters());
    }

    boolean wants(TopicName topic) {
        return config.filter().matches(topic.value()) && !isDeadTopic(topic);
    }

    long backoffMs(int deliveries) {
        int steps = config.backoffMs().size();
        return steps == 0 ? 0 : config.backoffMs().get(deliveries < steps ? deliveries - 1 : steps - 1);
    }

    void follow(long topic) {
        places.computeIfAbsent(topic, id -> new Place()).follows = true;
    }

    /** Never to be changed. */
    Place in(long topic) {
        return places.getOrDefault(topic, NOWHERE);
    }

    void forgetTopic(long topic) {
        places.remove(topic);
        dead.remove(topic);
        marks.values().removeIf(mark -> mark.topic() == topic);
    }

    void set(Run run, long topic) {
        Place place = places.computeIfAbsent(topic, id -> new Place());
        place.runs.put(run.first(), run);
    }

    void setDead(OffsetRange range) {
        dead.computeIfAbsent(range.topic(), id -> new TreeMap<>()).put(range.first(), range.count());
    }

    void removeDead(long topic, long first) {
        TreeMap<Long, Long> in = dead.get(topic);
        check(in != null && in.remove(first) != null, "subscription %d has no dead letters at %d", id, first);
        if (in.isEmpty()) {
            dead.remove(topic);
        }
    }

    boolean isDead(long topic, long offset) {
        TreeMap<Long, Long> in = dead.get(topic);
        Map.Entry<Long, Long> entry = in == null ? null : in.floorEntry(offset);
        return entry != null && entry.getKey() + entry.getValue() > offset;
    }

    long marked() {
        long count = 0;
        for (Mark mark : marks.values()) {
            count += mark.count();
        }
        return count;
    }

    long deadLetterCount() {
        long count = 0;
        for (TreeMap<Long, Long> in : dead.values()) {
            for (long one : in.values()) {
                count += one;
            }
        }
        return count;
    }

    /** Messages that were passed over for their key. */
    long passed() {
        long passed = 0;
        for (Place place : places.values()) {
            for (Run run : place.runs.values()) {
                passed += run.state() == Run.State.READY && run.deliveries() == 0 && run.key() != 0 ? 1 : 0;
            }
        }
        return passed;
    }

    /** Messages that count against how many may be begun with. */
    long held() {
        long held = 0;
        for (Place place : places.values()) {
            for (Run run : place.runs.values()) {
                boolean counts = run.state() == Run.State.LEASED
                        || run.state() == Run.State.DELAYED
                        || run.state() == Run.State.READY && (run.deliveries() > 0 || run.key() != 0);
                held += counts ? run.count() : 0;
            }
        }
        return held;
    }
}
