package io.skein.topic;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * All topics: by id, by name, by filter, by when the oldest of their messages are over age, and what they come to.
 *
 * <p>The heaps of times are caches over the topics: an entry whose topic has moved on is thrown away or put right when it
 * comes to the top, which is no move of the state.
 */
final class TopicRegister {
    private static final Comparator<TopicState> BY_NAME = Comparator.comparing(topic -> topic.name.value());

    private final Map<Long, TopicState> byId = new HashMap<>();
    private final Map<String, TopicState> byName = new HashMap<>();
    private final TopicTree tree = new TopicTree();
    private final Trims trims = new Trims();
    /** (due, topic): never later than the topic's age is due. */
    private final DueHeap ages = new DueHeap();
    /** (expiry, topic, offset): every message with a TTL of its own that has not expired, and some that went. */
    private final DueHeap expiries = new DueHeap();

    private long lastId;
    private long messages;
    private long bytes;
    private int ttls;

    int size() {
        return byId.size();
    }

    long lastId() {
        return lastId;
    }

    long messages() {
        return messages;
    }

    long bytes() {
        return bytes;
    }

    /** Messages with a TTL of their own that have not expired. */
    int ttls() {
        return ttls;
    }

    Optional<TopicState> find(TopicName name) {
        return find(name.value());
    }

    private Optional<TopicState> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    Optional<TopicState> find(long id) {
        return Optional.ofNullable(byId.get(id));
    }

    List<TopicState> byId() {
        var all = new ArrayList<>(byId.values());
        all.sort((a, b) -> Long.compare(a.id, b.id));
        return all;
    }

    /** Those that match, sorted by name. */
    List<TopicState> matching(TopicFilter filter) {
        List<TopicState> found = all(filter);
        found.sort(BY_NAME);
        return found;
    }

    /** Those that match, in no order. */
    List<TopicState> all(TopicFilter filter) {
        List<TopicState> found = new ArrayList<>();
        if (filter.isName()) {
            find(filter.value()).ifPresent(found::add);
        } else {
            tree.search(filter, new TopicTree.Search(found, Integer.MAX_VALUE, Integer.MAX_VALUE));
        }
        return found;
    }

    /** Ids of those that match any filter, when they are few and found soon. */
    Optional<List<Long>> few(List<TopicFilter> filters, int most, int looks) {
        List<TopicState> found = new ArrayList<>();
        // A topic may be found once for each filter.
        var search = new TopicTree.Search(found, most * filters.size(), looks);
        for (TopicFilter filter : filters) {
            if (filter.isName()) {
                TopicState one = byName.get(filter.value());
                if (one != null) {
                    found.add(one);
                }
            } else if (!tree.search(filter, search)) {
                return Optional.empty();
            }
        }
        List<Long> ids = found.stream().map(topic -> topic.id).distinct().toList();
        return ids.size() <= most ? Optional.of(ids) : Optional.empty();
    }

    Trims trims() {
        return trims;
    }

    void lastId(long id) {
        lastId = Math.max(lastId, id);
    }

    void add(TopicState topic) {
        lastId(topic.id);
        TopicState sameId = byId.put(topic.id, topic);
        TopicState sameName = byName.put(topic.name.value(), topic);
        assert sameId == null && sameName == null : topic + " is there already";
        tree.add(topic);
        count(topic, 1);
    }

    void remove(long id) {
        TopicState topic = the(id);
        count(topic, -1);
        byId.remove(id);
        byName.remove(topic.name.value());
        tree.remove(topic);
        trims.remove(topic);
        sweepExpiries();
    }

    /** Moves one topic by one step, and the sums and times of all with it. */
    void move(long id, Consumer<TopicState> step) {
        TopicState topic = the(id);
        count(topic, -1);
        step.accept(topic);
        count(topic, 1);
        askAge(topic);
    }

    void append(TopicChange.Appended change) {
        move(change.topic(), topic -> topic.append(change));
        if (change.expiresAt() != Long.MAX_VALUE) {
            for (int i = 0; i < change.messages().size(); i++) {
                expiries.push(change.expiresAt(), change.topic(), change.firstOffset() + i);
            }
        }
    }

    void setTtl(TopicChange.TtlSet change) {
        move(change.topic(), topic -> topic.ttls.add(change.offset(), 0, change.expiresAt()));
        expiries.push(change.expiresAt(), change.topic(), change.offset());
    }

    void trim(TopicChange.Trimmed change) {
        move(change.topic(), topic -> topic.trim(change));
        trims.add(the(change.topic()));
        sweepExpiries();
    }

    long nextExpiry() {
        while (!expiries.isEmpty() && !waits(expiries.high(), expiries.low())) {
            expiries.pop();
        }
        return expiries.isEmpty() ? Long.MAX_VALUE : expiries.time();
    }

    /** The first messages to expire of those due at {@code time}: by expiry, then topic id, then offset. */
    List<TopicChange.Expired> expiring(long time, int limit) {
        if (nextExpiry() > time) {
            return List.of();
        }
        var due = new ArrayList<TopicChange.Expired>();
        var times = new ArrayList<Long>();
        while (nextExpiry() <= time && due.size() < limit) {
            due.add(new TopicChange.Expired(expiries.high(), expiries.low()));
            times.add(expiries.time());
            expiries.pop();
        }
        for (int i = 0; i < due.size(); i++) {
            expiries.push(times.get(i), due.get(i).topic(), due.get(i).offset());
        }
        return due;
    }

    long nextAge() {
        while (!ages.isEmpty()) {
            TopicState topic = byId.get(ages.high());
            if (topic == null || ages.time() != topic.ageAskedAt) {
                ages.pop();
                continue;
            }
            long due = topic.ageDue();
            if (due == ages.time()) {
                return due;
            }
            ages.pop();
            topic.ageAskedAt = Long.MAX_VALUE;
            askAge(topic);
        }
        return Long.MAX_VALUE;
    }

    /** The first topics with messages over age at {@code time}: by when they were due, then id. */
    List<TopicState> overAge(long time, int limit) {
        var due = new ArrayList<TopicState>();
        while (nextAge() <= time && due.size() < limit) {
            TopicState topic = the(ages.high());
            due.add(topic);
            while (!ages.isEmpty() && ages.high() == topic.id && ages.time() == topic.ageAskedAt) {
                ages.pop();
            }
        }
        for (TopicState topic : due) {
            ages.push(topic.ageAskedAt, topic.id, 0);
        }
        return due;
    }

    private TopicState the(long id) {
        TopicState topic = byId.get(id);
        if (topic == null) {
            throw new AssertionError("no topic " + id);
        }
        return topic;
    }

    private void count(TopicState topic, int sign) {
        messages += sign * topic.figures.live();
        bytes += sign * topic.figures.bytes();
        ttls += sign * topic.ttls.size();
    }

    private void askAge(TopicState topic) {
        long due = topic.ageDue();
        if (due < topic.ageAskedAt) {
            topic.ageAskedAt = due;
            ages.push(due, topic.id, 0);
        }
    }

    private boolean waits(long id, long offset) {
        TopicState topic = byId.get(id);
        return topic != null && topic.ttls.time(offset, 0) >= 0;
    }

    /** Trims and deletions leave times behind; when they are the larger part the heap is made anew. */
    private void sweepExpiries() {
        if (expiries.size() > 2 * ttls + 1_024) {
            expiries.clear();
            for (TopicState topic : byId.values()) {
                topic.ttls.forEach((offset, none, expiresAt) -> expiries.push(expiresAt, topic.id, offset));
            }
        }
    }
}
