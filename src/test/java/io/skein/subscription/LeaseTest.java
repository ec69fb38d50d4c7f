package io.skein.subscription;

import static io.skein.subscription.SubscriptionLog.config;
import static io.skein.subscription.SubscriptionLog.eager;
import static io.skein.subscription.SubscriptionLog.leases;
import static io.skein.subscription.SubscriptionLog.name;
import static io.skein.subscription.SubscriptionLog.why;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Cursor;
import io.skein.machine.Rejection;
import io.skein.subscription.SubscriptionCommand.Ack;
import io.skein.subscription.SubscriptionCommand.Configure;
import io.skein.subscription.SubscriptionCommand.Delete;
import io.skein.subscription.SubscriptionCommand.Nack;
import io.skein.subscription.SubscriptionCommand.Pull;
import io.skein.subscription.SubscriptionOutcome.Pulled;
import io.skein.subscription.SubscriptionOutcome.Refused;
import io.skein.subscription.SubscriptionOutcome.Settled;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Leases end, are given back, last longer; and whoever comes with one that is lost is refused. */
class LeaseTest {
    private final SubscriptionLog log = new SubscriptionLog();

    @Test
    void anAcknowledgedMessageIsGoneForGood() {
        log.publish("a", 1);
        log.subscribe("s", "a");

        assertEquals(new Settled(1, List.of()), log.ack("s", log.pull("s", 1)));
        log.pass(3_600_000);

        assertEquals(List.of(), log.texts(log.pull("s", 1)));
        assertEquals(0, log.view("s").lag());
    }

    @Test
    void anExpiredLeaseGivesTheMessageToTheNextConsumer() {
        log.publish("a", 1);
        log.subscribe("s", eager("a", 5));
        log.pull("s", 1);
        log.pass(29_000);
        assertEquals(List.of(), log.texts(log.pull("s", 1)));

        log.pass(2_000);
        assertEquals(List.of("a:0/2"), log.texts(log.pull("s", 1)));
        assertEquals(1, log.view("s").redelivered());
    }

    @Test
    void aLeaseHoldsUntilAnEntrySaysThatItEnded() {
        log.publish("a", 1);
        log.subscribe("s", eager("a", 5));
        log.pull("s", 1);
        log.time += 60_000;

        assertEquals(List.of(), log.texts(log.pull("s", 1)));
    }

    @Test
    void whoIsLateIsHeardAsLongAsNobodyElseHasTheMessage() {
        log.publish("a", 2);
        log.subscribe("s", eager("a", 5));
        Pulled late = log.pull("s", 2);
        log.pass(31_000);
        Pulled next = log.pull("s", 1);

        Settled settled = log.ack("s", late);

        assertEquals(1, settled.done());
        assertEquals(List.of(new Refused(leases(late).get(0), Rejection.LEASE_LOST)), settled.refused());
        assertEquals(1, log.ack("s", next).done());
        assertEquals(List.of(), log.texts(log.pull("s", 5)));
    }

    @Test
    void whatWasGivenBackIsNotAcknowledgedAfterwards() {
        log.publish("a", 1);
        log.subscribe("s", "a");
        Pulled pulled = log.pull("s", 1);
        log.nack("s", pulled);

        assertEquals(0, log.ack("s", pulled).done());
        assertEquals(0, log.nack("s", pulled).done());
    }

    @Test
    void anAckComesToSomethingOnce() {
        log.publish("a", 2);
        log.subscribe("s", "a");
        Pulled pulled = log.pull("s", 2);
        Leases first = leases(pulled).get(0);

        Settled twice = log.ack("s", List.of(first, first));
        assertEquals(1, twice.done());
        assertEquals(List.of(new Refused(first, Rejection.LEASE_LOST)), twice.refused());
        assertEquals(0, log.ack("s", List.of(first)).done());
    }

    @Test
    void acknowledgementsInAnyOrderLeaveTheRest() {
        log.publish("a", 10);
        log.subscribe("s", eager("a", 5));
        List<Leases> leases = leases(log.pull("s", 10));
        log.ack("s", List.of(leases.get(7), leases.get(2), leases.get(3), leases.get(9), leases.get(0)));
        assertEquals(5, log.view("s").leased());
        log.holdsAfterARestart();

        log.pass(31_000);
        assertEquals(List.of("a:1/2", "a:4/2", "a:5/2", "a:6/2", "a:8/2"), log.texts(log.pull("s", 10)));
    }

    @Test
    void aRangeIsAcknowledgedAtOnceAndRefusedInPart() {
        log.publish("a", 10);
        log.subscribe("s", "a");
        Pulled pulled = log.pull("s", 10);
        long topic = log.topic("a").id();
        log.ack("s", List.of(new Leases(pulled.subscription(), topic, 3, 2, pulled.lease())));

        Settled settled = log.ack("s", List.of(new Leases(pulled.subscription(), topic, 0, 12, pulled.lease())));

        assertEquals(8, settled.done());
        assertEquals(
                List.of(
                        new Refused(
                                new Leases(pulled.subscription(), topic, 3, 2, pulled.lease()), Rejection.LEASE_LOST),
                        new Refused(
                                new Leases(pulled.subscription(), topic, 10, 2, pulled.lease()), Rejection.LEASE_LOST)),
                settled.refused());
        assertEquals(0, log.node.subscriptions.totals().runs());
    }

    @Test
    void theLeaseOfASubscriptionThatWasMadeAnewIsLost() {
        log.publish("a", 1);
        log.subscribe("s", "a");
        Pulled before = log.pull("s", 1);
        log.apply(new Delete(name("s")));
        log.subscribe("s", "a");
        Pulled pulled = log.pull("s", 1);

        assertEquals(0, log.ack("s", before).done());
        assertEquals(1, log.ack("s", pulled).done());
    }

    @Test
    void nobodyMakesALeaseUp() {
        log.publish("a", 1);
        log.subscribe("s", eager("a", 5));
        Pulled pulled = log.pull("s", 1);
        log.nack("s", pulled);
        long topic = log.topic("a").id();

        assertEquals(
                0,
                log.ack("s", List.of(new Leases(pulled.subscription(), topic, 0, 1, Cursor.ORIGIN)))
                        .done());
        assertEquals(
                0,
                log.ack("s", List.of(new Leases(pulled.subscription(), 99, 0, 1, pulled.lease())))
                        .done());
    }

    @Test
    void backoffGrowsWithEveryDelivery() {
        log.publish("a", 1);
        log.subscribe("s", config("a"));
        log.nack("s", log.pull("s", 1));
        log.pass(900);
        assertEquals(List.of(), log.texts(log.pull("s", 1)));
        log.pass(200);
        log.nack("s", log.pull("s", 1));
        assertEquals(1, log.view("s").delayed());
        log.pass(9_000);
        assertEquals(List.of(), log.texts(log.pull("s", 1)));
        log.pass(1_000);
        assertEquals(List.of("a:0/3"), log.texts(log.pull("s", 1)));
    }

    @Test
    void anExpiredLeaseWaitsLikeANack() {
        log.publish("a", 1);
        log.subscribe("s", config("a"));
        log.pull("s", 1);
        log.pass(30_000);
        assertEquals(List.of(), log.texts(log.pull("s", 1)));

        log.pass(1_100);
        assertEquals(List.of("a:0/2"), log.texts(log.pull("s", 1)));
    }

    @Test
    void aNackSaysHowLongToWait() {
        log.publish("a", 2);
        log.subscribe("s", "a");
        List<Leases> leases = leases(log.pull("s", 2));
        log.nack("s", leases.subList(0, 1), 60_000);
        log.nack("s", leases.subList(1, 2), 0);

        assertEquals(List.of("a:1/2"), log.texts(log.pull("s", 2)));
        log.pass(61_000);
        assertEquals(List.of("a:0/2"), log.texts(log.pull("s", 1)));
    }

    @Test
    void aDelayedMessageDoesNotHoldUpThoseBehindIt() {
        log.publish("a", 2);
        log.subscribe("s", "a");
        log.nack("s", leases(log.pull("s", 1)), 60_000);

        assertEquals(List.of("a:1"), log.texts(log.pull("s", 2)));
    }

    @Test
    void anExtendedLeaseLastsFromNow() {
        log.publish("a", 2);
        log.subscribe("s", eager("a", 5));
        List<Leases> leases = leases(log.pull("s", 2));
        log.pass(20_000);
        assertEquals(1, log.extend("s", leases.subList(0, 1), 0).done());
        log.pass(20_000);

        assertEquals(List.of("a:1/2"), log.texts(log.pull("s", 2)));
        assertEquals(1, log.ack("s", leases.subList(0, 1)).done());
    }

    @Test
    void anEndedLeaseIsNotExtended() {
        log.publish("a", 1);
        log.subscribe("s", eager("a", 5));
        List<Leases> leases = leases(log.pull("s", 1));
        log.pass(31_000);

        assertEquals(0, log.extend("s", leases, 0).done());
    }

    @Test
    void aPullMaySayHowLongItsLeasesLast() {
        log.publish("a", 1);
        log.subscribe("s", eager("a", 5));
        log.apply(new Pull(name("s"), 1, "w", 100, List.of()));
        log.pass(101);

        assertEquals(List.of("a:0/2"), log.texts(log.pull("s", 1)));
    }

    @Test
    void deliveriesWithoutALimitNeverEnd() {
        log.publish("a", 1);
        log.subscribe("s", eager("a", 0));
        for (int i = 0; i < 20; i++) {
            log.nack("s", log.pull("s", 1));
        }

        assertEquals(List.of("a:0/21"), log.texts(log.pull("s", 1)));
    }

    @Test
    void listsHaveBounds() {
        log.subscribe("s", "a");
        var wide = new Leases(1, 1, 0, 10_001, new Cursor(5, 0));
        assertEquals(Rejection.MALFORMED, why(log.apply(new Ack(name("s"), List.of(wide)))));
        var endless = new Leases(1, 1, 0, Long.MAX_VALUE, new Cursor(5, 0));
        assertEquals(Rejection.MALFORMED, why(log.apply(new Ack(name("s"), List.of(endless, endless, endless)))));
        assertEquals(Rejection.MALFORMED, why(log.apply(new Nack(name("s"), List.of(), -2, ""))));
        assertEquals(Rejection.MALFORMED, why(log.apply(new Nack(name("s"), List.of(), 0, "x".repeat(2_000)))));
        assertEquals(Rejection.UNKNOWN_SUBSCRIPTION, why(log.apply(new Ack(name("t"), List.of()))));
    }

    @Test
    void aTokenSaysAllOfALease() {
        var lease = new Leases(3, 40, 1_000_000, 1, new Cursor(123_456_789, 4), 0xFFFF);
        assertEquals(Optional.of(lease), Leases.parse(lease.text()));
        var many = new Leases(3, 40, 0, 256, new Cursor(1, 0), 0);
        assertEquals(Optional.of(many), Leases.parse(many.text()));
        for (String text : List.of(
                "",
                "l",
                "x1.1.1.1.1.1",
                "l1.1.1.1.1",
                "l1.1.1.1.1.1.0",
                "l1.1.1.1.1.-1",
                "l1.1.1.1.1.1.1.1",
                "l1ekg.1.1.1.1.1",
                "l1.1.1.1.+1.1",
                "l1.1.1.1y2p0ij32e8e7.1.1.5",
                "l1.1.1.1.1.1y2p0ij32e8e7",
                "l....",
                "l1.1.1.1.1.1.",
                "l" + "1".repeat(99))) {
            assertTrue(Leases.parse(text).isEmpty(), text);
        }
    }

    @Test
    void leasesThatFollowEachOtherEndInOneStep() {
        log.publish("a", 1_000);
        log.subscribe("s", eager("a", 5));
        log.pull("s", 1_000);
        log.time += 31_000;
        log.settle();

        assertEquals(1, log.node.subscriptions.totals().runs());
        assertEquals(1_000, log.view("s").ready());
    }

    @Test
    void whatEndsAtOneTimeEndsInSeveralEntriesWhenItIsMuch() {
        var small = new SubscriptionLog(new SubscriptionLimits(10, 10, 1_000, 1_000, 10, 64, 3));
        small.publish("a", 10);
        small.apply(new Configure(name("s"), eager("a", 5), new Start.Earliest()));
        for (int i = 0; i < 10; i++) {
            small.pull("s", 1);
        }
        small.pass(31_000);

        assertEquals(10, small.view("s").ready());
    }
}
