package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Change;
import io.skein.machine.Command;
import io.skein.machine.Machine;
import io.skein.machine.Moment;
import io.skein.machine.Outcome;
import io.skein.subscription.Keys;
import io.skein.subscription.OffsetRange;
import io.skein.subscription.Start;
import io.skein.subscription.SubscriptionCommand;
import io.skein.subscription.SubscriptionConfig;
import io.skein.subscription.SubscriptionConfig.Order;
import io.skein.subscription.SubscriptionMachine;
import io.skein.subscription.SubscriptionName;
import io.skein.subscription.SubscriptionOutcome.Lent;
import io.skein.subscription.SubscriptionOutcome.Pulled;
import io.skein.topic.Format;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicCommand;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicMachine;
import io.skein.topic.TopicName;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Lines of those who pull, over machines without a log: a pull is decided when the test says so. */
class PullLinesTest {
    private static final SubscriptionName NAME = new SubscriptionName("s");

    private final Vertx vertx = Vertx.vertx();
    private final TopicMachine topics = new TopicMachine();
    private final SubscriptionMachine subscriptions = new SubscriptionMachine(topics);
    private final PullLines lines =
            new PullLines(vertx, () -> subscriptions, this::lend, Future::succeededFuture, 10_000);
    private final List<String> keys = new ArrayList<>();
    private final ArrayDeque<Runnable> underWay = new ArrayDeque<>();
    private long index;
    private int pulls;

    @AfterEach
    void stop() throws Exception {
        Hall.await(vertx.close());
    }

    private Outcome apply(Command command) {
        index++;
        Machine machine = topics.owns(command) ? topics : subscriptions;
        var decision = machine.decide(new Moment(index, 0, 1_000 + index), command);
        for (Change change : decision.changes()) {
            if (topics.owns(change)) {
                topics.evolve(change);
                subscriptions.observe(change);
            } else {
                subscriptions.evolve(change);
            }
        }
        return decision.outcome();
    }

    private void subscribe(Order order) {
        var config = new SubscriptionConfig(new TopicFilter("a"), 30_000, 5, List.of(), Optional.empty(), order, false);
        apply(new SubscriptionCommand.Configure(NAME, config, new Start.Earliest()));
    }

    private void publish(String key) {
        keys.add(key);
        Message message = new Message(key, List.of(), Format.RAW, "", new byte[] {'x'});
        apply(new TopicCommand.Publish(
                List.of(Publication.of(new TopicName("a"), message)), true, true, Optional.empty()));
    }

    private Future<Loan> lend(Pull pull, long underWayWithIt) {
        pulls++;
        List<Keys> known = new ArrayList<>();
        for (OffsetRange range : subscriptions.keysWanted(pull.name(), underWayWithIt)) {
            List<Long> hashes = new ArrayList<>();
            for (long offset = range.first(); offset < range.end(); offset++) {
                hashes.add(Keys.hash(keys.get((int) offset)));
            }
            known.add(new Keys(range.topic(), range.first(), hashes));
        }
        Promise<Loan> done = Promise.promise();
        underWay.add(() -> {
            Pulled pulled = (Pulled) apply(
                    new SubscriptionCommand.Pull(pull.name(), pull.max(), pull.consumer(), pull.leaseMs(), known));
            done.complete(new Lending(pulled));
        });
        return done.future();
    }

    private record Lending(Pulled pulled) implements Loan {
        @Override
        public long count() {
            return pulled.lent().stream().mapToLong(Lent::count).sum();
        }

        @Override
        public long until() {
            return pulled.until();
        }

        @Override
        public Future<List<Leased>> next(long maxBytes) {
            return Future.succeededFuture(List.of());
        }

        @Override
        public void close() {}
    }

    private void commitAll() {
        while (!underWay.isEmpty()) {
            underWay.poll().run();
            lines.applied();
        }
    }

    private PullLines.Waiter waiter() {
        return lines.waiter(new Pull(NAME, 1, 60_000, "", 0, "test"), action -> {
            action.run();
            return Future.succeededFuture();
        });
    }

    @Test
    void whoWentAwayBeforeItWasOneOfTheLineTakesNothing() {
        subscribe(Order.TOPIC);
        publish("");
        PullLines.Waiter waiter = waiter();
        waiter.cancel();
        lines.enter(waiter);
        assertEquals(0, pulls);
        assertEquals(0, lines.waiting());
        assertEquals(
                "cancelled",
                assertThrows(Refusal.class, () -> Hall.await(waiter.loan())).code());
    }

    private static Refusal draining() {
        return Refusal.unavailable("draining", "the node is stopping");
    }

    @Test
    void whoIsUnderWayAndGetsNothingDoesNotWaitWhereAllWereEnded() {
        subscribe(Order.TOPIC);
        publish("");
        PullLines.Waiter waiter = waiter();
        lines.enter(waiter);
        apply(new SubscriptionCommand.Pull(NAME, 1, "faster", 0, List.of()));
        lines.endAll(PullLinesTest::draining);
        commitAll();
        assertEquals(0, lines.waiting());
        assertEquals(
                "draining",
                assertThrows(Refusal.class, () -> Hall.await(waiter.loan())).code());
    }

    @Test
    void whoIsUnderWayAndGetsSomethingIsGivenItWhereAllWereEnded() throws Exception {
        subscribe(Order.TOPIC);
        publish("");
        PullLines.Waiter waiter = waiter();
        lines.enter(waiter);
        lines.endAll(PullLinesTest::draining);
        commitAll();
        assertEquals(1, Hall.await(waiter.loan()).count());
    }

    @Test
    void whoCameBeforeAllWereEndedIsNotTakenIntoALineAfterIt() throws Exception {
        subscribe(Order.TOPIC);
        PullLines.Waiter before = waiter();
        lines.endAll(PullLinesTest::draining);
        lines.enter(before);
        assertEquals(
                "draining",
                assertThrows(Refusal.class, () -> Hall.await(before.loan())).code());
        PullLines.Waiter after = waiter();
        lines.enter(after);
        publish("");
        lines.applied();
        commitAll();
        assertEquals(1, Hall.await(after.loan()).count());
    }

    @Test
    void manyPullsInKeyOrderAreLentOneMessageEachAtTheirFirstTry() throws Exception {
        subscribe(Order.KEY);
        for (int i = 0; i < 1_000; i++) {
            publish("k" + i);
        }
        List<PullLines.Waiter> waiters = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            waiters.add(waiter());
            lines.enter(waiters.get(i));
        }
        commitAll();
        for (PullLines.Waiter waiter : waiters) {
            assertEquals(1, Hall.await(waiter.loan()).count());
        }
        assertTrue(pulls <= 110, pulls + " pulls");
    }
}
