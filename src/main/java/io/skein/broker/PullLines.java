package io.skein.broker;

import io.skein.subscription.SubscriptionConfig;
import io.skein.subscription.SubscriptionMachine;
import io.skein.subscription.SubscriptionName;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Pulls of this node, those of each subscription in the order in which they came. A pull is proposed when there is
 * something for it beside what those under way may take; until then it waits, and costs nothing. What this node has
 * applied says when that is, wherever the leader is. Confined to the replica's context.
 *
 * <p>Invariant: while pulls wait for a subscription that has something to hand out, at least one of its pulls is under
 * way or the line rests; the end of either looks again.
 */
final class PullLines {
    /** So many pulls may come to nothing, one after the other, before a line rests. */
    private static final int IN_VAIN = 64;

    private static final long REST_MS = 50;
    /** A pull that does not wait for messages may have to wait for those before it, but no longer than this. */
    private static final long AT_MOST_MS = 500;
    /**
     * Messages that pulls under way may take where of each key one is lent at a time: each carries the keys of those before
     * it too, and they must not become many. A pull alone may take more.
     */
    private static final long KEYED_UNDER_WAY = 32;

    /** Proposes a pull. */
    interface Lender {
        /**
         * Completes on the replica's context when what was decided is applied here, with an empty loan when there was
         * nothing.
         *
         * @param underWay messages that this pull and others of its line may take
         */
        Future<Loan> lend(Pull pull, long underWay);
    }

    /** One who pulls. */
    final class Waiter implements Pulling {
        private final Pull pull;
        private final Context home;
        private final Promise<Loan> promise = Promise.promise();
        private final Function<Runnable, Future<Void>> onReplica;
        /** How often all were ended before it came. */
        private final int endings;

        private boolean isUnderWay;
        private boolean isLate;
        private boolean isDone;
        private long timer = -1;
        private long sinceNanos;

        Waiter(Pull pull, Context home, Function<Runnable, Future<Void>> onReplica) {
            this.pull = pull;
            this.home = home;
            this.onReplica = onReplica;
            this.endings = PullLines.this.endings;
        }

        @Override
        public Future<Loan> loan() {
            return promise.future();
        }

        @Override
        public void cancel() {
            onReplica.apply(() -> leave(this)).onFailure(gone -> {});
        }

        /** It never became one of the line. */
        void refuse(Throwable refusal) {
            home.runOnContext(v -> promise.tryFail(refusal));
        }

        private void complete(Loan loan) {
            end();
            home.runOnContext(v -> promise.tryComplete(loan));
        }

        private void fail(Throwable failure) {
            end();
            home.runOnContext(v -> promise.tryFail(failure));
        }

        private void end() {
            if (!isDone) {
                isDone = true;
                count.decrementAndGet();
                if (timer != -1) {
                    vertx.cancelTimer(timer);
                }
            }
        }
    }

    private static final class Line {
        final SubscriptionName name;
        final ArrayDeque<Waiter> waiting = new ArrayDeque<>();
        /** Messages that the pulls under way may take. */
        long underWay;

        int pullsUnderWay;
        int inVain;
        boolean isResting;
        boolean isServing;

        Line(SubscriptionName name) {
            this.name = name;
        }
    }

    private final Vertx vertx;
    private final Supplier<SubscriptionMachine> machine;
    private final Lender lender;
    private final Supplier<Future<Void>> confirm;
    private final int limit;
    private final Map<SubscriptionName, Line> lines = new HashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    /** How often all were ended; written on the replica's context. */
    private volatile int endings;

    private Supplier<Refusal> lastEnding;

    /**
     * @param confirm completes there when what is applied here holds all that was committed when it was asked
     * @param limit more pulls than this may not be there at a time
     */
    PullLines(
            Vertx vertx,
            Supplier<SubscriptionMachine> machine,
            Lender lender,
            Supplier<Future<Void>> confirm,
            int limit) {
        this.vertx = vertx;
        this.machine = machine;
        this.lender = lender;
        this.confirm = confirm;
        this.limit = limit;
    }

    /** Of all subscriptions, those under way too; from any thread. */
    int waiting() {
        return count.get();
    }

    int waiting(SubscriptionName name) {
        Line line = lines.get(name);
        return line == null ? 0 : line.waiting.size();
    }

    /** Those that wait, and those under way. */
    int pulls(SubscriptionName name) {
        Line line = lines.get(name);
        return line == null ? 0 : line.waiting.size() + line.pullsUnderWay;
    }

    /** One who pulls from here on, on the caller's context. From any context; {@link #enter} makes it one of the line. */
    Waiter waiter(Pull pull, Function<Runnable, Future<Void>> onReplica) {
        return new Waiter(pull, vertx.getOrCreateContext(), onReplica);
    }

    void enter(Waiter waiter) {
        if (waiter.isLate) {
            waiter.refuse(cancelled());
            return;
        }
        if (waiter.endings != endings) {
            waiter.refuse(lastEnding.get());
            return;
        }
        if (count.incrementAndGet() > limit) {
            waiter.fail(Refusal.of(
                    Refusal.Kind.TOO_MANY,
                    "too-many-pulls",
                    "this node serves " + limit + " pulls at a time, its limit",
                    Map.of("limit", limit)));
            return;
        }
        Line line = lines.computeIfAbsent(waiter.pull.name(), Line::new);
        line.waiting.add(waiter);
        waiter.sinceNanos = System.nanoTime();
        serve(line);
        if (waiter.isUnderWay || waiter.isDone) {
            return;
        }
        arm(waiter);
        if (waiter.pull.waitMs() == 0
                || machine.get().config(waiter.pull.name()).isEmpty()) {
            // That there is nothing is as much of an answer as a message.
            confirm.get().onComplete(done -> {
                if (done.failed()) {
                    takeOut(waiter, () -> waiter.fail(done.cause()));
                } else {
                    serve(line);
                    unlessThereIsHope(waiter);
                }
            });
        }
    }

    /** It waits in its line from now on, or again. */
    private void arm(Waiter waiter) {
        if (waiter.timer == -1) {
            long waitMs = waiter.pull.waitMs() > 0 ? waiter.pull.waitMs() : AT_MOST_MS;
            long soFarMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - waiter.sinceNanos);
            waiter.timer = vertx.setTimer(Math.max(1, waitMs - soFarMs), fired -> late(waiter));
        }
    }

    /** What is known here is as new as it must be. */
    private void unlessThereIsHope(Waiter waiter) {
        if (machine.get().config(waiter.pull.name()).isEmpty()) {
            takeOut(waiter, () -> waiter.fail(unknown(waiter.pull.name())));
        } else if (waiter.pull.waitMs() == 0 && !hasTurns(waiter.pull.name())) {
            takeOut(waiter, () -> waiter.complete(OpenLoan.EMPTY));
        }
    }

    /** Whether there is more than those under way may take, so that those who wait are launched as these end. */
    private boolean hasTurns(SubscriptionName name) {
        Line line = lines.get(name);
        return line != null && !line.isResting && hasMore(line);
    }

    private boolean hasMore(Line line) {
        return machine.get().deliverable(line.name, line.underWay + 1) > line.underWay;
    }

    private boolean hasRoom(Line line) {
        return line.underWay == 0
                || line.underWay + line.waiting.element().pull.max() <= KEYED_UNDER_WAY
                || machine.get()
                        .config(line.name)
                        .filter(config -> config.order() == SubscriptionConfig.Order.KEY)
                        .isEmpty();
    }

    static Refusal unknown(SubscriptionName name) {
        return Refusal.of(Refusal.Kind.NOT_FOUND, "unknown-subscription", "there is no subscription \"" + name + '"');
    }

    private void late(Waiter waiter) {
        waiter.timer = -1;
        waiter.isLate = true;
        takeOut(waiter, () -> {
            if (machine.get().config(waiter.pull.name()).isEmpty()) {
                waiter.fail(unknown(waiter.pull.name()));
            } else {
                waiter.complete(OpenLoan.EMPTY);
            }
        });
    }

    /** Whoever pulled went away. What is under way goes on, and its lease ends by itself. */
    private void leave(Waiter waiter) {
        waiter.isLate = true;
        takeOut(waiter, () -> waiter.fail(cancelled()));
    }

    private static Refusal cancelled() {
        return Refusal.of(Refusal.Kind.CONFLICT, "cancelled", "whoever pulled went away before a message came");
    }

    /** Nothing when the waiter is under way, or has its answer. */
    private void takeOut(Waiter waiter, Runnable answer) {
        Line line = lines.get(waiter.pull.name());
        if (!waiter.isDone && !waiter.isUnderWay && line != null && line.waiting.remove(waiter)) {
            answer.run();
            maybeEnd(line);
        }
    }

    /** Some entries were applied. */
    void applied() {
        for (SubscriptionName name : machine.get().awakened()) {
            Line line = lines.get(name);
            if (line == null) {
                continue;
            }
            if (machine.get().config(name).isPresent()) {
                serve(line);
            } else {
                end(line, () -> unknown(name));
            }
        }
    }

    /**
     * Nobody waits here any more: who waits, who is on the way to a line, and who is under way, should it come to nothing.
     */
    void endAll(Supplier<Refusal> why) {
        lastEnding = why;
        endings++;
        List.copyOf(lines.values()).forEach(line -> end(line, why));
    }

    private void end(Line line, Supplier<Refusal> why) {
        List<Waiter> all = List.copyOf(line.waiting);
        line.waiting.clear();
        all.forEach(waiter -> waiter.fail(why.get()));
        maybeEnd(line);
    }

    private void serve(Line line) {
        if (line.isServing) {
            // A pull that fails at once looks again from within.
            return;
        }
        line.isServing = true;
        while (!line.waiting.isEmpty() && !line.isResting && hasRoom(line) && hasMore(line)) {
            Waiter next = line.waiting.poll();
            next.isUnderWay = true;
            line.underWay += next.pull.max();
            line.pullsUnderWay++;
            lender.lend(next.pull, line.underWay).onComplete(done -> {
                next.isUnderWay = false;
                line.underWay -= next.pull.max();
                line.pullsUnderWay--;
                if (done.failed()) {
                    next.fail(done.cause());
                } else if (done.result().count() == 0) {
                    inVain(line, next);
                } else {
                    line.inVain = 0;
                    next.complete(done.result());
                }
                serve(line);
                maybeEnd(line);
            });
        }
        line.isServing = false;
    }

    /** Others were faster, or what looked like something had expired or waits for its key. */
    private void inVain(Line line, Waiter waiter) {
        if (waiter.endings != endings) {
            waiter.fail(lastEnding.get());
            return;
        }
        line.inVain++;
        boolean again = machine.get().deliverable(line.name, 1) > 0;
        if (waiter.isLate || waiter.pull.waitMs() == 0 && (!again || line.inVain > IN_VAIN)) {
            waiter.complete(OpenLoan.EMPTY);
            return;
        }
        line.waiting.addFirst(waiter);
        arm(waiter);
        if (again && line.inVain > IN_VAIN && !line.isResting) {
            // Perhaps another node is faster every time.
            line.isResting = true;
            vertx.setTimer(REST_MS, fired -> {
                line.isResting = false;
                serve(line);
            });
        }
    }

    private void maybeEnd(Line line) {
        if (line.waiting.isEmpty() && line.underWay == 0) {
            lines.remove(line.name, line);
        }
    }
}
