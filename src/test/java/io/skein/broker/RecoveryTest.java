package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.cluster.Recovery;
import io.skein.machine.Lineage;
import io.skein.machine.Rejection;
import io.skein.raft.NodeId;
import io.skein.replica.Image;
import io.skein.store.Store;
import io.skein.store.StoreConfig;
import io.skein.store.StoreListener;
import io.skein.store.StoredMessage;
import io.skein.subscription.Leases;
import io.skein.subscription.SubscriptionCommand.Acks;
import io.skein.subscription.SubscriptionConfig;
import io.skein.subscription.SubscriptionName;
import io.skein.subscription.SubscriptionOutcome.Refused;
import io.skein.topic.TopicFilter;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log that goes on after an operator ended its cluster: what old cursors mean from then on. */
class RecoveryTest {
    private static final NodeId NODE = new NodeId("n1");

    @TempDir
    private Path directory;

    private Hall hall() throws TimeoutException {
        return new Hall(directory, 1 << 20, 10_000);
    }

    /** What it was told to go on from. */
    private Image recover() throws TimeoutException {
        Vertx vertx = Vertx.vertx();
        try {
            Store store = Hall.await(
                    Store.open(vertx, StoreConfig.at(directory).withoutScrubbing(), NODE, StoreListener.NONE));
            Image image = store.image();
            Hall.await(Recovery.alone(store, NODE, image));
            Hall.await(store.close());
            return image;
        } finally {
            Hall.await(vertx.close());
        }
    }

    private static From after(Lineage lineage, long index, int place) {
        return From.parse(lineage.text(index, place));
    }

    @Test
    void everythingIsThereAndOffsetsGoOn() throws Exception {
        try (Hall hall = hall()) {
            hall.publish("a", 3);
        }
        Image before = recover();
        try (Hall hall = hall()) {
            hall.publish("a", 1);
            List<Long> offsets = hall.read(From.EARLIEST, "a").messages().stream()
                    .map(StoredMessage::offset)
                    .toList();
            assertEquals(List.of(0L, 1L, 2L, 3L), offsets);
            assertTrue(hall.broker.status().term() > before.hardState().term());
            assertNotEquals(before.lineage().id(), hall.lineage().id());
        }
    }

    @Test
    void anOldCursorIsGoodUpToTheForkAndAGapBeyondIt() throws Exception {
        Lineage old;
        Page first;
        try (Hall hall = hall()) {
            hall.publish("a", 1);
            first = hall.read(From.EARLIEST, "#");
            hall.publish("a", 1);
            old = hall.lineage();
        }
        long fork = Recovery.surelyShared(NODE, recover());
        try (Hall hall = hall()) {
            hall.publish("a", 1);
            Page resumed = hall.read(From.parse(first.next()), "#");
            assertEquals(List.of(), resumed.gaps());
            assertEquals(2, resumed.messages().size(), "one from before, one from after");

            Page last = hall.read(after(old, fork, 0), "#");
            assertEquals(List.of(), last.gaps());

            Page beyond = hall.read(after(old, fork + 1, 0), "#");
            assertEquals(1, beyond.gaps().size());
            assertEquals(
                    List.of(2L),
                    beyond.messages().stream().map(StoredMessage::offset).toList());

            Refusal gone = assertThrows(Refusal.class, () -> hall.read(after(old, fork + 1, 0), "a"));
            assertEquals(Refusal.Kind.GONE, gone.kind());
            Page told = hall.read(From.parse((String) gone.facts().get("earliest")), "a");
            assertEquals(2, told.messages().get(0).offset());
        }
    }

    @Test
    void aSecondRecoveryKnowsBothLogsBefore() throws Exception {
        Page first;
        Page second;
        try (Hall hall = hall()) {
            hall.publish("a", 1);
            first = hall.read(From.EARLIEST, "#");
        }
        recover();
        try (Hall hall = hall()) {
            hall.publish("a", 1);
            second = hall.read(From.EARLIEST, "#");
        }
        recover();
        try (Hall hall = hall()) {
            hall.publish("a", 1);
            assertEquals(2, hall.read(From.parse(first.next()), "#").messages().size());
            assertEquals(1, hall.read(From.parse(second.next()), "#").messages().size());
            assertFalse(hall.lineage().ancestors().isEmpty());
        }
    }

    private static final SubscriptionName JOBS = new SubscriptionName("jobs");

    private static Leases pulled(Hall hall) throws TimeoutException {
        return Hall.await(hall.onLoop(() -> hall.broker
                        .subscriptions()
                        .pull(new Pull(JOBS, 1, 0, "w", 0, "test"))
                        .loan()
                        .compose(loan -> loan.next(1))))
                .get(0)
                .lease();
    }

    private static Settlement ack(Hall hall, Leases lease) throws TimeoutException {
        return Hall.await(hall.onLoop(() -> hall.broker.subscriptions().ack(JOBS, List.of(lease), Optional.empty())));
    }

    @Test
    void aLeaseFromBeforeIsGoodUpToTheForkAndLostBeyondIt() throws Exception {
        Lineage old;
        Leases kept;
        try (Hall hall = hall()) {
            hall.publish("a", 2);
            SubscriptionConfig config = SubscriptionConfig.of(new TopicFilter("a"));
            Hall.await(hall.onLoop(
                    () -> hall.broker.subscriptions().configure(JOBS, config, From.EARLIEST, Optional.empty())));
            kept = pulled(hall);
            hall.publish("b", 1);
            old = hall.lineage();
        }
        long fork = Recovery.surelyShared(NODE, recover());
        assertTrue(kept.lease().index() <= fork);
        try (Hall hall = hall()) {
            assertEquals(1, ack(hall, kept).done());

            Leases now = pulled(hall);
            assertTrue(now.lease().index() > fork);
            Leases lost = now.of(old);
            assertEquals(
                    List.of(new Refused(lost, Rejection.LEASE_LOST)),
                    ack(hall, lost).refused());
            TransactionAck aborted = Hall.await(hall.onLoop(() -> hall.broker
                    .subscriptions()
                    .transact(new Transaction(
                            List.of(),
                            List.of(new Acks(JOBS, List.of(now, lost))),
                            List.of(),
                            "test",
                            "",
                            Optional.empty()))));
            assertEquals(List.of(new Refused(lost, Rejection.LEASE_LOST)), aborted.refused());
            Settlement both = Hall.await(
                    hall.onLoop(() -> hall.broker.subscriptions().ack(JOBS, List.of(lost, now), Optional.empty())));
            assertEquals(1, both.done());
            assertEquals(List.of(new Refused(lost, Rejection.LEASE_LOST)), both.refused());
        }
    }

    @Test
    void aNodeWithoutAClusterCannotBeRecovered() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            Store store = Hall.await(
                    Store.open(vertx, StoreConfig.at(directory).withoutScrubbing(), NODE, StoreListener.NONE));
            Future<Void> refused = Recovery.alone(store, NODE, store.image());
            assertThrows(IllegalArgumentException.class, () -> Hall.await(refused));
            Hall.await(store.close());
        } finally {
            Hall.await(vertx.close());
        }
    }
}
