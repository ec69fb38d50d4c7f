package io.skein.protocol.websocket;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.Allowances;
import io.skein.broker.Freshness;
import io.skein.broker.From;
import io.skein.broker.Hall;
import io.skein.broker.OpenGate;
import io.skein.broker.Publish;
import io.skein.frame.Durations;
import io.skein.subscription.SubscriptionConfig;
import io.skein.subscription.SubscriptionName;
import io.skein.subscription.SubscriptionView;
import io.skein.topic.Format;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicName;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Durable subscriptions through the door, over a real broker. */
@Timeout(30)
class WorkerTest {
    private static final SubscriptionName BILLING = new SubscriptionName("billing");
    private static final String WORK = "{'id':1,'op':'subscribe','subscription':'billing','credit':%s}";

    @TempDir
    private Path directory;

    private Hall hall;
    private HttpServer server;
    private WebSocketClient client;

    @BeforeEach
    void start() throws Exception {
        hall = new Hall(directory, 1 << 20, 10_000);
        make("30s", 5);
        var door = new WebSocketDoor(
                hall.vertx,
                OpenGate.of(hall.broker),
                WebSocketConfig.DEFAULT,
                Allowances.ofHeap(),
                WebSocketListener.NONE);
        server = hall.vertx
                .createHttpServer(door.options(
                        new HttpServerOptions().setHost("127.0.0.1").setPort(0)))
                .requestHandler(request -> door.take(request, Optional.empty(), (status, code, detail) -> {}, () -> {}))
                .listen()
                .await();
        client = hall.vertx.createWebSocketClient();
    }

    @AfterEach
    void stop() throws Exception {
        hall.close();
    }

    private void make(String lease, int maxDeliveries) {
        long leaseMs = Durations.parseMs(lease);
        var config = new SubscriptionConfig(
                new TopicFilter("orders/#"),
                leaseMs,
                maxDeliveries,
                List.of(),
                Optional.empty(),
                SubscriptionConfig.Order.TOPIC,
                false);
        hall.broker
                .subscriptions()
                .configure(BILLING, config, From.EARLIEST, Optional.empty())
                .await();
    }

    private void publish(String... bodies) {
        List<Publication> messages = Arrays.stream(bodies)
                .map(body -> Publication.of(
                        new TopicName("orders/1"),
                        new Message("", List.of(), Format.RAW, "", body.getBytes(StandardCharsets.UTF_8))))
                .toList();
        hall.broker
                .publish(new Publish(messages, false, Optional.empty(), "test", "", Optional.empty()))
                .await();
    }

    private void publish(int from, int to) {
        publish(IntStream.range(from, to).mapToObj(Integer::toString).toArray(String[]::new));
    }

    private SubscriptionView view() {
        return hall.broker
                .subscriptions()
                .subscription(BILLING, Freshness.LINEARIZABLE)
                .await()
                .view();
    }

    /** One connection and what it hears, split into objects. */
    private final class Talk {
        final WebSocket socket;
        final BlockingQueue<JsonObject> heard = new LinkedBlockingQueue<>();

        Talk() {
            socket = client.connect(new WebSocketConnectOptions()
                            .setHost("127.0.0.1")
                            .setPort(server.actualPort())
                            .setURI("/ws")
                            .setAllowOriginHeader(false))
                    .map(ws -> {
                        ws.textMessageHandler(text -> {
                            for (String line : text.split("\n")) {
                                heard.add(new JsonObject(line));
                            }
                        });
                        return ws;
                    })
                    .await();
        }

        void say(String singleQuoted) {
            socket.writeTextMessage(singleQuoted.replace('\'', '"')).await();
        }

        JsonObject hear() {
            try {
                JsonObject next = heard.poll(10, TimeUnit.SECONDS);
                assertTrue(next != null, "nothing was said");
                return next;
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        JsonObject ask(String singleQuoted) {
            say(singleQuoted);
            return hear();
        }

        List<JsonObject> messages(int count) {
            List<JsonObject> messages = new ArrayList<>();
            while (messages.size() < count) {
                JsonObject push = hear();
                assertEquals("s1", push.getString("sub"), push.encode());
                push.getJsonArray("messages").forEach(message -> messages.add((JsonObject) message));
            }
            assertEquals(count, messages.size());
            return messages;
        }
    }

    private static String leases(List<JsonObject> messages) {
        return new JsonArray(messages.stream()
                        .map(message -> message.getString("lease"))
                        .toList())
                .encode();
    }

    private static List<String> bodies(List<JsonObject> messages) {
        return messages.stream().map(message -> message.getString("body")).toList();
    }

    @Test
    void messagesComeWithALeaseAndAreDoneWithWhenTheyAreAcknowledged() {
        publish("a", "b");
        Talk talk = new Talk();

        assertEquals(new JsonObject("{\"id\":1,\"ok\":true,\"sub\":\"s1\"}"), talk.ask(WORK.formatted(10)));
        List<JsonObject> messages = talk.messages(2);
        assertEquals(List.of("a", "b"), bodies(messages));
        assertEquals(1, messages.get(0).getInteger("delivery"));
        assertEquals(2, view().leased());

        assertEquals(
                new JsonObject("{\"id\":2,\"ok\":true,\"done\":2,\"refused\":[]}"),
                talk.ask("{'id':2,'op':'ack','sub':'s1','leases':" + leases(messages) + "}"));
        assertEquals(0, view().lag());
        assertEquals(2, view().acknowledged());
    }

    @Test
    void whoWaitsGetsWhatIsPublishedThen() {
        Talk talk = new Talk();
        talk.ask(WORK.formatted(10));

        publish("late");

        assertEquals(List.of("late"), bodies(talk.messages(1)));
    }

    @Test
    void noMoreComesThanThereIsCredit() {
        publish(0, 10);
        Talk talk = new Talk();
        talk.ask(WORK.formatted(3));
        assertEquals(List.of("0", "1", "2"), bodies(talk.messages(3)));

        talk.say("{'op':'credit','sub':'s1','n':2}");

        assertEquals(List.of("3", "4"), bodies(talk.messages(2)));
        assertEquals(5, view().leased());
        assertNull(talk.heard.peek());
    }

    @Test
    void withCreditThatTheServerGivesAnAcknowledgedMessageMakesRoomForAnother() {
        int hand = WebSocketConfig.DEFAULT.autoWork();
        publish(0, hand + 10);
        Talk talk = new Talk();
        talk.ask(WORK.formatted("'auto'"));
        List<JsonObject> first = talk.messages(hand);
        assertEquals(hand, view().leased());

        talk.say("{'op':'ack','sub':'s1','leases':" + leases(first.subList(0, 4)) + "}");

        assertEquals(IntStream.range(hand, hand + 4).mapToObj(Integer::toString).toList(), bodies(talk.messages(4)));
        assertEquals(hand, view().leased());
    }

    @Test
    void withCreditThatTheServerGivesWhatOutlivedItsLeaseMakesRoomToo() {
        make("200ms", 0);
        int hand = WebSocketConfig.DEFAULT.autoWork();
        publish(0, hand);
        Talk talk = new Talk();
        talk.ask(WORK.formatted("'auto'"));
        talk.messages(hand);

        List<JsonObject> again = talk.messages(hand);

        assertEquals(2, again.get(0).getInteger("delivery"));
    }

    @Test
    void whatIsGivenBackComesAgain() {
        publish("a");
        Talk talk = new Talk();
        talk.ask(WORK.formatted(10));
        List<JsonObject> first = talk.messages(1);

        JsonObject done =
                talk.ask("{'id':2,'op':'nack','sub':'s1','delay':'0s','reason':'busy','leases':" + leases(first) + "}");

        // The answer, and perhaps before it what came of it.
        JsonObject push = done.containsKey("messages") ? done : talk.hear();
        assertEquals(2, push.getJsonArray("messages").getJsonObject(0).getInteger("delivery"));
    }

    @Test
    void aLeaseThatWasLostIsRefusedAsItWasNamed() {
        publish("a", "b", "c");
        Talk talk = new Talk();
        talk.ask(WORK.formatted(3));
        List<JsonObject> messages = talk.messages(3);
        talk.ask("{'id':2,'op':'ack','sub':'s1','leases':" + leases(messages.subList(0, 2)) + "}");

        JsonObject answer = talk.ask("{'id':3,'op':'ack','sub':'s1','leases':" + leases(messages) + "}");

        assertEquals(1, answer.getInteger("done"));
        assertEquals(
                bodyless(messages.subList(0, 2)),
                answer.getJsonArray("refused").stream()
                        .map(refused -> ((JsonObject) refused).getString("lease"))
                        .toList());
        assertEquals(
                "lease-lost", answer.getJsonArray("refused").getJsonObject(0).getString("code"));
    }

    private static List<String> bodyless(List<JsonObject> messages) {
        return messages.stream().map(message -> message.getString("lease")).toList();
    }

    @Test
    void aLeaseMayBeMadeLonger() {
        make("300ms", 0);
        publish("a");
        Talk talk = new Talk();
        talk.ask(WORK.formatted(1));
        List<JsonObject> messages = talk.messages(1);

        JsonObject answer =
                talk.ask("{'id':2,'op':'extend','sub':'s1','lease':'1h','leases':" + leases(messages) + "}");

        assertEquals(1, answer.getInteger("done"));
        assertTrue(view().nextReturn() > System.currentTimeMillis() + 1_000_000);
    }

    @Test
    void afterUnsubscribeTheRestIsForOthersAndTheLeasesStay() {
        publish("a");
        Talk first = new Talk();
        first.ask(WORK.formatted(1));
        first.messages(1);
        first.say("{'op':'credit','sub':'s1','n':10}");
        assertTrue(first.ask("{'id':2,'op':'unsubscribe','sub':'s1'}").getBoolean("ok"));

        publish("b");
        Talk second = new Talk();
        second.ask(WORK.formatted(10));

        assertEquals(List.of("b"), bodies(second.messages(1)));
        assertEquals(2, view().leased());
    }

    @Test
    void whatIsInHandMayBeAcknowledgedAfterUnsubscribe() {
        publish("a");
        Talk talk = new Talk();
        talk.ask(WORK.formatted(1));
        List<JsonObject> messages = talk.messages(1);
        talk.ask("{'id':2,'op':'unsubscribe','sub':'s1'}");

        assertEquals(
                1,
                talk.ask("{'id':3,'op':'ack','sub':'s1','leases':" + leases(messages) + "}")
                        .getInteger("done"));
        assertEquals(
                "not-found",
                talk.ask("{'id':4,'op':'credit','sub':'s1','n':1}")
                        .getJsonObject("error")
                        .getString("code"));
    }

    @Test
    void aWorkerWhoseConnectionIsGoneTakesNothingMore() {
        Talk gone = new Talk();
        gone.ask(WORK.formatted(10));
        await().until(() -> hall.broker.subscriptions().waiting() == 1);

        gone.socket.close().await();

        await().until(() -> hall.broker.subscriptions().waiting() == 0);
        publish("a");
        assertEquals(0, view().leased());
    }

    @Test
    void whatIsWrongIsSaid() {
        Talk talk = new Talk();
        assertEquals(
                "unknown-subscription",
                talk.ask("{'id':1,'op':'subscribe','subscription':'none'}")
                        .getJsonObject("error")
                        .getString("code"));
        assertEquals(
                "malformed",
                talk.ask("{'id':2,'op':'subscribe','subscription':'a//b'}")
                        .getJsonObject("error")
                        .getString("code"));
        assertEquals(
                "not-found",
                talk.ask("{'id':3,'op':'ack','sub':'s9','leases':['x']}")
                        .getJsonObject("error")
                        .getString("code"));
        talk.ask(WORK.formatted(1));
        JsonObject noLease = talk.ask("{'id':4,'op':'ack','sub':'s2','leases':['x']}");
        assertEquals(4, noLease.getInteger("id"));
        assertEquals("malformed", noLease.getJsonObject("error").getString("code"), noLease.encode());
    }

    @Test
    void whoWorksForASubscriptionThatIsDeletedIsTold() {
        Talk talk = new Talk();
        talk.ask(WORK.formatted(1));
        await().until(() -> hall.broker.subscriptions().waiting() == 1);

        hall.broker.subscriptions().delete(BILLING, Optional.empty()).await();

        assertEquals(
                new JsonObject("{\"sub\":\"s1\",\"ended\":\"unknown-subscription\",\"retry\":false}"), talk.hear());
    }
}
