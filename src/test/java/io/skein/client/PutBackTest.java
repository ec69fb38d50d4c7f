package io.skein.client;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.skein.frame.CloseCode;
import io.skein.frame.Problem;
import io.skein.frame.PublishItem;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of publishes that were sent, or were to be, when something comes between; the server is a script. */
@Timeout(20)
class PutBackTest {
    private final Vertx vertx = Vertx.vertx();
    private final Vertx clientVertx = Vertx.vertx();

    @AfterEach
    void stop() {
        clientVertx.close().await();
        vertx.close().await();
    }

    private static int messages(List<JsonObject> publishes) {
        return publishes.stream()
                .mapToInt(publish -> publish.containsKey("messages")
                        ? publish.getJsonArray("messages").size()
                        : 1)
                .sum();
    }

    @Test
    void whatWasJoinedAndNotTakenIsSentAgainWhole() {
        StubServer[] server = new StubServer[1];
        server[0] = new StubServer(vertx, (socket, publish) -> {
            if (server[0].sockets.size() > 1) {
                server[0].store(socket, publish);
            }
        });
        List<Future<Published>> answers = new ArrayList<>();
        // In one turn of the client's: they are joined.
        SkeinClient client = SkeinClient.connect(
                        clientVertx, ClientOptions.of(List.of(server[0].at())).withReconnectMs(1, 10))
                .map(connected -> {
                    for (int i = 0; i < 100; i++) {
                        answers.add(connected.publish("a", "x"));
                    }
                    return connected;
                })
                .await();
        await().until(() -> server[0].commands.size() == 1);
        answers.add(client.publish("a", "later"));
        await().until(() -> server[0].commands.size() == 2);

        server[0].last().close(CloseCode.LIMITED.code(), "all are open").onFailure(gone -> {});

        Future.all(answers).await();
        assertEquals(101 + 101, messages(server[0].commands("publish")));
        assertEquals(100, answers.get(100).result().offset());
    }

    @Test
    void whatIsSentAgainFailsAllTheSameWhenAUserClosesTheClientMeanwhile() {
        StubServer server = new StubServer(vertx, (socket, publish) -> {});
        SkeinClient client = SkeinClient.connect(clientVertx, ClientOptions.of(List.of(server.at())))
                .await();
        Future<Published> withoutId = client.publish("a", "x").onFailure(lost -> client.close());
        Future<Published> withId = client.publish(PublishItem.of("a", "x").withId("once"));
        await().until(() -> server.commands.size() == 2);

        server.lose();

        await().until(() -> withoutId.isComplete() && withId.isComplete());
        assertInstanceOf(SkeinException.Unknown.class, withId.cause());
    }

    @Test
    void aProducerLeavesAServerThatRefusesAllForWantOfALeader() {
        StubServer alone = new StubServer(vertx, (socket, command) -> {
            if (command.getString("op").equals("hello")) {
                StubServer.welcome(socket, command);
            } else {
                StubServer.refuse(socket, command, "no-leader", true, false);
            }
        });
        StubServer[] other = new StubServer[1];
        other[0] = new StubServer(vertx, (socket, command) -> {
            if (command.getString("op").equals("hello")) {
                StubServer.welcome(socket, command);
            } else {
                other[0].store(socket, command);
            }
        });
        ClientOptions.Times times = ClientOptions.Times.DEFAULT;
        SkeinClient client = SkeinClient.connect(
                        clientVertx,
                        ClientOptions.of(List.of(alone.at(), other[0].at()))
                                .withProducer("p", -1)
                                .withTimes(new ClientOptions.Times(
                                        times.request(), times.connect(), 1, 10, times.ping(), 20)))
                .await();

        assertEquals(0, client.publish("a", "x").await().offset());
        assertEquals(other[0].at(), client.server());
    }

    private static ClientOptions.Times impatient() {
        ClientOptions.Times times = ClientOptions.Times.DEFAULT;
        return new ClientOptions.Times(times.request(), times.connect(), 1, 10, times.ping(), 1);
    }

    /** The server that is named first, and another that stores. */
    private SkeinClient beforeTwo(StubServer first, StubServer other) {
        return SkeinClient.connect(
                        clientVertx,
                        ClientOptions.of(List.of(first.at(), other.at()))
                                .withBatch(1, 1000)
                                .withTimes(impatient()))
                .await();
    }

    private StubServer storing() {
        StubServer[] server = new StubServer[1];
        server[0] = new StubServer(vertx, (socket, publish) -> server[0].store(socket, publish));
        return server[0];
    }

    @Test
    void whatIsRefusedBesideWhatMakesTheClientLeaveIsNotUnknown() {
        List<JsonObject> came = new ArrayList<>();
        StubServer alone = new StubServer(vertx, (socket, publish) -> {
            came.add(publish);
            if (came.size() == 1) {
                StubServer.refuse(socket, publish, "no-leader", true, false);
            } else if (came.size() == 5) {
                // As a server does: the answers of a turn in one frame, and one more in the next.
                socket.writeTextMessage(came.subList(1, 4).stream()
                                .map(one -> StubServer.refusal(one, "no-leader", true, false)
                                        .encode())
                                .collect(Collectors.joining("\n")))
                        .onFailure(gone -> {});
                StubServer.refuse(socket, publish, "no-leader", true, false);
            }
        });
        SkeinClient client = beforeTwo(alone, storing());
        List<Future<Published>> answers = new ArrayList<>();
        answers.add(client.publish("a", "x"));
        await().until(answers.get(0)::isComplete);
        for (int i = 0; i < 4; i++) {
            answers.add(client.publish("a", "x"));
        }

        await().until(() -> answers.stream().allMatch(Future::isComplete));

        answers.forEach(answer -> assertInstanceOf(SkeinException.Unavailable.class, answer.cause()));
        await().until(() -> !client.server().equals(alone.at()));
        assertEquals(0, client.publish("a", "y").await().offset());
    }

    /** No leader, then this answer, then no leader again. */
    private void isNotLeftAfter(StubServer.Script well) {
        StubServer[] first = new StubServer[1];
        first[0] = new StubServer(vertx, (socket, publish) -> {
            switch (publish.getString("body")) {
                case "refused" -> StubServer.refuse(socket, publish, "no-leader", true, false);
                case "well" -> well.on(socket, publish);
                default -> first[0].store(socket, publish);
            }
        });
        StubServer other = storing();
        SkeinClient client = beforeTwo(first[0], other);

        for (String body : List.of("refused", "well", "refused", "stored")) {
            Future<Published> answer = client.publish("a", body);
            await().until(answer::isComplete);
        }

        assertEquals(List.of(), other.commands("publish"));
    }

    @Test
    void aServerThatStoresInMemoryHasALeader() {
        isNotLeftAfter((socket, publish) -> StubServer.say(
                socket,
                StubServer.reply(publish)
                        .put("ok", true)
                        .put("offset", 0)
                        .put("cursor", "c0")
                        .put("durable", "memory")));
    }

    @Test
    void aServerThatHasARefusalDecidedHasALeader() {
        isNotLeftAfter((socket, publish) -> StubServer.refuse(socket, publish, "wrong-offset", false, false));
    }

    @Test
    void aRepeatThatIsRefusedForAMomentMayStillBeStoredByTheTryBefore() {
        Promise<Published> promise = Promise.promise();
        Outgoing repeat = Outgoing.one(PublishItem.of("a", "x").withId("once"), promise, 10);
        repeat.isDoubtful = true;

        repeat.refuse(new Problem("topic-full", "for now", true, false, Map.of()));

        assertInstanceOf(SkeinException.Unknown.class, promise.future().cause());
    }

    /** @return what became of a publish whose first try had no answer, and whose second was refused so */
    private SkeinException secondTry(ClientOptions options, PublishItem item, String code) {
        StubServer[] server = new StubServer[1];
        server[0] = new StubServer(vertx, (socket, command) -> {
            if (command.getString("op").equals("hello")) {
                StubServer.welcome(socket, command);
            } else if (server[0].sockets.size() == 1) {
                server[0].lose();
            } else {
                StubServer.refuse(socket, command, code, false, false);
            }
        });
        ClientOptions there = new ClientOptions(
                List.of(server[0].at()), "", options.producer(), options.limits(), options.times(), "", false);
        SkeinClient client =
                SkeinClient.connect(clientVertx, there.withReconnectMs(1, 10)).await();
        Future<Published> answer = client.publish(item);
        await().until(answer::isComplete);
        SkeinException why = assertInstanceOf(SkeinException.class, answer.cause());
        assertEquals(code, why.code());
        return why;
    }

    private static final ClientOptions ANYWHERE = ClientOptions.of("localhost", 1);

    @Test
    void aProducersRepeatThatIsFencedMayHaveBeenStoredBefore() {
        assertInstanceOf(
                SkeinException.Unknown.class,
                secondTry(ANYWHERE.withProducer("p", -1), PublishItem.of("a", "x"), "fenced"));
    }

    @Test
    void aRepeatThatIsForbiddenMayHaveBeenStoredBefore() {
        assertInstanceOf(
                SkeinException.Unknown.class,
                secondTry(ANYWHERE, PublishItem.of("a", "x").withId("once"), "forbidden"));
    }

    @Test
    void aRepeatThatIsRefusedByWhoeverLookedForItsIdWasNotStoredBefore() {
        assertInstanceOf(
                SkeinException.Refused.class,
                secondTry(ANYWHERE, PublishItem.of("a", "x").withId("once"), "wrong-offset"));
    }

    @Test
    void whatIsJoinedWaitsAsLongAsTheLastOfIt() {
        Outgoing first = Outgoing.one(PublishItem.of("a", "x"), Promise.promise(), 10);
        Outgoing last = Outgoing.one(PublishItem.of("a", "x"), Promise.promise(), 20);

        assertEquals(20, Outgoing.joined(List.of(first, last)).deadline);
    }

    @Test
    void messagesWithLongHeadersAreNotJoinedToWhatNoServerTakes() {
        StubServer[] server = new StubServer[1];
        server[0] = new StubServer(vertx, (socket, publish) -> server[0].store(socket, publish));
        PublishItem item = PublishItem.of("a", "x").withHeaders(Map.of("h", "v".repeat(8192)));
        List<Future<Published>> answers = new ArrayList<>();
        SkeinClient.connect(clientVertx, ClientOptions.of(List.of(server[0].at())))
                .map(connected -> {
                    for (int i = 0; i < 1000; i++) {
                        answers.add(connected.publish(item));
                    }
                    return connected;
                })
                .await();

        Future.all(answers).await();
    }

    @Test
    void keysHeadersAndTopicsCountAgainstTheBoundOfBytes() {
        StubServer server = new StubServer(vertx, (socket, publish) -> {});
        ClientOptions.Limits limits = new ClientOptions.Limits(1, 1000, 2000, 1, 1000);
        SkeinClient client = SkeinClient.connect(
                        clientVertx, ClientOptions.of(List.of(server.at())).withLimits(limits))
                .await();
        client.publish(PublishItem.of("a", "").withKey("k".repeat(1000))).onFailure(lost -> {});

        Future<Published> tooMuch = client.publish(PublishItem.of("a", "").withHeaders(Map.of("h", "v".repeat(1000))));

        assertEquals(
                "client-full",
                assertInstanceOf(SkeinException.Unavailable.class, tooMuch.cause())
                        .code());
    }
}
