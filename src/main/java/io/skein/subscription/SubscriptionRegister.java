package io.skein.subscription;

import io.skein.machine.Cursor;
import io.skein.subscription.SubscriptionChange.Counted;
import io.skein.subscription.SubscriptionChange.DeadGone;
import io.skein.subscription.SubscriptionChange.DeadSet;
import io.skein.subscription.SubscriptionChange.Left;
import io.skein.subscription.SubscriptionChange.MarkGone;
import io.skein.subscription.SubscriptionChange.MarkSet;
import io.skein.subscription.SubscriptionChange.Positioned;
import io.skein.subscription.SubscriptionChange.RunGone;
import io.skein.subscription.SubscriptionChange.RunSet;
import io.skein.topic.TopicMachine;
import io.skein.topic.TopicName;
import io.skein.topic.TopicReach;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * All subscriptions: by id, by name, by filter, by topic, by when something happens to their runs; moved by the changes,
 * and by what topics do.
 */
final class SubscriptionRegister {
    private final TopicMachine topics;
    private final SubscriptionLimits limits;
    private final TreeMap<Long, SubscriptionState> byId = new TreeMap<>();
    private final Map<String, SubscriptionState> byName = new HashMap<>();
    /** The same in order, for who looks through them. */
    private final TreeMap<String, SubscriptionState> inOrder = new TreeMap<>();

    private final FilterTree filters = new FilterTree();
    private final Map<Long, Interest> interests = new HashMap<>();
    /** Every run to which something happens by itself. */
    private final TreeSet<RunDue> dues = new TreeSet<>();
    /** By mark: whose it is. */
    private final TreeMap<Cursor, SubscriptionState> marks = new TreeMap<>();
    /** Topics that may drop something. */
    private final TreeSet<Long> droppable = new TreeSet<>();
    /** Ids of those that have had something to hand out since somebody last asked. */
    private final Set<SubscriptionName> awakened = new LinkedHashSet<>();

    /** Those that have something to hand out and may not, because all together remember too much. */
    private final Set<SubscriptionState> starved = new LinkedHashSet<>();

    private long looks;
    private long lastId;
    private int positions;
    private int runs;
    private int stretches;

    SubscriptionRegister(TopicMachine topics, SubscriptionLimits limits) {
        this.topics = topics;
        this.limits = limits;
    }

    int size() {
        return byId.size();
    }

    /** Somebody looks at a position, a run, or a level of a filter. */
    void look() {
        looks++;
    }

    /** How often, in the life of this process: what commands cost, for tests to count. */
    long looks() {
        return looks + filters.looks();
    }

    long lastId() {
        return lastId;
    }

    void lastId(long id) {
        lastId = Math.max(lastId, id);
    }

    /** Of all that follow a topic. */
    int positions() {
        return positions;
    }

    int runs() {
        return runs;
    }

    /** Stretches of dead letters. */
    int stretches() {
        return stretches;
    }

    /** By id. */
    Iterable<SubscriptionState> all() {
        return byId.values();
    }

    /** Those with higher ids, by id. */
    Iterable<SubscriptionState> after(long id) {
        return byId.tailMap(id, false).values();
    }

    /** Those with names after this one, by name. */
    Iterable<SubscriptionState> after(String name) {
        return inOrder.tailMap(name, false).values();
    }

    Optional<SubscriptionState> find(SubscriptionName name) {
        return Optional.ofNullable(byName.get(name.value()));
    }

    Optional<SubscriptionState> find(long id) {
        return Optional.ofNullable(byId.get(id));
    }

    SubscriptionState the(long id) {
        SubscriptionState subscription = byId.get(id);
        if (subscription == null) {
            throw new AssertionError("no subscription " + id);
        }
        return subscription;
    }

    /** Of a topic that exists; empty when nobody wants anything of it. */
    Optional<Interest> interest(long topic) {
        return Optional.ofNullable(interests.get(topic));
    }

    /** What happens to runs by itself, in the order in which it does. */
    NavigableSet<RunDue> dues() {
        return dues;
    }

    NavigableMap<Cursor, SubscriptionState> marks() {
        return marks;
    }

    /** Topics that may drop what is acknowledged. */
    NavigableSet<Long> droppable() {
        return droppable;
    }

    /** How many follow a topic of this name. */
    int followers(TopicName name) {
        int followers = 0;
        for (SubscriptionState subscription : filters.matching(name.value())) {
            followers += subscription.wants(name) ? 1 : 0;
        }
        return followers;
    }

    /** The topics that a configuration follows, by id. */
    List<TopicReach> followed(SubscriptionName name, SubscriptionConfig config) {
        TopicName dead = SubscriptionState.deadLettersOf(name, config);
        List<TopicReach> found = new ArrayList<>();
        for (TopicReach topic : topics.reaching(config.filter())) {
            if (!topic.name().equals(dead)) {
                found.add(topic);
            }
        }
        found.sort((a, b) -> Long.compare(a.id(), b.id()));
        return found;
    }

    /** Whether a pull would get something; expiries are not looked at. */
    boolean isReady(SubscriptionState subscription) {
        // Retention says nothing when it takes all that a position had.
        while (!subscription.ready.isEmpty()
                && !subscription.ready.firstEntry().getValue().hasSomething()) {
            refresh(subscription.ready.firstEntry().getValue());
        }
        boolean hasSomething = !subscription.config().paused() && !subscription.ready.isEmpty();
        boolean isReady = hasSomething
                && (subscription.available > 0
                        || room(subscription) > 0
                        || subscription.messages(Run.State.UNREAD) > 0 && roomForRedriven(subscription) > 0);
        if (!isReady) {
            // Whoever asked here knows it now, and has to be told of the next.
            subscription.wasReady = false;
            if (hasSomething && isFull()) {
                starved.add(subscription);
            }
        }
        return isReady;
    }

    /** All subscriptions together remember as many runs as they may. */
    boolean isFull() {
        return runs >= limits.runs();
    }

    /** How many more messages a subscription may begin with; none when not above 0. */
    long room(SubscriptionState subscription) {
        return isFull() ? 0 : roomForRedriven(subscription);
    }

    /** The same of messages that were redriven where keys matter: their runs are there already. */
    private long roomForRedriven(SubscriptionState subscription) {
        return subscription.passed() >= limits.passed() ? 0 : limits.held() - subscription.held();
    }

    List<SubscriptionName> awakened() {
        List<SubscriptionName> names = List.copyOf(awakened);
        awakened.clear();
        return names;
    }

    // Its own changes.

    void create(SubscriptionState subscription) {
        lastId(subscription.id);
        SubscriptionState sameId = byId.put(subscription.id, subscription);
        SubscriptionState sameName = byName.put(subscription.name.value(), subscription);
        inOrder.put(subscription.name.value(), subscription);
        assert sameId == null && sameName == null : subscription.name + " is there already";
        filters.add(subscription);
        followAll(subscription);
        maybeAwaken(subscription);
    }

    void configure(SubscriptionState subscription, SubscriptionConfig config) {
        filters.remove(subscription);
        subscription.configure(config);
        filters.add(subscription);
        followAll(subscription);
        maybeAwaken(subscription);
    }

    private void followAll(SubscriptionState subscription) {
        for (TopicReach topic : followed(subscription.name, subscription.config())) {
            follow(subscription, topic);
        }
    }

    private void follow(SubscriptionState subscription, TopicReach topic) {
        Position position = position(subscription, topic.id());
        if (!position.follows) {
            position.follows = true;
            positions++;
            refresh(position);
        }
    }

    void delete(SubscriptionState subscription) {
        for (Position position : List.copyOf(subscription.positions.values())) {
            drop(position);
        }
        for (Mark mark : List.copyOf(subscription.marks.values())) {
            removeMark(new MarkGone(subscription.id, mark.at()));
        }
        for (long topic : subscription.dead.topics()) {
            removeDead(subscription, topic);
        }
        filters.remove(subscription);
        starved.remove(subscription);
        byId.remove(subscription.id);
        byName.remove(subscription.name.value());
        inOrder.remove(subscription.name.value());
        // Whoever waits for it has to hear so.
        awakened.add(subscription.name);
        feedStarved();
    }

    private void removeDead(SubscriptionState subscription, long topic) {
        stretches -= subscription.dead.stretches();
        subscription.dead.removeAll(topic);
        stretches += subscription.dead.stretches();
        maybeUnconcern(subscription, topic);
    }

    /** @param time of the command */
    void count(Counted change, long time) {
        the(change.subscription()).count(change, time);
    }

    void position(Positioned change) {
        SubscriptionState subscription = the(change.subscription());
        Position position = position(subscription, change.topic());
        if (change.clears()) {
            clear(position);
        }
        position.next(change.next());
        refresh(position);
        maybeAwaken(subscription);
    }

    void leave(Left change) {
        SubscriptionState subscription = the(change.subscription());
        drop(subscription.positions.get(change.topic()));
        maybeAwaken(subscription);
    }

    void setRun(RunSet change) {
        SubscriptionState subscription = the(change.subscription());
        Position position = position(subscription, change.topic());
        Run run = change.run();
        Run before = position.put(run);
        if (before != null) {
            uncount(position, before);
        }
        runs++;
        subscription.add(position, run);
        if (run.isTimed()) {
            dues.add(due(position, run));
        }
        refresh(position);
        maybeAwaken(subscription);
    }

    void removeRun(RunGone change) {
        SubscriptionState subscription = the(change.subscription());
        Position position = subscription.positions.get(change.topic());
        uncount(position, position.remove(change.first()));
        if (!position.follows && position.runs().isEmpty()) {
            drop(position);
        } else {
            refresh(position);
        }
        maybeAwaken(subscription);
    }

    void setMark(MarkSet change) {
        SubscriptionState subscription = the(change.subscription());
        subscription.marks.put(change.mark().at(), change.mark());
        marks.put(change.mark().at(), subscription);
        concern(subscription, change.mark().topic());
    }

    void removeMark(MarkGone change) {
        SubscriptionState subscription = the(change.subscription());
        Mark gone = subscription.marks.remove(change.at());
        assert gone != null : "no mark " + change.at();
        marks.remove(change.at());
        maybeUnconcern(subscription, gone.topic());
    }

    void setDead(DeadSet change) {
        SubscriptionState subscription = the(change.subscription());
        stretches -= subscription.dead.stretches();
        subscription.dead.set(change.range());
        stretches += subscription.dead.stretches();
        concern(subscription, change.range().topic());
    }

    void removeDead(DeadGone change) {
        SubscriptionState subscription = the(change.subscription());
        subscription.dead.remove(change.topic(), change.first());
        stretches--;
        maybeUnconcern(subscription, change.topic());
    }

    // What topics do.

    void topicCreated(TopicReach topic) {
        for (SubscriptionState subscription : filters.matching(topic.name().value())) {
            if (subscription.wants(topic.name())) {
                follow(subscription, topic);
                maybeAwaken(subscription);
            }
        }
    }

    void topicDeleted(long topic) {
        Interest interest = interests.get(topic);
        if (interest == null) {
            return;
        }
        for (SubscriptionState subscription : List.copyOf(interest.concerned.values())) {
            for (Mark mark : List.copyOf(subscription.marks.values())) {
                if (mark.topic() == topic) {
                    removeMark(new MarkGone(subscription.id, mark.at()));
                }
            }
            removeDead(subscription, topic);
            Position position = subscription.positions.get(topic);
            if (position != null) {
                drop(position);
            }
            maybeAwaken(subscription);
        }
    }

    void topicAppended(long topic) {
        Interest interest = interests.get(topic);
        if (interest == null) {
            return;
        }
        for (Position position : interest.wake()) {
            position.isIdle = false;
            refresh(position);
            maybeAwaken(position.owner);
        }
        if (interest.dropsAcknowledged()) {
            askDroppable(interest);
        }
    }

    /** Configured, trimmed, pinned or not any more. */
    void topicMoved(long topic) {
        Interest interest = interests.get(topic);
        if (interest != null
                && (interest.dropsAcknowledged() || interest.topic.config().acknowledged())) {
            interest.follow();
            askDroppable(interest);
        }
    }

    // Caches.

    /** A position that has no more to hand out, although it was thought to; it stays so until something comes. */
    void isExhausted(Position position) {
        refresh(position);
        maybeAwaken(position.owner);
    }

    private Position position(SubscriptionState subscription, long topic) {
        Position known = subscription.positions.get(topic);
        if (known != null) {
            return known;
        }
        Interest interest = concern(subscription, topic);
        Position position = new Position(subscription, interest.topic, false);
        subscription.positions.put(topic, position);
        return position;
    }

    private Interest concern(SubscriptionState subscription, long topic) {
        Interest interest = interests.computeIfAbsent(topic, id -> {
            var fresh = new Interest(topics.reach(id).orElseThrow(() -> new AssertionError("no topic " + id)));
            fresh.follow();
            return fresh;
        });
        interest.concerned.put(subscription.id, subscription);
        return interest;
    }

    private void maybeUnconcern(SubscriptionState subscription, long topic) {
        Interest interest = interests.get(topic);
        if (interest != null
                && !subscription.positions.containsKey(topic)
                && subscription.dead.in(topic).isEmpty()
                && subscription.marks.values().stream().noneMatch(mark -> mark.topic() == topic)) {
            interest.concerned.remove(subscription.id);
            if (interest.concerned.isEmpty()) {
                interests.remove(topic);
                droppable.remove(topic);
            }
        }
    }

    private static RunDue due(Position position, Run run) {
        return new RunDue(run.time(), position.owner.id, position.topic.id(), run.first());
    }

    /** Takes a run that is no longer in its position out of everything else. */
    private void uncount(Position position, Run run) {
        runs--;
        position.owner.remove(position, run);
        if (run.isTimed()) {
            dues.remove(due(position, run));
        }
    }

    private void clear(Position position) {
        while (!position.runs().isEmpty()) {
            uncount(position, position.remove(position.runs().firstKey()));
        }
    }

    private void drop(Position position) {
        clear(position);
        positions -= position.follows ? 1 : 0;
        position.follows = false;
        position.owner.positions.remove(position.topic.id());
        position.owner.ready.remove(position.topic.id());
        position.isReady = false;
        Interest interest = interests.get(position.topic.id());
        interest.leaves(position);
        askDroppable(interest);
        maybeUnconcern(position.owner, position.topic.id());
    }

    /** Brings what others know of a position up to date. */
    private void refresh(Position position) {
        look();
        SubscriptionState owner = position.owner;
        boolean isReady = position.hasSomething();
        if (isReady != position.isReady) {
            position.isReady = isReady;
            if (isReady) {
                owner.ready.put(position.topic.id(), position);
            } else {
                owner.ready.remove(position.topic.id());
            }
        }
        Interest interest = interests.get(position.topic.id());
        if (position.follows && !position.isIdle && !position.hasFresh()) {
            position.isIdle = true;
            interest.idles(position);
        }
        if (position.knownFloor >= 0 || interest.topic.config().acknowledged()) {
            interest.floor(position);
            askDroppable(interest);
        }
    }

    private void askDroppable(Interest interest) {
        if (interest.droppable() > interest.topic.lowWater()) {
            droppable.add(interest.topic.id());
        } else {
            droppable.remove(interest.topic.id());
        }
    }

    /** Looks whether a subscription has something to hand out that had nothing before. */
    private void maybeAwaken(SubscriptionState subscription) {
        for (int i = 0; i < subscription.moved.size(); i++) {
            Position moved = subscription.moved.get(i);
            if (subscription.positions.get(moved.topic.id()) == moved) {
                refresh(moved);
            }
        }
        subscription.moved.clear();
        boolean isReady = isReady(subscription);
        if (isReady && !subscription.wasReady) {
            awakened.add(subscription.name);
        }
        subscription.wasReady = isReady;
        feedStarved();
    }

    private void feedStarved() {
        if (!starved.isEmpty() && !isFull()) {
            List<SubscriptionState> all = List.copyOf(starved);
            starved.clear();
            all.forEach(this::maybeAwaken);
        }
    }
}
