package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.skein.node.RunningNode;
import io.skein.subscription.SubscriptionConfig;
import io.skein.subscription.SubscriptionName;
import io.skein.topic.Format;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicName;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LagSamplerTest {
    @Test
    void aLookNotesWhatEachSubscriptionCameTo(@TempDir Path directory) throws Exception {
        try (RunningNode node = new RunningNode(directory)) {
            LocalBroker broker = (LocalBroker) node.broker();
            LocalSubscriptions subscriptions = (LocalSubscriptions) broker.subscriptions();
            SubscriptionName name = new SubscriptionName("looked");
            SubscriptionName gone = new SubscriptionName("gone");
            for (SubscriptionName one : List.of(name, gone)) {
                subscriptions
                        .configure(one, SubscriptionConfig.of(new TopicFilter("work")), From.EARLIEST, Optional.empty())
                        .await();
            }
            subscriptions.sampler().look().await();
            broker.publish(Publish.of(
                            "test",
                            Publication.of(
                                    new TopicName("work"), new Message("", List.of(), Format.RAW, "", new byte[] {1}))))
                    .await();
            subscriptions.delete(gone, Optional.empty()).await();
            subscriptions.sampler().look().await();

            assertEquals(
                    List.of(0L, 1L),
                    subscriptions.history(name).await().points().stream()
                            .map(SubscriptionHistory.Point::lag)
                            .toList());
            assertEquals(
                    List.of(), subscriptions.sampler().of(gone).points(), "a subscription that is gone is forgotten");
        }
    }

    @Test
    void noTurnOfTheReplicaLooksAtMoreThanOneOfThoseThatAreKept(@TempDir Path directory) throws Exception {
        try (RunningNode node = new RunningNode(directory)) {
            LocalSubscriptions subscriptions = (LocalSubscriptions) ((LocalBroker) node.broker()).subscriptions();
            for (int i = 0; i < 3; i++) {
                subscriptions
                        .configure(
                                new SubscriptionName("kept" + i),
                                SubscriptionConfig.of(new TopicFilter("work")),
                                From.EARLIEST,
                                Optional.empty())
                        .await();
            }
            AtomicInteger turns = new AtomicInteger();
            LagSampler sampler = subscriptions.sampler().by(new LagSampler.Turns() {
                @Override
                public <T> Future<T> ask(Supplier<T> question) {
                    turns.incrementAndGet();
                    return Future.succeededFuture(question.get());
                }
            });
            sampler.look().await();
            assertEquals(2, turns.getAndSet(0), "all three together, and that there are no others");
            sampler.look().await();
            assertEquals(3 + 1, turns.get(), "each by itself, and that there are no others");
        }
    }
}
