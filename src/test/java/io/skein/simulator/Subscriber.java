package io.skein.simulator;

import io.skein.machine.Cursor;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicView;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Somebody who follows topics, wherever: with its cursor it goes to another node when its own dies, and sees every message
 * once, in order, or is told of a gap (CLAIMS.md 3).
 */
final class Subscriber {
    private static final String[] FILTERS = {"#", "a", "b/+", "+/+", "c/#"};
    private static final int PAGE = 12;

    private final Simulation world;
    private final SplittableRandom random;
    private final Ledger ledger;
    private final TopicFilter filter;
    /** By topic: the offset that comes next. */
    private final Map<Long, Long> next = new HashMap<>();
    /** By topic: below, messages were said to be gone. */
    private final Map<Long, Long> gone = new HashMap<>();

    private Cursor last = Cursor.ORIGIN;
    /** Empty: with the next message that comes. */
    private Optional<Cursor> began;

    private Optional<Feed> feed = Optional.empty();
    private int seen;
    private int resumed;

    Subscriber(Simulation world, SplittableRandom random) {
        this.world = world;
        this.random = random;
        this.ledger = world.ledger();
        this.filter = new TopicFilter(FILTERS[random.nextInt(FILTERS.length)]);
        this.began = random.nextInt(3) > 0 ? Optional.of(Cursor.ORIGIN) : Optional.empty();
    }

    int seen() {
        return seen;
    }

    /** How often it went to a node. */
    int resumed() {
        return resumed;
    }

    /** Its turn: finds a node, reads a page, or does nothing because it is live. */
    void turn(SimulatedNode some) {
        feed = feed.filter(one -> one.node().feeds(one));
        if (feed.isEmpty() && some.isCaughtUp() && !some.isPaused()) {
            resume(some);
        }
        feed.filter(one -> !one.isLive() && !one.node().isPaused()).ifPresent(this::read);
    }

    private void resume(SimulatedNode node) {
        if (began.isEmpty()) {
            last = Cursor.endOf(node.replica().appliedIndex());
            began = Optional.of(last);
        }
        Feed one = new Feed(node, ledger, filter, last);
        if (!one.isAhead()) {
            resumed++;
            node.readers().add(one, this);
            feed = Optional.of(one);
        }
    }

    /** At rest: it goes there and has everything in the end. */
    void hasAll(SimulatedNode node) {
        feed.ifPresent(one -> one.node().readers().remove(one));
        feed = Optional.empty();
        resume(node);
        while (!feed.get().isLive()) {
            read(feed.get());
        }
        for (TopicView topic : node.topics().matching(filter)) {
            isAccountedFor(topic.id(), next(topic.id()), ledger.everServed(topic.id()));
        }
    }

    private void read(Feed from) {
        Feed.Page page = from.read(1 + random.nextInt(PAGE));
        page.gaps().forEach((topic, lowWater) -> gone.merge(topic, lowWater, Math::max));
        page.messages().forEach(this::comes);
    }

    /** Live. */
    void pass(String topic, List<Feed.Given> messages) {
        feed.get().pass(topic, messages).forEach(this::comes);
        if (random.nextInt(200) == 0) {
            feed.get().fallBehind();
        }
    }

    private void comes(Feed.Given message) {
        check(message.cursor().isAfter(last), "after " + last + " comes " + message);
        last = message.cursor();
        long expected = next(message.topic());
        check(message.offset() >= expected, message + " comes a second time");
        isAccountedFor(message.topic(), expected, message.offset());
        next.put(message.topic(), message.offset() + 1);
        seen++;
    }

    private long next(long topic) {
        return next.computeIfAbsent(topic, id -> ledger.firstAfter(id, began.get()));
    }

    private void isAccountedFor(long topic, long from, long to) {
        for (long offset = Math.max(from, gone.getOrDefault(topic, 0L)); offset < to; offset++) {
            check(
                    ledger.isExpired(topic, offset, world.history().highestStamp()),
                    "message " + offset + " of topic " + topic + " did not come, nor was it said to be gone");
        }
    }

    private void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("subscriber of " + filter + ": " + what);
        }
    }
}
