package io.skein.broker;

import io.skein.broker.Why.Reason;
import io.skein.cluster.Proposer;
import io.skein.store.StoredMessage;
import io.skein.subscription.Holder;
import io.skein.subscription.OffsetRange;
import io.skein.subscription.SubscriptionConfig;
import io.skein.subscription.SubscriptionMachine;
import io.skein.subscription.SubscriptionName;
import io.skein.subscription.SubscriptionView;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** What people ask of subscriptions: figures, why nothing flows, what became of a message. From any context. */
final class Inquiries {
    private static final int MOST_HOLDERS = 100;
    /** Who pulled so short a time ago is thought to come again. */
    private static final long LATELY_MS = 10_000;
    /** Subscriptions, positions and marks that are looked at in one turn of the replica. */
    private static final int A_TURN = 1_000;

    private final Proposer proposer;
    private final Way way;
    private final Supplier<Ground> ground;
    private final PullLines lines;
    /** Workers of this node that wait for credit; bounded by the doors' connections. */
    private final Map<SubscriptionName, Integer> withoutCredit = new ConcurrentHashMap<>();

    Inquiries(Proposer proposer, Way way, Supplier<Ground> ground, PullLines lines) {
        this.proposer = proposer;
        this.way = way;
        this.ground = ground;
        this.lines = lines;
    }

    /** From any thread. */
    void withoutCredit(SubscriptionName name, int more) {
        withoutCredit.merge(name, more, (a, b) -> a + b == 0 ? null : a + b);
    }

    private SubscriptionMachine machine() {
        return ground.get().subscriptions();
    }

    /** Fails when there is no such subscription; costs nothing but the look. */
    Future<SubscriptionConfig> config(SubscriptionName name, Freshness freshness) {
        return way.fresh(freshness)
                .compose(v -> proposer.ask(() -> machine().config(name)))
                .compose(found -> found.isPresent()
                        ? Future.succeededFuture(found.get())
                        : Future.failedFuture(PullLines.unknown(name)));
    }

    /** Fails when there is no such subscription. */
    Future<SubscriptionView> view(SubscriptionName name, Freshness freshness) {
        return way.fresh(freshness)
                .compose(v -> proposer.ask(() -> machine().find(name)))
                .compose(found -> found.isPresent()
                        ? Future.succeededFuture(found.get())
                        : Future.failedFuture(PullLines.unknown(name)));
    }

    Future<SubscriptionInfo> info(SubscriptionName name, Freshness freshness) {
        return view(name, freshness).compose(this::info);
    }

    private Future<SubscriptionInfo> info(SubscriptionView view) {
        return proposer.ask(() -> machine().oldest(view.name())).compose(oldest -> {
            Future<OptionalLong> time = oldest.isEmpty()
                    ? Future.succeededFuture(OptionalLong.empty())
                    : message(oldest.get())
                            .map(found -> found.map(message -> OptionalLong.of(message.time()))
                                    .orElse(OptionalLong.empty()));
            return time.compose(at -> proposer.ask(() -> new SubscriptionInfo(view, at, lines.waiting(view.name()))));
        });
    }

    /** A few at a time, as {@link #figures()}: so they are not all of one moment. */
    Future<SubscriptionsPage> list(Optional<String> after, int limit, Freshness freshness) {
        return way.fresh(freshness).compose(v -> list(after.orElse(""), limit, new ArrayList<>()));
    }

    private Future<SubscriptionsPage> list(String after, int limit, List<SubscriptionInfo> so) {
        return proposer.ask(() -> {
                    // One more than is asked for says whether there are more.
                    List<SubscriptionView> views = machine().after(after, limit - so.size() + 1, A_TURN);
                    for (SubscriptionView view : views) {
                        so.add(new SubscriptionInfo(
                                view, machine().oldestTime(view.name()), lines.waiting(view.name())));
                    }
                    return views.isEmpty()
                            ? Optional.<Integer>of(machine().totals().subscriptions())
                            : endOf(so, limit);
                })
                .compose(total -> total.isPresent()
                        ? Future.succeededFuture(SubscriptionsPage.of(so, limit, total.get()))
                        : list(so.get(so.size() - 1).view().name().value(), limit, so));
    }

    /** How many there are, when no more are asked for. */
    private Optional<Integer> endOf(List<SubscriptionInfo> so, int limit) {
        return so.size() > limit ? Optional.of(machine().totals().subscriptions()) : Optional.empty();
    }

    /** A few at a time: the replica has other things to do between. */
    Future<SubscriptionFigures> figures() {
        return figures(0, new SubscriptionFigures(0, 0, 0, 0, OptionalLong.empty(), lines.waiting()));
    }

    private Future<SubscriptionFigures> figures(long after, SubscriptionFigures so) {
        record Step(long last, SubscriptionFigures figures) {}
        return proposer.ask(() -> {
                    SubscriptionFigures sum = so;
                    long last = -1;
                    for (SubscriptionView view : machine().after(after, A_TURN)) {
                        sum = add(sum, view, machine().oldestTime(view.name()));
                        last = view.id();
                    }
                    return new Step(last, sum);
                })
                .compose(step -> step.last() < 0
                        ? Future.succeededFuture(step.figures())
                        : figures(step.last(), step.figures()));
    }

    private static SubscriptionFigures add(SubscriptionFigures sum, SubscriptionView view, OptionalLong oldest) {
        return new SubscriptionFigures(
                sum.subscriptions() + 1,
                sum.lag() + view.lag(),
                sum.inFlight() + view.leased(),
                sum.dead() + view.dead(),
                sum.oldest().isEmpty()
                                || oldest.isPresent()
                                        && oldest.getAsLong() < sum.oldest().getAsLong()
                        ? oldest
                        : sum.oldest(),
                sum.waitingPulls());
    }

    /** The first of them that is still there. */
    private Future<Optional<StoredMessage>> message(OffsetRange place) {
        return proposer.ask(() -> ground.get().store().tail().find(place.topic(), place.first()))
                .compose(inTail -> inTail.isPresent()
                        ? Future.succeededFuture(inTail)
                        : ground.get()
                                .store()
                                .reader()
                                .messages(place.topic(), place.first(), 1, 1)
                                .map(rows -> rows.stream().findFirst()));
    }

    Future<Why> why(SubscriptionName name, Freshness freshness) {
        return info(name, freshness)
                .compose(info -> proposer.ask(() -> {
                    long time = ground.get().replica().status().time();
                    List<Holder> holders = machine().holders(name, MOST_HOLDERS);
                    boolean isAsked =
                            lines.pulls(name) > 0 || machine().lastLent(name).orElse(Long.MIN_VALUE) > time - LATELY_MS;
                    List<Reason> reasons =
                            reasons(info, holders, isAsked, machine().isFull(), withoutCredit.getOrDefault(name, 0));
                    return new Why(info, time, reasons.isEmpty(), reasons, holders);
                }));
    }

    /**
     * @param isAsked somebody pulls, or did a moment ago
     * @param isFull all subscriptions together remember as much as they may
     * @param withoutCredit workers of this node that wait for credit
     */
    private static List<Reason> reasons(
            SubscriptionInfo info, List<Holder> holders, boolean isAsked, boolean isFull, int withoutCredit) {
        SubscriptionView view = info.view();
        List<Reason> reasons = new ArrayList<>();
        if (view.config().paused()) {
            reasons.add(new Reason("paused", "it is paused; nothing is handed out until it is resumed", 0));
        }
        if (view.isReady() && !view.config().paused()) {
            if (!isAsked && withoutCredit > 0) {
                reasons.add(new Reason(
                        "no-credit",
                        are(view.waiting() + view.ready())
                                + " there to be pulled; the workers of this node that have no" + " credit, "
                                + withoutCredit + ", take none until they give some",
                        0));
            } else if (!isAsked) {
                reasons.add(new Reason(
                        "no-consumers",
                        are(view.waiting() + view.ready())
                                + " there to be pulled; nobody asks for any through this node,"
                                + " and nobody did through another in the last " + LATELY_MS / 1000 + " s",
                        0));
            }
            return reasons;
        }
        if (isFull && !view.config().paused() && view.waiting() > 0) {
            reasons.add(new Reason(
                    "full",
                    "all subscriptions together remember as much of what is not settled as they may; no new messages are"
                            + " begun with until some are settled",
                    0));
        }
        if (view.followed() == 0) {
            reasons.add(new Reason(
                    "no-topics",
                    "no topic matches its filter \"" + view.config().filter() + '"',
                    0));
        }
        if (view.isHeld()) {
            reasons.add(new Reason(
                    "held",
                    "so many messages are handed out and not settled, or wait for the one before them of their key, that no"
                            + " new ones are begun with",
                    0));
        }
        if (view.leased() > 0) {
            long until = holders.stream().mapToLong(Holder::until).min().orElse(0);
            reasons.add(new Reason("leased", are(view.leased()) + " on loan; the next lease ends", until));
        }
        if (view.blockedKeys() > 0) {
            reasons.add(new Reason(
                    "blocked-keys",
                    "of " + view.blockedKeys() + " keys a message waits until the one before it is settled",
                    0));
        }
        long next = view.nextReturn() == Long.MAX_VALUE ? 0 : view.nextReturn();
        if (view.delayed() > 0) {
            reasons.add(new Reason("delayed", are(view.delayed()) + " waiting for a delay to end; the next", next));
        }
        if (view.paced() > 0) {
            reasons.add(new Reason(
                    "paced",
                    are(view.paced()) + " redriven and let go at a rate of " + view.rate() + " a second",
                    next));
        }
        if (view.lag() == 0) {
            reasons.add(new Reason("empty", "every message is settled; the next that comes is handed out", 0));
        }
        return reasons;
    }

    private static String are(long messages) {
        return messages == 1 ? "1 message is" : messages + " messages are";
    }
}
