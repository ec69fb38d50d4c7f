package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.frame.MessageJson;
import io.skein.machine.Cursor;
import io.skein.subscription.Leases;
import io.skein.subscription.Standing;
import io.skein.subscription.SubscriptionCommand.Acks;
import io.skein.subscription.SubscriptionConfig;
import io.skein.subscription.SubscriptionConfig.Order;
import io.skein.subscription.SubscriptionName;
import io.skein.subscription.SubscriptionView;
import io.skein.subscription.Trail;
import io.skein.subscription.Trail.Delivery;
import io.skein.topic.Format;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicName;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Durable subscriptions over a real replica and a real store. */
class LocalSubscriptionsTest {
    private static final SubscriptionName BILLING = new SubscriptionName("billing");

    @TempDir
    private Path directory;

    private Hall hall;

    @BeforeEach
    void start() throws Exception {
        hall = new Hall(directory, 1 << 20, 10_000);
    }

    @AfterEach
    void stop() throws Exception {
        hall.close();
    }

    private void restartWithoutTail() throws Exception {
        hall.close();
        hall = new Hall(directory.resolve("other"), 0, 10_000);
    }

    private Subscriptions subscriptions() {
        return hall.broker.subscriptions();
    }

    private static SubscriptionConfig config(long leaseMs, int maxDeliveries, Order order) {
        return new SubscriptionConfig(
                new TopicFilter("orders/#"), leaseMs, maxDeliveries, List.of(), Optional.empty(), order, false);
    }

    private void make(SubscriptionConfig config, From from) throws TimeoutException {
        assertTrue(Hall.await(hall.onLoop(() -> subscriptions().configure(BILLING, config, from, Optional.empty())))
                .made());
    }

    private Pulling pulling(int max, long waitMs) throws TimeoutException {
        return Hall.await(hall.onLoop(
                () -> Future.succeededFuture(subscriptions().pull(new Pull(BILLING, max, waitMs, "w1", 0, "test")))));
    }

    private List<Leased> pull(int max, long waitMs) throws TimeoutException {
        return messages(pulling(max, waitMs));
    }

    private List<Leased> messages(Pulling pulling) throws TimeoutException {
        Promise<List<Leased>> all = Promise.promise();
        pulling.loan().onComplete(loan -> {
            if (loan.failed()) {
                all.fail(loan.cause());
            } else {
                readOn(loan.result(), new ArrayList<>(), all);
            }
        });
        return Hall.await(all.future());
    }

    private static void readOn(Loan loan, List<Leased> so, Promise<List<Leased>> all) {
        loan.next(4096).onComplete(page -> {
            if (page.failed()) {
                all.fail(page.cause());
            } else if (page.result().isEmpty()) {
                all.complete(so);
            } else {
                so.addAll(page.result());
                readOn(loan, so, all);
            }
        });
    }

    private static List<Leases> leases(List<Leased> messages) {
        return messages.stream().map(Leased::lease).toList();
    }

    private Settlement ack(List<Leased> messages) throws TimeoutException {
        return Hall.await(hall.onLoop(() -> subscriptions().ack(BILLING, leases(messages), Optional.empty())));
    }

    private SubscriptionView view() throws TimeoutException {
        return Hall.await(hall.onLoop(() -> subscriptions().subscription(BILLING, Freshness.LINEARIZABLE)))
                .view();
    }

    private static String body(Leased leased) {
        return new String(leased.message().message().body(), StandardCharsets.UTF_8);
    }

    private static List<Long> offsets(List<Leased> messages) {
        return messages.stream().map(leased -> leased.message().offset()).toList();
    }

    private static String code(Future<?> future) {
        return assertThrows(Refusal.class, () -> Hall.await(future)).code();
    }

    @Test
    void whatWasPulledAndAcknowledgedIsDoneWith() throws Exception {
        make(config(30_000, 5, Order.TOPIC), From.EARLIEST);
        hall.publish("orders/1", 3);
        List<Leased> messages = pull(10, 0);
        assertEquals(List.of(0L, 1L, 2L), offsets(messages));
        assertEquals("x", body(messages.get(0)));
        assertEquals(1, messages.get(0).delivery());
        assertEquals(3, view().leased());
        assertEquals(3, ack(messages).done());
        assertEquals(0, view().lag());
        assertEquals(List.of(), pull(10, 0));
    }

    @Test
    void whatIsNoLongerInTheTailIsReadFromRows() throws Exception {
        restartWithoutTail();
        make(config(30_000, 5, Order.TOPIC), From.EARLIEST);
        for (int i = 0; i < 5; i++) {
            hall.publish("orders/" + i % 2, 100);
            hall.settle();
        }
        List<Leased> messages = pull(1000, 0);
        assertEquals(500, messages.size());
        assertEquals(500, ack(messages).done());
    }

    @Test
    void aPullThatWaitsIsWokenByAPublish() throws Exception {
        make(config(30_000, 5, Order.TOPIC), From.EARLIEST);
        Pulling waiting = pulling(10, 20_000);
        Awaitility.await().until(() -> subscriptions().waiting() == 1);
        hall.publish("orders/1", 1);
        assertEquals(List.of(0L), offsets(messages(waiting)));
        assertEquals(0, subscriptions().waiting());
    }

    @Test
    void pullsThatWaitGetOneMessageEachInTheOrderInWhichTheyCame() throws Exception {
        make(config(30_000, 5, Order.TOPIC), From.EARLIEST);
        List<Pulling> waiting = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            waiting.add(pulling(1, 20_000));
        }
        hall.publish("orders/1", 20);
        for (int i = 0; i < 20; i++) {
            assertEquals(List.of((long) i), offsets(messages(waiting.get(i))));
        }
    }

    @Test
    void ofManyPullsThatWaitOnlySoManyAreProposedAsThereAreMessages() throws Exception {
        make(config(30_000, 5, Order.TOPIC), From.EARLIEST);
        List<Pulling> waiting = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            waiting.add(pulling(10, 20_000));
        }
        Awaitility.await().until(() -> subscriptions().waiting() == 50);
        long before = hall.broker.status().appliedIndex();
        hall.publish("orders/1", 15);
        assertEquals(10, messages(waiting.get(0)).size());
        assertEquals(5, messages(waiting.get(1)).size());
        assertEquals(48, subscriptions().waiting());
        // The publish, and the two pulls in one entry or in two.
        assertTrue(hall.broker.status().appliedIndex() <= before + 3);
        for (Pulling one : waiting) {
            one.cancel();
        }
        Awaitility.await().until(() -> subscriptions().waiting() == 0);
    }

    @Test
    void aPullThatWasOvertakenGoesOnWaitingForAsLongAsItSaid() throws Exception {
        make(config(30_000, 5, Order.KEY), From.EARLIEST);
        publishKeyed("a", "a");
        assertEquals(List.of(0L), offsets(pull(1, 0)));
        // The second message was passed over for its key or is looked at now, and neither is for anybody.
        assertEquals(List.of(), pull(1, 30));
        assertEquals(List.of(), pull(1, 0));
        assertEquals(0, subscriptions().waiting());
    }

    @Test
    void aPullThatWaitedInVainComesBackEmpty() throws Exception {
        make(config(30_000, 5, Order.TOPIC), From.EARLIEST);
        assertEquals(List.of(), pull(1, 30));
        assertEquals(0, subscriptions().waiting());
    }

    @Test
    void aPullWhoseCallerWentAwayTakesNothing() throws Exception {
        make(config(30_000, 5, Order.TOPIC), From.EARLIEST);
        Pulling gone = pulling(1, 20_000);
        gone.cancel();
        assertEquals("cancelled", code(gone.loan()));
        hall.publish("orders/1", 1);
        assertEquals(List.of(0L), offsets(pull(1, 0)));
    }

    @Test
    void anUnknownSubscriptionIsSaidToBeUnknown() throws Exception {
        assertEquals("unknown-subscription", code(pulling(1, 20_000).loan()));
        assertEquals("unknown-subscription", code(pulling(1, 0).loan()));
        assertEquals(
                "unknown-subscription",
                code(hall.onLoop(() -> subscriptions().subscription(BILLING, Freshness.LINEARIZABLE))));
    }

    @Test
    void aLeaseThatEndsGivesItsMessageToTheNext() throws Exception {
        make(config(50, 5, Order.TOPIC), From.EARLIEST);
        hall.publish("orders/1", 1);
        List<Leased> first = pull(1, 0);
        List<Leased> second = pull(1, 20_000);
        assertEquals(offsets(first), offsets(second));
        assertEquals(2, second.get(0).delivery());
        assertEquals("lease-lost", ack(first).refused().get(0).reason().code());
    }

    @Test
    void whatIsGivenBackWithADelayWakesWhoWaits() throws Exception {
        make(config(30_000, 5, Order.TOPIC), From.EARLIEST);
        hall.publish("orders/1", 1);
        List<Leased> first = pull(1, 0);
        Pulling waiting = pulling(1, 20_000);
        Settlement settled = Hall.await(
                hall.onLoop(() -> subscriptions().nack(BILLING, leases(first), 30, "not now", Optional.empty())));
        assertEquals(1, settled.done());
        assertEquals(2, messages(waiting).get(0).delivery());
    }

    private void bury(String topic, String reason) throws TimeoutException {
        hall.publish(topic, 1);
        List<Leased> messages = pull(1, 20_000);
        Hall.await(hall.onLoop(() -> subscriptions().nack(BILLING, leases(messages), 0, reason, Optional.empty())));
    }

    @Test
    void whatFailedTooOftenIsADeadLetterAndComesBackWhenRedriven() throws Exception {
        make(config(30_000, 1, Order.TOPIC), From.EARLIEST);
        bury("orders/1", "no such customer");
        Awaitility.await().until(() -> view().dead() == 1);
        Page dead = hall.read(From.EARLIEST, "$dead/billing");
        Map<String, String> headers =
                MessageJson.decode(dead.messages().get(0).json()).headers();
        assertEquals("no such customer", headers.get("skein-dead-reason"));
        assertEquals("orders/1", headers.get("skein-dead-topic"));
        assertEquals(1, Hall.await(redrive(Optional.empty())).done());
        List<Leased> again = pull(1, 0);
        assertEquals("$dead/billing", again.get(0).message().topic());
        assertEquals(1, again.get(0).delivery());
        assertEquals(1, ack(again).done());
        assertEquals(0, view().dead());
    }

    private Future<LettersAck> redrive(Optional<DeadLetterFilter> filter) {
        return hall.onLoop(() -> subscriptions().redrive(BILLING, filter, 0, Optional.empty()));
    }

    private static Optional<DeadLetterFilter> from(String topic) {
        return Optional.of(new DeadLetterFilter(Optional.of(new TopicFilter(topic)), Map.of()));
    }

    @Test
    void deadLettersAreChosenByWhereTheyCameFrom() throws Exception {
        make(config(30_000, 1, Order.TOPIC), From.EARLIEST);
        for (int i = 0; i < 6; i++) {
            bury("orders/" + i % 3, "r" + i);
            long dead = i + 1;
            // Bodies are fetched side by side: one after the other they lie in the order of their deaths.
            Awaitility.await().until(() -> view().dead() == dead);
        }
        assertEquals(2, Hall.await(redrive(from("orders/1"))).done());
        assertEquals(4, view().dead());
        assertEquals(List.of(1L, 4L), offsets(pull(10, 0)));
        Optional<DeadLetterFilter> byReason =
                Optional.of(new DeadLetterFilter(Optional.empty(), Map.of("Skein-Dead-Reason", "r5")));
        assertEquals(
                1,
                Hall.await(hall.onLoop(() -> subscriptions().discard(BILLING, byReason, Optional.empty())))
                        .done());
        assertEquals(3, view().dead());
        assertEquals(
                3,
                Hall.await(hall.onLoop(() -> subscriptions().discard(BILLING, Optional.empty(), Optional.empty())))
                        .done());
    }

    @Test
    void aRepeatedRedriveIsToldWhatTheFirstCameTo() throws Exception {
        make(config(30_000, 1, Order.TOPIC), From.EARLIEST);
        bury("orders/1", "r");
        Awaitility.await().until(() -> view().dead() == 1);
        for (int i = 0; i < 2; i++) {
            assertEquals(
                    1,
                    Hall.await(hall.onLoop(
                                    () -> subscriptions().redrive(BILLING, from("orders/1"), 0, Optional.of("k"))))
                            .done());
        }
    }

    private void seek(From to) throws TimeoutException {
        Hall.await(hall.onLoop(() -> subscriptions().seek(BILLING, to, Optional.empty())));
    }

    @Test
    void aSeekGoesToACursorInEveryTopic() throws Exception {
        make(config(30_000, 5, Order.TOPIC), From.LATEST);
        hall.publish("orders/1", 2);
        hall.publish("orders/2", 2);
        String cursor = hall.read(From.EARLIEST, "orders/#").next();
        hall.publish("orders/1", 2);
        hall.publish("orders/3", 1);
        seek(From.parse(cursor));
        assertEquals(List.of(2L, 3L, 0L), offsets(pull(10, 0)));
        seek(From.EARLIEST);
        assertEquals(7, view().lag());
        seek(From.LATEST);
        assertEquals(0, view().lag());
    }

    @Test
    void aSeekGoesToATime() throws Exception {
        make(config(30_000, 5, Order.TOPIC), From.LATEST);
        hall.publish("orders/1", 2);
        long before = hall.read(From.EARLIEST, "orders/1").messages().get(1).time();
        Awaitility.await().until(() -> {
            hall.publish("orders/2", 1);
            return hall.broker.status().time() > before;
        });
        hall.publish("orders/1", 1);
        seek(new From.Time(before + 1));
        List<Leased> messages = pull(1000, 0);
        assertTrue(messages.stream().allMatch(one -> one.message().time() > before));
        assertTrue(messages.stream().anyMatch(one -> one.message().topic().equals("orders/1")));
    }

    @Test
    void anOffsetIsAPlaceInOneTopicOnly() throws Exception {
        make(config(30_000, 5, Order.TOPIC), From.LATEST);
        assertEquals(
                "malformed",
                code(hall.onLoop(() -> subscriptions().seek(BILLING, new From.Offset(3), Optional.empty()))));
        SubscriptionName one = new SubscriptionName("one");
        hall.publish("orders/1", 5);
        SubscriptionConfig config = SubscriptionConfig.of(new TopicFilter("orders/1"));
        assertEquals(
                "malformed",
                code(hall.onLoop(() -> subscriptions().configure(one, config, new From.Offset(6), Optional.empty()))));
        Hall.await(hall.onLoop(() -> subscriptions().configure(one, config, new From.Offset(3), Optional.empty())));
        SubscriptionInfo info =
                Hall.await(hall.onLoop(() -> subscriptions().subscription(one, Freshness.LINEARIZABLE)));
        assertEquals(2, info.view().lag());
        assertTrue(info.oldest().isPresent());
    }

    @Test
    void aTransactionIsDoneWholeOrNotAtAll() throws Exception {
        make(config(50, 5, Order.TOPIC), From.EARLIEST);
        hall.publish("orders/1", 1);
        List<Leased> first = pull(1, 0);
        TransactionAck done = Hall.await(hall.onLoop(() -> transact(first, "k1")));
        assertTrue(done.isDone());
        assertEquals(1, done.acknowledged());
        assertEquals(1, done.results().size());
        assertTrue(Hall.await(hall.onLoop(() -> transact(first, "k1"))).replayed());
        TransactionAck refused = Hall.await(hall.onLoop(() -> transact(first, "k2")));
        assertFalse(refused.isDone());
        assertEquals(1, hall.read(From.EARLIEST, "bills").messages().size());
    }

    private Future<TransactionAck> transact(List<Leased> messages, String key) {
        return subscriptions()
                .transact(new Transaction(
                        List.of(Hall.message("bills", "b")),
                        List.of(new Acks(BILLING, leases(messages))),
                        List.of(),
                        "test",
                        "",
                        Optional.of(key)));
    }

    @Test
    void aMessageTellsWhatBecameOfIt() throws Exception {
        make(config(30_000, 5, Order.TOPIC), From.EARLIEST);
        hall.publish("orders/1", 1);
        List<Leased> messages = pull(1, 0);
        String cursor = hall.lineage().text(messages.get(0).message().cursor());
        Standing lent = trace(cursor).standings().get(0).standing();
        assertEquals(Standing.Status.LEASED, lent.status());
        assertEquals("w1", lent.consumer());
        ack(messages);
        Trace done = trace(cursor);
        assertEquals(
                Standing.Status.ACKNOWLEDGED, done.standings().get(0).standing().status());
        assertEquals(Optional.of("test"), done.door());
        assertTrue(done.isWhole());
        Delivery delivery = done.standings().get(0).deliveries().get(0);
        assertEquals(1, delivery.number());
        assertEquals("w1", delivery.consumer());
        assertEquals(30_000, delivery.until() - delivery.leased());
        assertEquals(Trail.End.ACKNOWLEDGED, delivery.end());
        Trace brief = Hall.await(hall.onLoop(() -> subscriptions().trace(cursor, Freshness.NONE, false)));
        assertEquals(
                Standing.Status.SETTLED, brief.standings().get(0).standing().status());
        assertEquals(
                "unknown-message",
                code(hall.onLoop(() ->
                        subscriptions().trace(hall.lineage().text(new Cursor(999, 0)), Freshness.LINEARIZABLE, true))));
    }

    private Trace trace(String cursor) throws TimeoutException {
        return Hall.await(hall.onLoop(() -> subscriptions().trace(cursor, Freshness.LINEARIZABLE, true)));
    }

    @Test
    void whatWasGivenUpIsToldApartFromWhatWasAcknowledged() throws Exception {
        make(config(30_000, 1, Order.TOPIC), From.EARLIEST);
        hall.publish("orders/1", 1);
        List<Leased> messages = pull(1, 0);
        String cursor = hall.lineage().text(messages.get(0).message().cursor());
        Hall.await(hall.onLoop(() -> subscriptions().nack(BILLING, leases(messages), -1, "torn", Optional.empty())));
        Awaitility.await().until(() -> view().dead() == 1);

        Trace.Stand stand = trace(cursor).standings().get(0);
        assertEquals(Standing.Status.DEAD_LETTERED, stand.standing().status());
        assertEquals(Trail.End.NACKED, stand.deliveries().get(0).end());
        assertEquals("torn", stand.deliveries().get(0).reason());
        Trace letter = trace(stand.copy().orElseThrow());
        assertEquals("$dead/billing", letter.topic());
        assertEquals(Standing.Status.DEAD, letter.standings().get(0).standing().status());
    }

    @Test
    void aLeaseThatEndedByItselfIsOneDeliveryOfTheMessage() throws Exception {
        make(config(50, 5, Order.TOPIC), From.EARLIEST);
        hall.publish("orders/1", 1);
        String cursor = hall.lineage().text(pull(1, 0).get(0).message().cursor());
        List<Leased> again = pull(1, 20_000);
        assertEquals(2, again.get(0).delivery());
        ack(again);

        assertEquals(
                List.of(Trail.End.EXPIRED, Trail.End.ACKNOWLEDGED),
                trace(cursor).standings().get(0).deliveries().stream()
                        .map(Delivery::end)
                        .toList());
    }

    @Test
    void aDelayedMessageIsTracedByItsCursorBeforeAndAfter() throws Exception {
        Publication later = new Publication(
                new TopicName("orders/1"), Hall.message("orders/1", "x").message(), 300, 0, -1);
        PublishAck ack = Hall.await(hall.onLoop(() -> hall.broker.publish(
                new Publish(List.of(later), false, Optional.empty(), "test", "", Optional.empty()))));
        String cursor = hall.lineage().text(new Cursor(ack.index(), 0));
        Trace waits = trace(cursor);
        assertEquals(-1, waits.offset());
        assertEquals(cursor, waits.cursor());
        assertTrue(waits.due() > waits.time());
        assertEquals(Optional.of("test"), waits.door());

        Awaitility.await().until(() -> trace(cursor).offset() == 0);
        Trace published = trace(cursor);
        assertEquals(Optional.of(cursor), published.scheduled());
        assertEquals(Optional.of("test"), published.door());
        assertEquals(published, trace(published.cursor()));
    }

    private List<String> why() throws TimeoutException {
        return Hall.await(hall.onLoop(() -> subscriptions().why(BILLING, Freshness.LINEARIZABLE))).reasons().stream()
                .map(Why.Reason::code)
                .toList();
    }

    @Test
    void itIsSaidWhyNothingFlows() throws Exception {
        make(config(30_000, 5, Order.TOPIC), From.EARLIEST);
        assertEquals(List.of("no-topics", "empty"), why());
        hall.publish("orders/1", 1);
        assertEquals(List.of("no-consumers"), why());
        subscriptions().withoutCredit(BILLING, 2);
        assertEquals(List.of("no-credit"), why());
        subscriptions().withoutCredit(BILLING, -2);
        assertEquals(List.of("no-consumers"), why());
        List<Leased> messages = pull(1, 0);
        assertEquals(List.of("leased"), why());
        hall.publish("orders/1", 1);
        assertEquals(List.of(), why());
        ack(messages);
        ack(pull(1, 0));
        assertEquals(List.of("empty"), why());
        SubscriptionConfig paused = config(30_000, 5, Order.TOPIC).withPaused(true);
        Hall.await(hall.onLoop(() -> subscriptions().configure(BILLING, paused, From.LATEST, Optional.empty())));
        assertEquals("paused", why().get(0));
    }

    private void publishKeyed(String... keys) throws TimeoutException {
        List<Publication> messages = new ArrayList<>();
        for (String key : keys) {
            messages.add(Publication.of(
                    new TopicName("orders/1"), new Message(key, List.of(), Format.RAW, "", new byte[] {'x'})));
        }
        Hall.await(hall.broker.publish(new Publish(messages, false, Optional.empty(), "test", "", Optional.empty())));
    }

    @Test
    void ofEachKeyOneMessageIsOutAtATime() throws Exception {
        make(config(30_000, 5, Order.KEY), From.EARLIEST);
        publishKeyed("a", "a", "b", "a", "c", "b");
        List<Leased> first = pull(10, 0);
        assertEquals(List.of(0L, 2L, 4L), offsets(first));
        Pulling waiting = pulling(10, 20_000);
        ack(first.subList(0, 1));
        assertEquals(List.of(1L), offsets(messages(waiting)));
    }

    @Test
    void whoeverWaitsGetsAKeyOfItsOwn() throws Exception {
        make(config(30_000, 5, Order.KEY), From.EARLIEST);
        List<Pulling> waiting = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            waiting.add(pulling(1, 20_000));
        }
        publishKeyed("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l");
        for (int i = 0; i < 12; i++) {
            assertEquals(1, messages(waiting.get(i)).size());
        }
    }

    @Test
    void manyMessagesOfAHeldKeyDoNotHoldUpTheOthers() throws Exception {
        restartWithoutTail();
        make(config(30_000, 5, Order.KEY), From.EARLIEST);
        String[] keys = new String[300];
        java.util.Arrays.fill(keys, "a");
        publishKeyed(keys);
        publishKeyed("b");
        hall.settle();
        assertEquals(List.of(0L), offsets(pull(1, 0)));
        assertEquals(List.of(300L), offsets(pull(1, 20_000)));
    }

    @Test
    void aRepeatedAckIsToldWhatTheFirstCameTo() throws Exception {
        make(config(30_000, 5, Order.TOPIC), From.EARLIEST);
        hall.publish("orders/1", 2);
        List<Leases> leases = leases(pull(2, 0));
        for (int i = 0; i < 2; i++) {
            Settlement settled = Hall.await(hall.onLoop(() -> subscriptions().ack(BILLING, leases, Optional.of("k"))));
            assertEquals(2, settled.done());
            assertEquals(List.of(), settled.refused());
        }
    }

    @Test
    void whoWaitsWhileTheNodeStopsIsSentElsewhere() throws Exception {
        make(config(30_000, 5, Order.TOPIC), From.EARLIEST);
        Pulling waiting = pulling(10, 20_000);
        Awaitility.await().until(() -> subscriptions().waiting() == 1);
        hall.broker.drain();
        assertEquals("draining", code(waiting.loan()));
    }

    @Test
    void aPullOfWhatIsExpiredComesBackEmpty() throws Exception {
        make(config(30_000, 5, Order.TOPIC), From.EARLIEST);
        hall.publish("orders/1", 1);
        ack(pull(1, 0));
        Publication brief = new Publication(
                new TopicName("orders/1"), new Message("", List.of(), Format.RAW, "", new byte[] {'x'}), 0, 1, -1);
        long sent = hall.broker.status().time();
        Hall.await(hall.broker.publish(
                new Publish(List.of(brief), false, Optional.empty(), "test", "", Optional.empty())));
        Awaitility.await().until(() -> {
            hall.publish("others", 1);
            return hall.broker.status().time() > sent + 10;
        });
        assertEquals(List.of(), pull(1, 300));
    }

    @Test
    void anIdempotencyKeyHoldsForOneRouteOfOneSubscription() throws Exception {
        make(config(30_000, 5, Order.TOPIC), From.EARLIEST);
        hall.publish("orders/1", 1);
        List<Leases> leases = leases(pull(1, 0));
        Hall.await(hall.onLoop(() -> subscriptions().extend(BILLING, leases, 0, Optional.of("k"))));
        assertEquals(
                1,
                Hall.await(hall.onLoop(() -> subscriptions().ack(BILLING, leases, Optional.of("k"))))
                        .done());
    }

    @Test
    void whatWasLentIsReadAlsoWhenRetentionTookItMeanwhile() throws Exception {
        restartWithoutTail();
        make(config(30_000, 5, Order.TOPIC), From.EARLIEST);
        hall.keep("orders/1", 3, 0);
        hall.publish("orders/1", 3);
        hall.settle();
        Pulling pulling = pulling(3, 0);
        assertEquals(3, Hall.await(pulling.loan()).count());
        hall.publish("orders/1", 10);
        hall.settle();
        assertEquals(List.of(0L, 1L, 2L), offsets(messages(pulling)));
    }

    @Test
    void theyAreListedByNamePageByPage() throws Exception {
        SubscriptionConfig config = SubscriptionConfig.of(new TopicFilter("orders/#"));
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            var name = new SubscriptionName("s" + (i * 7 % 150 + 1_000));
            names.add(name.value());
            Hall.await(hall.onLoop(() -> subscriptions().configure(name, config, From.LATEST, Optional.empty())));
        }
        List<String> listed = new ArrayList<>();
        Optional<String> after = Optional.empty();
        List<Integer> sizes = new ArrayList<>();
        do {
            Optional<String> from = after;
            SubscriptionsPage page =
                    Hall.await(hall.onLoop(() -> subscriptions().list(from, 60, Freshness.NONE)));
            page.subscriptions().forEach(info -> listed.add(info.view().name().value()));
            sizes.add(page.subscriptions().size());
            assertEquals(150, page.total());
            after = page.next();
        } while (after.isPresent());

        assertEquals(names.stream().sorted().toList(), listed);
        assertEquals(List.of(60, 60, 30), sizes);
        SubscriptionsPage whole =
                Hall.await(hall.onLoop(() -> subscriptions().list(Optional.empty(), 150, Freshness.NONE)));
        assertEquals(Optional.empty(), whole.next());
    }
}
