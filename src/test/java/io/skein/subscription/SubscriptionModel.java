package io.skein.subscription;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Change;
import io.skein.machine.Cursor;
import io.skein.subscription.Run.State;
import io.skein.subscription.SubscriptionOutcome.Lent;
import io.skein.subscription.SubscriptionOutcome.Pulled;
import io.skein.subscription.SubscriptionOutcome.Refused;
import io.skein.topic.TopicChange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a subscription is, message by message: no ranges, no indexes, everything looked for. Told of what was asked and
 * answered, it holds each answer against what it knows.
 */
final class SubscriptionModel {
    record Place(long topic, long offset) {}

    /** A message that was begun with and is not settled. */
    private record Begun(State state, int deliveries, long time, Cursor lease) {}

    /** All messages ever of all topics. */
    static final class Messages {
        final Map<Long, List<Long>> expiries = new HashMap<>();
        final Map<Long, List<Long>> keys = new HashMap<>();

        void learn(List<Change> changes) {
            for (Change change : changes) {
                if (change instanceof TopicChange.Appended appended) {
                    for (var message : appended.messages()) {
                        expiries.computeIfAbsent(appended.topic(), id -> new ArrayList<>())
                                .add(appended.expiresAt());
                        keys.computeIfAbsent(appended.topic(), id -> new ArrayList<>())
                                .add(Keys.hash(message.key()));
                    }
                }
            }
        }
    }

    private final SubscriptionLog log;
    private final Messages messages;
    final String name;
    final long id;
    SubscriptionConfig config;
    /** By topic that it follows: below, everything is begun or settled. */
    private final TreeMap<Long, Long> positions = new TreeMap<>();

    private final Map<Place, Begun> begun = new HashMap<>();
    /** Deliveries of those on their way; twice where a seek brought a message back meanwhile. */
    private final Map<Place, List<Integer>> marked = new HashMap<>();

    final Set<Place> dead = new HashSet<>();

    SubscriptionModel(SubscriptionLog log, Messages messages, String name, long id, SubscriptionConfig config) {
        this.log = log;
        this.messages = messages;
        this.name = name;
        this.id = id;
        this.config = config;
    }

    private boolean exists(long topic) {
        return log.node.topics.find(topic).isPresent();
    }

    private long lowWater(long topic) {
        return log.node.topics.find(topic).orElseThrow().lowWater();
    }

    private long end(long topic) {
        return log.node.topics.find(topic).orElseThrow().nextOffset();
    }

    private boolean isKept(Place place) {
        return exists(place.topic()) && place.offset() >= lowWater(place.topic());
    }

    /** As the command that was just applied saw it. */
    private boolean isLive(Place place) {
        return isKept(place) && messages.expiries.get(place.topic()).get((int) place.offset()) > log.time;
    }

    private long key(Place place) {
        return messages.keys.get(place.topic()).get((int) place.offset());
    }

    private boolean isByKey() {
        return config.order() == SubscriptionConfig.Order.KEY;
    }

    // What topics and operators do.

    void follow(long topic, long next) {
        positions.put(topic, next);
    }

    boolean follows(long topic) {
        return positions.containsKey(topic);
    }

    void topicDeleted(long topic) {
        positions.remove(topic);
        begun.keySet().removeIf(place -> place.topic() == topic);
        marked.keySet().removeIf(place -> place.topic() == topic);
        dead.removeIf(place -> place.topic() == topic);
    }

    /** @param latest else to the beginning */
    void seek(boolean latest) {
        positions.replaceAll((topic, next) -> latest ? end(topic) : 0);
        begun.keySet().removeIf(place -> positions.containsKey(place.topic()));
    }

    // What consumers do.

    void pulled(Pulled pulled, int max, List<Change> changes) {
        Map<Long, Long> before = new HashMap<>(positions);
        int count = 0;
        for (Lent lent : pulled.lent()) {
            for (long offset = lent.first(); offset < lent.first() + lent.count(); offset++) {
                lent(new Place(lent.topic(), offset), lent.delivery(), pulled);
                count++;
            }
        }
        assertTrue(count <= max && (count == 0 || !config.paused()), name + " got " + count + " of " + max);
        if (isByKey()) {
            passed(before, changes);
        } else if (count < max && !config.paused() && log.limits.held() > 100) {
            List<Place> left = deliverable();
            assertTrue(left.isEmpty(), name + " was not given " + left);
        }
    }

    private void lent(Place place, int delivery, Pulled pulled) {
        assertTrue(isLive(place), place + " is gone");
        Begun was = begun.get(place);
        if (was != null) {
            assertEquals(State.READY, was.state(), place + " was " + was);
            assertEquals(was.deliveries() + 1, delivery, place.toString());
        } else {
            long next = positions.getOrDefault(place.topic(), Long.MAX_VALUE);
            assertTrue(place.offset() >= next, place + " was settled, or never followed");
            assertEquals(1, delivery);
            if (!isByKey()) {
                for (long skipped = next; skipped < place.offset(); skipped++) {
                    assertTrue(!isLive(new Place(place.topic(), skipped)), "skipped " + skipped + " before " + place);
                }
                positions.put(place.topic(), place.offset() + 1);
            }
        }
        if (isByKey() && key(place) != 0) {
            begun.forEach((other, state) -> {
                if (!other.equals(place) && key(other) == key(place)) {
                    assertTrue(
                            state.state() != State.LEASED && state.state() != State.DELAYED,
                            place + " was lent while " + other + " of its key is " + state);
                    assertTrue(
                            !positions.containsKey(place.topic())
                                    || other.topic() != place.topic()
                                    || other.offset() > place.offset()
                                    || !isLive(other)
                                    || !config.filter().isName(),
                            place + " was lent before " + other + " of its key");
                }
            });
        }
        begun.put(place, new Begun(State.LEASED, delivery, pulled.until(), pulled.lease()));
    }

    /** Where keys matter the position says what was looked at: what was not lent of it waits for its key. */
    private void passed(Map<Long, Long> before, List<Change> changes) {
        for (Change change : changes) {
            if (change instanceof SubscriptionChange.Positioned to) {
                for (long offset = before.get(to.topic()); offset < to.next(); offset++) {
                    Place place = new Place(to.topic(), offset);
                    if (isLive(place)) {
                        begun.putIfAbsent(place, new Begun(State.READY, 0, 0, Cursor.ORIGIN));
                    }
                }
                positions.put(to.topic(), to.next());
            }
        }
    }

    /** What could be lent, if keys did not matter. */
    private List<Place> deliverable() {
        List<Place> found = new ArrayList<>();
        positions.forEach((topic, next) -> {
            for (long offset = next; offset < end(topic); offset++) {
                if (isLive(new Place(topic, offset))) {
                    found.add(new Place(topic, offset));
                }
            }
        });
        begun.forEach((place, state) -> {
            if (state.state() == State.READY && isLive(place)) {
                found.add(place);
            }
        });
        return found;
    }

    /** Nothing more is lent: then everything that is left waits for a message of its key that is lent or delayed. */
    void isDry() {
        for (Place place : deliverable()) {
            assertTrue(
                    begun.entrySet().stream()
                            .anyMatch(other -> key(other.getKey()) == key(place)
                                    && (other.getValue().state() == State.LEASED
                                            || other.getValue().state() == State.DELAYED)),
                    name + " waits for nothing with " + place);
        }
    }

    void acknowledged(List<Leases> leases, List<Refused> refused) {
        each(leases, refused, true, (place, state) -> begun.remove(place));
    }

    void givenBack(List<Leases> leases, List<Refused> refused, long delayMs) {
        each(leases, refused, false, (place, state) -> failed(place, state, delayMs, Cursor.ORIGIN));
    }

    void extended(List<Leases> leases, List<Refused> refused, long until) {
        each(
                leases,
                refused,
                false,
                (place, state) -> begun.put(place, new Begun(State.LEASED, state.deliveries(), until, state.lease())));
    }

    private interface Step {
        void take(Place place, Begun state);
    }

    /** One message as somebody named it. */
    private record Named(long subscription, Place place, Cursor lease) {}

    private static Map<Named, Integer> named(List<Leases> leases) {
        Map<Named, Integer> named = new LinkedHashMap<>();
        for (Leases range : leases) {
            for (long offset = range.first(); offset < range.end(); offset++) {
                named.merge(
                        new Named(range.subscription(), new Place(range.topic(), offset), range.lease()),
                        1,
                        Integer::sum);
            }
        }
        return named;
    }

    private void each(List<Leases> leases, List<Refused> refused, boolean late, Step step) {
        Map<Named, Integer> no = named(refused.stream().map(Refused::leases).toList());
        named(leases).forEach((named, times) -> {
            Begun state = named.subscription() == id ? begun.get(named.place()) : null;
            boolean holds =
                    state != null && state.lease().equals(named.lease()) && (late || state.state() == State.LEASED);
            int refusals = Optional.ofNullable(no.remove(named)).orElse(0);
            if (holds && refusals == times) {
                // Retention or its TTL took the message, and whoever passed it forgot it.
                assertTrue(state.state() == State.READY && !isLive(named.place()), named + " was refused, is " + state);
                begun.remove(named.place());
            } else {
                assertEquals(holds ? times - 1 : times, refusals, named + " is " + state);
                if (holds) {
                    step.take(named.place(), state);
                }
            }
        });
        assertTrue(no.isEmpty(), "refused what was not asked: " + no);
    }

    private void failed(Place place, Begun state, long delayMs, Cursor late) {
        begun.remove(place);
        if (!isLive(place) && !isPinnedNow(place)) {
            return;
        }
        if (config.maxDeliveries() > 0 && state.deliveries() >= config.maxDeliveries()) {
            if (positions.containsKey(place.topic())) {
                marked.computeIfAbsent(place, fresh -> new ArrayList<>()).add(state.deliveries());
            } else {
                dead.add(place);
            }
            return;
        }
        long wait = delayMs >= 0 ? delayMs : config.backoffMs(state.deliveries());
        begun.put(
                place,
                wait > 0
                        ? new Begun(State.DELAYED, state.deliveries(), log.time + wait, late)
                        : new Begun(State.READY, state.deliveries(), 0, late));
    }

    /** A topic may be trimmed by the very command that marks; marks in its changes say what was still there. */
    private boolean isPinnedNow(Place place) {
        for (Change change : log.changes) {
            if (change instanceof SubscriptionChange.MarkSet set
                    && set.subscription() == id
                    && set.mark().topic() == place.topic()
                    && set.mark().first() <= place.offset()
                    && place.offset() < set.mark().end()) {
                return true;
            }
        }
        return false;
    }

    /** An entry says that time has passed; everything due is done by it. */
    void settled() {
        for (var entry : List.copyOf(begun.entrySet())) {
            Begun state = entry.getValue();
            if (state.time() > log.time || state.state() == State.READY) {
                continue;
            }
            if (state.state() == State.LEASED) {
                failed(entry.getKey(), state, -1, state.lease());
            } else if (state.state() == State.DELAYED) {
                begun.put(entry.getKey(), new Begun(State.READY, state.deliveries(), 0, state.lease()));
            }
        }
    }

    void buried(long topic, long first, long count, int deliveries, long deadTopic, long deadFirst) {
        for (long i = 0; i < count; i++) {
            Place place = new Place(topic, first + i);
            List<Integer> marks = marked.getOrDefault(place, List.of());
            assertTrue(marks.contains(deliveries), "buried without a mark: " + place);
            marks.remove((Integer) deliveries);
            dead.add(new Place(deadTopic, deadFirst + i));
        }
    }

    /** @param redriven else forgotten */
    void exhumed(Set<Place> chosen, boolean redriven, long done) {
        long count = 0;
        for (Place place : chosen) {
            if (dead.remove(place) && isKept(place)) {
                count++;
                if (redriven) {
                    begun.put(place, new Begun(State.READY, 0, 0, Cursor.ORIGIN));
                }
            }
        }
        assertEquals(count, done, "dead letters");
    }

    void taken(Place place) {
        assertTrue(isLive(place), place + " is gone");
        Begun was = begun.remove(place);
        if (was == null) {
            long next = positions.get(place.topic());
            assertTrue(place.offset() >= next, place + " was taken before");
            for (long skipped = next; skipped < place.offset(); skipped++) {
                assertTrue(!isLive(new Place(place.topic(), skipped)), "skipped " + skipped + " before " + place);
            }
            positions.put(place.topic(), place.offset() + 1);
        } else {
            assertEquals(State.READY, was.state());
        }
    }

    void isEmpty() {
        assertEquals(List.of(), deliverable());
    }

    // What is true at all times.

    /** The lowest message of a topic that is still wanted. */
    long floor(long topic, long lowWater) {
        long floor = Math.max(lowWater, positions.get(topic));
        while (floor < end(topic) && messages.expiries.get(topic).get((int) floor) <= log.time) {
            floor++;
        }
        for (Place place : begun.keySet()) {
            boolean wanted = place.topic() == topic
                    && place.offset() >= lowWater
                    && messages.expiries.get(topic).get((int) place.offset()) > log.time;
            floor = wanted ? Math.min(floor, place.offset()) : floor;
        }
        return floor;
    }

    void agrees() {
        SubscriptionView view = log.view(name);
        assertEquals(count(State.LEASED), view.leased(), name + " leased");
        assertEquals(count(State.DELAYED), view.delayed(), name + " delayed");
        assertEquals(marked.values().stream().mapToInt(List::size).sum(), view.marked(), name + " marked");
        assertEquals(dead.stream().filter(this::isKept).count(), view.dead(), name + " dead");
        assertEquals(positions.size(), view.followed(), name + " followed");
        long ready = count(State.READY);
        long live = begun.entrySet().stream()
                .filter(entry -> entry.getValue().state() == State.READY && isLive(entry.getKey()))
                .count();
        long seen = view.ready() + view.paced();
        assertTrue(live <= seen && seen <= ready, name + ": " + view + " is not " + live + " to " + ready);
        marked.forEach((place, marks) -> assertTrue(marks.isEmpty() || isKept(place), place + " is marked and gone"));
    }

    private long count(State state) {
        return begun.entrySet().stream()
                .filter(entry -> entry.getValue().state() == state && isKept(entry.getKey()))
                .count();
    }
}
