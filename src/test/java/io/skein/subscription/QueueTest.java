package io.skein.subscription;

import static io.skein.subscription.SubscriptionLog.eager;
import static io.skein.subscription.SubscriptionLog.leases;
import static io.skein.subscription.SubscriptionLog.name;
import static io.skein.subscription.SubscriptionLog.why;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Rejection;
import io.skein.subscription.SubscriptionCommand.Configure;
import io.skein.subscription.SubscriptionCommand.CreateQueue;
import io.skein.subscription.SubscriptionCommand.Delete;
import io.skein.subscription.SubscriptionCommand.DeleteTopic;
import io.skein.subscription.SubscriptionCommand.Pause;
import io.skein.subscription.SubscriptionCommand.Seek;
import io.skein.subscription.SubscriptionCommand.Take;
import io.skein.subscription.SubscriptionOutcome.Done;
import io.skein.subscription.SubscriptionOutcome.Pulled;
import io.skein.subscription.SubscriptionOutcome.Taken;
import io.skein.topic.TopicCommand;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicName;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The queues of RRMQ, and topics that drop what is acknowledged. */
class QueueTest {
    private final SubscriptionLog log = new SubscriptionLog();

    private long take(String topic) {
        return ((Taken) log.apply(new Take(new TopicName(topic)))).offset();
    }

    @Test
    void messagesAreTakenInOrderAndOnce() {
        log.apply(new CreateQueue(new TopicName("q")));
        assertEquals(-1, take("q"));
        log.publish("q", 2);

        assertEquals(0, take("q"));
        assertEquals(1, take("q"));
        assertEquals(-1, take("q"));
        assertEquals(0, log.node.subscriptions.totals().runs());
        log.holdsAfterARestart();
    }

    @Test
    void aQueueIsMadeOnce() {
        assertEquals(new Done(true), log.apply(new CreateQueue(new TopicName("q"))));
        assertEquals(Rejection.TOPIC_EXISTS, why(log.apply(new CreateQueue(new TopicName("q")))));
        assertEquals(Rejection.MALFORMED, why(log.apply(new CreateQueue(new TopicName("$q")))));
        assertEquals(1, log.node.subscriptions.all().size());
    }

    @Test
    void aTopicMadeElsewhereIsAQueueFromItsFirstTake() {
        log.publish("t", 3);

        assertEquals(0, take("t"));
        assertEquals(1, take("t"));
        assertEquals("$rrmq/t", log.node.subscriptions.all().get(0).name().value());
        log.holdsAfterARestart();
    }

    @Test
    void anUnknownTopicIsRefused() {
        assertEquals(Rejection.UNKNOWN_TOPIC, why(log.apply(new Take(new TopicName("t")))));
        assertEquals(Rejection.UNKNOWN_TOPIC, why(log.apply(new DeleteTopic(new TopicName("t")))));
    }

    @Test
    void aTakeDoesNotDisturbOthers() {
        log.publish("t", 1);
        log.subscribe("s", "t");
        take("t");

        assertEquals(1, log.view("s").lag());
    }

    @Test
    void whatSomebodyPulledAndGaveBackIsTakenFirst() {
        log.publish("t", 3);
        take("t");
        Pulled pulled = log.pull("$rrmq/t", 1);
        assertEquals(2, take("t"));
        log.nack("$rrmq/t", leases(pulled), 0);

        assertEquals(1, take("t"));
        assertEquals(-1, take("t"));
    }

    @Test
    void expiredMessagesAreNotTaken() {
        log.apply(new CreateQueue(new TopicName("q")));
        log.publishWithTtl("q", 10);
        log.publish("q", 1);
        log.time += 20;
        assertEquals(1, take("q"));

        log.publishWithTtl("q", 10);
        log.time += 20;
        assertEquals(-1, take("q"));
    }

    @Test
    void theTopicTakesItsQueueAlong() {
        log.apply(new CreateQueue(new TopicName("q")));
        log.publish("q", 2);
        log.subscribe("s", "q");
        take("q");
        log.apply(new DeleteTopic(new TopicName("q")));

        assertEquals(1, log.node.subscriptions.all().size());
        assertEquals(0, log.view("s").lag());
        log.holdsAfterARestart();

        log.apply(new CreateQueue(new TopicName("q")));
        log.publish("q", 1);
        assertEquals(0, take("q"));
    }

    @Test
    void aTopicIsDeletedWithWhatExpiredInTheSameCommand() {
        log.apply(new CreateQueue(new TopicName("q")));
        log.publishWithTtl("q", 10);
        log.time += 20;
        log.apply(new DeleteTopic(new TopicName("q")));

        assertTrue(log.node.topics.all().isEmpty());
    }

    @Test
    void aQueueWhoseTopicWasDeletedByItselfGoesOnWithTheNext() {
        log.apply(new CreateQueue(new TopicName("q")));
        log.publish("q", 2);
        take("q");
        log.apply(new TopicCommand.Delete(new TopicName("q")));
        log.apply(new CreateQueue(new TopicName("q")));
        log.publish("q", 1);

        assertEquals(0, take("q"));
    }

    @Test
    void aQueuesSubscriptionIsTheSystems() {
        log.apply(new CreateQueue(new TopicName("q")));
        SubscriptionName name = name("$rrmq/q");
        assertEquals(Rejection.MALFORMED, why(log.apply(new Configure(name, eager("q", 1), new Start.Earliest()))));
        assertEquals(Rejection.MALFORMED, why(log.apply(new Pause(name, true))));
        assertEquals(Rejection.MALFORMED, why(log.apply(new Delete(name))));
        assertEquals(Rejection.MALFORMED, why(log.apply(new Seek(name, new Start.Earliest()))));
    }

    // Topics that drop what is acknowledged.

    private void workQueue(String topic) {
        log.configureTopic(topic, TopicConfig.DEFAULT.withAcknowledged(true));
    }

    @Test
    void aWorkQueueDropsWhatIsAcknowledged() {
        workQueue("w");
        log.subscribe("s", "w");
        log.publish("w", 10);
        Pulled pulled = log.pull("s", 10);
        log.ack("s", leases(pulled).subList(0, 4));
        log.pass(200);
        assertEquals(4, log.topic("w").lowWater());
        log.holdsAfterARestart();

        log.ack("s", leases(pulled).subList(4, 10));
        log.pass(200);
        assertEquals(0, log.topic("w").count());
        assertEquals(Long.MAX_VALUE, log.node.subscriptions.nextDue());
    }

    @Test
    void aWorkQueueWaitsForEverySubscription() {
        workQueue("w");
        log.subscribe("s", "w");
        log.subscribe("t", "w");
        log.publish("w", 10);
        log.ack("s", log.pull("s", 10));
        log.ack("t", log.pull("t", 3));
        log.pass(200);
        assertEquals(3, log.topic("w").lowWater());

        log.apply(new Delete(name("t")));
        log.pass(200);
        assertEquals(10, log.topic("w").lowWater());
    }

    @Test
    void aWorkQueueThatNobodyFollowsKeepsEverything() {
        workQueue("w");
        log.publish("w", 3);
        log.pass(10_000);

        assertEquals(3, log.topic("w").count());
    }

    @Test
    void aTopicThatBecomesAWorkQueueDropsWhatWasAcknowledgedBefore() {
        log.subscribe("s", "w");
        log.publish("w", 3);
        log.ack("s", log.pull("s", 2));
        workQueue("w");
        log.pass(200);

        assertEquals(2, log.topic("w").lowWater());
    }

    @Test
    void aWorkQueueKeepsWhatIsOnItsWayToTheDeadLetters() {
        workQueue("w");
        log.subscribe("s", eager("w", 1));
        log.publish("w", 5);
        Pulled pulled = log.pull("s", 5);
        log.nack("s", leases(pulled).subList(2, 3), -1);
        log.ack("s", log.pull("s", 1));
        log.ack("s", leases(pulled).subList(0, 2));
        log.ack("s", leases(pulled).subList(3, 5));
        log.time += 200;
        log.apply(new SubscriptionCommand.Settle());
        assertEquals(2, log.topic("w").lowWater());

        log.pass(200);
        log.pass(200);
        assertEquals(5, log.topic("w").lowWater());
        assertEquals(1, log.view("s").dead());
    }

    @Test
    void aQueueOfWorkRefusesOnlyWhatIsNotDoneYet() {
        log.configureTopic(
                "w", new TopicConfig(0, 0, 2, TopicConfig.OnFull.REJECT, Optional.empty(), 0).withAcknowledged(true));
        log.subscribe("s", "w");
        log.publish("w", 2);
        log.ack("s", log.pull("s", 1));
        log.pass(200);
        log.publish("w", 1);

        assertEquals(3, log.topic("w").nextOffset());
    }

    @Test
    void aWorkQueueOfDeadLettersKeepsWhatIsRedriven() {
        workQueue("d");
        SubscriptionConfig config = eager("a", 1);
        log.subscribe(
                "s",
                new SubscriptionConfig(
                        config.filter(),
                        config.leaseMs(),
                        2,
                        List.of(),
                        Optional.of(new TopicName("d")),
                        config.order(),
                        false));
        log.subscribe("m", "d");
        log.publish("a", 1);
        log.nack("s", log.pull("s", 1));
        log.nack("s", log.pull("s", 1));
        log.settle();
        log.apply(new SubscriptionCommand.Redrive(name("s"), Optional.empty(), 0));
        Pulled lent = log.pull("s", 1);
        log.ack("m", log.pull("m", 1));
        log.pass(200);
        log.holdsAfterARestart();

        log.nack("s", lent);
        Pulled again = log.pull("s", 1);
        assertEquals(List.of("d:0/2"), log.texts(again));
        log.ack("s", again);
        log.pass(200);
        assertEquals(0, log.topic("d").count());
    }
}
