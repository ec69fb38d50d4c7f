package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.cluster.Committed;
import io.skein.machine.Command;
import io.skein.machine.IdempotencyKey;
import io.skein.subscription.Leases;
import io.skein.subscription.SubscriptionCommand.Redrive;
import io.skein.subscription.SubscriptionConfig;
import io.skein.subscription.SubscriptionConfig.Order;
import io.skein.subscription.SubscriptionName;
import io.skein.topic.TopicFilter;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A redrive of some dead letters, command by command, that breaks off. */
class ExhumationTest {
    private static final SubscriptionName NAME = new SubscriptionName("s");

    @TempDir
    private Path directory;

    private Hall hall;

    @BeforeEach
    void start() throws Exception {
        hall = new Hall(directory, 1 << 20, 10_000);
        var config = new SubscriptionConfig(
                new TopicFilter("orders/#"), 30_000, 1, List.of(), Optional.empty(), Order.TOPIC, false);
        Hall.await(hall.onLoop(
                () -> hall.broker.subscriptions().configure(NAME, config, From.EARLIEST, Optional.empty())));
        for (int i = 0; i < 10; i++) {
            bury("orders/" + i % 2);
            long dead = i + 1;
            // Bodies are fetched side by side: one after the other they lie in the order of their deaths.
            Awaitility.await().until(() -> dead() == dead);
        }
    }

    @AfterEach
    void stop() throws Exception {
        hall.close();
    }

    private void bury(String topic) throws TimeoutException {
        hall.publish(topic, 1);
        Promise<List<Leased>> lent = Promise.promise();
        hall.onLoop(() -> hall.broker
                        .subscriptions()
                        .pull(new Pull(NAME, 1, 20_000, "", 0, "test"))
                        .loan()
                        .compose(loan -> loan.next(1 << 20)))
                .onComplete(lent);
        List<Leases> leases =
                Hall.await(lent.future()).stream().map(Leased::lease).toList();
        Hall.await(hall.onLoop(() -> hall.broker.subscriptions().nack(NAME, leases, 0, "no", Optional.empty())));
    }

    private long dead() throws TimeoutException {
        return hall.ask(() -> hall.subscriptions.find(NAME).orElseThrow().dead());
    }

    /** Those of one of the two topics, two letters a command, each under the same key at every try. */
    private Future<LettersAck> redrive(int commands) {
        Way way = new OpenWay(hall.proposer) {
            private int left = commands;

            @Override
            public Future<Committed> propose(Command command, Optional<IdempotencyKey> key) {
                return left-- > 0
                        ? super.propose(command, key)
                        : Future.failedFuture(Refusal.unavailable("test", "no more"));
            }
        };
        var ground = new Ground(
                hall.store(),
                hall.replica,
                hall.topics,
                hall.subscriptions,
                hall.accounts,
                hall.mails,
                hall.lineage(),
                null);
        var filter = new DeadLetterFilter(Optional.of(new TopicFilter("orders/1")), Map.of());
        return hall.onLoop(() -> new Exhumation(
                        ground,
                        hall.proposer,
                        way,
                        NAME,
                        Optional.of(filter),
                        chosen -> new Redrive(NAME, chosen, 0),
                        part -> Optional.of(KeyHash.of("test", "k#" + part, "redrive")),
                        2)
                .run());
    }

    @Test
    void aRepeatGoesOnWhereTheFirstTryBrokeOff() throws Exception {
        assertThrows(Refusal.class, () -> Hall.await(redrive(2)));
        assertEquals(6, dead());
        LettersAck rest = Hall.await(redrive(100));
        assertEquals(5, rest.done());
        assertFalse(rest.replayed());
        assertEquals(5, dead());
        LettersAck repeated = Hall.await(redrive(100));
        assertEquals(5, repeated.done());
        assertTrue(repeated.replayed());
        assertEquals(5, dead());
    }
}
