package io.skein.metrics;

import io.micrometer.core.instrument.Clock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.skein.broker.SubscriptionInfo;
import io.skein.broker.SubscriptionsPage;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Figures subscription by subscription, for who asks for them; not in the registry, as those of topics. */
final class SubscriptionDetails {
    private final List<SubscriptionInfo> subscriptions;
    private final long omitted;
    private final long now;

    /** @param now epoch milliseconds */
    SubscriptionDetails(SubscriptionsPage first, long now) {
        this.now = now;
        subscriptions = first.subscriptions();
        omitted = Math.max(0, first.total() - subscriptions.size());
    }

    Exposition in(String accept) {
        String contentType = Exposition.contentType(accept);
        MetricSnapshots snapshots = new MetricSnapshots(List.of(
                gauge(
                        "skein_subscription_lag_messages",
                        "Messages neither acknowledged nor dead",
                        info -> info.view().lag()),
                gauge(
                        "skein_subscription_lag_seconds",
                        "Age of the oldest message not acknowledged",
                        info -> info.oldest().isEmpty()
                                ? 0
                                : Math.max(0, (now - info.oldest().getAsLong()) / 1e3)),
                gauge(
                        "skein_subscription_in_flight",
                        "Messages on loan",
                        info -> info.view().leased()),
                gauge(
                        "skein_subscription_dead",
                        "Dead letters",
                        info -> info.view().dead()),
                counter(
                        "skein_subscription_delivered",
                        "Messages ever handed out",
                        info -> info.view().delivered()),
                counter(
                        "skein_subscription_redelivered",
                        "Of these not for the first time",
                        info -> info.view().redelivered()),
                counter(
                        "skein_subscription_acknowledged",
                        "Messages ever acknowledged",
                        info -> info.view().acknowledged()),
                GaugeSnapshot.builder()
                        .name("skein_detailed_subscriptions_omitted")
                        .help("Subscriptions that are not shown")
                        .dataPoint(new GaugeDataPointSnapshot(omitted, Labels.EMPTY, null))
                        .build()));
        PrometheusRegistry once = new PrometheusRegistry();
        once.register((MultiCollector) () -> snapshots);
        var writer = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, once, Clock.SYSTEM);
        return new Exposition(contentType, writer.scrape(contentType));
    }

    private GaugeSnapshot gauge(String name, String help, ToDoubleFunction<SubscriptionInfo> figure) {
        GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(help);
        for (SubscriptionInfo info : subscriptions) {
            gauge.dataPoint(new GaugeDataPointSnapshot(
                    figure.applyAsDouble(info),
                    Labels.of("subscription", info.view().name().value()),
                    null));
        }
        return gauge.build();
    }

    /** @param name without {@code _total}, which the exposition adds */
    private CounterSnapshot counter(String name, String help, ToDoubleFunction<SubscriptionInfo> figure) {
        CounterSnapshot.Builder counter = CounterSnapshot.builder().name(name).help(help);
        for (SubscriptionInfo info : subscriptions) {
            counter.dataPoint(CounterDataPointSnapshot.builder()
                    .labels(Labels.of("subscription", info.view().name().value()))
                    .value(figure.applyAsDouble(info))
                    .build());
        }
        return counter.build();
    }
}
