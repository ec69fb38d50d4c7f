package io.skein.broker;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Who waits until a certain node leads, or leads no more, as it was told to. {@link #moved} on the replica's context, the
 * rest from any thread.
 */
final class Succession {
    /** Operators' commands, each for a moment. */
    static final int MAX_WAITING = 256;

    /** @param content with this leader; it is known */
    private record Waiter(Predicate<String> content, Context context, Promise<Void> promise) {}

    private final Vertx vertx;
    private final Supplier<String> leader;
    /** Guarded by this. */
    private final Set<Waiter> waiting = new LinkedHashSet<>();

    /** @param leader as of now; empty when there is none */
    Succession(Vertx vertx, Supplier<String> leader) {
        this.vertx = vertx;
        this.leader = leader;
    }

    /** Completes on the caller's context; fails with {@link Refusal} when it does not lead by then. */
    Future<Void> leads(String node, long waitMs) {
        return await(node::equals, waitMs, node + " did not take over; is it up to date?");
    }

    /** Completes on the caller's context when another one leads; fails with {@link Refusal} when none does by then. */
    Future<Void> leadsNoMore(String node, long waitMs) {
        return await(leads -> !leads.equals(node), waitMs, "nobody took over from " + node);
    }

    private Future<Void> await(Predicate<String> content, long waitMs, String otherwise) {
        Waiter waiter = new Waiter(content, vertx.getOrCreateContext(), Promise.promise());
        synchronized (this) {
            if (waiting.size() >= MAX_WAITING) {
                return Future.failedFuture(
                        Refusal.unavailable("overloaded", MAX_WAITING + " wait already for a leader"));
            }
            waiting.add(waiter);
        }
        moved(leader.get());
        long timer = vertx.setTimer(
                waitMs,
                id -> waiter.promise().tryFail(Refusal.of(Refusal.Kind.CONFLICT, "not-transferred", otherwise)));
        return waiter.promise().future().onComplete(done -> {
            vertx.cancelTimer(timer);
            forget(waiter);
        });
    }

    /** This one leads now; empty: nobody. */
    void moved(String node) {
        if (node.isEmpty()) {
            return;
        }
        List<Waiter> content;
        synchronized (this) {
            content = waiting.stream()
                    .filter(waiter -> waiter.content().test(node))
                    .toList();
        }
        content.forEach(
                waiter -> waiter.context().runOnContext(v -> waiter.promise().tryComplete()));
    }

    private synchronized void forget(Waiter waiter) {
        waiting.remove(waiter);
    }
}
