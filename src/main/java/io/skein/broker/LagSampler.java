package io.skein.broker;

import io.skein.subscription.SubscriptionMachine;
import io.skein.subscription.SubscriptionName;
import io.skein.subscription.SubscriptionView;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Looks every ten seconds how durable subscriptions do, for {@link LagHistory}: at those that are kept, and at some of the
 * others in turn, so that however many there are a look costs the replica a few turns, of which none is long.
 */
final class LagSampler {
    static final long EVERY_MS = 10_000;

    /** Subscriptions, positions and marks of the others that are looked at in one turn, one subscription at least. */
    private static final int A_TURN = 1_000;
    /** Turns in one look at the others. */
    private static final int TURNS = 5;

    /** A turn of the replica: {@link io.skein.cluster.Proposer#ask}. */
    interface Turns {
        <T> Future<T> ask(Supplier<T> question);
    }

    private final Vertx vertx;
    private final Turns turns;
    private final WallClock clock;
    private final Supplier<Ground> ground;
    private final LagHistory history = new LagHistory();
    private boolean started;
    private volatile long timer = -1;
    /** Id of the last of the others that was looked at. */
    private long last;

    private volatile boolean stopped;

    LagSampler(Vertx vertx, Turns turns, Supplier<Ground> ground, WallClock clock) {
        this.clock = clock;
        this.vertx = vertx;
        this.turns = turns;
        this.ground = ground;
    }

    /** One that takes its turns in another way. */
    LagSampler by(Turns other) {
        return new LagSampler(vertx, other, ground, clock);
    }

    /** On the replica's context; again: nothing. */
    void start() {
        if (!started) {
            started = true;
            arm();
        }
    }

    void stop() {
        stopped = true;
        vertx.cancelTimer(timer);
    }

    SubscriptionHistory of(SubscriptionName name) {
        return new SubscriptionHistory(EVERY_MS, history.of(name));
    }

    private void arm() {
        if (!stopped) {
            timer = vertx.setTimer(EVERY_MS, due -> look().onComplete(looked -> arm()));
        }
    }

    /** Fails where nothing is to be seen: the node begins or ends. */
    Future<Void> look() {
        if (ground.get() == null) {
            return Future.succeededFuture();
        }
        long time = clock.millis();
        history.begin(time);
        Set<Long> kept = history.kept();
        return kept(kept.iterator(), time).compose(v -> others(kept, time, TURNS));
    }

    private SubscriptionMachine machine() {
        return ground.get().subscriptions();
    }

    private Future<Void> kept(Iterator<Long> ids, long time) {
        if (!ids.hasNext()) {
            return Future.succeededFuture();
        }
        long id = ids.next();
        // One a turn: it may have the positions of 50,000 topics, and after them others have to have theirs.
        return turns.ask(() -> {
                    Optional<SubscriptionView> there = machine().after(id - 1, 1).stream()
                            .filter(view -> view.id() == id)
                            .findFirst();
                    there.ifPresentOrElse(view -> history.note(view, time), () -> history.forget(id));
                    return null;
                })
                .compose(v -> kept(ids, time));
    }

    /** @param kept looked at already */
    private Future<Void> others(Set<Long> kept, long time, int left) {
        if (left == 0) {
            return Future.succeededFuture();
        }
        return turns.ask(() -> {
                    List<SubscriptionView> views = machine().after(last, A_TURN, id -> !kept.contains(id));
                    views.forEach(view -> history.note(view, time));
                    last = views.isEmpty() ? 0 : views.get(views.size() - 1).id();
                    return views.isEmpty();
                })
                .compose(wasLast -> wasLast ? Future.succeededFuture() : others(kept, time, left - 1));
    }
}
