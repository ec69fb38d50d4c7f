package io.skein.subscription;

import static io.skein.subscription.SubscriptionLog.config;
import static io.skein.subscription.SubscriptionLog.eager;
import static io.skein.subscription.SubscriptionLog.leases;
import static io.skein.subscription.SubscriptionLog.name;
import static io.skein.subscription.SubscriptionLog.why;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Outcome;
import io.skein.machine.Rejection;
import io.skein.subscription.SubscriptionCommand.Configure;
import io.skein.subscription.SubscriptionCommand.CreateQueue;
import io.skein.subscription.SubscriptionCommand.Delete;
import io.skein.subscription.SubscriptionCommand.Take;
import io.skein.subscription.SubscriptionOutcome.Done;
import io.skein.subscription.SubscriptionOutcome.Pulled;
import io.skein.topic.TopicCommand;
import io.skein.topic.TopicName;
import io.skein.topic.TopicOutcome.Published;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Subscriptions are made, changed and deleted, within their limits. */
class ConfigurationTest {
    private final SubscriptionLog log = new SubscriptionLog();

    @Test
    void aSubscriptionIsMadeOnceAndChangedAfterwards() {
        assertEquals(new Done(true), log.subscribe("s", "a"));
        assertEquals(new Done(false), log.subscribe("s", eager("a", 1)));
        assertEquals(new Done(false), log.subscribe("s", eager("a", 1)));
        assertTrue(log.changes.isEmpty());
        assertEquals(1, log.view("s").config().maxDeliveries());
        log.holdsAfterARestart();
    }

    @Test
    void aChangedFilterLeavesTopicsAndAddsOthers() {
        log.publish("a", 3);
        log.publish("b", 3);
        log.subscribe("s", "a");
        Pulled pulled = log.pull("s", 2);
        log.apply(new Configure(name("s"), config("b"), new Start.Latest()));
        log.publish("b", 1);

        assertEquals(0, log.ack("s", pulled).done());
        assertEquals(List.of("b:3"), log.texts(log.pull("s", 9)));
        log.holdsAfterARestart();
    }

    @Test
    void aWiderFilterKeepsThePositionsItHas() {
        log.publish("a/1", 3);
        log.publish("a/2", 2);
        log.subscribe("s", "a/1");
        log.ack("s", log.pull("s", 2));
        log.apply(new Configure(name("s"), config("a/+"), new Start.Earliest()));

        assertEquals(List.of("a/2:0", "a/2:1", "a/1:2"), log.texts(log.pull("s", 9)));
    }

    @Test
    void configurationsHaveBounds() {
        SubscriptionConfig fine = config("a");
        for (SubscriptionConfig wrong : List.of(
                new SubscriptionConfig(fine.filter(), 0, 1, List.of(), Optional.empty(), fine.order(), false),
                new SubscriptionConfig(
                        fine.filter(), Long.MAX_VALUE, 1, List.of(), Optional.empty(), fine.order(), false),
                new SubscriptionConfig(fine.filter(), 1, -1, List.of(), Optional.empty(), fine.order(), false),
                new SubscriptionConfig(fine.filter(), 1, 1, List.of(-1L), Optional.empty(), fine.order(), false),
                new SubscriptionConfig(
                        fine.filter(), 1, 1, Collections.nCopies(33, 1L), Optional.empty(), fine.order(), false))) {
            assertEquals(Rejection.MALFORMED, why(log.subscribe("s", wrong)));
        }
    }

    @Test
    void namesHaveAForm() {
        assertEquals("$dead/a/b", new SubscriptionName("a/b").deadLetters().value());
        assertThrows(IllegalArgumentException.class, () -> new SubscriptionName(""));
        assertThrows(IllegalArgumentException.class, () -> new SubscriptionName("a/+"));
        String deepest = String.join("/", Collections.nCopies(15, "x"));
        new SubscriptionName(deepest).deadLetters();
        assertThrows(IllegalArgumentException.class, () -> new SubscriptionName(deepest + "/x"));
        TopicName topic = new TopicName(deepest + "/x");
        assertEquals(Optional.of(topic), SubscriptionName.ofQueue(topic).queue());
    }

    @Test
    void thereAreAtMostSoManySubscriptions() {
        var small = new SubscriptionLog(new SubscriptionLimits(2, 100, 10, 10, 10, 64, 100));
        small.subscribe("s", "a");
        small.subscribe("t", "a");
        assertEquals(Rejection.TOO_MANY_SUBSCRIPTIONS, why(small.subscribe("u", "a")));
        assertEquals(Rejection.TOO_MANY_SUBSCRIPTIONS, why(small.apply(new CreateQueue(new TopicName("q")))));
        small.publish("q", 1);
        assertEquals(Rejection.TOO_MANY_SUBSCRIPTIONS, why(small.apply(new Take(new TopicName("q")))));

        small.apply(new Delete(name("s")));
        assertEquals(new Done(true), small.subscribe("u", "a"));
        assertEquals(Rejection.UNKNOWN_SUBSCRIPTION, why(small.apply(new Delete(name("s")))));
    }

    @Test
    void thereAreAtMostSoManyPositions() {
        var small = new SubscriptionLog(new SubscriptionLimits(10, 3, 10, 10, 10, 64, 100));
        small.publish("a/1", 1);
        small.publish("a/2", 1);
        small.subscribe("s", "a/+");
        assertEquals(Rejection.TOO_MANY_POSITIONS, why(small.subscribe("t", "a/+")));
        small.subscribe("t", "a/1");
        assertEquals(Rejection.TOO_MANY_POSITIONS, why(small.subscribe("t", "a/+")));

        Outcome outcome = small.apply(new TopicCommand.Publish(
                List.of(io.skein.topic.Publication.of(new TopicName("a/3"), SubscriptionLog.message("", "x"))),
                false,
                true,
                Optional.empty()));
        assertTrue(((Published) outcome).results().get(0) instanceof io.skein.topic.TopicOutcome.Refused);
        small.publish("b", 1);
        assertEquals(3, small.node.subscriptions.totals().positions());
    }

    @Test
    void aSubscriptionThatGoesLeavesNothing() {
        log.publish("a", 3);
        log.publish("b", 3);
        log.subscribe("s", eager("#", 1));
        List<Leases> leases = leases(log.pull("s", 4));
        log.nack("s", leases.subList(0, 2), -1);
        log.settle();
        log.nack("s", leases.subList(2, 3), -1);
        log.apply(new Delete(name("s")));

        assertEquals(new SubscriptionTotals(0, 0, 0, 0, 0), log.node.subscriptions.totals());
        assertEquals(Long.MAX_VALUE, log.node.subscriptions.nextDue());
        log.holdsAfterARestart();
    }

    @Test
    void figuresAreThoseOfTheMoment() {
        log.subscribe("s", eager("#", 2));
        log.publish("a", 10);
        log.publish("b", 5);
        List<Leases> leases = leases(log.pull("s", 6, "w1"));
        log.ack("s", leases.subList(0, 1));
        log.nack("s", leases.subList(1, 3), 60_000);
        log.nack("s", leases.subList(3, 4), 0);

        SubscriptionView view = log.view("s");
        assertEquals(9, view.waiting());
        assertEquals(2, view.delayed());
        assertEquals(1, view.ready());
        assertEquals(2, view.leased());
        assertEquals(14, view.lag());
        assertEquals(6, view.delivered());
        assertEquals(1, view.acknowledged());
        assertEquals(2, view.followed());
        assertEquals(log.time - 3 + 30_000, view.nextReturn());
        assertEquals(List.of(new Holder("w1", 2, log.time - 3 + 30_000)), log.node.subscriptions.holders(name("s"), 9));
    }

    @Test
    void whatAMessageIsToEachSubscriptionIsTold() {
        log.subscribe("s", eager("a", 1));
        log.subscribe("t", "a");
        log.publish("a", 5);
        List<Leases> leases = leases(log.pull("s", 4, "w"));
        log.ack("s", leases.subList(0, 1));
        log.nack("s", leases.subList(1, 2), -1);
        long topic = log.topic("a").id();

        assertEquals(Standing.Status.SETTLED, standing(topic, 0));
        assertEquals(Standing.Status.MARKED, standing(topic, 1));
        assertEquals(Standing.Status.LEASED, standing(topic, 2));
        assertEquals(Standing.Status.WAITING, standing(topic, 4));
        log.settle();
        assertEquals(Standing.Status.SETTLED, standing(topic, 1));
        assertEquals(Standing.Status.DEAD, standing(log.topic("$dead/s").id(), 0));
        assertEquals(2, log.node.subscriptions.standings(topic, 2).size());
        assertEquals("w", log.node.subscriptions.standings(topic, 2).get(0).consumer());
    }

    private Standing.Status standing(long topic, long offset) {
        return log.node.subscriptions.standings(topic, offset).get(0).status();
    }

    @Test
    void theOldestIsInTheTopicThatWaitsLongest() {
        log.publish("b", 1);
        log.pass(1_000);
        log.publish("a", 1);
        log.subscribe("s", "#");

        assertEquals(
                log.topic("b").id(),
                log.node.subscriptions.oldest(name("s")).orElseThrow().topic());
        log.ack("s", log.pull("s", 1));
        assertEquals(
                log.topic("a").id(),
                log.node.subscriptions.oldest(name("s")).orElseThrow().topic());
        log.ack("s", log.pull("s", 1));
        assertEquals(Optional.empty(), log.node.subscriptions.oldest(name("s")));
    }
}
