package io.skein.client;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.skein.frame.CloseCode;
import io.skein.frame.PublishItem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
