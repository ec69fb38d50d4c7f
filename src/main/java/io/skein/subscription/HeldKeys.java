package io.skein.subscription;

import io.skein.subscription.Run.State;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The keys of the messages that a subscription has begun with and not settled, where keys matter: which are held by a
 * message that is lent or delayed, and which messages wait for that. Keeps it so that a position offers the first waiting
 * message of a key exactly when nobody holds the key. A cache over the runs.
 */
final class HeldKeys {
    private static final class Key {
        int held;
        /** By topic: offsets of its READY messages, and the position they are in. */
        final TreeMap<Long, TreeSet<Long>> waiting = new TreeMap<>();

        final Map<Long, Position> positions = new HashMap<>(2);
    }

    private final Map<Long, Key> keys = new HashMap<>();

    /** Whether any message of the key is not settled. */
    boolean contains(long key) {
        return keys.containsKey(key);
    }

    /** How many keys are held while others of theirs wait. */
    long blocked() {
        return keys.values().stream()
                .filter(key -> key.held > 0 && !key.waiting.isEmpty())
                .count();
    }

    void add(Position position, Run run) {
        Key key = keys.computeIfAbsent(run.key(), hash -> new Key());
        if (run.state() != State.READY) {
            if (key.held++ == 0) {
                key.waiting.forEach((topic, offsets) -> key.positions.get(topic).withdraw(offsets.first()));
            }
            return;
        }
        long topic = position.topic.id();
        key.positions.put(topic, position);
        TreeSet<Long> offsets = key.waiting.computeIfAbsent(topic, id -> new TreeSet<>());
        boolean isFirst = offsets.isEmpty() || run.first() < offsets.first();
        if (key.held == 0 && isFirst) {
            if (!offsets.isEmpty()) {
                position.withdraw(offsets.first());
            }
            position.offer(run);
        }
        offsets.add(run.first());
    }

    void remove(Position position, Run run) {
        Key key = keys.get(run.key());
        if (run.state() != State.READY) {
            if (--key.held == 0) {
                key.waiting.forEach((topic, offsets) -> offerFirst(key.positions.get(topic), offsets));
            }
        } else {
            long topic = position.topic.id();
            TreeSet<Long> offsets = key.waiting.get(topic);
            boolean wasFirst = offsets.first() == run.first();
            offsets.remove(run.first());
            if (key.held == 0 && wasFirst) {
                position.withdraw(run.first());
                if (!offsets.isEmpty()) {
                    offerFirst(position, offsets);
                }
            }
            if (offsets.isEmpty()) {
                key.waiting.remove(topic);
                key.positions.remove(topic);
            }
        }
        if (key.held == 0 && key.waiting.isEmpty()) {
            keys.remove(run.key());
        }
    }

    private static void offerFirst(Position position, TreeSet<Long> offsets) {
        position.offer(position.runs().get(offsets.first()));
    }
}
