package io.skein.client;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.Allowances;
import io.skein.broker.FakeBroker;
import io.skein.broker.Freshness;
import io.skein.broker.From;
import io.skein.broker.OpenGate;
import io.skein.broker.Publish;
import io.skein.broker.Read;
import io.skein.broker.Refusal;
import io.skein.frame.CloseCode;
import io.skein.frame.Delivered;
import io.skein.frame.MessageJson;
import io.skein.frame.PublishItem;
import io.skein.frame.Push;
import io.skein.protocol.websocket.WebSocketConfig;
import io.skein.protocol.websocket.WebSocketDoor;
import io.skein.protocol.websocket.WebSocketListener;
import io.skein.topic.TopicFilter;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The client against the real door on two servers, with one broker in memory behind both. */
@Timeout(30)
class SkeinClientTest {
    private Vertx vertx;
    private Vertx clientVertx;
    private FakeBroker broker;
    private HttpServer first;
    private HttpServer second;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        clientVertx = Vertx.vertx();
        broker = new FakeBroker(vertx);
        first = serve(0);
        second = serve(0);
    }

    private HttpServer serve(int port) {
        var door = new WebSocketDoor(
                vertx, OpenGate.of(broker), WebSocketConfig.DEFAULT, Allowances.ofHeap(), WebSocketListener.NONE);
        return vertx.createHttpServer(door.options(
                        new HttpServerOptions().setHost("127.0.0.1").setPort(port)))
                .requestHandler(request -> door.take(request, Optional.empty(), (status, code, detail) -> {}, () -> {}))
                .listen()
                .await();
    }

    @AfterEach
    void stop() {
        clientVertx.close().await();
        vertx.close().await();
    }

    private static URI at(HttpServer server) {
        return URI.create("ws://127.0.0.1:" + server.actualPort());
    }

    private ClientOptions options() {
        return ClientOptions.of(List.of(at(first), at(second))).withReconnectMs(5, 50);
    }

    private SkeinClient client() {
        return client(options());
    }

    private SkeinClient client(ClientOptions options) {
        return SkeinClient.connect(clientVertx, options).await();
    }

    private static SkeinException failure(Future<?> future) {
        await().until(future::isComplete);
        assertTrue(future.failed(), "it succeeded: " + future.result());
        return assertInstanceOf(SkeinException.class, future.cause());
    }

    /** Bodies kept in a topic, in order. */
    private List<String> kept(String topic) {
        var page = broker.read(
                        new Read(List.of(new TopicFilter(topic)), From.EARLIEST, 100_000, 0, Freshness.LINEARIZABLE))
                .await();
        return page.messages().stream()
                .map(message -> MessageJson.decode(message.json()).text())
                .toList();
    }

    /** Remembers what it is told. */
    private static class Diary implements MessageHandler {
        final List<String> bodies = Collections.synchronizedList(new ArrayList<>());
        final List<Push.Gap> gaps = Collections.synchronizedList(new ArrayList<>());
        final List<Boolean> connections = Collections.synchronizedList(new ArrayList<>());
        final List<String> states = Collections.synchronizedList(new ArrayList<>());
        volatile String end = "";

        @Override
        public void message(Delivered message) {
            bodies.add(message.text());
        }

        @Override
        public void gap(Push.Gap gap) {
            gaps.add(gap);
        }

        @Override
        public void connection(boolean isUp) {
            connections.add(isUp);
        }

        @Override
        public void status(String health) {
            states.add(health);
        }

        @Override
        public void ended(String reason) {
            end = reason;
        }

        void awaitBodies(List<String> expected) {
            await().until(() -> bodies.size() >= expected.size());
            assertEquals(expected, List.copyOf(bodies));
        }
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    // Publishing.

    @Test
    void aPublishIsAnsweredWithItsPlace() {
        Published published = client().publish("a", "hello").await();
        assertEquals(new Published(0, "c7.1.0", -1, false, false), published);
        assertEquals(List.of("hello"), kept("a"));
    }

    @Test
    void messagesThatWaitTogetherTravelTogetherAndKeepTheirOrder() {
        SkeinClient client = client();
        List<Future<Published>> answers = new ArrayList<>();
        for (String body : numbers(0, 5000)) {
            answers.add(client.publish("a", body));
        }
        Future.all(answers).await();
        for (int i = 0; i < answers.size(); i++) {
            assertEquals(i, answers.get(i).result().offset());
        }
        assertEquals(numbers(0, 5000), kept("a"));
        assertTrue(broker.publishes().size() < 1000, broker.publishes().size() + " commands");
    }

    @Test
    void eachMessageOfABatchHasItsOwnAnswer() {
        broker.maxBodyBytes(3);
        SkeinClient client = client();
        Future<Published> good = client.publish("a", "1");
        Future<Published> bad = client.publish("a", "long");
        Future<Published> alsoGood = client.publish("a", "2");
        assertEquals("too-large", failure(bad).code());
        assertFalse(failure(bad).isUnknown());
        assertEquals(0, good.await().offset());
        assertEquals(1, alsoGood.await().offset());
    }

    @Test
    void everythingAMessageHasArrives() {
        List<Delivered> all = Collections.synchronizedList(new ArrayList<>());
        SkeinClient client = client();
        client.subscribe(SubscribeOptions.of("a/#").from("earliest"), all::add).await();
        byte[] bytes = {0, (byte) 0xFF, 10};
        client.publish(PublishItem.of("a/b", bytes)
                        .withKey("k")
                        .withHeaders(Map.of("h", "v"))
                        .withFormat("RAW"))
                .await();
        await().until(() -> all.size() == 1);
        assertEquals("k", all.get(0).key());
        assertEquals(Map.of("h", "v"), all.get(0).headers());
        assertTrue(Arrays.equals(bytes, all.get(0).body()));
    }

    @Test
    void aDelayedMessageIsAnsweredWithWhenItIsDue() {
        Published published =
                client().publish(PublishItem.of("a", "x").withDelayMs(60_000)).await();
        assertEquals(FakeBroker.FIRST_TIME + 1 + 60_000, published.due());
        assertEquals(-1, published.offset());
    }

    @Test
    void aListIsAllOrNothing() {
        broker.maxBodyBytes(3);
        SkeinClient client = client();
        var refused = client.publishAll(List.of(PublishItem.of("a", "1"), PublishItem.of("a", "long")));
        assertEquals("too-large", failure(refused).code());
        var stored = client.publishAll(List.of(PublishItem.of("a", "1"), PublishItem.of("b", "2")))
                .await();
        assertEquals(List.of(0L, 0L), stored.stream().map(Published::offset).toList());
    }

    @Test
    void aboveTheBoundAPublishFailsAtOnce() {
        broker.hold();
        SkeinClient client = client(options().withWindow(10, 20));
        List<Future<Published>> answers = new ArrayList<>();
        for (String body : numbers(0, 40)) {
            answers.add(client.publish("a", body));
        }
        assertEquals("client-full", failure(answers.get(39)).code());
        assertTrue(failure(answers.get(39)).isRetryable());
        assertFalse(answers.get(5).isComplete());
        broker.release();
        for (int i = 0; i < 20; i++) {
            assertEquals(i, answers.get(i).await().offset());
        }
        assertEquals(20, client.publish("a", "again").await().offset());
    }

    @Test
    void noMoreThanTheWindowIsSentAndNotAnswered() {
        broker.hold();
        SkeinClient client = client(options().withWindow(8, 1000));
        for (String body : numbers(0, 100)) {
            client.publish("a", body).onFailure(lost -> {});
        }
        await().until(() -> broker.heldPublishes() > 0);
        assertEquals(
                8,
                broker.publishes().stream().mapToInt(p -> p.messages().size()).sum());
        broker.release();
        await().until(() -> kept("a").size() == 100);
        assertEquals(numbers(0, 100), kept("a"));
    }

    @Test
    void whatIsNotAnsweredInTimeIsUnknown() {
        broker.hold();
        SkeinException failure = failure(client(options().withRequestMs(50)).publish("a", "x"));
        assertEquals("timeout", failure.code());
        assertTrue(failure.isUnknown());
    }

    @Test
    void whatALostConnectionLeftUnansweredIsUnknown() {
        broker.hold();
        SkeinClient client = client();
        Future<Published> sent = client.publish("a", "x");
        await().until(() -> broker.heldPublishes() == 1);
        first.close().await();
        SkeinException failure = failure(sent);
        assertEquals("connection-lost", failure.code());
        assertTrue(failure.isUnknown());
    }

    @Test
    void aMessageWithAnIdIsRepeatedAndStoredOnce() {
        broker.hold();
        SkeinClient client = client();
        Future<Published> sent = client.publish(PublishItem.of("a", "x").withId("once"));
        await().until(() -> broker.heldPublishes() == 1);
        first.close().await();
        await().until(() -> broker.heldPublishes() == 2);
        broker.release();
        assertEquals(new Published(0, "c7.1.0", -1, true, false), sent.await());
        assertEquals(List.of("x"), kept("a"));
    }

    @Test
    void whatWasNotSentWaitsForTheNextConnection() {
        SkeinClient client = client();
        first.close().await();
        await().until(() -> client.server().equals(at(second)) || !client.isConnected());
        assertEquals(0, client.publish("a", "x").await().offset());
        assertEquals(at(second), client.server());
    }

    @Test
    void aPassingRefusalOfAMessageWithAnIdIsTriedAgain() {
        broker.refuseNext(Refusal.of(Refusal.Kind.UNAVAILABLE, "no-leader", "later"));
        broker.refuseNext(Refusal.of(Refusal.Kind.INDETERMINATE, "indeterminate", "who knows"));
        SkeinClient client = client();
        assertEquals(
                0,
                client.publish(PublishItem.of("a", "x").withId("once")).await().offset());
        broker.refuseNext(Refusal.of(Refusal.Kind.UNAVAILABLE, "no-leader", "later"));
        SkeinException refused = failure(client.publish("a", "y"));
        assertEquals("no-leader", refused.code());
        assertTrue(refused.isRetryable());
        assertFalse(refused.isUnknown());
    }

    @Test
    void aPublishThatIsTooLongAsJsonIsRefusedHere() {
        SkeinClient client = client();
        assertEquals(
                "too-large", failure(client.publish("a", new byte[9 << 20])).code());
        assertEquals(0, client.publish("a", "x").await().offset());
    }

    // A producer.

    @Test
    void aProducersMessagesAreStoredOnceAndInOrderWhateverConnectionsAreLost() {
        SkeinClient client = client(options().withProducer("p", -1));
        List<Future<Published>> answers = new ArrayList<>();
        for (int round = 0; round < 20; round++) {
            for (String body : numbers(round * 100, round * 100 + 100)) {
                answers.add(client.publish("a", body));
            }
            int sofar = broker.publishes().size();
            await().until(() -> broker.publishes().size() > sofar);
            client.reconnect();
        }
        Future.all(answers).await();
        assertTrue(broker.connectionsEver() >= 15, broker.connectionsEver() + " connections");
        assertEquals(numbers(0, 2000), kept("a"));
        for (int i = 0; i < answers.size(); i++) {
            assertEquals(i, answers.get(i).result().offset());
        }
    }

    @Test
    void aProducersUnansweredMessagesAreRepeatedUnderTheSameEpoch() {
        broker.hold();
        SkeinClient client = client(options().withProducer("p", 17));
        List<Future<Published>> answers = new ArrayList<>();
        for (String body : numbers(0, 10)) {
            answers.add(client.publish("a", body));
        }
        await().until(() -> broker.heldPublishes() == 10);
        first.close().await();
        await().until(() -> broker.heldPublishes() == 20);
        broker.release();
        Future.all(answers).await();
        assertEquals(numbers(0, 10), kept("a"));
        assertTrue(answers.get(9).result().isReplayed());
        assertTrue(broker.publishes().stream()
                .allMatch(publish -> publish.sequence().orElseThrow().epoch() == 17));
    }

    @Test
    void whatAProducerWasRefusedForGoodMakesWayForWhatFollows() {
        SkeinClient client = client(options().withProducer("p", -1));
        List<Future<Published>> answers = new ArrayList<>();
        for (String body : numbers(0, 50)) {
            PublishItem item = PublishItem.of("a", body);
            answers.add(client.publish(
                    body.equals("7") || body.equals("8") || body.equals("30") ? item.withExpectOffset(999) : item));
        }
        for (int bad : new int[] {7, 8, 30}) {
            assertEquals("wrong-offset", failure(answers.get(bad)).code());
        }
        List<String> expected = new ArrayList<>(numbers(0, 50));
        expected.removeAll(List.of("7", "8", "30"));
        await().until(() -> kept("a").size() == expected.size());
        assertEquals(expected, kept("a"));
        assertEquals("after", after(client));
    }

    private String after(SkeinClient client) {
        client.publish("after", "after").await();
        return kept("after").get(0);
    }

    @Test
    void aPassingSetbackKeepsAProducersOrder() {
        SkeinClient client = client(options().withProducer("p", -1));
        for (int i = 0; i < 5; i++) {
            broker.refuseNext(Refusal.of(Refusal.Kind.UNAVAILABLE, "no-leader", "later"));
        }
        List<Future<Published>> answers = new ArrayList<>();
        for (String body : numbers(0, 200)) {
            answers.add(client.publish("a", body));
        }
        Future.all(answers).await();
        assertEquals(numbers(0, 200), kept("a"));
    }

    @Test
    void aProducerIsFencedByANewerProcessOfItsName() {
        SkeinClient older = client(options().withProducer("p", -1));
        older.publish("a", "1").await();
        SkeinClient newer = client(options().withProducer("p", -1));
        assertTrue(newer.epoch() > older.epoch());
        newer.publish("a", "2").await();
        assertEquals("fenced", failure(older.publish("a", "3")).code());
        assertEquals("fenced", failure(older.publish("a", "4")).code());
        assertEquals(List.of("1", "2"), kept("a"));
    }

    // Subscribing.

    @Test
    void aSubscriberSeesWhatIsKeptAndThenWhatComes() {
        SkeinClient client = client();
        client.publish("a", "0").await();
        Diary diary = new Diary();
        Subscription subscription = client.subscribe(SubscribeOptions.of("a").from("earliest"), diary)
                .await();
        client.publish("a", "1").await();
        diary.awaitBodies(List.of("0", "1"));
        assertEquals("c7.2.0", subscription.cursor());
    }

    @Test
    void aSubscriberSeesEveryMessageOnceWhateverConnectionsAreLost() {
        Diary diary = new Diary();
        SkeinClient reader = client();
        reader.subscribe(SubscribeOptions.of("#").credit(64), diary).await();
        SkeinClient writer = client(options().withProducer("w", -1));
        for (int round = 0; round < 20; round++) {
            for (String body : numbers(round * 200, round * 200 + 200)) {
                writer.publish(body.endsWith("3") ? "a" : "b", body).onFailure(lost -> {});
            }
            int sofar = diary.bodies.size();
            await().until(() -> diary.bodies.size() > sofar);
            reader.reconnect();
        }
        diary.awaitBodies(numbers(0, 4000));
        assertTrue(broker.connectionsEver() >= 20, broker.connectionsEver() + " connections");
    }

    @Test
    void aSubscriberThatHasSeenNothingResumesWhereItBegan() {
        Diary diary = new Diary();
        SkeinClient reader = client();
        SkeinClient writer = client(ClientOptions.of(List.of(at(second))));
        writer.publish("a", "before").await();
        reader.subscribe(SubscribeOptions.of("a"), diary).await();
        first.close().await();
        writer.publish("a", "between").await();
        diary.awaitBodies(List.of("between"));
    }

    @Test
    void theHandlerSetsThePaceThroughCredit() {
        SkeinClient client = client();
        Diary diary = new Diary();
        Subscription subscription = client.subscribe(
                        SubscribeOptions.of("a").from("earliest").manual(3), diary)
                .await();
        for (String body : numbers(0, 10)) {
            client.publish("a", body).await();
        }
        diary.awaitBodies(numbers(0, 3));
        client.reconnect();
        subscription.credit(2);
        diary.awaitBodies(numbers(0, 5));
        client.publish("a", "10").await();
        assertEquals(5, diary.bodies.size());
        subscription.credit(100);
        diary.awaitBodies(numbers(0, 11));
    }

    @Test
    void aGapIsSaid() {
        SkeinClient client = client();
        Diary diary = new Diary();
        Subscription subscription = client.subscribe(
                        SubscribeOptions.of("a").from("earliest").manual(1), diary)
                .await();
        for (String body : numbers(0, 5)) {
            client.publish("a", body).await();
        }
        diary.awaitBodies(List.of("0"));
        broker.trim("a", 3);
        subscription.credit(10);
        diary.awaitBodies(List.of("0", "3", "4"));
        assertEquals(1, diary.gaps.size());
    }

    @Test
    void aStreamThatEndsForAPassingReasonIsBegunAgain() {
        SkeinClient client = client();
        Diary diary = new Diary();
        client.subscribe(SubscribeOptions.of("a").from("earliest"), diary).await();
        client.publish("a", "0").await();
        diary.awaitBodies(List.of("0"));
        broker.endAll("catching-up", true);
        client.publish("a", "1").await();
        diary.awaitBodies(List.of("0", "1"));
        broker.health("no-leader");
        await().until(() -> diary.states.contains("no-leader"));
        broker.endAll("removed", false);
        await().until(() -> diary.end.equals("removed"));
    }

    @Test
    void aSubscriptionThatMakesNoSenseFails() {
        SkeinClient client = client();
        assertEquals(
                "malformed",
                failure(client.subscribe(SubscribeOptions.of("a//b"), new Diary()))
                        .code());
        assertThrows(IllegalArgumentException.class, SubscribeOptions::of);
    }

    @Test
    void afterCloseNothingIsHandedOut() {
        SkeinClient client = client();
        Diary diary = new Diary();
        Subscription subscription =
                client.subscribe(SubscribeOptions.of("a"), diary).await();
        subscription.close();
        await().until(() -> broker.streams() == 0);
        client.publish("a", "1").await();
        client.reconnect();
        client.publish("a", "2").await();
        assertEquals(List.of(), diary.bodies);
    }

    @Test
    void aHandlerThatThrowsGetsTheNextMessage() {
        SkeinClient client = client();
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        client.subscribe(SubscribeOptions.of("a"), message -> {
                    seen.add(message.text());
                    throw new IllegalStateException("on purpose");
                })
                .await();
        client.publish("a", "1").await();
        client.publish("a", "2").await();
        await().until(() -> seen.size() == 2);
    }

    // Connections.

    @Test
    void whenNoServerAnswersConnectFails() {
        first.close().await();
        second.close().await();
        assertEquals(
                "unreachable",
                failure(SkeinClient.connect(clientVertx, options().withConnectMs(100)))
                        .code());
    }

    @Test
    void theNextServerIsTriedWhenTheFirstIsNotThere() {
        first.close().await();
        assertEquals(at(second), client().server());
    }

    @Test
    void aServerThatIsSilentIsGivenUp() {
        AtomicInteger asked = new AtomicInteger();
        NetServer silent = vertx.createNetServer(new NetServerOptions().setHost("127.0.0.1"))
                .connectHandler(socket -> socket.handler(bytes -> {
                    // It opens a WebSocket (RFC 6455 §4.2.2), and that was all.
                    var key = Pattern.compile("(?i)sec-websocket-key: *(\\S+)").matcher(bytes.toString());
                    if (key.find()) {
                        asked.incrementAndGet();
                        socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                        + "Sec-WebSocket-Protocol: skein.v1.json\r\nSec-WebSocket-Accept: "
                                        + accept(key.group(1)) + "\r\n\r\n")
                                .onFailure(gone -> {});
                    }
                }))
                .listen(0)
                .await();
        var address = URI.create("ws://127.0.0.1:" + silent.actualPort());
        SkeinClient client = client(
                ClientOptions.of(List.of(address, at(first))).withPingMs(50).withReconnectMs(5, 50));
        Diary diary = new Diary();
        client.subscribe(SubscribeOptions.of("a"), diary).await();
        assertEquals(1, asked.get());
        assertEquals(at(first), client.server());
    }

    private static String accept(String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1")
                    .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aServerThatClosesForGoodEndsTheClient() {
        HttpServer strict = vertx.createHttpServer(
                        new HttpServerOptions().setHost("127.0.0.1").setWebSocketSubProtocols(List.of("skein.v1.json")))
                .webSocketHandler(socket -> socket.textMessageHandler(
                        text -> socket.close((short) 4500, "go away").onFailure(gone -> {})))
                .listen(0)
                .await();
        SkeinClient client = client(ClientOptions.of(List.of(at(strict))));
        SkeinException failure = failure(client.publish("a", "x"));
        assertEquals("refused", failure.code());
        assertTrue(failure.isUnknown());
        assertEquals("refused", failure(client.publish("a", "y")).code());
    }

    @Test
    void aServerThatHasNoPlaceForItIsAskedLessAndLessOftenAndWhatItWasToldIsNotLost() {
        AtomicInteger asked = new AtomicInteger();
        HttpServer full = vertx.createHttpServer(
                        new HttpServerOptions().setHost("127.0.0.1").setWebSocketSubProtocols(List.of("skein.v1.json")))
                .webSocketHandler(socket -> {
                    asked.incrementAndGet();
                    socket.close(CloseCode.LIMITED.code(), "all are open").onFailure(gone -> {});
                })
                .listen(0)
                .await();
        SkeinClient client = client(ClientOptions.of(List.of(at(full)))
                .withReconnectMs(1, 3_600_000)
                .withRequestMs(1000));
        SkeinException failure = failure(client.publish("a", "x"));
        assertEquals("too-many-connections", failure.code());
        assertFalse(failure.isUnknown());
        assertTrue(failure.isRetryable());
        // The pauses double: this many would take days.
        assertTrue(asked.get() < 50, asked + " tries");
    }

    @Test
    void whatAServerWithoutAPlaceWasToldGoesToTheNext() {
        HttpServer full = vertx.createHttpServer(
                        new HttpServerOptions().setHost("127.0.0.1").setWebSocketSubProtocols(List.of("skein.v1.json")))
                .webSocketHandler(socket -> socket.textMessageHandler(text ->
                        socket.close(CloseCode.LIMITED.code(), "all are open").onFailure(gone -> {})))
                .listen(0)
                .await();
        SkeinClient client =
                client(ClientOptions.of(List.of(at(full), at(first))).withReconnectMs(1, 10));
        assertEquals(0, client.publish("a", "x").await().offset());
    }

    @Test
    void closeFailsWhatIsNotAnswered() {
        broker.hold();
        SkeinClient client = client();
        Future<Published> sent = client.publish("a", "x");
        await().until(() -> broker.heldPublishes() == 1);
        client.close().await();
        assertEquals("closed", failure(sent).code());
        assertTrue(failure(sent).isUnknown());
        assertEquals("closed", failure(client.publish("a", "y")).code());
        assertEquals(
                "closed",
                failure(client.subscribe(SubscribeOptions.of("a"), new Diary())).code());
    }

    @Test
    void publishesFromManyThreadsAllArrive() throws InterruptedException {
        SkeinClient client = client();
        List<Thread> threads = new ArrayList<>();
        List<Future<Published>> answers = Collections.synchronizedList(new ArrayList<>());
        for (int t = 0; t < 4; t++) {
            var thread = new Thread(() -> {
                for (int i = 0; i < 500; i++) {
                    answers.add(client.publish("a", Integer.toString(i)));
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        Future.all(answers).await();
        assertEquals(2000, kept("a").size());
        assertEquals(
                2000, broker.publishes().stream().mapToInt(p -> messages(p)).sum());
    }

    private static int messages(Publish publish) {
        return publish.messages().size();
    }

    @Test
    void optionsThatMakeNoSenseAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> ClientOptions.of(List.of()));
        assertThrows(IllegalArgumentException.class, () -> ClientOptions.of(List.of(URI.create("http://x:1"))));
        assertThrows(IllegalArgumentException.class, () -> options().withWindow(10, 5));
    }

    @Test
    void aReaderIsToldThatItsConnectionIsLostAndThereAgain() {
        SkeinClient client = client();
        Diary diary = new Diary();
        client.subscribe(SubscribeOptions.of("a"), diary).await();
        for (int i = 1; i <= 3; i++) {
            client.reconnect();
            int words = 2 * i;
            await().until(() -> diary.connections.size() == words);
        }
        assertEquals(List.of(false, true, false, true, false, true), diary.connections);
    }
}
