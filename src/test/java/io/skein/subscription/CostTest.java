package io.skein.subscription;

import static io.skein.subscription.SubscriptionLog.eager;
import static io.skein.subscription.SubscriptionLog.leases;
import static io.skein.subscription.SubscriptionLog.name;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Cursor;
import io.skein.subscription.SubscriptionCommand.Pull;
import io.skein.subscription.SubscriptionOutcome.Pulled;
import io.skein.topic.TopicChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What an operation costs does not depend on what else there is. Counted, not timed. */
class CostTest {
    private static final SubscriptionLimits LIMITS =
            new SubscriptionLimits(20_000, 1_000_000, 100_000, 1_000_000, 1_000, 64, 1_000);

    /** A log with so many subscriptions, each of a topic of its own, and one more of topic {@code a} among them. */
    private static SubscriptionLog among(int subscriptions) {
        var log = new SubscriptionLog(LIMITS);
        for (int i = 0; i < subscriptions; i++) {
            log.publish("t/" + i, 1);
            log.subscribe("s" + i, "t/" + i);
        }
        log.publish("a", 100);
        log.subscribe("s", eager("a", 5));
        return log;
    }

    private interface Step {
        void take(SubscriptionLog log);
    }

    private static long cost(SubscriptionLog log, Step step) {
        long before = log.node.subscriptions.looks();
        step.take(log);
        return log.node.subscriptions.looks() - before;
    }

    /** One of everything. */
    private static long costOfAll(SubscriptionLog log) {
        return cost(log, all -> {
            all.publish("a", 1);
            Pulled pulled = all.pull("s", 10);
            all.ack("s", leases(pulled).subList(0, 4));
            all.nack("s", leases(pulled).subList(4, 6), 100);
            all.extend("s", leases(pulled).subList(6, 7), 0);
            all.pass(40_000);
            all.ack("s", all.pull("s", 10));
        });
    }

    @Test
    void tenThousandSubscriptionsCostNoMoreThanTen() {
        long few = costOfAll(among(10));
        long many = costOfAll(among(10_000));

        assertTrue(few > 0);
        assertEquals(few, many);
    }

    @Test
    void tellingWhatIsDueCostsNoMoreWhereMuchIsDue() {
        assertEquals(costOfDue(600), costOfDue(6_000));
    }

    /** So many messages were given back, each for a delay of its own, and all delays are over. */
    private static long costOfDue(int messages) {
        var log = new SubscriptionLog(LIMITS);
        log.publish("a", messages);
        log.subscribe("s", eager("a", 5));
        int delay = 1;
        while (delay <= messages) {
            for (Leases lease : leases(log.pull("s", 600))) {
                log.nack("s", List.of(lease), delay++);
            }
        }
        return cost(log, all -> all.node.subscriptions.due(all.time + 100_000, 10));
    }

    @Test
    void aMillionWaitingMessagesCostNoMoreThanAHundred() {
        assertEquals(costOfAll(waiting(100)), costOfAll(waiting(1_000_000)));
    }

    private static SubscriptionLog waiting(long messages) {
        var log = new SubscriptionLog(LIMITS);
        log.publish("a", 1);
        var head = new TopicChange.Head(
                log.topic("a").id(), messages, 64 * messages, new Cursor(9, 0), log.time, log.time);
        log.node.evolve(head);
        log.shadow.evolve(head);
        log.rows.write(head);
        log.subscribe("s", eager("a", 5));
        return log;
    }

    @Test
    void aMillionMessagesAreOneNumber() {
        SubscriptionLog log = waiting(1_000_000);

        assertEquals(1_000_000, log.view("s").lag());
        assertEquals(0, log.node.subscriptions.totals().runs());
        for (int i = 0; i < 100; i++) {
            log.ack("s", (Pulled) log.apply(new Pull(name("s"), 1_000, "", 0, List.of())));
        }
        assertEquals(900_000, log.view("s").lag());
        assertEquals(0, log.node.subscriptions.totals().runs());
    }

    @Test
    void tenThousandFollowersOfOneTopicAreWokenOnce() {
        var log = new SubscriptionLog(LIMITS);
        log.publish("a", 1);
        for (int i = 0; i < 10_000; i++) {
            log.apply(
                    new SubscriptionCommand.Configure(name("s" + i), SubscriptionLog.config("a"), new Start.Latest()));
        }
        log.publish("a", 1);

        assertEquals(0, cost(log, all -> all.publish("a", 1)), "they know that there is something");
        assertTrue(cost(log, all -> all.ack("s7", all.pull("s7", 5))) < 20);
        assertTrue(cost(log, all -> all.publish("a", 1)) < 5, "one idled");
    }

    @Test
    void aTopicAmongManyThatAreEmptyIsFoundAtOnce() {
        var log = new SubscriptionLog(LIMITS);
        log.subscribe("s", "#");
        for (int i = 0; i < 2_000; i++) {
            log.publish("t/" + i, 1);
        }
        for (int i = 0; i < 2; i++) {
            log.ack("s", log.pull("s", 1_000));
        }
        log.publish("t/1234", 1);

        assertTrue(cost(log, all -> assertEquals(List.of("t/1234:1"), all.texts(all.pull("s", 10)))) < 20);
    }

    @Test
    void leasesThatAreNotDueAreNotLookedAt() {
        var log = new SubscriptionLog(LIMITS);
        log.publish("a", 2_000);
        log.subscribe("s", "a");
        for (int i = 0; i < 2_000; i++) {
            log.pull("s", 1);
        }

        assertTrue(cost(log, all -> all.apply(new SubscriptionCommand.Settle())) < 5);
    }

    @Test
    void deadLettersAmongThoseOfAnotherAreRedrivenAtTheCostOfTheChosen() {
        assertTrue(costOfRedrive(2_000) <= 2 * costOfRedrive(20));
    }

    /** Of the first ten among so many dead letters that are stretches of their own. */
    private static long costOfRedrive(int letters) {
        var log = new SubscriptionLog(new SubscriptionLimits(10, 100, 100_000, 1_000_000, 100_000, 64, 100_000));
        log.publish("d", 2 * letters);
        log.publish("a", 1);
        log.subscribe("s", eager("a", 1));
        for (int i = 0; i < letters; i++) {
            var dead = new SubscriptionChange.DeadSet(
                    log.view("s").id(), new OffsetRange(log.topic("d").id(), 2L * i, 1));
            log.node.evolve(dead);
            log.shadow.evolve(dead);
            log.rows.write(dead);
        }
        return cost(log, one -> {
            List<OffsetRange> chosen = new ArrayList<>();
            long topic = one.topic("d").id();
            for (int i = 0; i < 10; i++) {
                chosen.addAll(one.node.subscriptions.dead(name("s"), topic, 2L * i, 1));
            }
            one.apply(new SubscriptionCommand.Redrive(name("s"), Optional.of(chosen), 0));
        });
    }
}
