package io.skein.cluster;

import io.skein.replica.Effect.Refuse.Reason;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * Who waits until rows are up to date with what is applied. All who come in one turn want the same, so one question at a
 * time is with the replica, and who comes while it is there shares the next one. Of clients there is a limit; what the
 * node itself waits for is bounded where it begins (bodies that fell due, one part of the log and one snapshot for each
 * peer, answers of proposals), and clients take none of it away. On the replica's context.
 */
final class AwaitedRows {
    /** More clients may not wait: while the disk is full nothing answers them. */
    static final int MAX_CLIENTS = 1_024;

    private record Waiter(Promise<Long> rows, long sinceNanos, boolean isClient) {}

    private final Consumer<Runnable> later;
    private final LongConsumer ask;
    private final long deadlineNanos;

    /** Oldest first, as are those below. */
    private ArrayDeque<Waiter> asked = new ArrayDeque<>();

    private ArrayDeque<Waiter> next = new ArrayDeque<>();
    private int clients;
    /** A question is with the replica, or about to be. */
    private boolean isUnderWay;

    private long lastQuestion;
    private boolean isEnded;

    /**
     * @param later runs something when this turn has ended: an input in the middle of another's effects would take its
     *     batch before theirs
     * @param ask has the replica answer a question of this number
     * @param deadlineNanos after which nobody waits any more
     */
    AwaitedRows(Consumer<Runnable> later, LongConsumer ask, long deadlineNanos) {
        this.later = later;
        this.ask = ask;
        this.deadlineNanos = deadlineNanos;
    }

    /**
     * Completes with an index up to which rows are there, which is at least what is applied now; fails with
     * {@link NotExecuted} when they do not come, as while the disk is full, or too many wait for them.
     */
    Future<Long> forClient() {
        return clients >= MAX_CLIENTS ? Future.failedFuture(new NotExecuted(Reason.OVERLOADED)) : add(true);
    }

    /** The same for what this node does of its own: of those it refuses none. */
    Future<Long> forItself() {
        return add(false);
    }

    private Future<Long> add(boolean isClient) {
        if (isEnded) {
            return Future.failedFuture(new NotExecuted(Reason.NOT_LEADER));
        }
        Promise<Long> rows = Promise.promise();
        next.add(new Waiter(rows, System.nanoTime(), isClient));
        clients += isClient ? 1 : 0;
        askLater();
        return rows.future();
    }

    private void askLater() {
        if (isUnderWay) {
            return;
        }
        isUnderWay = true;
        later.accept(() -> {
            ArrayDeque<Waiter> answered = asked;
            asked = next;
            next = answered;
            ask.accept(++lastQuestion);
        });
    }

    /** @param index up to which rows are there */
    void settled(long question, long index) {
        if (question != lastQuestion || !isUnderWay) {
            return;
        }
        isUnderWay = false;
        List<Waiter> content = take(asked);
        if (!next.isEmpty()) {
            askLater();
        }
        content.forEach(waiter -> waiter.rows().complete(index));
    }

    /** Says so to those whose deadline passed. */
    void sweep() {
        long now = System.nanoTime();
        List<Waiter> late = new ArrayList<>();
        takeLate(asked, now, late);
        takeLate(next, now, late);
        // Whoever hears may ask again at once.
        late.forEach(waiter -> waiter.rows().fail(new NotExecuted(Reason.OVERLOADED)));
    }

    private void takeLate(ArrayDeque<Waiter> waiting, long now, List<Waiter> late) {
        while (!waiting.isEmpty() && now - waiting.peekFirst().sinceNanos() >= deadlineNanos) {
            Waiter oldest = waiting.pollFirst();
            clients -= oldest.isClient() ? 1 : 0;
            late.add(oldest);
        }
    }

    /** The replica is no more. */
    void end() {
        isEnded = true;
        List<Waiter> all = new ArrayList<>(take(asked));
        all.addAll(take(next));
        all.forEach(waiter -> waiter.rows().fail(new NotExecuted(Reason.NOT_LEADER)));
    }

    private List<Waiter> take(ArrayDeque<Waiter> waiting) {
        List<Waiter> all = List.copyOf(waiting);
        waiting.clear();
        all.forEach(waiter -> clients -= waiter.isClient() ? 1 : 0);
        return all;
    }
}
