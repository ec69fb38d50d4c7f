package io.skein.subscription;

import static io.skein.subscription.SubscriptionLog.config;
import static io.skein.subscription.SubscriptionLog.eager;
import static io.skein.subscription.SubscriptionLog.keep;
import static io.skein.subscription.SubscriptionLog.leases;
import static io.skein.subscription.SubscriptionLog.name;
import static io.skein.subscription.SubscriptionLog.why;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Rejection;
import io.skein.subscription.SubscriptionCommand.Configure;
import io.skein.subscription.SubscriptionCommand.Pause;
import io.skein.subscription.SubscriptionCommand.Pull;
import io.skein.subscription.SubscriptionCommand.Seek;
import io.skein.subscription.SubscriptionOutcome.Lent;
import io.skein.subscription.SubscriptionOutcome.Pulled;
import io.skein.topic.TopicCommand;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is lent, to whom, in which order. */
class PullTest {
    private final SubscriptionLog log = new SubscriptionLog();

    @Test
    void messagesAreLentInTheOrderOfTheirOffsets() {
        log.publish("a", 5);
        log.subscribe("s", "a");

        assertEquals(List.of("a:0", "a:1", "a:2"), log.texts(log.pull("s", 3)));
        assertEquals(List.of("a:3", "a:4"), log.texts(log.pull("s", 3)));
        assertEquals(List.of(), log.texts(log.pull("s", 3)));
    }

    @Test
    void whatIsLentIsNotLentToAnother() {
        log.publish("a", 2);
        log.subscribe("s", "a");
        log.pull("s", 1, "one");

        assertEquals(List.of("a:1"), log.texts(log.pull("s", 5, "other")));
    }

    @Test
    void twoSubscriptionsDoNotKnowOfEachOther() {
        log.publish("a", 2);
        log.subscribe("s", "a");
        log.subscribe("t", "a");
        log.ack("s", log.pull("s", 2));

        assertEquals(List.of("a:0", "a:1"), log.texts(log.pull("t", 2)));
    }

    @Test
    void latestBeginsWithTheNextMessage() {
        log.publish("a", 2);
        log.apply(new Configure(name("s"), config("a"), new Start.Latest()));
        log.publish("a", 1);

        assertEquals(List.of("a:2"), log.texts(log.pull("s", 5)));
    }

    @Test
    void chosenOffsetsHoldForTheTopicsTheyName() {
        log.publish("a", 3);
        log.publish("b", 3);
        log.apply(new Configure(
                name("s"),
                config("#"),
                new Start.At(List.of(new Start.TopicOffset(log.topic("a").id(), 2)))));

        assertEquals(List.of("a:2", "b:0", "b:1", "b:2"), log.texts(log.pull("s", 5)));
    }

    @Test
    void aStartBeyondTheEndIsWaitedFor() {
        log.publish("a", 1);
        log.apply(new Configure(
                name("s"),
                config("a"),
                new Start.At(List.of(new Start.TopicOffset(log.topic("a").id(), 3)))));
        log.publish("a", 2);
        assertEquals(List.of(), log.texts(log.pull("s", 5)));
        assertEquals(0, log.view("s").lag());

        log.publish("a", 1);
        assertEquals(List.of("a:3"), log.texts(log.pull("s", 5)));
    }

    @Test
    void aTopicThatAppearsLaterIsTakenFromItsBeginning() {
        log.apply(new Configure(name("s"), config("a/+"), new Start.Latest()));
        log.publish("a/1", 2);
        log.publish("b", 2);

        assertEquals(List.of("a/1:0", "a/1:1"), log.texts(log.pull("s", 5)));
    }

    @Test
    void aWildcardAtTheFrontLeavesOutTheSystemsTopics() {
        log.subscribe("s", eager("a", 1));
        log.subscribe("all", "#");
        log.publish("a", 1);
        log.nack("s", log.pull("s", 1));
        log.settle();

        assertEquals(1, log.topic("$dead/s").count());
        assertEquals(List.of("a:0"), log.texts(log.pull("all", 5)));
    }

    @Test
    void topicsHaveTheirTurns() {
        log.subscribe("s", "#");
        for (String topic : List.of("a", "b", "c")) {
            log.publish(topic, 2);
        }

        List<String> first = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            first.addAll(log.texts(log.pull("s", 1)));
        }
        assertEquals(List.of("a:0", "b:0", "c:0", "a:1", "b:1", "c:1"), first);
    }

    @Test
    void aTopicWithALongBacklogDoesNotHoldUpTheOthers() {
        log.subscribe("s", "#");
        log.publish("a", 10_000);
        log.publish("b", 100);

        Map<Long, Long> counts = new HashMap<>();
        for (Lent lent : log.pull("s", 256).lent()) {
            counts.merge(lent.topic(), lent.count(), Long::sum);
        }
        assertEquals(100, counts.get(log.topic("b").id()));
    }

    @Test
    void aBatchOfOneTopicIsOneRun() {
        log.publish("a", 5_000);
        log.subscribe("s", "a");

        Pulled pulled = log.pull("s", 1_000);

        assertEquals(1, pulled.lent().size());
        assertEquals(1, log.node.subscriptions.totals().runs());
    }

    @Test
    void whatRetentionTookIsPassedOver() {
        log.configureTopic("a", keep(3));
        log.subscribe("s", "a");
        log.publish("a", 1);
        log.publish("a", 9);

        assertEquals(3, log.view("s").lag());
        assertEquals(List.of("a:7", "a:8", "a:9"), log.texts(log.pull("s", 5)));
    }

    @Test
    void whatRetentionTookAfterItWasGivenBackIsPassedOverToo() {
        log.configureTopic("a", keep(3));
        log.subscribe("s", eager("a", 0));
        log.publish("a", 3);
        log.nack("s", log.pull("s", 3));
        log.publish("a", 2);

        assertEquals(List.of("a:2/2", "a:3", "a:4"), log.texts(log.pull("s", 5)));
        assertEquals(3, log.view("s").leased());
    }

    @Test
    void whatIsExpiredIsPassedOver() {
        log.subscribe("s", "a");
        log.publishWithTtl("a", 100);
        log.publish("a", 1);
        log.publishWithTtl("a", 5_000);
        log.publishWithTtl("a", 100);
        log.time += 100;

        assertEquals(List.of("a:1", "a:2"), log.texts(log.pull("s", 5)));
        assertFalse(log.node.subscriptions.isReady(name("s")));
    }

    @Test
    void whatExpiredWhileItWasLentDoesNotComeBack() {
        log.subscribe("s", eager("a", 0));
        log.publish("a", 1);
        log.publishWithTtl("a", 1_000);
        log.publish("a", 1);
        Pulled pulled = log.pull("s", 3);
        log.pass(2_000);
        log.nack("s", pulled);

        assertEquals(List.of("a:0/2", "a:2/2"), log.texts(log.pull("s", 5)));
        log.holdsAfterARestart();
    }

    @Test
    void aPausedSubscriptionLendsNothing() {
        log.publish("a", 2);
        log.subscribe("s", "a");
        Pulled before = log.pull("s", 1);
        log.apply(new Pause(name("s"), true));

        assertEquals(List.of(), log.texts(log.pull("s", 1)));
        assertFalse(log.node.subscriptions.isReady(name("s")));
        assertEquals(1, log.ack("s", before).done());

        log.apply(new Pause(name("s"), false));
        assertEquals(List.of("a:1"), log.texts(log.pull("s", 1)));
    }

    @Test
    void aSeekMovesThePositionAndTakesLeasesAway() {
        log.publish("a", 4);
        log.subscribe("s", "a");
        Pulled before = log.pull("s", 3);
        log.ack("s", leases(before).subList(0, 1));

        log.apply(new Seek(name("s"), new Start.Earliest()));

        assertEquals(0, log.ack("s", leases(before)).done());
        assertEquals(List.of("a:0", "a:1", "a:2", "a:3"), log.texts(log.pull("s", 5)));
    }

    @Test
    void aSeekToTheEndSettlesAllThatWaits() {
        log.publish("a", 4);
        log.subscribe("s", "a");
        log.pull("s", 1);
        log.apply(new Seek(name("s"), new Start.Latest()));

        assertEquals(0, log.view("s").lag());
        assertEquals(0, log.node.subscriptions.totals().runs());
    }

    @Test
    void whatIsNotSettledHasALimit() {
        var small = new SubscriptionLog(new SubscriptionLimits(10, 10, 5, 100, 10, 64, 100));
        small.publish("a", 20);
        small.subscribe("s", eager("a", 0));
        Pulled pulled = small.pull("s", 20);
        assertEquals(5, leases(pulled).size());
        assertEquals(List.of(), small.texts(small.pull("s", 5)));
        assertFalse(small.node.subscriptions.isReady(name("s")));
        assertTrue(small.view("s").isHeld());

        small.nack("s", leases(pulled).subList(0, 2), 0);
        assertEquals(List.of("a:0/2", "a:1/2"), small.texts(small.pull("s", 5)));

        small.ack("s", leases(pulled).subList(2, 4));
        assertEquals(List.of("a:5", "a:6"), small.texts(small.pull("s", 5)));
    }

    @Test
    void aPullThatLooksAtAllItMayLetsTheNextGoOnFromThere() {
        var small = new SubscriptionLog(new SubscriptionLimits(10, 10, 1, 100, 10, 64, 1));
        for (String topic : List.of("a", "b", "c", "d")) {
            small.publish(topic, 1);
        }
        small.subscribe("s", eager("#", 0));
        small.nack("s", small.pull("s", 1));

        // With one message begun there is no room for new ones, and the one that came back is not the first it sees.
        small.pull("s", 1);
        assertEquals(List.of("a:0/2"), small.texts(small.pull("s", 1)));
    }

    @Test
    void allSubscriptionsTogetherHaveALimit() {
        var small = new SubscriptionLog(new SubscriptionLimits(10, 10, 100, 2, 10, 64, 100));
        small.publish("a", 20);
        small.subscribe("s", "a");
        small.pull("s", 1);
        small.pull("s", 1);

        assertEquals(List.of(), small.texts(small.pull("s", 1)));
    }

    @Test
    void aPullHasBounds() {
        log.subscribe("s", "a");
        assertEquals(Rejection.MALFORMED, why(log.apply(new Pull(name("s"), 0, "", 0, List.of()))));
        assertEquals(Rejection.MALFORMED, why(log.apply(new Pull(name("s"), 1_001, "", 0, List.of()))));
        assertEquals(Rejection.MALFORMED, why(log.apply(new Pull(name("s"), 1, "", -1, List.of()))));
        assertEquals(Rejection.MALFORMED, why(log.apply(new Pull(name("s"), 1, "w".repeat(200), 0, List.of()))));
        assertEquals(Rejection.UNKNOWN_SUBSCRIPTION, why(log.apply(new Pull(name("t"), 1, "", 0, List.of()))));
    }

    @Test
    void aDeletedTopicTakesItsMessagesAlong() {
        log.publish("a", 3);
        log.publish("b", 1);
        log.subscribe("s", "#");
        Pulled pulled = log.pull("s", 2);
        log.apply(new TopicCommand.Delete(new TopicName("a")));

        assertEquals(0, log.ack("s", pulled).done());
        assertEquals(1, log.view("s").lag());
        log.holdsAfterARestart();

        log.publish("a", 1);
        assertEquals(List.of("b:0", "a:0"), log.texts(log.pull("s", 5)));
    }

    @Test
    void whoWaitsIsToldWhenThereIsSomething() {
        log.subscribe("s", "a");
        log.subscribe("t", "b");
        assertEquals(List.of(), log.node.subscriptions.awakened());

        log.publish("a", 3);
        assertEquals(List.of(name("s")), log.node.subscriptions.awakened());
        log.publish("a", 3);
        assertEquals(List.of(), log.node.subscriptions.awakened());

        Pulled pulled = log.pull("s", 10);
        log.nack("s", pulled);
        log.pass(1_000);
        assertEquals(List.of(name("s")), log.node.subscriptions.awakened());
    }

    @Test
    void whoFoundNothingBecauseRetentionTookItIsToldOfTheNext() {
        log.configureTopic("a", new TopicConfig(5_000, 0, 0, TopicConfig.OnFull.DROP_OLDEST, Optional.empty(), 0));
        log.subscribe("s", "a");
        log.publish("a", 1);
        log.node.subscriptions.awakened();
        log.pass(10_000);
        assertEquals(List.of(), log.texts(log.pull("s", 1)));

        log.publish("a", 1);
        assertEquals(List.of(name("s")), log.node.subscriptions.awakened());
    }

    @Test
    void whoAskedAndHeardThatRetentionTookItIsToldOfTheNext() {
        log.configureTopic("a", new TopicConfig(5_000, 0, 0, TopicConfig.OnFull.DROP_OLDEST, Optional.empty(), 0));
        log.subscribe("s", "a");
        log.publish("a", 1);
        log.node.subscriptions.awakened();
        log.pass(10_000);
        assertFalse(log.node.subscriptions.isReady(name("s")));

        log.publish("a", 1);
        assertEquals(List.of(name("s")), log.node.subscriptions.awakened());
    }

    @Test
    void whoWaitsBecauseAllTogetherRememberTooMuchIsToldWhenThatEnds() {
        var small = new SubscriptionLog(new SubscriptionLimits(10, 10, 100, 2, 10, 64, 100));
        small.publish("a", 20);
        small.subscribe("s", "a");
        small.subscribe("t", "a");
        Pulled pulled = small.pull("s", 1);
        small.pull("s", 1);
        small.node.subscriptions.awakened();
        assertFalse(small.node.subscriptions.isReady(name("t")));
        assertEquals(0, small.node.subscriptions.deliverable(name("s"), 5));

        small.ack("s", pulled);
        assertTrue(small.node.subscriptions.awakened().contains(name("t")));
    }
}
