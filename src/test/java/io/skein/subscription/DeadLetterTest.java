package io.skein.subscription;

import static io.skein.subscription.SubscriptionLog.eager;
import static io.skein.subscription.SubscriptionLog.keep;
import static io.skein.subscription.SubscriptionLog.leases;
import static io.skein.subscription.SubscriptionLog.name;
import static io.skein.subscription.SubscriptionLog.why;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Due;
import io.skein.machine.Rejection;
import io.skein.subscription.SubscriptionCommand.Configure;
import io.skein.subscription.SubscriptionCommand.DeadLetter;
import io.skein.subscription.SubscriptionCommand.Delete;
import io.skein.subscription.SubscriptionCommand.Discard;
import io.skein.subscription.SubscriptionCommand.Redrive;
import io.skein.subscription.SubscriptionCommand.Seek;
import io.skein.subscription.SubscriptionCommand.Settle;
import io.skein.subscription.SubscriptionOutcome.Counted;
import io.skein.subscription.SubscriptionOutcome.Pulled;
import io.skein.topic.Header;
import io.skein.topic.Message;
import io.skein.topic.TopicCommand;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Nothing is lost at the last delivery. */
class DeadLetterTest {
    private final SubscriptionLog log = new SubscriptionLog();

    /** A subscription {@code s} of {@code a} with so many dead letters. */
    private void kill(int messages) {
        log.subscribe("s", eager("a", 1));
        log.publish("a", messages);
        log.nack("s", log.pull("s", messages));
        log.settle();
    }

    @Test
    void aMessageThatFailedItsLastDeliveryIsADeadLetter() {
        log.subscribe("s", eager("a", 2));
        log.publish("a", 1);
        log.nack("s", log.pull("s", 1));
        log.nack("s", log.pull("s", 1));
        assertEquals(1, log.view("s").marked());
        assertEquals(List.of(), log.texts(log.pull("s", 1)));
        log.settle();

        assertEquals(1, log.topic("$dead/s").count());
        assertEquals(1, log.view("s").dead());
        assertEquals(0, log.view("s").lag());
        assertEquals(0, log.view("s").marked());
        log.holdsAfterARestart();
    }

    @Test
    void aDeadLetterSaysWhereItComesFromAndWhy() {
        log.subscribe("s", eager("a", 1));
        log.publish("a", 2);
        log.nack("s", leases(log.pull("s", 2)).subList(1, 2), -1);
        log.settle();

        Message letter = log.rows.body(log.topic("$dead/s").id(), 0);
        assertEquals(
                Map.of(
                        "skein-dead-reason", "no good",
                        "skein-dead-subscription", "s",
                        "skein-dead-topic", "a",
                        "skein-dead-offset", "1",
                        "skein-dead-deliveries", "1"),
                letter.headers().stream().collect(Collectors.toMap(Header::name, Header::value)));
    }

    @Test
    void anExpiredLeaseCountsAsADelivery() {
        log.subscribe("s", eager("a", 1));
        log.publish("a", 1);
        log.pull("s", 1);
        log.pass(31_000);

        Message letter = log.rows.body(log.topic("$dead/s").id(), 0);
        assertEquals(
                new Header("skein-dead-reason", "lease expired"),
                letter.headers().get(0));
    }

    @Test
    void theOriginalStaysForOthers() {
        log.subscribe("t", "a");
        kill(1);

        assertEquals(List.of("a:0"), log.texts(log.pull("t", 1)));
        assertEquals(1, log.topic("a").count());
    }

    @Test
    void deadLettersGoWhereTheConfigurationSays() {
        SubscriptionConfig to = withDeadLetter(eager("#", 1), "errors");
        log.subscribe("s", to);
        log.publish("a", 1);
        log.nack("s", log.pull("s", 1));
        log.settle();

        assertEquals(1, log.topic("errors").count());
        assertEquals(List.of(), log.texts(log.pull("s", 1)), "its own dead letters are not followed");
    }

    private static SubscriptionConfig withDeadLetter(SubscriptionConfig config, String topic) {
        return new SubscriptionConfig(
                config.filter(),
                config.leaseMs(),
                config.maxDeliveries(),
                config.backoffMs(),
                Optional.of(new TopicName(topic)),
                config.order(),
                config.paused());
    }

    @Test
    void aFullDeadLetterTopicTakesThemAllTheSame() {
        log.configureTopic("errors", new TopicConfig(0, 0, 1, TopicConfig.OnFull.REJECT, Optional.empty(), 0));
        log.publish("errors", 1);
        log.subscribe("s", withDeadLetter(eager("a", 1), "errors"));
        log.publish("a", 3);
        log.nack("s", log.pull("s", 3));
        log.settle();

        assertEquals(4, log.topic("errors").count());
        assertEquals(3, log.view("s").dead());
    }

    @Test
    void retentionWaitsForTheCopy() {
        log.configureTopic("a", keep(2));
        log.subscribe("s", eager("a", 1));
        log.publish("a", 2);
        log.nack("s", log.pull("s", 1));
        log.publish("a", 5);
        assertEquals(0, log.topic("a").lowWater());
        log.holdsAfterARestart();

        log.settle();
        assertEquals(1, log.topic("$dead/s").count());
        assertEquals(2, log.topic("a").count());
    }

    @Test
    void manyAreCopiedAFewAtATime() {
        kill(10);

        assertEquals(10, log.topic("$dead/s").count());
        assertEquals(1, log.node.subscriptions.totals().deadRanges());
        assertEquals(0, log.node.subscriptions.totals().marks());
    }

    @Test
    void aCopyIsMadeOnce() {
        log.subscribe("s", eager("a", 1));
        log.publish("a", 1);
        log.nack("s", log.pull("s", 1));
        Due.Fetch fetch =
                (Due.Fetch) log.node.subscriptions.due(log.time + 1, 10).get(0);
        Message body = log.rows.body(log.topic("a").id(), 0);
        log.apply(new DeadLetter(fetch.place(), 0, List.of(body)));

        assertEquals(Rejection.NO_MARK, why(log.apply(new DeadLetter(fetch.place(), 0, List.of(body)))));
        assertEquals(1, log.topic("$dead/s").count());
    }

    @Test
    void aRedriveHandsThemOutAgainFromTheDeadLetterTopic() {
        kill(3);
        assertEquals(new Counted(3, false), log.apply(new Redrive(name("s"), Optional.empty(), 0)));
        assertEquals(0, log.view("s").dead());
        assertEquals(3, log.view("s").lag());

        Pulled pulled = log.pull("s", 5);
        assertEquals(List.of("$dead/s:0", "$dead/s:1", "$dead/s:2"), log.texts(pulled));
        log.ack("s", pulled);
        assertEquals(0, log.view("s").lag());
        assertEquals(0, log.view("s").dead());
        assertEquals(3, log.topic("$dead/s").count());
        log.holdsAfterARestart();
    }

    @Test
    void aRedrivenMessageThatFailsAgainIsDeadWhereItIs() {
        kill(3);
        log.apply(new Redrive(name("s"), Optional.empty(), 0));
        log.nack("s", log.pull("s", 2));
        log.settle();

        assertEquals(2, log.view("s").dead());
        assertEquals(1, log.view("s").lag());
        assertEquals(3, log.topic("$dead/s").count());
    }

    @Test
    void onlyTheChosenAreRedriven() {
        kill(10);
        long topic = log.topic("$dead/s").id();
        log.apply(new Redrive(
                name("s"),
                Optional.of(List.of(
                        new OffsetRange(topic, 4, 2),
                        new OffsetRange(topic, 1, 1),
                        new OffsetRange(topic, 5, 2),
                        new OffsetRange(topic, 20, 5),
                        new OffsetRange(99, 0, 5))),
                0));

        assertEquals(6, log.view("s").dead());
        assertEquals(List.of("$dead/s:1", "$dead/s:4", "$dead/s:5", "$dead/s:6"), log.texts(log.pull("s", 10)));
        log.holdsAfterARestart();
    }

    @Test
    void aRatePacesARedrive() {
        kill(10);
        log.apply(new Redrive(name("s"), Optional.empty(), 2));
        int got = 0;
        for (int second = 1; second <= 5; second++) {
            log.pass(1_000);
            got += leases(log.pull("s", 10)).size();
            assertTrue(got >= 2 * second - 1 && got <= 2 * second + 2, got + " after " + second + " s");
        }
    }

    @Test
    void whatIsDiscardedIsForgottenAndStaysInItsTopic() {
        kill(3);
        long topic = log.topic("$dead/s").id();
        assertEquals(
                new Counted(1, false),
                log.apply(new Discard(name("s"), Optional.of(List.of(new OffsetRange(topic, 1, 1))))));
        assertEquals(2, log.view("s").dead());
        assertEquals(new Counted(2, false), log.apply(new Discard(name("s"), Optional.empty())));
        assertEquals(0, log.view("s").dead());
        assertEquals(3, log.topic("$dead/s").count());
        log.holdsAfterARestart();
    }

    @Test
    void deadLettersThatRetentionTookAreNoneAnyMore() {
        log.configureTopic("errors", keep(2));
        log.subscribe("s", withDeadLetter(eager("a", 1), "errors"));
        log.publish("a", 5);
        log.nack("s", log.pull("s", 5));
        log.settle();

        assertEquals(2, log.view("s").dead());
        assertEquals(new Counted(2, false), log.apply(new Redrive(name("s"), Optional.empty(), 0)));
        assertEquals(List.of("errors:3", "errors:4"), log.texts(log.pull("s", 5)));
    }

    @Test
    void aSeekLeavesMarksAndRedrivenMessagesAlone() {
        kill(1);
        log.apply(new Redrive(name("s"), Optional.empty(), 0));
        log.publish("a", 1);
        log.nack("s", leases(log.pull("s", 2)).subList(1, 2), -1);
        log.apply(new Seek(name("s"), new Start.Latest()));
        log.settle();

        assertEquals(2, log.topic("$dead/s").count());
        assertEquals(1, log.view("s").lag());
    }

    @Test
    void aSubscriptionThatGoesLetsRetentionGoOn() {
        log.configureTopic("a", keep(1));
        log.subscribe("s", eager("a", 1));
        log.publish("a", 1);
        log.nack("s", log.pull("s", 1));
        log.apply(new Delete(name("s")));
        log.publish("a", 1);

        assertEquals(1, log.topic("a").count());
        assertEquals(0, log.node.subscriptions.totals().marks());
    }

    @Test
    void aTopicThatGoesTakesMarksAndDeadLettersAlong() {
        kill(2);
        log.publish("a", 1);
        log.nack("s", log.pull("s", 1));
        log.apply(new TopicCommand.Delete(new TopicName("a")));
        assertEquals(0, log.node.subscriptions.totals().marks());

        log.apply(new TopicCommand.Delete(new TopicName("$dead/s")));
        assertEquals(0, log.view("s").dead());
        assertEquals(0, log.node.subscriptions.totals().deadRanges());
        log.holdsAfterARestart();
    }

    @Test
    void whatExpiredIsNoDeadLetter() {
        log.subscribe("s", eager("a", 1));
        log.publishWithTtl("a", 1_000);
        log.pull("s", 1);
        log.pass(31_000);

        assertEquals(0, log.view("s").dead());
        assertEquals(0, log.view("s").lag());
        assertEquals(0, log.view("s").marked());
    }

    @Test
    void aMarkIsMadeBeforeTheSameCommandCouldTrimTheMessage() {
        log.configureTopic("a", new TopicConfig(20_000, 0, 0, TopicConfig.OnFull.DROP_OLDEST, Optional.empty(), 0));
        log.subscribe("s", eager("a", 1));
        log.publish("a", 1);
        log.pull("s", 1);
        log.time += 31_000;
        log.apply(new Settle());
        assertEquals(1, log.view("s").marked());

        log.settle();
        assertEquals(1, log.topic("$dead/s").count());
        assertEquals(0, log.topic("a").count());
    }

    @Test
    void allSubscriptionsTogetherRememberSoManyStretches() {
        var small = new SubscriptionLog(new SubscriptionLimits(10, 10, 100, 100, 3, 64, 100));
        small.subscribe("s", withDeadLetter(eager("a", 1), "errors"));
        for (int i = 0; i < 6; i++) {
            small.publish("a", 1);
            small.nack("s", small.pull("s", 1));
            small.settle();
            small.publish("errors", 1);
        }

        assertEquals(3, small.node.subscriptions.totals().deadRanges());
        assertEquals(
                List.of(new OffsetRange(small.topic("errors").id(), 6, 1)),
                small.node.subscriptions.dead(name("s"), 0, 0, 1));
        small.holdsAfterARestart();
    }

    @Test
    void aFormerTopicOfDeadLettersIsOneLikeOthers() {
        log.subscribe("s", withDeadLetter(eager("#", 1), "errors"));
        log.publish("a", 2);
        log.nack("s", log.pull("s", 2));
        log.settle();
        log.apply(new Redrive(
                name("s"),
                Optional.of(List.of(new OffsetRange(log.topic("errors").id(), 0, 1))),
                0));

        log.apply(new Configure(name("s"), eager("#", 1), new Start.Latest()));
        log.publish("errors", 1);

        assertEquals(0, log.view("s").dead());
        assertEquals(List.of("errors:2"), log.texts(log.pull("s", 5)));
        log.holdsAfterARestart();
    }

    @Test
    void aSubscriptionOfNothingButItsOwnDeadLettersIsRefused() {
        assertEquals(Rejection.MALFORMED, why(log.subscribe("s", withDeadLetter(eager("a", 1), "a"))));
        assertEquals(Rejection.MALFORMED, why(log.subscribe("s", eager("$dead/s", 1))));
        assertEquals(Rejection.MALFORMED, why(log.subscribe("s", withDeadLetter(eager("a", 1), "$dead/t"))));
        assertEquals(new TopicFilter("$dead/s"), eager("$dead/s", 1).filter());
    }

    private List<OffsetRange> everySecond(int first, int end) {
        List<OffsetRange> apart = new ArrayList<>();
        for (int offset = first; offset < end; offset += 2) {
            apart.add(new OffsetRange(log.topic("$dead/s").id(), offset, 1));
        }
        return apart;
    }

    @Test
    void aRateHoldsForLettersThatLieApart() {
        kill(8);
        log.apply(new Redrive(name("s"), Optional.of(everySecond(0, 4)), 1));
        log.apply(new Redrive(name("s"), Optional.of(everySecond(4, 8)), 1));
        log.pass(1_500);
        assertEquals(2, leases(log.pull("s", 10)).size());
        assertEquals(2, log.view("s").paced());
        log.pass(2_000);
        assertEquals(0, log.view("s").paced());
    }

    @Test
    void aRateAboveOneAMillisecondHoldsToo() {
        kill(60);
        long begun = log.time;
        log.apply(new Redrive(name("s"), Optional.of(everySecond(0, 60)), 1_500));
        log.settle();
        assertEquals(30, leases(log.pull("s", 60)).size());
        assertTrue(log.time - begun >= 18, log.time - begun + " ms");
    }

    @Test
    void aRedriveInPartsIsAsSlowAsOneInOnePiece() {
        kill(10);
        long topic = log.topic("$dead/s").id();
        log.apply(new Redrive(name("s"), Optional.of(List.of(new OffsetRange(topic, 0, 5))), 5));
        log.apply(new Redrive(name("s"), Optional.of(List.of(new OffsetRange(topic, 5, 5))), 5));
        log.pass(900);
        assertTrue(leases(log.pull("s", 10)).size() <= 5);
        log.pass(2_000);
        assertEquals(0, log.view("s").paced());
    }
}
