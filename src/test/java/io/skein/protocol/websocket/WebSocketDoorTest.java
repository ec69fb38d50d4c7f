package io.skein.protocol.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.Allowances;
import io.skein.broker.FakeBroker;
import io.skein.broker.OpenGate;
import io.skein.broker.Publish;
import io.skein.broker.Refusal;
import io.skein.frame.CloseCode;
import io.skein.topic.Format;
import io.skein.topic.TopicCommand;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The door on a real server, against a broker in memory, spoken to in plain frames. */
@Timeout(30)
class WebSocketDoorTest {
    private Vertx vertx;
    private FakeBroker broker;
    private HttpServer server;
    private WebSocketDoor door;
    private WebSocketClient client;
    private final AtomicInteger bytesReceived = new AtomicInteger();
    private final AtomicInteger bytesSent = new AtomicInteger();
    private final WebSocketListener listener = new WebSocketListener() {
        @Override
        public void received(int bytes) {
            bytesReceived.addAndGet(bytes);
        }

        @Override
        public void sent(int bytes) {
            bytesSent.addAndGet(bytes);
        }
    };

    private final List<String> refused = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        broker = new FakeBroker(vertx);
        client = vertx.createWebSocketClient(
                new WebSocketClientOptions().setMaxFrameSize(32 << 20).setMaxMessageSize(32 << 20));
        serve(WebSocketConfig.DEFAULT);
    }

    private void serve(WebSocketConfig config) {
        serve(config, Allowances.ofHeap());
    }

    private void serve(WebSocketConfig config, Allowances allowances) {
        if (server != null) {
            server.close().await();
        }
        door = new WebSocketDoor(vertx, OpenGate.of(broker), config, allowances, listener);
        server = vertx.createHttpServer(door.options(
                        new HttpServerOptions().setHost("127.0.0.1").setPort(0)))
                .requestHandler(request -> door.take(
                        request,
                        Optional.empty(),
                        (status, code, detail) -> {
                            refused.add(code + ": " + detail);
                            request.response().setStatusCode(status).end();
                        },
                        () -> {}))
                .listen()
                .await();
    }

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    /** One connection, its frames and the objects in them. */
    private final class Talk {
        final WebSocket socket;
        final BlockingQueue<JsonObject> heard = new LinkedBlockingQueue<>();
        final AtomicInteger frames = new AtomicInteger();

        Talk(WebSocketConnectOptions options) {
            socket = client.connect(options)
                    .map(ws -> {
                        ws.textMessageHandler(text -> {
                            frames.incrementAndGet();
                            for (String line : text.split("\n")) {
                                heard.add(new JsonObject(line));
                            }
                        });
                        return ws;
                    })
                    .await();
        }

        void say(String... singleQuoted) {
            socket.writeTextMessage(String.join("\n", singleQuoted).replace('\'', '"'))
                    .await();
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

        /** Pushed messages' bodies, until so many have come. */
        List<String> bodies(int count) {
            List<String> bodies = new ArrayList<>();
            while (bodies.size() < count) {
                JsonArray messages = hear().getJsonArray("messages");
                messages.forEach(message -> bodies.add(((JsonObject) message).getString("body")));
            }
            return bodies;
        }

        int closeCode() {
            await().until(socket::isClosed);
            return socket.closeStatusCode();
        }
    }

    private WebSocketConnectOptions at(String uri) {
        return new WebSocketConnectOptions()
                .setHost("127.0.0.1")
                .setPort(server.actualPort())
                .setURI(uri)
                .setAllowOriginHeader(false);
    }

    private WebSocketConnectOptions from(String origin) {
        return at("/ws").setAllowOriginHeader(true).addHeader("Origin", origin);
    }

    private Talk talk() {
        return new Talk(at("/ws"));
    }

    private int rejection(WebSocketConnectOptions options) {
        try {
            client.connect(options).await();
            return 101;
        } catch (UpgradeRejectedException rejected) {
            return rejected.getStatus();
        }
    }

    private static String error(JsonObject reply) {
        return reply.getJsonObject("error").getString("code");
    }

    // Coming in.

    @Test
    void whoDoesNotAskForAWebSocketIsToldToDoSo() {
        HttpClientResponse answer = vertx.createHttpClient()
                .request(HttpMethod.GET, server.actualPort(), "127.0.0.1", "/ws")
                .compose(HttpClientRequest::send)
                .await();
        assertEquals(426, answer.statusCode());
        assertEquals("websocket", answer.getHeader("Upgrade"));
    }

    @Test
    void aForeignOriginIsForbidden() {
        assertEquals(403, rejection(from("http://evil.example")));
        assertEquals(403, rejection(from("null")));
        assertEquals(
                "foreign-origin: pages of http://evil.example may not connect; see --allowed-origins", refused.get(0));
    }

    @Test
    void thePagesOfTheNodeAndListedOriginsComeIn() {
        assertEquals(101, rejection(from("http://127.0.0.1:" + server.actualPort())));
        serve(WebSocketConfig.DEFAULT.withOrigins(Set.of("https://app.example.org")));
        assertEquals(101, rejection(from("https://app.example.org")));
    }

    @Test
    void ourSubprotocolIsAgreedAndAnUnknownOneRefused() {
        var socket = client.connect(at("/ws").addSubProtocol("other").addSubProtocol("skein.v1.json"))
                .await();
        assertEquals("skein.v1.json", socket.subProtocol());
        assertEquals(400, rejection(at("/ws").addSubProtocol("other")));
    }

    @Test
    void aboveTheLimitOfConnectionsNobodyComesIn() {
        serve(config().connections(1).build());
        talk();
        await().until(() -> door.connections() == 1);
        assertEquals(503, rejection(at("/ws")));
    }

    @Test
    void aConnectionCountsUntilItIsClosed() {
        Talk talk = talk();
        talk.ask("{'id':1,'op':'subscribe','topic':'a'}");
        assertEquals(1, broker.connections());
        assertEquals(1, broker.streams());
        talk.socket.close().await();
        await().until(() -> broker.connections() == 0 && broker.streams() == 0 && door.connections() == 0);
    }

    @Test
    void theBytesOfFramesAreToldBothWays() {
        Talk talk = talk();
        String ping = "{'id':1,'op':'ping','note':'é'}";
        String[] answer = new String[1];
        talk.socket.textMessageHandler(text -> answer[0] = text);
        talk.say(ping);
        await().until(() -> answer[0] != null);
        await().until(() -> bytesSent.get() == answer[0].getBytes(UTF_8).length);
        assertEquals(ping.getBytes(UTF_8).length, bytesReceived.get());

        talk.socket
                .writeFrame(WebSocketFrame.binaryFrame(Buffer.buffer("four"), true))
                .await();
        assertEquals(CloseCode.BINARY.code(), talk.closeCode());
        assertEquals(ping.getBytes(UTF_8).length + 4, bytesReceived.get());
    }

    // Publishing.

    @Test
    void aPublishIsAnsweredWithItsOffsetAndCursor() {
        Talk talk = talk();
        assertEquals(
                new JsonObject().put("id", 2).put("ok", true).put("offset", 0).put("cursor", "c7.1.0"),
                talk.ask("{'id':2,'op':'publish','topic':'orders/7','body':'hi','key':'k','idempotencyKey':'x'}"));
        Publish publish = broker.publishes().get(0);
        assertEquals("websocket", publish.door());
        assertEquals("/t/orders/7", publish.scope());
        assertEquals(Optional.of("x"), publish.idempotencyKey());
        assertEquals("k", publish.messages().get(0).message().key());
        assertEquals(Format.RAW, publish.messages().get(0).message().format());
    }

    @Test
    void aRepeatWithTheSameKeyIsStoredOnce() {
        Talk talk = talk();
        String publish = "{'id':2,'op':'publish','topic':'a','body':'hi','idempotencyKey':'x'}";
        JsonObject first = talk.ask(publish);
        JsonObject second = talk.ask(publish);
        assertEquals(true, second.getBoolean("replayed"));
        assertEquals(first.getValue("offset"), second.getValue("offset"));
    }

    @Test
    void theContentTypeGivesTheFormat() {
        Talk talk = talk();
        talk.ask("{'id':1,'op':'publish','topic':'a','body':'{}','contentType':'application/json; charset=utf-8'}");
        talk.ask("{'id':1,'op':'publish','topic':'a','body':'<a/>','contentType':'text/xml'}");
        talk.ask("{'id':1,'op':'publish','topic':'a','body':'<a/>','contentType':'text/xml','format':'JSON'}");
        assertEquals(
                List.of(Format.JSON, Format.XML, Format.JSON),
                broker.publishes().stream()
                        .map(p -> p.messages().get(0).message().format())
                        .toList());
    }

    @Test
    void aListIsOneCommandWithAResultForEachMessage() {
        broker.maxBodyBytes(3);
        Talk talk = talk();
        JsonObject reply = talk.ask("{'id':5,'op':'publish','messages':[{'topic':'a','body':'1'},"
                + "{'topic':'a','body':'long'},{'topic':'a+','body':''},{'topic':'b','body':'2','delay':'1m'}]}");
        JsonArray results = reply.getJsonArray("results");
        assertEquals(0, results.getJsonObject(0).getInteger("offset"));
        assertEquals("too-large", error(results.getJsonObject(1)));
        assertEquals(3, results.getJsonObject(1).getJsonObject("error").getInteger("limit"));
        assertEquals("malformed", error(results.getJsonObject(2)));
        assertEquals(
                FakeBroker.FIRST_TIME + 1 + 60_000, results.getJsonObject(3).getLong("due"));
        assertEquals(1, broker.publishes().size());
    }

    @Test
    void anAtomicListIsRefusedAsAWhole() {
        broker.maxBodyBytes(3);
        Talk talk = talk();
        JsonObject reply = talk.ask(
                "{'id':5,'op':'publish','atomic':true,'messages':[{'topic':'a','body':'1'},{'topic':'a','body':'long'}]}");
        assertEquals("too-large", error(reply));
        assertEquals(
                "malformed",
                error(talk.ask("{'id':5,'op':'publish','atomic':true,'messages':["
                        + "{'topic':'a','body':'1'},{'topic':'#','body':'2'}]}")));
    }

    @Test
    void aMessageWithAnIdOfItsOwnIsACommandOfItsOwn() {
        Talk talk = talk();
        String list = "{'id':5,'op':'publish','messages':[{'topic':'a','body':'1'},{'topic':'a','body':'2','id':'x'},"
                + "{'topic':'a','body':'3'}]}";
        assertEquals(List.of(0, 1, 2), offsets(talk.ask(list)));
        assertEquals(List.of(3, 1, 4), offsets(talk.ask(list)));
        assertEquals("/t/a", broker.publishes().get(1).scope());
        assertEquals("malformed", error(talk.ask(list.replace("'publish'", "'publish','atomic':true"))));
    }

    private static List<Integer> offsets(JsonObject reply) {
        return reply.getJsonArray("results").stream()
                .map(result -> ((JsonObject) result).getInteger("offset"))
                .toList();
    }

    @Test
    void aRefusalIsAnErrorWithItsFacts() {
        Talk talk = talk();
        JsonObject wrongOffset = talk.ask("{'id':1,'op':'publish','topic':'a','body':'','expectOffset':4}");
        assertEquals("wrong-offset", error(wrongOffset));
        assertEquals(0, wrongOffset.getJsonObject("error").getInteger("actual"));
        assertEquals(false, wrongOffset.getJsonObject("error").getBoolean("retryable"));

        broker.refuseNext(Refusal.of(Refusal.Kind.UNAVAILABLE, "no-leader", "later", Map.of("leader", "n2")));
        JsonObject unavailable =
                talk.ask("{'id':2,'op':'publish','topic':'a','body':''}").getJsonObject("error");
        assertEquals(
                new JsonObject()
                        .put("code", "no-leader")
                        .put("message", "later")
                        .put("retryable", true)
                        .put("outcome", "not-applied")
                        .put("leader", "n2"),
                unavailable);

        broker.refuseNext(Refusal.of(Refusal.Kind.INDETERMINATE, "indeterminate", "who knows"));
        assertEquals(
                "unknown",
                talk.ask("{'id':3,'op':'publish','topic':'a','body':''}")
                        .getJsonObject("error")
                        .getString("outcome"));
    }

    @Test
    void aProducersSequencesCarryTheEpochOfItsHello() {
        Talk talk = talk();
        JsonObject welcome = talk.ask("{'id':1,'op':'hello','producer':'p'}");
        long epoch = welcome.getLong("epoch");
        talk.ask("{'id':2,'op':'publish','topic':'a','body':'','seq':1}");
        assertEquals(
                Optional.of(new TopicCommand.Sequence("p", epoch, 1)),
                broker.publishes().get(0).sequence());

        Talk newer = talk();
        assertTrue(newer.ask("{'id':1,'op':'hello','producer':'p'}").getLong("epoch") > epoch);
        newer.ask("{'id':2,'op':'publish','topic':'a','body':'','seq':1}");
        assertEquals("fenced", error(talk.ask("{'id':3,'op':'publish','topic':'a','body':'','seq':2}")));
    }

    @Test
    void aProducerMayChooseItsEpochAndRepeatItsSequences() {
        Talk talk = talk();
        assertEquals(
                17, talk.ask("{'id':1,'op':'hello','producer':'p','epoch':17}").getInteger("epoch"));
        talk.ask("{'id':2,'op':'publish','topic':'a','body':'1','seq':1}");
        JsonObject repeat = talk.ask("{'id':2,'op':'publish','topic':'a','body':'1','seq':1}");
        assertEquals(true, repeat.getBoolean("replayed"));
        assertEquals(0, repeat.getInteger("offset"));
        JsonObject gap = talk.ask("{'id':2,'op':'publish','topic':'a','body':'1','seq':5}");
        assertEquals("sequence-gap", error(gap));
        assertEquals(2, gap.getJsonObject("error").getInteger("expected"));
    }

    @Test
    void aSequenceNeedsAProducer() {
        JsonObject refused = talk().ask("{'id':2,'op':'publish','topic':'a','body':'1','seq':1}");
        assertEquals("malformed", error(refused));
        assertEquals(2, refused.getInteger("id"));
    }

    @Test
    void aPublishWithoutIdIsAnsweredOnlyWhenItFails() {
        Talk talk = talk();
        talk.say(
                "{'op':'publish','topic':'a','body':''}",
                "{'op':'publish','topic':'','body':''}",
                "{'op':'ping','id':9}");
        JsonObject refused = talk.hear();
        assertEquals("malformed", error(refused));
        assertFalse(refused.containsKey("id"));
        assertEquals(9, talk.hear().getInteger("id"));
    }

    @Test
    void manyPublishesUnderWayPauseTheSocketAndAllAreAnswered() {
        serve(config().publishes(4).build());
        broker.hold();
        Talk talk = talk();
        for (int i = 1; i <= 20; i++) {
            talk.say("{'id':" + i + ",'op':'publish','topic':'a','body':''}");
        }
        talk.say(IntStream.rangeClosed(21, 40)
                .mapToObj(i -> "{'id':" + i + ",'op':'publish','topic':'a','body':''}")
                .toArray(String[]::new));
        await().until(() -> broker.heldPublishes() == 4);

        broker.release();

        List<Integer> ids = new ArrayList<>();
        for (int i = 1; i <= 40; i++) {
            ids.add(talk.hear().getInteger("id"));
        }
        assertEquals(IntStream.rangeClosed(1, 40).boxed().toList(), ids);
        assertEquals(40, broker.publishes().size());
    }

    @Test
    void theRepliesOfOneTurnTravelInOneFrame() {
        Talk talk = talk();
        talk.say("{'op':'ping','id':1}", "{'op':'ping','id':2}", "{'op':'ping','id':'x'}");
        assertEquals(
                List.of(1, 2, "x"),
                List.of(
                        talk.hear().getValue("id"),
                        talk.hear().getValue("id"),
                        talk.hear().getValue("id")));
        assertEquals(1, talk.frames.get());
    }

    // Subscribing.

    @Test
    void aSubscriberGetsWhatIsKeptAndThenWhatComes() {
        Talk talk = talk();
        publish(talk, "orders/1", "a", "b");
        JsonObject subscribed = talk.ask("{'id':1,'op':'subscribe','topic':'orders/#','from':'earliest','credit':100}");
        assertEquals("s1", subscribed.getString("sub"));
        assertTrue(subscribed.getString("cursor").startsWith("c"), subscribed.encode());
        JsonObject push = talk.hear();
        assertEquals("s1", push.getString("sub"));
        assertFalse(push.containsKey("id"));
        JsonObject first = push.getJsonArray("messages").getJsonObject(0);
        assertEquals("orders/1", first.getString("topic"));
        assertEquals(0, first.getInteger("offset"));
        assertEquals("a", first.getString("body"));
        assertEquals(2, push.getJsonArray("messages").size());

        publish(talk(), "orders/2", "c");
        publish(talk(), "other", "d");
        publish(talk(), "orders/1", "e");
        assertEquals(List.of("c", "e"), talk.bodies(2));
    }

    @Test
    void severalFiltersAreOneStreamInLogOrder() {
        Talk talk = talk();
        publish(talk, "a", "1");
        publish(talk, "b", "2");
        publish(talk, "c", "3");
        publish(talk, "a", "4");
        talk.ask("{'id':1,'op':'subscribe','topic':['a','b'],'from':'earliest'}");
        assertEquals(List.of("1", "2", "4"), talk.bodies(3));
    }

    @Test
    void theLastCursorResumesAfterIt() {
        Talk talk = talk();
        publish(talk, "a", "1", "2", "3");
        talk.ask("{'id':1,'op':'subscribe','topic':'a','from':'earliest','credit':2}");
        JsonArray two = talk.hear().getJsonArray("messages");
        String cursor = two.getJsonObject(1).getString("cursor");

        Talk again = talk();
        again.ask("{'id':1,'op':'subscribe','topic':'a','from':'" + cursor + "'}");
        assertEquals(List.of("3"), again.bodies(1));
    }

    @Test
    void whatIsDeliveredBeforeTheReplyComesAfterIt() {
        broker.deliverEarly();
        Talk talk = talk();
        String[] bodies = IntStream.range(0, 250).mapToObj(Integer::toString).toArray(String[]::new);
        publish(talk, "a", bodies);
        broker.trim("a", 10);
        JsonObject subscribed = talk.ask("{'id':1,'op':'subscribe','topic':'a','from':'c7.0.z'}");
        assertEquals("s1", subscribed.getString("sub"));
        assertEquals(1, subscribed.getInteger("id"));
        assertEquals(10, talk.hear().getJsonObject("gap").getInteger("lost"));
        assertEquals(List.of(bodies).subList(10, 250), talk.bodies(240));
    }

    @Test
    void nothingIsSentBeyondTheCredit() {
        Talk talk = talk();
        publish(talk, "a", "1", "2", "3", "4", "5");
        talk.ask("{'id':1,'op':'subscribe','topic':'a','from':'earliest','credit':2}");
        assertEquals(List.of("1", "2"), talk.bodies(2));
        assertEquals(0, broker.openCredit());
        // A reply after which nothing more has come: the stream stands.
        assertEquals(9, talk.ask("{'id':9,'op':'ping'}").getInteger("id"));

        assertEquals(true, talk.ask("{'id':2,'op':'credit','sub':'s1','n':2}").getBoolean("ok"));
        assertEquals(List.of("3", "4"), talk.bodies(2));
        talk.say("{'op':'credit','sub':'s1','n':10}");
        assertEquals(List.of("5"), talk.bodies(1));
    }

    @Test
    void autoCreditIsRefilled() {
        serve(config().autoCredit(4).build());
        Talk talk = talk();
        String[] bodies = IntStream.range(0, 50).mapToObj(Integer::toString).toArray(String[]::new);
        publish(talk, "a", bodies);
        talk.ask("{'id':1,'op':'subscribe','topic':'a','from':'earliest','credit':'auto'}");
        assertEquals(List.of(bodies), talk.bodies(50));
        assertTrue(broker.openCredit() <= 4, "credit " + broker.openCredit());
    }

    @Test
    void afterUnsubscribeNothingComes() {
        Talk talk = talk();
        talk.ask("{'id':1,'op':'subscribe','topic':'a'}");
        assertEquals(true, talk.ask("{'id':2,'op':'unsubscribe','sub':'s1'}").getBoolean("ok"));
        publish(talk, "a", "1");
        assertEquals(3, talk.ask("{'id':3,'op':'ping'}").getInteger("id"));
        assertEquals(0, broker.streams());
        assertEquals("not-found", error(talk.ask("{'id':4,'op':'unsubscribe','sub':'s1'}")));
    }

    @Test
    void aMissingPartIsSaidAsAGap() {
        Talk talk = talk();
        publish(talk, "a", "1", "2", "3");
        talk.ask("{'id':1,'op':'subscribe','topic':'a','from':'earliest','credit':1}");
        assertEquals(List.of("1"), talk.bodies(1));
        broker.trim("a", 2);
        talk.say("{'op':'credit','sub':'s1','n':5}");
        JsonObject gap = talk.hear();
        assertEquals("s1", gap.getString("sub"));
        assertEquals("c7.1.0", gap.getJsonObject("gap").getString("requested"));
        assertEquals("c7.1.1", gap.getJsonObject("gap").getString("resumedAt"));
        assertEquals(2, gap.getJsonObject("gap").getInteger("lost"));
        assertEquals(List.of("3"), talk.bodies(1));
    }

    @Test
    void theNodesHealthAndTheEndOfAStreamAreSaid() {
        Talk talk = talk();
        talk.ask("{'id':1,'op':'subscribe','topic':'a'}");
        broker.health("no-leader");
        assertEquals(new JsonObject().put("sub", "s1").put("status", "no-leader"), talk.hear());
        broker.endAll("catching-up", true);
        assertEquals(
                new JsonObject().put("sub", "s1").put("ended", "catching-up").put("retry", true), talk.hear());
        assertEquals("not-found", error(talk.ask("{'id':4,'op':'credit','sub':'s1','n':1}")));
    }

    @Test
    void whatMakesNoSenseAsASubscriptionIsRefused() {
        Talk talk = talk();
        for (String wrong : List.of(
                "'topic':'a//b'",
                "'topic':'a','from':'yesterday'",
                "'topic':'a/#','from':'17'",
                "'topic':['a','b'],'from':'17'",
                "'topic':[]")) {
            JsonObject refused = talk.ask("{'id':1,'op':'subscribe'," + wrong + "}");
            assertEquals("malformed", error(refused), wrong);
            assertEquals(1, refused.getInteger("id"));
        }
        assertEquals("malformed", error(talk.ask("{'op':'subscribe','topic':'a'}")));
    }

    @Test
    void aConnectionHasALimitedNumberOfSubscriptions() {
        serve(config().subscriptions(2).build());
        Talk talk = talk();
        talk.ask("{'id':1,'op':'subscribe','topic':'a'}");
        talk.ask("{'id':2,'op':'subscribe','topic':'a'}");
        assertEquals("too-many-subscriptions", error(talk.ask("{'id':3,'op':'subscribe','topic':'a'}")));
        talk.ask("{'id':4,'op':'unsubscribe','sub':'s1'}");
        assertEquals("s3", talk.ask("{'id':5,'op':'subscribe','topic':'a'}").getString("sub"));
    }

    @Test
    void aSlowReaderPausesItsStreamAndLosesNothing() {
        serve(config().frameBytes(4 << 10).unsentBytes(16 << 10).build());
        Talk talk = talk();
        talk.ask("{'id':1,'op':'subscribe','topic':'a','from':'earliest','credit':1000000}");
        talk.socket.pause();

        String body = "x".repeat(50_000);
        Talk publisher = talk();
        for (int i = 0; i < 400; i++) {
            publish(publisher, "a", i + " " + body);
        }
        // 20 MB are kept; the kernel's buffers and ours hold a part, the stream has taken no more than that.
        long taken = 1_000_000 - broker.openCredit();
        assertTrue(taken < 390, "the stream took " + taken + " of 400 though nobody reads");

        talk.socket.resume();
        List<String> bodies = talk.bodies(400);
        for (int i = 0; i < 400; i++) {
            assertTrue(bodies.get(i).startsWith(i + " "), "at " + i);
        }
    }

    @Test
    void aLargePageIsSeveralFrames() {
        serve(config().frameBytes(4 << 10).build());
        Talk talk = talk();
        String[] bodies =
                IntStream.range(0, 80).mapToObj(i -> i + " " + "y".repeat(500)).toArray(String[]::new);
        publish(talk, "a", bodies);
        talk.frames.set(0);
        talk.ask("{'id':1,'op':'subscribe','topic':'a','from':'earliest'}");
        assertEquals(List.of(bodies), talk.bodies(80));
        assertTrue(talk.frames.get() >= 10, talk.frames + " frames");
    }

    // What makes no sense.

    @Test
    void aWrongCommandIsAnsweredAndTheNextIsHeard() {
        Talk talk = talk();
        assertEquals("unknown-op", error(talk.ask("{'id':1,'op':'nonsense'}")));
        assertEquals(true, talk.ask("{'id':2,'op':'ping'}").getBoolean("ok"));
    }

    @Test
    void manyWrongCommandsInARowEndTheConnection() {
        serve(config().errors(3).build());
        Talk talk = talk();
        talk.say(
                "{'op':'x'}",
                "{'op':'x'}",
                "{'op':'ping'}",
                "{'op':'x'}",
                "{'op':'x'}",
                "{'op':'x'}",
                "{'op':'ping','id':1}");
        assertEquals(CloseCode.TOO_MANY_ERRORS.code(), talk.closeCode());
        assertEquals(5, talk.heard.size());
    }

    @Test
    void whatIsNoJsonIsAnsweredAndEndsTheConnection() {
        Talk talk = talk();
        assertEquals("malformed", error(talk.ask("hello?")));
        assertEquals(CloseCode.UNREADABLE.code(), talk.closeCode());
    }

    @Test
    void binaryFramesEndTheConnection() {
        Talk talk = talk();
        talk.socket
                .writeBinaryMessage(Buffer.buffer("{\"op\":\"ping\",\"id\":1}"))
                .await();
        assertEquals(CloseCode.BINARY.code(), talk.closeCode());
    }

    @Test
    void aMessageInFragmentsIsRead() {
        Talk talk = talk();
        byte[] text = "{\"op\":\"publish\",\"id\":1,\"topic\":\"a\",\"body\":\"äöü\"}".getBytes(UTF_8);
        talk.socket
                .writeFrame(WebSocketFrame.textFrame(new String(text, 0, 10, UTF_8), false))
                .await();
        // In the middle of a character.
        int middle = text.length - 5;
        talk.socket
                .writeFrame(WebSocketFrame.continuationFrame(slice(text, 10, middle), false))
                .await();
        talk.socket.writePing(Buffer.buffer("between")).await();
        talk.socket
                .writeFrame(WebSocketFrame.continuationFrame(slice(text, middle, text.length), true))
                .await();
        assertEquals(0, talk.hear().getInteger("offset"));
        assertEquals(
                "äöü",
                new String(broker.publishes().get(0).messages().get(0).message().body(), UTF_8));
    }

    private static Buffer slice(byte[] bytes, int from, int to) {
        return Buffer.buffer(Arrays.copyOfRange(bytes, from, to));
    }

    @Test
    void aMessageAboveTheLimitEndsTheConnection() {
        serve(config().messageBytes(10_000).build());
        Talk whole = talk();
        whole.say("{'op':'publish','id':1,'topic':'a','body':'" + "x".repeat(20_000) + "'}");
        assertEquals(CloseCode.TOO_LARGE.code(), whole.closeCode());

        Talk parts = talk();
        parts.socket
                .writeFrame(WebSocketFrame.textFrame("x".repeat(6_000), false))
                .await();
        parts.socket
                .writeFrame(WebSocketFrame.continuationFrame(slice(new byte[6_000], 0, 6_000), false))
                .await();
        assertEquals(CloseCode.TOO_LARGE.code(), parts.closeCode());
        assertEquals(List.of(), broker.publishes());
    }

    @Test
    void aListAboveTheLimitIsRefused() {
        serve(config().batch(2).build());
        JsonObject refused = talk().ask("{'id':5,'op':'publish','messages':[{'topic':'a','body':'1'},"
                + "{'topic':'a','body':'2'},{'topic':'a','body':'3'}]}");
        assertEquals("more than 2 messages", refused.getJsonObject("error").getString("message"));
    }

    @Test
    void whateverBytesComeTheDoorServesTheNext() {
        var random = new Random(11);
        String[] pieces = {
            "{'op':'publish','id':1,'topic':'a','body':'x'}",
            "{'op':'subscribe','id':2,'topic':'#'}",
            "{",
            "}",
            "[",
            "]",
            "\n",
            "'",
            "\\u",
            "null",
            "{'op':'credit','sub':'s1','n':5}",
            "{'op':'unsubscribe','sub':'s1'}",
            "1e999",
            "\u0000"
        };
        for (int round = 0; round < 150; round++) {
            Talk talk = talk();
            for (int message = random.nextInt(6); message >= 0; message--) {
                var text = new StringBuilder();
                for (int piece = random.nextInt(5); piece >= 0; piece--) {
                    text.append(pieces[random.nextInt(pieces.length)].replace('\'', '"'));
                }
                byte[] bytes = text.toString().getBytes(UTF_8);
                if (bytes.length > 0 && random.nextInt(3) == 0) {
                    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                }
                boolean whole = random.nextInt(4) != 0;
                WebSocketFrame frame = random.nextInt(10) == 0
                        ? WebSocketFrame.continuationFrame(Buffer.buffer(bytes), whole)
                        : WebSocketFrame.textFrame(new String(bytes, UTF_8), whole);
                talk.socket.writeFrame(frame).onFailure(gone -> {});
            }
            talk.socket.close().onFailure(gone -> {});
        }
        await().until(() -> door.connections() == 0 && broker.connections() == 0 && broker.streams() == 0);
        assertTrue(talk().ask("{'op':'publish','id':1,'topic':'b','body':'x'}").getBoolean("ok"));
    }

    // Life and end.

    @Test
    void aSilentPeerIsLetGo() {
        serve(config().pingMs(50).build());
        // A socket that reads nothing answers no ping.
        Talk talk = talk();
        talk.socket.pause();
        await().until(() -> door.connections() == 0);
        assertEquals(0, broker.connections());
    }

    @Test
    void aPeerThatAnswersPingsStays() {
        serve(config().pingMs(20).build());
        Talk talk = talk();
        AtomicInteger pings = new AtomicInteger();
        talk.socket.frameHandler(frame -> {
            if (frame.isPing()) {
                pings.incrementAndGet();
            }
        });
        await().until(() -> pings.get() > 10);
        assertEquals(1, talk.ask("{'id':1,'op':'ping'}").getInteger("id"));
    }

    @Test
    void aStoppingNodeAnswersWhatIsUnderWayAndSendsClientsElsewhere() {
        broker.hold();
        Talk busy = talk();
        Talk idle = talk();
        busy.say("{'id':1,'op':'publish','topic':'a','body':''}");
        await().until(() -> broker.heldPublishes() == 1);

        var drained = door.drain();
        assertEquals(CloseCode.DRAINING.code(), idle.closeCode());
        assertEquals(503, rejection(at("/ws")));
        assertFalse(drained.isComplete());
        broker.release();

        assertEquals(0, busy.hear().getInteger("offset"));
        assertEquals(CloseCode.DRAINING.code(), busy.closeCode());
        drained.await();
        assertEquals(0, broker.connections());
    }

    private static void publish(Talk talk, String topic, String... bodies) {
        var messages = new JsonArray();
        for (String body : bodies) {
            messages.add(new JsonObject().put("topic", topic).put("body", body));
        }
        talk.socket
                .writeTextMessage(new JsonObject()
                        .put("id", 99)
                        .put("op", "publish")
                        .put("messages", messages)
                        .encode())
                .await();
        JsonObject reply = talk.hear();
        assertEquals(99, reply.getInteger("id"), reply.encode());
    }

    private static Limits config() {
        return new Limits();
    }

    /** The default with some other limits. */
    private static final class Limits {
        private int connections = 100;
        private int messageBytes = 8 << 20;
        private int batch = 1000;
        private int publishes = 4096;
        private int subscriptions = 256;
        private int autoCredit = 1024;
        private int frameBytes = 60 << 10;
        private int unsentBytes = 256 << 10;
        private long pingMs = 25_000;
        private int errors = 16;

        Limits connections(int value) {
            connections = value;
            return this;
        }

        Limits messageBytes(int value) {
            messageBytes = value;
            return this;
        }

        Limits batch(int value) {
            batch = value;
            return this;
        }

        Limits publishes(int value) {
            publishes = value;
            return this;
        }

        Limits subscriptions(int value) {
            subscriptions = value;
            return this;
        }

        Limits autoCredit(int value) {
            autoCredit = value;
            return this;
        }

        Limits frameBytes(int value) {
            frameBytes = value;
            return this;
        }

        Limits unsentBytes(int value) {
            unsentBytes = value;
            return this;
        }

        Limits pingMs(long value) {
            pingMs = value;
            return this;
        }

        Limits errors(int value) {
            errors = value;
            return this;
        }

        WebSocketConfig build() {
            return new WebSocketConfig(
                    Set.of(),
                    connections,
                    messageBytes,
                    batch,
                    4 << 20,
                    publishes,
                    16 << 20,
                    subscriptions,
                    autoCredit,
                    64,
                    frameBytes,
                    unsentBytes,
                    pingMs,
                    errors,
                    5000,
                    5000);
        }
    }
}
