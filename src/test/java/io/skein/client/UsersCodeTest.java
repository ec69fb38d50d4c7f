package io.skein.client;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.frame.Delivered;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever users' code throws or does where it is called, the client goes on; the server is a script. */
@Timeout(20)
class UsersCodeTest {
    private final Vertx vertx = Vertx.vertx();
    private final Vertx clientVertx = Vertx.vertx();
    private final ExecutorService threads = Executors.newSingleThreadExecutor();

    @AfterEach
    void stop() {
        clientVertx.close().await();
        vertx.close().await();
        threads.shutdown();
    }

    private Future<SkeinClient> connect(StubServer server) {
        return SkeinClient.connect(
                clientVertx, ClientOptions.of(List.of(server.at())).withReconnectMs(1, 10));
    }

    private StubServer storing() {
        StubServer[] server = new StubServer[1];
        server[0] = new StubServer(vertx, (socket, command) -> {
            switch (command.getString("op")) {
                case "publish" -> server[0].store(socket, command);
                case "subscribe" -> StubServer.begin(socket, command);
                default -> {}
            }
        });
        return server[0];
    }

    private static void fail() {
        throw new AssertionError("on purpose");
    }

    @Test
    void whatFollowsAnAnswerMayThrowAndTheOthersAreAnsweredAllTheSame() {
        List<Future<Published>> answers = new ArrayList<>();
        connect(storing())
                .onSuccess(client -> {
                    // In one turn: they travel together.
                    for (int i = 0; i < 3; i++) {
                        Future<Published> answer = client.publish("a", "x");
                        answers.add(answer);
                        answer.onSuccess(stored -> fail());
                    }
                })
                .await();

        await().until(() -> answers.stream().allMatch(Future::isComplete));
    }

    @Test
    void whatFollowsALostPublishMayThrowAndTheNextConnectionIsMade() {
        AtomicInteger publishes = new AtomicInteger();
        StubServer[] server = new StubServer[1];
        server[0] = new StubServer(vertx, (socket, publish) -> {
            if (publishes.incrementAndGet() == 1) {
                server[0].lose();
            } else {
                server[0].store(socket, publish);
            }
        });
        SkeinClient client = connect(server[0]).await();
        Future<Published> lost = client.publish("a", "x");
        lost.onFailure(connectionLost -> fail());
        await().until(lost::isComplete);

        assertEquals(0, client.publish("a", "y").await().offset());
    }

    @Test
    void whatIsPublishedOnAnAnswerIsSentWhateverFollowsInThatFrame() {
        StubServer server = new StubServer(vertx, (socket, command) -> {
            if (command.getString("op").equals("subscribe")) {
                StubServer.begin(socket, command);
            } else if (command.getString("body").equals("x")) {
                JsonObject stored = StubServer.reply(command)
                        .put("ok", true)
                        .put("offset", 0)
                        .put("cursor", "c0");
                // No worker is told of a gap.
                JsonObject gap = new JsonObject()
                        .put("sub", "s1")
                        .put("gap", new JsonObject().put("requested", "c0").put("resumedAt", "c1"));
                socket.writeTextMessage(stored.encode() + "\n" + gap.encode()).onFailure(gone -> {});
            }
        });
        SkeinClient client = connect(server).await();
        client.work(WorkOptions.of("jobs"), (worker, message) -> {}).await();

        client.publish("a", "x").onSuccess(stored -> client.publish("a", "y").onFailure(lost -> {}));

        await().until(() -> server.commands("publish").size() == 2);
    }

    @Test
    void whatIsPublishedAfterAReconnectWasAskedForIsNotLostWithTheConnectionBefore() throws Exception {
        StubServer server = storing();
        SkeinClient client = connect(server).await();
        CountDownLatch handling = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(1);
        client.subscribe(SubscribeOptions.of("a"), message -> {
                    handling.countDown();
                    try {
                        asked.await();
                    } catch (InterruptedException stopped) {
                        Thread.currentThread().interrupt();
                    }
                })
                .await();
        StubServer.deliver(server.last(), 1, "");
        handling.await();

        client.reconnect();
        Future<Published> answer = client.publish("a", "x");
        asked.countDown();

        assertEquals(0, answer.await().offset());
    }

    private void failingAtTheFirst(SubscribeOptions options) {
        StubServer server = storing();
        SkeinClient client = connect(server).await();
        List<Long> seen = new CopyOnWriteArrayList<>();
        client.subscribe(options, message -> {
                    seen.add(message.offset());
                    if (message.offset() == 1) {
                        fail();
                    }
                })
                .await();

        StubServer.deliver(server.last(), 1, "");
        StubServer.deliver(server.last(), 2, "");

        await().until(() -> seen.equals(List.of(1L, 2L)));
    }

    @Test
    void anAssertionThatFailsInAHandlerDoesNotStillTheStream() {
        failingAtTheFirst(SubscribeOptions.of("a"));
    }

    @Test
    void anAssertionThatFailsInAHandlerElsewhereDoesNotStillTheStream() {
        failingAtTheFirst(SubscribeOptions.of("a").on(threads));
    }

    @Test
    void anAssertionThatFailsAtWorkGivesTheMessageBack() {
        StubServer server = storing();
        SkeinClient client = connect(server).await();
        client.work(WorkOptions.of("jobs"), (worker, message) -> fail()).await();

        StubServer.deliver(server.last(), 1, "l1");

        await().until(() -> server.commands("nack").size() == 1);
        assertEquals("on purpose", server.commands("nack").get(0).getString("reason"));
    }

    @Test
    void anAssertionThatFailsInAProcessGivesTheMessageBack() {
        StubServer server = storing();
        try (PlainClient client = PlainClient.connect(ClientOptions.of(List.of(server.at())))) {
            client.process(WorkOptions.of("jobs"), message -> fail());

            StubServer.deliver(server.last(), 1, "l1");

            await().until(() -> server.commands("nack").size() == 1);
        }
    }

    @Test
    void aHandlerThatIsToldOfALostConnectionMayCloseOneStreamAndBeginAnother() {
        StubServer server = storing();
        SkeinClient client = connect(server).await();
        List<Subscription> others = new CopyOnWriteArrayList<>();
        MessageHandler restless = new MessageHandler() {
            @Override
            public void message(Delivered message) {}

            @Override
            public void connection(boolean isUp) {
                if (!isUp) {
                    others.get(0).close();
                    client.subscribe(SubscribeOptions.of("third"), message -> {});
                }
            }
        };
        client.subscribe(SubscribeOptions.of("first"), restless).await();
        others.add(
                client.subscribe(SubscribeOptions.of("second"), message -> {}).await());
        server.commands.clear();

        server.lose();

        await().until(() -> server.commands("subscribe").size() == 2);
        List<JsonArray> topics = server.commands("subscribe").stream()
                .map(subscribe -> subscribe.getJsonArray("topic"))
                .toList();
        assertTrue(topics.contains(JsonArray.of("first")) && topics.contains(JsonArray.of("third")), topics.toString());
    }
}
