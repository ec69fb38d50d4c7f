package io.skein.subscription;

import static io.skein.subscription.SubscriptionLog.eager;
import static io.skein.subscription.SubscriptionLog.leases;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Cursor;
import io.skein.machine.Moment;
import io.skein.subscription.SubscriptionCommand.Acks;
import io.skein.subscription.SubscriptionCommand.Pull;
import io.skein.subscription.SubscriptionCommand.Redrive;
import io.skein.subscription.SubscriptionCommand.Seek;
import io.skein.subscription.SubscriptionCommand.Transact;
import io.skein.subscription.Trail.Delivery;
import io.skein.subscription.Trail.End;
import io.skein.topic.TopicFilter;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the log tells of the deliveries of one message: the first of topic a, to subscription s. */
class TrailTest {
    private static final SubscriptionName S = new SubscriptionName("s");

    private final SubscriptionLog log = new SubscriptionLog();
    private long published;

    private Trail trail() {
        return trail("a", false);
    }

    private Trail trail(String topic, boolean isLetter) {
        long id = log.topic(topic).id();
        Standing standing = log.node.subscriptions.standings(id, 0).stream()
                .filter(one -> one.subscription().equals(S))
                .findFirst()
                .orElseThrow();
        long leaseMs = log.node.subscriptions.config(S).orElseThrow().leaseMs();
        Trail trail = new Trail(id, 0, standing, leaseMs, isLetter);
        log.entries.forEach((at, command) -> {
            if (at.index() >= published) {
                trail.see(at, command);
            }
        });
        log.entries.forEach((at, command) -> {
            if (trail.leases().contains(new Cursor(at.index(), at.place()))) {
                trail.pulled(at, command);
            }
        });
        return trail;
    }

    private static List<End> ends(Trail trail) {
        return trail.deliveries().stream().map(Delivery::end).toList();
    }

    private static List<Integer> numbers(Trail trail) {
        return trail.deliveries().stream().map(Delivery::number).toList();
    }

    private void begin(int maxDeliveries) {
        log.subscribe("s", eager("a", maxDeliveries));
        log.publish("a", 1);
        published = log.index;
    }

    @Test
    void eachDeliveryIsToldWithItsEnd() {
        begin(5);
        log.nack("s", log.pull("s", 1));
        long leased = log.time + 1;
        log.pull("s", 1);
        log.time += 31_000;
        log.settle();
        log.ack("s", log.pull("s", 1));

        Trail trail = trail();
        assertEquals(List.of(End.NACKED, End.EXPIRED, End.ACKNOWLEDGED), ends(trail));
        assertEquals(List.of(1, 2, 3), numbers(trail));
        assertEquals("no good", trail.deliveries().get(0).reason());
        assertEquals(leased, trail.deliveries().get(1).leased());
        assertEquals(leased + 30_000, trail.deliveries().get(1).until());
        assertEquals("w", trail.deliveries().get(1).consumer());
        assertTrue(trail.deliveries().get(1).ended() >= leased + 30_000);
        assertTrue(trail.isAcknowledged());
    }

    @Test
    void aDeliveryUnderWayHasNoEnd() {
        begin(5);
        var lent = log.pull("s", 1);
        log.extend("s", leases(lent), 90_000);

        Delivery delivery = trail().deliveries().get(0);
        assertEquals(End.OPEN, delivery.end());
        assertEquals(0, delivery.ended());
        assertEquals(log.time + 90_000, delivery.until());
    }

    @Test
    void anAckThatCameLateIsTheEnd() {
        begin(5);
        var lent = log.pull("s", 1);
        log.time += 31_000;
        log.settle();
        log.ack("s", lent);

        assertEquals(List.of(End.ACKNOWLEDGED), ends(trail()));
    }

    @Test
    void anAckThatWasRefusedIsNone() {
        begin(5);
        var lent = log.pull("s", 1);
        log.time += 31_000;
        log.settle();
        log.pull("s", 1);
        log.ack("s", lent);

        assertEquals(List.of(End.EXPIRED, End.OPEN), ends(trail()));
    }

    @Test
    void aTransactionThatWasRefusedEndsNothing() {
        begin(5);
        var lent = log.pull("s", 1);
        var lost = new Leases(lent.subscription(), log.topic("a").id(), 2, 1, new Cursor(5, 0));
        log.apply(new Transact(
                List.of(), true, List.of(new Acks(S, leases(lent)), new Acks(S, List.of(lost))), List.of()));

        assertEquals(List.of(End.OPEN), ends(trail()));
        log.apply(new Transact(List.of(), true, List.of(new Acks(S, leases(lent))), List.of()));
        assertEquals(List.of(End.ACKNOWLEDGED), ends(trail()));
    }

    @Test
    void aLeaseThatNobodyGaveIsNoDelivery() {
        begin(5);
        long id = log.node.subscriptions.find(S).orElseThrow().id();
        log.ack("s", List.of(new Leases(id, log.topic("a").id(), 0, 1, new Cursor(log.index, 0))));

        assertEquals(List.of(), trail().deliveries());
    }

    @Test
    void whatBecameADeadLetterNamesItsCopy() {
        begin(2);
        log.nack("s", log.pull("s", 1));
        log.pull("s", 1);
        log.time += 31_000;
        log.settle();

        Trail trail = trail();
        assertEquals(List.of(End.NACKED, End.EXPIRED), ends(trail));
        assertEquals(1, trail.copies().size());
        assertFalse(trail.isAcknowledged());
    }

    @Test
    void aRedriveCountsAnew() {
        begin(1);
        log.nack("s", log.pull("s", 1));
        log.settle();
        for (int i = 0; i < 2; i++) {
            log.apply(new Redrive(S, Optional.empty(), 0));
            log.nack("s", log.pull("s", 1));
        }

        assertEquals(List.of(1, 1), numbers(trail("$dead/s", true)));
    }

    @Test
    void whoseDeliveryWasLostAsThePositionWasMovedIsTold() {
        begin(5);
        var lent = log.pull("s", 1);
        log.apply(new Seek(S, new Start.Earliest()));
        log.pull("s", 1);
        log.ack("s", lent);

        Trail trail = trail();
        assertEquals(List.of(End.LOST, End.OPEN), ends(trail));
        assertEquals(List.of(0, 1), numbers(trail));
    }

    @Test
    void howLongALeaseLastedIsWhatWasConfiguredThen() {
        begin(5);
        log.nack("s", log.pull("s", 1));
        log.subscribe(
                "s",
                new SubscriptionConfig(
                        new TopicFilter("a"),
                        5_000,
                        5,
                        List.of(),
                        Optional.empty(),
                        SubscriptionConfig.Order.TOPIC,
                        false));
        log.nack("s", log.pull("s", 1));
        Moment pulled = null;
        for (var entry : log.entries.entrySet()) {
            pulled = entry.getValue() instanceof Pull ? entry.getKey() : pulled;
        }

        List<Delivery> all = trail().deliveries();
        assertEquals(0, all.get(0).until(), "what was configured before is not known");
        assertEquals(pulled.time() + 5_000, all.get(1).until());
    }

    @Test
    void nothingIsCountedWhereTheLogBeginsLate() {
        begin(5);
        log.nack("s", log.pull("s", 1));
        log.ack("s", log.pull("s", 1));
        Trail trail = trail();
        trail.begunLate();

        assertEquals(List.of(0, 0), numbers(trail));
    }
}
