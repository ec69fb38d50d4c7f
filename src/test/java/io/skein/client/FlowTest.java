package io.skein.client;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.Allowances;
import io.skein.broker.FakeBroker;
import io.skein.broker.OpenGate;
import io.skein.broker.Refusal;
import io.skein.frame.Delivered;
import io.skein.frame.PublishItem;
import io.skein.protocol.websocket.WebSocketConfig;
import io.skein.protocol.websocket.WebSocketDoor;
import io.skein.protocol.websocket.WebSocketListener;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How fast things go, on whose threads and to which servers; over the real door, with a broker in memory. */
@Timeout(30)
class FlowTest {
    private final Vertx vertx = Vertx.vertx();
    private final FakeBroker broker = new FakeBroker(vertx);
    private final ExecutorService threads = Executors.newFixedThreadPool(4);
    private final List<AutoCloseable> open = new ArrayList<>();
    private HttpServer server;
    /** The answer to {@code GET /v1/cluster}. */
    private final JsonArray members = new JsonArray();

    @BeforeEach
    void start() {
        server = serve();
    }

    private HttpServer serve() {
        var door = new WebSocketDoor(
                vertx, OpenGate.of(broker), WebSocketConfig.DEFAULT, Allowances.ofHeap(), WebSocketListener.NONE);
        return vertx.createHttpServer(door.options(
                        new HttpServerOptions().setHost("127.0.0.1").setPort(0)))
                .requestHandler(request -> {
                    if (request.path().equals("/v1/cluster")) {
                        request.response()
                                .end(new JsonObject().put("members", members).toBuffer());
                    } else {
                        door.take(request, Optional.empty(), (status, code, detail) -> {}, () -> {});
                    }
                })
                .listen()
                .await();
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
        vertx.close().await();
        threads.shutdown();
    }

    private static URI at(HttpServer server) {
        return URI.create("ws://127.0.0.1:" + server.actualPort());
    }

    private ClientOptions options() {
        return ClientOptions.of(List.of(at(server))).withReconnectMs(5, 50);
    }

    private PlainClient client(ClientOptions options) {
        PlainClient client = PlainClient.connect(options);
        open.add(client);
        return client;
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    private static void publish(PlainClient client, int from, int to) {
        numbers(from, to).stream()
                .map(body -> client.publish("a", body))
                .toList()
                .forEach(CompletableFuture::join);
    }

    private static SkeinException cause(CompletableFuture<?> future) {
        return assertInstanceOf(
                SkeinException.class, future.handle((done, failure) -> failure).join());
    }

    @Test
    void whoeverPublishesMoreThanThereIsRoomForWaits() throws Exception {
        broker.hold();
        PlainClient client = client(options().withWindow(4, 8));
        List<CompletableFuture<Published>> answers = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch done = new CountDownLatch(4);
        for (int thread = 0; thread < 4; thread++) {
            threads.execute(() -> {
                numbers(0, 100).forEach(body -> answers.add(client.publish("a", body)));
                done.countDown();
            });
        }
        await().until(() -> answers.size() == 8 && broker.heldPublishes() > 0);
        assertFalse(client.client().room().isComplete());

        broker.release();

        assertTrue(done.await(10, TimeUnit.SECONDS));
        assertEquals(400, answers.size());
        answers.forEach(CompletableFuture::join);
    }

    @Test
    void whoeverDoesNotWaitIsToldThatNothingHappened() {
        broker.hold();
        PlainClient client = client(options().withWindow(2, 2).withRequestMs(2000));
        List<Future<Published>> answers = new ArrayList<>();
        for (String body : numbers(0, 3)) {
            answers.add(client.client().publish("a", body));
        }

        assertEquals(
                "client-full",
                assertInstanceOf(
                                SkeinException.Unavailable.class, answers.get(2).cause())
                        .code());
        broker.release();
        assertEquals(1, answers.get(1).await().offset());
    }

    @Test
    void aPausedStreamWaitsAndAPortionIsAsManyAsWereAskedFor() {
        PlainClient client = client(options());
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        Subscription subscription = client.client()
                .subscribe(SubscribeOptions.of("a").credit(4), message -> seen.add(message.text()))
                .await();
        subscription.pause();
        publish(client, 0, 20);
        assertEquals(List.of(), List.copyOf(seen));

        subscription.fetch(3);
        await().until(() -> seen.size() == 3);
        client.publish("b", "x").join();
        assertEquals(numbers(0, 3), List.copyOf(seen));

        subscription.resume();
        await().until(() -> seen.size() == 20);
        assertEquals(numbers(0, 20), List.copyOf(seen));
    }

    @Test
    void aPausedStreamMissesNothingWhenItsConnectionIsLost() {
        PlainClient client = client(options());
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        Subscription subscription = client.client()
                .subscribe(SubscribeOptions.of("a").credit(4), message -> seen.add(message.text()))
                .await();
        subscription.pause();
        publish(client, 0, 10);
        client.client().reconnect();
        publish(client, 10, 20);
        subscription.resume();

        await().until(() -> seen.size() == 20);
        assertEquals(numbers(0, 20), List.copyOf(seen));
    }

    @Test
    void aHandlerOnOtherThreadsMayBlockAndSeesAllInOrder() throws Exception {
        PlainClient client = client(options());
        CountDownLatch go = new CountDownLatch(1);
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        AtomicReference<String> thread = new AtomicReference<>("");
        client.subscribe(SubscribeOptions.of("a").credit(64), message -> {
            thread.set(Thread.currentThread().getName());
            try {
                go.await();
            } catch (InterruptedException stopped) {
                throw new IllegalStateException(stopped);
            }
            seen.add(message.text());
        });
        // Answered while the handler stands still.
        publish(client, 0, 1000);
        go.countDown();

        await().until(() -> seen.size() == 1000);
        assertEquals(numbers(0, 1000), List.copyOf(seen));
        assertTrue(thread.get().startsWith("skein-handler-"), thread.get());
    }

    @Test
    void aHandlerOnOtherThreadsCanPauseItsOwnStream() {
        PlainClient client = client(options());
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        AtomicReference<Subscription> own = new AtomicReference<>();
        own.set(client.subscribe(SubscribeOptions.of("a"), message -> {
            seen.add(message.text());
            if (message.text().equals("4")) {
                own.get().pause();
            }
        }));
        publish(client, 0, 10);
        await().until(() -> seen.size() == 5);
        client.publish("b", "x").join();
        assertEquals(numbers(0, 5), List.copyOf(seen));
        assertNotEquals(own.get().start(), own.get().cursor());

        own.get().resume();
        await().until(() -> seen.size() == 10);
    }

    @Test
    void aReaderIsGivenWhatItAsksForAndResumesWhereItStopped() throws Exception {
        PlainClient client = client(options());
        publish(client, 0, 10);
        List<String> read = new ArrayList<>();
        String cursor;
        try (Reader reader =
                client.read(SubscribeOptions.of("a").from("earliest").credit(2))) {
            for (int i = 0; i < 5; i++) {
                read.add(reader.next(Duration.ofSeconds(5)).orElseThrow().text());
            }
            cursor = reader.cursor();
        }
        try (Reader reader = client.read(SubscribeOptions.of("a").from(cursor))) {
            for (Optional<Delivered> next = reader.next(Duration.ofMillis(500));
                    next.isPresent();
                    next = reader.next(Duration.ofMillis(100))) {
                read.add(next.get().text());
            }
        }
        assertEquals(numbers(0, 10), read);
    }

    @Test
    void membersThatAServerTellsOfAreTriedWhenItIsGone() {
        HttpServer other = serve();
        members.add(new JsonObject().put("id", "n2").put("httpAddress", "127.0.0.1:" + other.actualPort()));
        PlainClient client = client(options());
        client.publish("a", "1").join();
        await().until(() -> client.client().servers().equals(List.of(at(server), at(other))));
        server.close().await();

        // With an id: it may have been on its way when the server went.
        assertEquals(
                1,
                client.publish(PublishItem.of("a", "2").withId("second")).join().offset());
    }

    @Test
    void aServerThatHasNoLeaderForTooLongIsLeft() {
        HttpServer other = serve();
        ClientOptions.Times times = ClientOptions.Times.DEFAULT;
        PlainClient client = client(ClientOptions.of(List.of(at(server), at(other)))
                .withTimes(new ClientOptions.Times(times.request(), times.connect(), 5, 50, times.ping(), 50)));
        List<String> told = Collections.synchronizedList(new ArrayList<>());
        client.subscribe(SubscribeOptions.of("a"), new MessageHandler() {
            @Override
            public void message(Delivered message) {}

            @Override
            public void status(String health) {
                told.add(health);
            }
        });

        broker.health("no-leader");

        await().until(() ->
                client.client().server().equals(at(other)) && client.client().isConnected());
        assertTrue(told.contains("no-leader"), told.toString());
    }

    @Test
    void aRepeatThatIsRefusedInPassingAfterATryThatNobodyAnsweredStaysUnknown() {
        broker.hold();
        PlainClient client = client(options().withRequestMs(1000));
        CompletableFuture<Published> sent =
                client.publish(PublishItem.of("a", "x").withId("once"));
        await().until(() -> broker.heldPublishes() == 1);
        client.client().reconnect();
        await().until(() -> broker.heldPublishes() == 2);
        for (int i = 0; i < 100; i++) {
            broker.refuseNext(Refusal.of(Refusal.Kind.UNAVAILABLE, "no-leader", "later"));
        }
        broker.release();

        assertInstanceOf(SkeinException.Unknown.class, cause(sent));
    }

    @Test
    void whatTheServerSaysNoToIsRefused() {
        broker.maxBodyBytes(3);
        assertInstanceOf(SkeinException.Refused.class, cause(client(options()).publish("a", "long")));
    }

    @Test
    void withoutAServerNothingHappenedAndNoThreadStays() throws Exception {
        server.close().await();
        SkeinException none = assertThrows(
                SkeinException.class, () -> PlainClient.connect(options().withConnectMs(50)));
        assertInstanceOf(SkeinException.Unavailable.class, none);
        assertEquals("unreachable", none.code());
    }
}
