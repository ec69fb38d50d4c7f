package io.skein.subscription;

import static io.skein.subscription.SubscriptionLog.eager;
import static io.skein.subscription.SubscriptionLog.leases;
import static io.skein.subscription.SubscriptionLog.message;
import static io.skein.subscription.SubscriptionLog.name;
import static io.skein.subscription.SubscriptionLog.why;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.skein.machine.Outcome;
import io.skein.machine.Rejection;
import io.skein.subscription.SubscriptionCommand.Acks;
import io.skein.subscription.SubscriptionCommand.Nacks;
import io.skein.subscription.SubscriptionCommand.Transact;
import io.skein.subscription.SubscriptionOutcome.Aborted;
import io.skein.subscription.SubscriptionOutcome.Pulled;
import io.skein.subscription.SubscriptionOutcome.Refused;
import io.skein.subscription.SubscriptionOutcome.Transacted;
import io.skein.topic.Publication;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicName;
import io.skein.topic.TopicOutcome.Accepted;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Published, acknowledged and given back together, or not at all. */
class TransactionTest {
    private final SubscriptionLog log = new SubscriptionLog();

    private static Publication to(String topic) {
        return Publication.of(new TopicName(topic), message("", "out"));
    }

    private Outcome transact(List<Publication> messages, List<Acks> acks, List<Nacks> nacks) {
        return log.apply(new Transact(messages, true, acks, nacks));
    }

    @Test
    void allOfItIsDone() {
        log.subscribe("s", eager("in", 5));
        log.subscribe("t", eager("other", 5));
        log.publish("in", 2);
        log.publish("other", 1);
        Pulled one = log.pull("s", 2);
        Pulled other = log.pull("t", 1);

        Transacted done = (Transacted) transact(
                List.of(to("out"), to("out")),
                List.of(new Acks(name("s"), leases(one))),
                List.of(new Nacks(name("t"), leases(other), -1, "later")));

        assertEquals(1, ((Accepted) done.results().get(1)).offset());
        assertEquals(2, done.acknowledged());
        assertEquals(1, done.returned());
        assertEquals(2, log.topic("out").count());
        assertEquals(0, log.view("s").lag());
        assertEquals(List.of("other:0/2"), log.texts(log.pull("t", 1)));
        log.holdsAfterARestart();
    }

    @Test
    void aLostLeaseUndoesAllOfIt() {
        log.subscribe("s", eager("in", 5));
        log.publish("in", 2);
        Pulled pulled = log.pull("s", 2);
        log.ack("s", leases(pulled).subList(1, 2));

        Outcome outcome = transact(List.of(to("out")), List.of(new Acks(name("s"), leases(pulled))), List.of());

        assertEquals(new Aborted(List.of(new Refused(leases(pulled).get(1), Rejection.LEASE_LOST))), outcome);
        assertFalse(outcome.tookEffect());
        assertEquals(Optional.empty(), log.node.topics.find(new TopicName("out")));
        assertEquals(1, log.view("s").leased());
    }

    @Test
    void aRefusedMessageUndoesAllOfIt() {
        log.configureTopic("full", new TopicConfig(0, 0, 1, TopicConfig.OnFull.REJECT, Optional.empty(), 0));
        log.publish("full", 1);
        log.subscribe("s", eager("in", 5));
        log.publish("in", 1);
        Pulled pulled = log.pull("s", 1);

        Outcome outcome =
                transact(List.of(to("out"), to("full")), List.of(new Acks(name("s"), leases(pulled))), List.of());

        assertEquals(Rejection.TOPIC_FULL, why(outcome));
        assertEquals(1, log.view("s").leased());
    }

    @Test
    void aLeaseIsNotAcknowledgedAndGivenBack() {
        log.subscribe("s", eager("in", 5));
        log.publish("in", 1);
        List<Leases> leases = leases(log.pull("s", 1));

        Outcome outcome =
                transact(List.of(), List.of(new Acks(name("s"), leases)), List.of(new Nacks(name("s"), leases, 0, "")));

        assertEquals(Aborted.class, outcome.getClass());
    }

    @Test
    void theLastFailureMayStandInATransaction() {
        log.subscribe("s", eager("in", 1));
        log.publish("in", 3);
        Pulled pulled = log.pull("s", 3);
        transact(List.of(to("out")), List.of(), List.of(new Nacks(name("s"), leases(pulled), -1, "bad")));
        log.settle();

        assertEquals(3, log.view("s").dead());
    }

    @Test
    void anUnknownSubscriptionIsRefused() {
        assertEquals(
                Rejection.UNKNOWN_SUBSCRIPTION,
                why(transact(List.of(to("out")), List.of(new Acks(name("s"), List.of())), List.of())));
        assertEquals(
                Rejection.UNKNOWN_SUBSCRIPTION,
                why(transact(List.of(to("out")), List.of(), List.of(new Nacks(name("s"), List.of(), -1, "")))));
    }

    @Test
    void aTransactionOfNothingIsRefused() {
        assertEquals(Rejection.MALFORMED, why(transact(List.of(), List.of(), List.of())));
    }

    @Test
    void aSubscriptionSeesWhatATransactionPublishes() {
        log.subscribe("s", "out/#");
        transact(List.of(to("out/1")), List.of(), List.of());

        assertEquals(List.of("out/1:0"), log.texts(log.pull("s", 1)));
    }
}
