package io.skein.broker;

import io.skein.account.AccountMachine;
import io.skein.topic.Publication;
import io.skein.topic.TopicOutcome;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What limits come to at this node: who publishes more than they let through, or is connected more often, is refused. What
 * holds is this node's account machine's word, as of its last turn. What is used is counted here, in memory, for what comes
 * in by this node's own doors. From any thread; where there is no limit a publish costs a look at one field.
 *
 * <p>Whoever did not have to say who he is and publishes in the first moments of a node, before it knows what holds, is not
 * charged.
 *
 * <p>A publish is charged before it is proposed, as a whole or not at all, and gets back what is known not to have been
 * stored. A repeat that is told its first answer is work like any other.
 */
final class Throttle implements Throttled {
    /**
     * What so many accounts have used is remembered, each limit counted for itself; at it, all of it is forgotten that would
     * come back within a second anyway, and if that is not enough, all. Who is forgotten begins anew.
     */
    static final int MAX_REMEMBERED = 65_536;

    private static final int FIRST_SWEEP = 1_024;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final LongSupplier nanos;
    private volatile Regime regime = Regime.NONE;
    /** Null: no limit counts publishes. The one thing that a publish looks at. */
    private volatile Regime ofPublishes;

    private final Map<Long, Integer> stays = new ConcurrentHashMap<>();
    private final AtomicInteger allStays = new AtomicInteger();
    private final AtomicLongArray refused = new AtomicLongArray(Figure.values().length);

    private final AtomicInteger remembered = new AtomicInteger();
    private final AtomicBoolean sweeping = new AtomicBoolean();
    private volatile int nextSweep = FIRST_SWEEP;
    /** On the replica's context. */
    private long seen;

    Throttle(LongSupplier nanos) {
        this.nanos = nanos;
    }

    // On the replica's context.

    /** With each turn, before anybody is answered of it: a limit that was lifted holds nobody up who knows that. */
    void applied(AccountMachine machine) {
        if (machine.limitsRevision() != seen) {
            renewed(machine);
        }
    }

    /** Another state took the place of all there was. */
    void renewed(AccountMachine machine) {
        seen = machine.limitsRevision();
        Regime next = Regime.of(machine.limitsInForce(), regime, nanos.getAsLong());
        regime = next;
        ofPublishes = next.isOfPublishes() ? next : null;
        remembered.set(next.rations().stream().mapToInt(Ration::remembered).sum());
    }

    // Publishing.

    /**
     * Does it, when the limits let it through.
     *
     * @param account whose it is; 0: of whoever did not say who he is
     * @param results of what was done, one for each message; none when nothing was
     */
    <T> Future<T> charged(
            long account,
            List<Publication> messages,
            Supplier<Future<T>> then,
            Function<T, List<TopicOutcome.Result>> results) {
        Regime now = ofPublishes;
        if (now == null || messages.isEmpty()) {
            return then.get();
        }
        Charge charge = new Charge(this, now.of(account), account);
        Refusal no = charge.take(messages, nanos.getAsLong());
        if (no != null) {
            return Future.failedFuture(no);
        }
        Future<T> doing;
        try {
            doing = then.get();
        } catch (RuntimeException | Error broken) {
            charge.giveBack();
            throw broken;
        }
        return doing.onComplete(done -> {
            if (done.failed()) {
                if (done.cause() instanceof Refusal refusal && refusal.kind() != Refusal.Kind.INDETERMINATE) {
                    charge.giveBack();
                }
            } else {
                charge.giveBackRefused(messages, results.apply(done.result()));
            }
        });
    }

    long now() {
        return nanos.getAsLong();
    }

    Ration.Used used(Ration ration, long account, long now) {
        return ration.of(account, now, this::remember);
    }

    private void remember() {
        if (remembered.incrementAndGet() >= nextSweep && sweeping.compareAndSet(false, true)) {
            sweep();
            sweeping.set(false);
        }
    }

    private void sweep() {
        List<Ration> rations = regime.rations();
        long now = nanos.getAsLong();
        rations.forEach(ration -> ration.forgetUnused(now));
        if (count(rations) > MAX_REMEMBERED / 2) {
            rations.forEach(ration -> ration.forgetUnused(now + SECOND));
        }
        if (count(rations) > MAX_REMEMBERED / 2) {
            rations.forEach(Ration::forgetAll);
        }
        int left = count(rations);
        remembered.set(left);
        nextSweep = Math.min(MAX_REMEMBERED, Math.max(FIRST_SWEEP, 2 * left));
    }

    private static int count(List<Ration> rations) {
        return rations.stream().mapToInt(Ration::remembered).sum();
    }

    int remembered() {
        return count(regime.rations());
    }

    Refusal refused(Figure figure, Ration ration, long used, long waitNanos) {
        refused.incrementAndGet(figure.ordinal());
        boolean isOfMessages = figure == Figure.RATE;
        long limit = isOfMessages
                ? ration.quota().messagesPerSecond()
                : ration.quota().bytesPerSecond();
        long waitMs = Math.max(1, (waitNanos + 999_999) / 1_000_000);
        String name = ration.limit().name().value();
        return Refusal.of(
                Refusal.Kind.TOO_MANY,
                "rate-limited",
                "the limit \"" + name + "\" lets " + limit + (isOfMessages ? " messages" : " bytes")
                        + " a second through, and " + used + " are used; the next try is in " + waitMs + " ms",
                Map.of(
                        "limitName", name,
                        "figure", isOfMessages ? "messagesPerSecond" : "bytesPerSecond",
                        "limit", limit,
                        "used", used,
                        "retryAfterMs", waitMs));
    }

    @Override
    public long refused(Figure figure) {
        return refused.get(figure.ordinal());
    }

    // Staying.

    /**
     * A connection or an answer that stays open. It is counted also where there is no limit, so that one that comes later
     * knows.
     *
     * @throws Refusal when a limit gives this account no other
     */
    Stay stay(long account) {
        int mine = stays.merge(account, 1, Integer::sum);
        int all = allStays.incrementAndGet();
        Regime now = regime;
        if (now != Regime.NONE) {
            Refusal no = tooMany(now.connectionsOf(account), mine);
            no = no == null ? tooMany(now.connectionsOfAll(), all) : no;
            if (no != null) {
                end(account);
                throw no;
            }
        }
        AtomicBoolean open = new AtomicBoolean(true);
        return () -> {
            if (open.compareAndSet(true, false)) {
                end(account);
            }
        };
    }

    private void end(long account) {
        stays.computeIfPresent(account, (who, open) -> open == 1 ? null : open - 1);
        allStays.decrementAndGet();
    }

    int staying(long account) {
        return stays.getOrDefault(account, 0);
    }

    /** @param open with the one that is asked for */
    private Refusal tooMany(List<Ration> rations, int open) {
        for (Ration ration : rations) {
            int limit = ration.quota().connections();
            if (open > limit) {
                refused.incrementAndGet(Figure.CONNECTIONS.ordinal());
                String name = ration.limit().name().value();
                return Refusal.of(
                        Refusal.Kind.TOO_MANY,
                        "too-many-connections",
                        "the limit \"" + name + "\" gives " + limit + " connections at this node, and all are open",
                        Map.of("limitName", name, "figure", "connections", "limit", limit, "used", open - 1));
            }
        }
        return null;
    }
}
