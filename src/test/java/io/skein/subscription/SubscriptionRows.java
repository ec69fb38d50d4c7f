package io.skein.subscription;

import io.skein.machine.Change;
import io.skein.machine.Cursor;
import io.skein.topic.Message;
import io.skein.topic.TopicChange;
import io.skein.topic.TopicMachine;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What a store keeps of the changes and gives back at start, word for word as the room's package-info says it. Topics are
 * kept by a machine of their own, and bodies by topic and offset.
 */
final class SubscriptionRows {
    private record Place(long subscription, long topic, long first) implements Comparable<Place> {
        @Override
        public int compareTo(Place other) {
            int order = Long.compare(subscription, other.subscription);
            if (order == 0) {
                order = Long.compare(topic, other.topic);
            }
            return order != 0 ? order : Long.compare(first, other.first);
        }
    }

    private record MarkOf(long subscription, Mark mark) {}

    private final TopicMachine topics = new TopicMachine();
    private final TreeMap<Long, SubscriptionChange.Created> subscriptions = new TreeMap<>();
    private final TreeMap<Long, SubscriptionChange.Counted> counted = new TreeMap<>();
    private final TreeMap<Place, Long> positions = new TreeMap<>();
    private final TreeMap<Place, Run> runs = new TreeMap<>();
    private final TreeMap<Cursor, MarkOf> marks = new TreeMap<>();
    private final TreeMap<Place, Long> dead = new TreeMap<>();
    private final TreeMap<Long, List<Message>> bodies = new TreeMap<>();
    private long last;

    void write(Change change) {
        if (change instanceof TopicChange topicChange) {
            topic(topicChange);
        } else if (change instanceof SubscriptionChange.Created c) {
            subscriptions.put(c.subscription(), c);
            counted.put(c.subscription(), new SubscriptionChange.Counted(c.subscription(), 0, 0, 0, 0, 0));
            last = Math.max(last, c.subscription());
        } else if (change instanceof SubscriptionChange.Configured c) {
            subscriptions.computeIfPresent(
                    c.subscription(),
                    (id, row) -> new SubscriptionChange.Created(id, row.name(), c.config(), row.at(), row.time()));
        } else if (change instanceof SubscriptionChange.Deleted c) {
            subscriptions.remove(c.subscription());
            counted.remove(c.subscription());
            positions.keySet().removeIf(place -> place.subscription() == c.subscription());
            runs.keySet().removeIf(place -> place.subscription() == c.subscription());
            marks.values().removeIf(mark -> mark.subscription() == c.subscription());
            dead.keySet().removeIf(place -> place.subscription() == c.subscription());
        } else if (change instanceof SubscriptionChange.Counted c) {
            counted.put(c.subscription(), c);
        } else if (change instanceof SubscriptionChange.Positioned c) {
            positions.put(new Place(c.subscription(), c.topic(), 0), c.next());
            if (c.clears()) {
                removeRuns(c.subscription(), c.topic());
            }
        } else if (change instanceof SubscriptionChange.Left c) {
            positions.remove(new Place(c.subscription(), c.topic(), 0));
            removeRuns(c.subscription(), c.topic());
        } else if (change instanceof SubscriptionChange.RunSet c) {
            runs.put(new Place(c.subscription(), c.topic(), c.run().first()), c.run());
        } else if (change instanceof SubscriptionChange.RunGone c) {
            Objects.requireNonNull(runs.remove(new Place(c.subscription(), c.topic(), c.first())), c.toString());
        } else if (change instanceof SubscriptionChange.MarkSet c) {
            marks.put(c.mark().at(), new MarkOf(c.subscription(), c.mark()));
        } else if (change instanceof SubscriptionChange.MarkGone c) {
            Objects.requireNonNull(marks.remove(c.at()), c.toString());
        } else if (change instanceof SubscriptionChange.DeadSet c) {
            dead.put(
                    new Place(c.subscription(), c.range().topic(), c.range().first()),
                    c.range().count());
        } else if (change instanceof SubscriptionChange.DeadGone c) {
            Objects.requireNonNull(dead.remove(new Place(c.subscription(), c.topic(), c.first())), c.toString());
        } else {
            throw new AssertionError("never decided: " + change);
        }
    }

    private void topic(TopicChange change) {
        topics.evolve(change);
        if (change instanceof TopicChange.Appended appended) {
            bodies.computeIfAbsent(appended.topic(), id -> new ArrayList<>()).addAll(appended.messages());
        } else if (change instanceof TopicChange.Deleted deleted) {
            positions.keySet().removeIf(place -> place.topic() == deleted.topic());
            runs.keySet().removeIf(place -> place.topic() == deleted.topic());
            marks.values().removeIf(mark -> mark.mark().topic() == deleted.topic());
            dead.keySet().removeIf(place -> place.topic() == deleted.topic());
        }
    }

    private void removeRuns(long subscription, long topic) {
        runs.keySet().removeIf(place -> place.subscription() == subscription && place.topic() == topic);
    }

    void readInto(Consumer<Change> machine) {
        topics.snapshot(machine);
        machine.accept(new SubscriptionChange.LastSubscription(last));
        subscriptions.forEach((id, row) -> {
            machine.accept(row);
            machine.accept(counted.get(id));
            positions.forEach((place, next) -> {
                if (place.subscription() == id) {
                    machine.accept(new SubscriptionChange.Positioned(id, place.topic(), next, false));
                }
            });
            runs.forEach((place, run) -> {
                if (place.subscription() == id) {
                    machine.accept(new SubscriptionChange.RunSet(id, place.topic(), run));
                }
            });
            marks.forEach((at, mark) -> {
                if (mark.subscription() == id) {
                    machine.accept(new SubscriptionChange.MarkSet(id, mark.mark()));
                }
            });
            dead.forEach((place, count) -> {
                if (place.subscription() == id) {
                    machine.accept(
                            new SubscriptionChange.DeadSet(id, new OffsetRange(place.topic(), place.first(), count)));
                }
            });
        });
    }

    Message body(long topic, long offset) {
        return bodies.get(topic).get((int) offset);
    }
}
