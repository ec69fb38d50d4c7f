package io.skein.client;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.Allowances;
import io.skein.broker.Freshness;
import io.skein.broker.From;
import io.skein.broker.Hall;
import io.skein.broker.OpenGate;
import io.skein.frame.Delivered;
import io.skein.protocol.websocket.WebSocketConfig;
import io.skein.protocol.websocket.WebSocketDoor;
import io.skein.protocol.websocket.WebSocketListener;
import io.skein.subscription.SubscriptionConfig;
import io.skein.subscription.SubscriptionName;
import io.skein.subscription.SubscriptionView;
import io.skein.topic.TopicFilter;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Workers of the client library, over the real door and a real broker. */
@Timeout(30)
class WorkerTest {
    private static final SubscriptionName JOBS = new SubscriptionName("jobs");

    @TempDir
    private Path directory;

    private final Vertx clientVertx = Vertx.vertx();
    private Hall hall;
    private SkeinClient client;

    @BeforeEach
    void start() throws Exception {
        hall = new Hall(directory, 1 << 20, 10_000);
        make();
        var door = new WebSocketDoor(
                hall.vertx,
                OpenGate.of(hall.broker),
                WebSocketConfig.DEFAULT,
                Allowances.ofHeap(),
                WebSocketListener.NONE);
        HttpServer server = hall.vertx
                .createHttpServer(door.options(
                        new HttpServerOptions().setHost("127.0.0.1").setPort(0)))
                .requestHandler(request -> door.take(request, Optional.empty(), (status, code, detail) -> {}, () -> {}))
                .listen()
                .await();
        var at = URI.create("ws://127.0.0.1:" + server.actualPort());
        client = SkeinClient.connect(clientVertx, ClientOptions.of(List.of(at)).withReconnectMs(5, 50))
                .await();
    }

    @AfterEach
    void stop() throws Exception {
        clientVertx.close().await();
        hall.close();
    }

    private void make() {
        var config = new SubscriptionConfig(
                new TopicFilter("a"), 60_000, 5, List.of(), Optional.empty(), SubscriptionConfig.Order.TOPIC, false);
        hall.broker
                .subscriptions()
                .configure(JOBS, config, From.EARLIEST, Optional.empty())
                .await();
    }

    private SubscriptionView view() {
        return hall.broker
                .subscriptions()
                .subscription(JOBS, Freshness.LINEARIZABLE)
                .await()
                .view();
    }

    private void publish(int from, int to) {
        List<Future<?>> published = new ArrayList<>();
        for (int i = from; i < to; i++) {
            published.add(client.publish("a", Integer.toString(i)));
        }
        Future.all(published).await();
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    /** Keeps what it is handed, and is told. */
    private static final class Bench implements WorkHandler {
        final List<Delivered> taken = Collections.synchronizedList(new ArrayList<>());
        final List<Boolean> connections = Collections.synchronizedList(new ArrayList<>());
        volatile String end = "";

        @Override
        public void message(Worker worker, Delivered message) {
            taken.add(message);
        }

        @Override
        public void connection(boolean isUp) {
            connections.add(isUp);
        }

        @Override
        public void ended(String reason) {
            end = reason;
        }

        void awaitTaken(int count) {
            await().until(() -> taken.size() >= count);
            assertEquals(count, taken.size());
        }

        List<String> bodies() {
            return List.copyOf(taken).stream().map(Delivered::text).toList();
        }
    }

    private Worker work(Bench bench, int credit) {
        return client.work(WorkOptions.of("jobs").credit(credit), bench).await();
    }

    private static SkeinException failure(Future<?> future) {
        await().until(future::isComplete);
        assertTrue(future.failed(), "it succeeded");
        return assertInstanceOf(SkeinException.class, future.cause());
    }

    @Test
    void whatIsAcknowledgedIsDoneWith() {
        publish(0, 3);
        Bench bench = new Bench();
        Worker worker = work(bench, 10);
        bench.awaitTaken(3);
        assertEquals(3, worker.inHand());

        Future.all(bench.taken.stream().map(worker::ack).toList()).await();

        assertEquals(numbers(0, 3), bench.bodies());
        assertEquals(0, worker.inHand());
        assertEquals(3, view().acknowledged());
        assertEquals(0, view().lag());
    }

    @Test
    void aLeaseGoesOnWhileAMessageIsInHandAndIsLostWhenThatIsTooLong() {
        publish(0, 1);
        Bench bench = new Bench();
        Worker worker = client.work(WorkOptions.of("jobs").leaseMs(1000).extendFor(2000), bench)
                .await();
        long begun = System.nanoTime();
        bench.awaitTaken(1);
        // It comes again only when its lease was not extended any more.
        await().until(() -> bench.taken.size() == 2);
        assertTrue(System.nanoTime() - begun >= 2_000_000_000L, "lost while it was to be extended");
        assertEquals(2, bench.taken.get(1).delivery());
        worker.ack(bench.taken.get(1)).await();
    }

    @Test
    void whatAFunctionDoesIsAcknowledgedAndWhatItFailsAtComesAgain() {
        publish(0, 10);
        List<String> done = Collections.synchronizedList(new ArrayList<>());
        client.process(WorkOptions.of("jobs").credit(3), message -> {
                    if (message.text().equals("4") && message.delivery() == 1) {
                        return Future.failedFuture("not yet");
                    }
                    done.add(message.text());
                    return Future.succeededFuture();
                })
                .await();

        await().until(() -> view().acknowledged() == 10);
        assertEquals(1, view().redelivered());
        assertEquals(10, done.size());
    }

    @Test
    void noMoreIsInHandThanThereIsCreditForAndAnAckMakesRoom() {
        publish(0, 10);
        Bench bench = new Bench();
        Worker worker = work(bench, 2);
        bench.awaitTaken(2);
        assertEquals(2, view().leased());

        worker.ack(bench.taken.get(0)).await();

        bench.awaitTaken(3);
        assertEquals(2, worker.inHand());
    }

    @Test
    void whatIsGivenBackComesAgainAndAHandlerThatThrowsGivesBack() {
        List<Integer> deliveries = Collections.synchronizedList(new ArrayList<>());
        client.work(WorkOptions.of("jobs"), (worker, message) -> {
                    deliveries.add(message.delivery());
                    if (message.delivery() == 1) {
                        worker.nack(message, 0, "busy").onFailure(said -> {});
                    } else if (message.delivery() == 2) {
                        throw new IllegalStateException("on purpose");
                    }
                })
                .await();

        publish(0, 1);

        await().until(() -> deliveries.equals(List.of(1, 2, 3)));
    }

    @Test
    void overALostConnectionNoMoreIsInHandThanBeforeAndWorkGoesOn() {
        publish(0, 6);
        Bench bench = new Bench();
        Worker worker = work(bench, 4);
        bench.awaitTaken(4);

        client.reconnect();
        await().until(() -> bench.connections.equals(List.of(false, true)));
        List<Delivered> held = List.copyOf(bench.taken);
        Future.all(held.stream().map(worker::ack).toList()).await();

        bench.awaitTaken(6);
        assertEquals(numbers(0, 6), bench.bodies());
    }

    @Test
    void anAckThatWasOnItsWayWhenTheConnectionWentIsSaidAgain() {
        publish(0, 2);
        Bench bench = new Bench();
        Worker worker = work(bench, 4);
        bench.awaitTaken(2);

        client.reconnect();
        Future<Void> acked = worker.ack(bench.taken.get(0));
        client.reconnect();

        acked.recover(failure -> {
                    // It may have been taken the first time; then the second is refused, and says that nobody knows.
                    assertTrue(assertInstanceOf(SkeinException.class, failure).isUnknown());
                    return Future.succeededFuture();
                })
                .await();
        await().until(() -> view().acknowledged() == 1);
    }

    @Test
    void whoSettlesAMessageTwiceGetsNoMoreRoomForIt() {
        publish(0, 10);
        Bench bench = new Bench();
        Worker worker = work(bench, 1);
        bench.awaitTaken(1);
        for (int i = 0; i < 5; i++) {
            worker.ack(bench.taken.get(0)).onFailure(said -> {});
        }

        bench.awaitTaken(2);

        assertEquals(1, worker.inHand());
        assertEquals(1, view().leased());
    }

    @Test
    void aLeaseThatWasLostIsSaid() {
        publish(0, 1);
        Bench bench = new Bench();
        Worker worker = work(bench, 4);
        bench.awaitTaken(1);
        worker.ack(bench.taken.get(0)).await();

        SkeinException lost = failure(worker.ack(bench.taken.get(0)));

        assertEquals("lease-lost", lost.code());
        assertFalse(lost.isUnknown());
    }

    @Test
    void aWorkerOfNoSubscriptionFailsAndOneWhoseSubscriptionGoesIsTold() {
        assertEquals(
                "unknown-subscription",
                failure(client.work(WorkOptions.of("none"), new Bench())).code());
        Bench bench = new Bench();
        work(bench, 4);
        await().until(() -> hall.broker.subscriptions().waiting() == 1);

        hall.broker.subscriptions().delete(JOBS, Optional.empty()).await();

        await().until(() -> bench.end.equals("unknown-subscription"));
    }

    @Test
    void afterCloseNothingIsHandedOutAndNothingTaken() {
        Bench bench = new Bench();
        Worker worker = work(bench, 4);
        publish(0, 1);
        bench.awaitTaken(1);
        worker.close();
        await().until(() -> hall.broker.subscriptions().waiting() == 0);

        publish(1, 2);

        assertEquals("closed", failure(worker.ack(bench.taken.get(0))).code());
        assertEquals(1, bench.taken.size());
        assertEquals(1, view().leased());
    }

    @Test
    void optionsThatMakeNoSenseAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> WorkOptions.of(""));
        assertThrows(IllegalArgumentException.class, () -> WorkOptions.of("a").credit(0));
    }
}
