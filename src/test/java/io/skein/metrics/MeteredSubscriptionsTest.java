package io.skein.metrics;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.Freshness;
import io.skein.broker.From;
import io.skein.broker.Hall;
import io.skein.broker.Leased;
import io.skein.broker.Pull;
import io.skein.broker.Subscriptions;
import io.skein.subscription.SubscriptionConfig;
import io.skein.subscription.SubscriptionName;
import io.skein.topic.TopicFilter;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What consumers do, counted at the broker's door and told with the scrape. */
class MeteredSubscriptionsTest {
    private static final SubscriptionName BILLING = new SubscriptionName("billing");

    @Test
    void whatConsumersDoIsCounted(@TempDir Path directory) throws Exception {
        try (Hall hall = new Hall(directory, 1 << 20, 10_000);
                Metrics metrics = new Metrics(Metrics.newRegistry())) {
            Subscriptions metered = metrics.metered(hall.broker).subscriptions();
            SubscriptionConfig config = new SubscriptionConfig(
                    new TopicFilter("a"),
                    30_000,
                    5,
                    List.of(),
                    Optional.empty(),
                    SubscriptionConfig.Order.TOPIC,
                    false);
            Hall.await(hall.onLoop(() -> metered.configure(BILLING, config, From.EARLIEST, Optional.empty())));
            hall.publish("a", 3);
            List<Leased> first = Hall.await(hall.onLoop(() -> pull(metered)));
            Hall.await(
                    hall.onLoop(() -> metered.ack(BILLING, List.of(first.get(0).lease()), Optional.empty())));
            Hall.await(
                    hall.onLoop(() -> metered.nack(BILLING, List.of(first.get(1).lease()), 0, "", Optional.empty())));
            Hall.await(hall.onLoop(() -> pull(metered)));
            metrics.subscriptions().stand(Hall.await(hall.onLoop(metered::figures)));
            String text = metrics.scrape("").text();
            for (String line : List.of(
                    "skein_messages_acked_total 1.0",
                    "skein_messages_nacked_total 1.0",
                    "skein_messages_redelivered_total 1.0",
                    "skein_messages_delivered_total{interface=\"http\",mode=\"pull\"} 4.0",
                    "skein_subscription_lag_messages 2.0",
                    "skein_messages_in_flight 2.0",
                    "skein_messages_dead 0.0")) {
                assertTrue(text.contains(line + "\n"), line);
            }
            String details = new SubscriptionDetails(
                            Hall.await(hall.onLoop(() -> metered.list(Optional.empty(), 1_000, Freshness.NONE))), 0)
                    .in("")
                    .text();
            for (String line : List.of(
                    "# TYPE skein_subscription_delivered_total counter",
                    "skein_subscription_delivered_total{subscription=\"billing\"} 4.0",
                    "skein_subscription_redelivered_total{subscription=\"billing\"} 1.0",
                    "skein_subscription_acknowledged_total{subscription=\"billing\"} 1.0")) {
                assertTrue(details.contains(line + "\n"), line);
            }
        }
    }

    private static Future<List<Leased>> pull(Subscriptions metered) {
        return metered.pull(new Pull(BILLING, 10, 0, "", 0, "http")).loan().compose(loan -> loan.next(1 << 20));
    }
}
