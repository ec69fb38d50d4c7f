package io.skein.broker;

import io.skein.machine.Lineage;
import io.skein.topic.TopicFilter;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** The live streams of this node, those of long polls among them: each on the event loop that asked for it. */
final class Streams {
    /** Of its filters that a stream has room for in one place. */
    private static final int FILTER_CHARACTERS = 4096;

    private final Vertx vertx;
    private final Fanout fanout;
    private final History history;
    private final Lineage lineage;
    private final int limit;
    private final Allowance unsent;
    private final Map<Thread, Sessions> loops = new ConcurrentHashMap<>();
    private final AtomicLong ids = new AtomicLong();
    private final AtomicLong count = new AtomicLong();
    /** Of {@link #limit}: one each, and more for filters that are long. */
    private final AtomicLong places = new AtomicLong();

    private final AtomicLong delivered = new AtomicLong();
    private final AtomicLong held = new AtomicLong();

    /** @param limit more streams than this are refused */
    Streams(Vertx vertx, Fanout fanout, History history, Lineage lineage, int limit, Allowance unsent) {
        this.vertx = vertx;
        this.fanout = fanout;
        this.history = history;
        this.lineage = lineage;
        this.limit = limit;
        this.unsent = unsent;
    }

    /**
     * Begins a stream on the event loop that this is called on. Sessions of a loop share one context of that loop.
     *
     * @throws Refusal when there are as many as may be
     */
    Session open(Subscribe subscribe, Subscriber subscriber, History.Start start) {
        assert Context.isOnEventLoopThread() : "sessions live on event loops";
        int taken = places(subscribe);
        if (places.addAndGet(taken) > limit) {
            places.addAndGet(-taken);
            throw full();
        }
        count.incrementAndGet();
        Sessions loop = loops.computeIfAbsent(
                Thread.currentThread(),
                t -> new Sessions(vertx.getOrCreateContext(), fanout, lineage, delivered, held, unsent));
        String id = Long.toString(ids.incrementAndGet(), 36);
        Session session = new Session(id, loop, history, subscribe, subscriber, start, () -> {
            count.decrementAndGet();
            places.addAndGet(-taken);
        });
        session.begin();
        return session;
    }

    /** Saves the work for a stream that would be refused; {@link #open} has the last word. */
    boolean isFull() {
        return places.get() >= limit;
    }

    private static int places(Subscribe subscribe) {
        int length = 0;
        for (TopicFilter filter : subscribe.filters()) {
            length += filter.value().length();
        }
        return 1 + length / FILTER_CHARACTERS;
    }

    Refusal full() {
        return Refusal.of(
                Refusal.Kind.TOO_MANY,
                "too-many-subscriptions",
                "this node serves " + limit + " live subscriptions, its limit",
                Map.of("limit", limit));
    }

    /** Tells every stream how the node is. */
    void tellAll(String health) {
        loops.values()
                .forEach(loop -> loop.context().runOnContext(v -> loop.all().forEach(session -> session.tell(health))));
    }

    void endAll(String reason) {
        loops.values()
                .forEach(loop ->
                        loop.context().runOnContext(v -> loop.all().forEach(session -> session.end(reason, true))));
    }

    /** Open now. */
    long count() {
        return count.get();
    }

    /** Messages given to anybody since the start. */
    long delivered() {
        return delivered.get();
    }

    void countDelivered(int messages) {
        delivered.addAndGet(messages);
    }

    /** For people to look at; at most {@code most}. */
    Future<List<SubscriberInfo>> list(int most) {
        List<Future<List<SubscriberInfo>>> parts = new ArrayList<>();
        for (Sessions loop : loops.values()) {
            Promise<List<SubscriberInfo>> part = Promise.promise();
            loop.context()
                    .runOnContext(v -> part.complete(
                            loop.all().stream().limit(most).map(Session::info).toList()));
            parts.add(part.future());
        }
        Context context = vertx.getOrCreateContext();
        Promise<List<SubscriberInfo>> all = Promise.promise();
        Future.all(parts)
                .onComplete(done -> context.runOnContext(v -> all.complete(parts.stream()
                        .map(Future::result)
                        .flatMap(List::stream)
                        .limit(most)
                        .toList())));
        return all.future();
    }
}
