package io.skein.client;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.frame.CloseCode;
import io.skein.frame.PublishItem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Everything ends with the client, and its Vert.x if it has one of its own; the server is a script. */
@Timeout(20)
class CloseTest {
    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    private static SkeinException failure(Future<?> future) {
        await().until(future::isComplete);
        return assertInstanceOf(SkeinException.class, future.cause());
    }

    @Test
    void afterItsEndAllIsRefusedAtOnceAndClosingAgainDoesNothing() throws Exception {
        StubServer server = new StubServer(vertx, (socket, command) -> StubServer.begin(socket, command));
        PlainClient client = PlainClient.connect(ClientOptions.of(List.of(server.at())));
        Subscription subscription = client.subscribe(SubscribeOptions.of("a"), message -> {});
        Reader reader = client.read(SubscribeOptions.of("a"));
        Worker worker = client.work(WorkOptions.of("jobs"), (self, message) -> {});

        client.close();
        client.close();
        subscription.close();
        subscription.resume();
        reader.close();
        worker.close();

        SkeinClient beneath = client.client();
        assertEquals("closed", failure(beneath.publish("a", "x")).code());
        assertEquals(
                "closed",
                failure(beneath.publishAll(List.of(PublishItem.of("a", "x")))).code());
        assertEquals(
                "closed",
                failure(beneath.subscribe(SubscribeOptions.of("a"), message -> {}))
                        .code());
        assertEquals("closed", failure(beneath.room()).code());
        assertTrue(client.publish("a", "x").isCompletedExceptionally());
        beneath.reconnect();
    }

    @Test
    void whatIsPublishedWhenTheUsersVertxHasEndedIsRefused() {
        StubServer server = new StubServer(vertx, (socket, command) -> {});
        Vertx users = Vertx.vertx();
        SkeinClient client = SkeinClient.connect(users, ClientOptions.of(List.of(server.at())))
                .await();
        users.close().await();

        assertEquals("closed", failure(client.publish("a", "x")).code());
        assertTrue(client.close().succeeded());
    }

    @Test
    void whatIsUnderWayWhenTheUsersVertxEndsIsUnknownOnceTheClientIsClosed() {
        StubServer server = new StubServer(vertx, (socket, command) -> {});
        Vertx users = Vertx.vertx();
        SkeinClient client = SkeinClient.connect(
                        users, ClientOptions.of(List.of(server.at())).withWindow(1, 1))
                .await();
        Future<Published> publish = client.publish(PublishItem.of("a", "x").withId("once"));
        Future<Void> room = client.room();
        await().until(() -> server.commands.size() == 1);
        users.close().await();

        client.close().await();

        assertTrue(failure(publish).isUnknown());
        assertEquals("closed", failure(room).code());
    }

    @Test
    void whoeverAsksAfterTheServerPutItOutIsToldWhy() {
        StubServer server = new StubServer(
                vertx,
                (socket, command) -> socket.close(CloseCode.UNAUTHENTICATED.code(), "the token is over")
                        .onFailure(gone -> {}));
        SkeinClient client = SkeinClient.connect(vertx, ClientOptions.of(List.of(server.at())))
                .await();
        failure(client.publish("a", "x"));

        assertEquals("unauthenticated", failure(client.publish("a", "x")).code());
        assertEquals(
                "unauthenticated",
                failure(client.subscribe(SubscribeOptions.of("a"), message -> {}))
                        .code());
        assertEquals(
                "unauthenticated",
                failure(client.work(WorkOptions.of("jobs"), (self, message) -> {}))
                        .code());
    }

    @Test
    void aPublishThatBacksOffFailsWhenTheClientIsClosed() {
        StubServer server = new StubServer(
                vertx, (socket, command) -> StubServer.refuse(socket, command, "no-leader", true, false));
        SkeinClient client = SkeinClient.connect(vertx, ClientOptions.of(List.of(server.at())))
                .await();
        Future<Published> publish = client.publish(PublishItem.of("a", "x").withId("once"));
        // The pauses double: this one is 400 ms.
        await().until(() -> server.commands.size() >= 5);

        client.close().await();

        assertTrue(publish.isComplete());
        assertEquals("closed", failure(publish).code());
    }

    @Test
    void whyNoServerLetItInIsSaid() {
        SkeinException none = failure(SkeinClient.connect(
                vertx, ClientOptions.of("http://127.0.0.1:1").withConnectMs(200).withReconnectMs(1, 5)));

        assertTrue(none.getMessage().contains("ws://127.0.0.1:1: "), none.getMessage());
    }
}
