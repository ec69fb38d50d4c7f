package io.skein.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.skein.broker.SubscriptionFigures;
import io.skein.broker.WallClock;
import java.util.function.ToDoubleFunction;

/** Durable subscriptions, all together: what passes by, and where they stand as of the last scrape. */
final class SubscriptionMeters {
    private final Counter acked;
    private final Counter nacked;
    private final Counter redelivered;
    private volatile SubscriptionFigures figures = SubscriptionFigures.NONE;

    SubscriptionMeters(MeterRegistry registry, WallClock clock) {
        acked = counter(registry, "acked", "Messages that consumers acknowledged");
        nacked = counter(registry, "nacked", "Messages that consumers gave back");
        redelivered = counter(registry, "redelivered", "Messages handed out again");
        gauge(registry, "skein.subscriptions", "", "Durable subscriptions", SubscriptionFigures::subscriptions);
        gauge(
                registry,
                "skein.subscription.lag.messages",
                "",
                "Messages that are neither acknowledged nor dead letters, all subscriptions",
                SubscriptionFigures::lag);
        gauge(
                registry,
                "skein.subscription.lag",
                "seconds",
                "Age of the oldest message that is not acknowledged, of all subscriptions",
                now -> age(now, clock.millis()));
        gauge(
                registry,
                "skein.messages.in.flight",
                "",
                "Messages on loan to consumers, all subscriptions",
                SubscriptionFigures::inFlight);
        gauge(
                registry,
                "skein.messages.dead",
                "",
                "Dead letters that are neither redriven nor discarded, all subscriptions",
                SubscriptionFigures::dead);
        gauge(
                registry,
                "skein.pulls.waiting",
                "",
                "Pulls of this node that wait for a message",
                SubscriptionFigures::waitingPulls);
    }

    private static double age(SubscriptionFigures figures, long nowMs) {
        return figures.oldest().isEmpty()
                ? 0
                : Math.max(0, (nowMs - figures.oldest().getAsLong()) / 1e3);
    }

    private static Counter counter(MeterRegistry registry, String name, String help) {
        return Counter.builder("skein.messages." + name).description(help).register(registry);
    }

    private void gauge(
            MeterRegistry registry,
            String name,
            String unit,
            String help,
            ToDoubleFunction<SubscriptionFigures> figure) {
        Gauge.Builder<?> gauge =
                Gauge.builder(name, () -> figure.applyAsDouble(figures)).description(help);
        (unit.isEmpty() ? gauge : gauge.baseUnit(unit)).register(registry);
    }

    void stand(SubscriptionFigures now) {
        figures = now;
    }

    void acked(long messages) {
        acked.increment(messages);
    }

    void nacked(long messages) {
        nacked.increment(messages);
    }

    void redelivered(long messages) {
        redelivered.increment(messages);
    }
}
