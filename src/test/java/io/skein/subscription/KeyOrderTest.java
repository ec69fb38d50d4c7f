package io.skein.subscription;

import static io.skein.subscription.SubscriptionLog.byKey;
import static io.skein.subscription.SubscriptionLog.leases;
import static io.skein.subscription.SubscriptionLog.name;
import static io.skein.subscription.SubscriptionLog.why;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Rejection;
import io.skein.subscription.SubscriptionCommand.Pull;
import io.skein.subscription.SubscriptionCommand.Redrive;
import io.skein.subscription.SubscriptionOutcome.Pulled;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Of one key one message at a time. */
class KeyOrderTest {
    private final SubscriptionLog log = new SubscriptionLog();

    @Test
    void ofOneKeyOneMessageIsInFlight() {
        log.subscribe("s", byKey("a"));
        log.publishKeys("a", "x", "x", "y", "x", "y");

        Pulled first = log.pull("s", 5);
        assertEquals(List.of("a:0", "a:2"), log.texts(first));
        assertEquals(List.of(), log.texts(log.pull("s", 5)));
        log.holdsAfterARestart();

        log.ack("s", leases(first).subList(0, 1));
        assertEquals(List.of("a:1"), log.texts(log.pull("s", 5)));
    }

    @Test
    void messagesWithoutAKeyWaitForNothing() {
        log.subscribe("s", byKey("a"));
        log.publishKeys("a", "", "", "x", "");

        assertEquals(List.of("a:0", "a:1", "a:2", "a:3"), log.texts(log.pull("s", 5)));
    }

    @Test
    void aMessageThatComesBackGoesBeforeThoseBehindItOfItsKey() {
        log.subscribe("s", byKey("a"));
        log.publishKeys("a", "x", "x");
        log.nack("s", log.pull("s", 5));
        assertEquals(List.of(), log.texts(log.pull("s", 5)), "the head of a key holds it up");
        assertEquals(1, log.view("s").blockedKeys());

        log.pass(1_100);
        assertEquals(List.of("a:0/2"), log.texts(log.pull("s", 5)));
    }

    @Test
    void aDeadMessageHoldsItsKeyUpNoLonger() {
        SubscriptionConfig config = byKey("a");
        log.subscribe(
                "s",
                new SubscriptionConfig(config.filter(), 30_000, 1, List.of(), Optional.empty(), config.order(), false));
        log.publishKeys("a", "x", "x");
        log.nack("s", log.pull("s", 5));

        assertEquals(List.of("a:1"), log.texts(log.pull("s", 5)));
    }

    @Test
    void aKeyIsOneInAllTopics() {
        log.subscribe("s", byKey("#"));
        log.publishKeys("a", "x");
        log.publishKeys("b", "x", "y");

        Pulled first = log.pull("s", 5);
        assertEquals(List.of("a:0", "b:1"), log.texts(first));
        log.ack("s", first);
        assertEquals(List.of("b:0"), log.texts(log.pull("s", 5)));
    }

    @Test
    void aBlockedKeyDoesNotHoldUpOthersThatCameLater() {
        log.subscribe("s", byKey("a"));
        log.publishKeys("a", "x");
        log.pull("s", 1);
        log.publishKeys("a", "x", "x", "x", "x", "x", "x", "y");
        for (int i = 0; i < 3; i++) {
            log.pull("s", 2);
        }

        assertEquals(2, log.view("s").leased());
        assertFalse(log.node.subscriptions.isReady(name("s")));
    }

    @Test
    void whatIsPassedOverHasALimit() {
        var small = new SubscriptionLog(new SubscriptionLimits(10, 10, 4, 100, 10, 64, 100));
        small.subscribe("s", byKey("a"));
        small.publishKeys("a", "x", "x", "x", "x", "x", "x", "y");
        small.pull("s", 10);

        assertEquals(4, small.view("s").leased() + small.view("s").ready());
        assertFalse(small.node.subscriptions.isReady(name("s")));
        small.holdsAfterARestart();
    }

    @Test
    void whoeverWaitsForAKeyIsToldWhenItIsFree() {
        log.subscribe("s", byKey("a"));
        log.publishKeys("a", "x", "x");
        Pulled pulled = log.pull("s", 2);
        log.node.subscriptions.awakened();

        log.ack("s", pulled);
        assertEquals(List.of(name("s")), log.node.subscriptions.awakened());
    }

    @Test
    void withoutKeysNothingNewIsLent() {
        log.subscribe("s", byKey("a"));
        log.publishKeys("a", "x", "y");
        Pulled pulled = (Pulled) log.apply(new Pull(name("s"), 5, "", 0, List.of()));

        assertEquals(List.of(), pulled.lent());
    }

    @Test
    void keysThatAreKnownAlreadyChangeNothing() {
        log.subscribe("s", byKey("a"));
        log.publishKeys("a", "x", "y", "x");
        long topic = log.topic("a").id();
        var all = new Keys(topic, 0, List.of(Keys.hash("x"), Keys.hash("y"), Keys.hash("x")));
        log.apply(new Pull(name("s"), 1, "", 0, List.of(all)));

        Pulled again = (Pulled) log.apply(new Pull(name("s"), 5, "", 0, List.of(all)));

        assertEquals(List.of("a:1"), log.texts(again));
    }

    @Test
    void redrivenMessagesKeepToTheirKeys() {
        SubscriptionConfig config = byKey("a");
        log.subscribe(
                "s",
                new SubscriptionConfig(config.filter(), 30_000, 1, List.of(), Optional.empty(), config.order(), false));
        log.publishKeys("a", "x", "x", "y");
        log.nack("s", log.pull("s", 5));
        log.nack("s", log.pull("s", 5));
        log.settle();
        assertEquals(3, log.view("s").dead());
        log.publishKeys("a", "x");

        log.apply(new Redrive(name("s"), Optional.empty(), 0));
        log.holdsAfterARestart();

        Pulled first = log.pull("s", 9);
        assertEquals(2, leases(first).size(), log.texts(first).toString());
        log.ack("s", first);
        assertEquals(1, leases(log.pull("s", 9)).size());
    }

    @Test
    void redrivenMessagesDoNotWaitForRoomThatTheyTakeThemselves() {
        var small = new SubscriptionLog(new SubscriptionLimits(10, 10, 100, 100, 1, 10, 64, 100));
        SubscriptionConfig config = byKey("a");
        small.subscribe(
                "s",
                new SubscriptionConfig(config.filter(), 30_000, 1, List.of(), Optional.empty(), config.order(), false));
        small.publishKeys("a", "x");
        small.nack("s", small.pull("s", 1));
        small.settle();
        small.publishKeys("a", "y");

        small.apply(new Redrive(name("s"), Optional.empty(), 0));

        assertTrue(small.view("s").isReady());
        assertEquals(1, leases(small.pull("s", 1)).size());
    }

    @Test
    void expiredMessagesHoldNoKey() {
        log.subscribe("s", byKey("a"));
        log.publishWithTtl("a", 10);
        log.publishKeys("a", "x");
        log.time += 20;

        assertEquals(List.of("a:1"), log.texts(log.pull("s", 5)));
    }

    @Test
    void theOrderIsChosenOnce() {
        log.subscribe("s", byKey("a"));

        assertEquals(Rejection.MALFORMED, why(log.subscribe("s", SubscriptionLog.config("a"))));
    }

    @Test
    void aKeysNumberIsTheSameForEver() {
        assertEquals(0, Keys.hash(""));
        assertEquals(0x4E49AEA1F1F39DCAL, Keys.hash("orders/7"));
        assertNotEquals(Keys.hash("a"), Keys.hash("b"));
        assertTrue(Keys.hash("k") != 0);
    }

    @Test
    void whatIsPassedOverForOneKeyHasALimitOfItsOwn() {
        var small = new SubscriptionLog(new SubscriptionLimits(10, 10, 100, 3, 100, 10, 64, 100));
        small.subscribe("s", byKey("a"));
        small.publishKeys("a", "x", "x", "x", "x", "x", "x", "y");
        Pulled first = small.pull("s", 10);

        assertEquals(3, small.view("s").ready());
        assertTrue(small.view("s").isHeld());
        assertFalse(small.node.subscriptions.isReady(name("s")));
        small.node.subscriptions.awakened();

        small.ack("s", first);
        assertEquals(List.of(name("s")), small.node.subscriptions.awakened());
        assertEquals(List.of("a:1"), small.texts(small.pull("s", 10)));
        small.holdsAfterARestart();
    }
}
