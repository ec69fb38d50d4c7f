package io.skein.bench;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ClientReceiverTest {
    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    @Test
    void oneThatMayNotSubscribeLeavesNoConnectionBehind() throws Exception {
        Promise<Void> closed = Promise.promise();
        JsonObject no =
                new JsonObject().put("code", "forbidden").put("message", "no").put("retryable", false);
        HttpServer server = vertx.createHttpServer(
                        new HttpServerOptions().setWebSocketSubProtocols(List.of("skein.v1.json")))
                .webSocketHandler(socket -> {
                    socket.closeHandler(gone -> closed.tryComplete());
                    socket.textMessageHandler(text -> socket.writeTextMessage(new JsonObject()
                                    .put("id", new JsonObject(text).getValue("id"))
                                    .put("error", no)
                                    .encode())
                            .onFailure(gone -> {}));
                })
                .listen(0, "127.0.0.1")
                .await();
        Target target = Target.of("http://127.0.0.1:" + server.actualPort(), "", "");

        Future<ClientReceiver> refused = ClientReceiver.subscribe(vertx, target, "#", new Tally(new Tally.Live()));

        IOException why = assertThrows(IOException.class, () -> refused.await(10, TimeUnit.SECONDS));
        assertTrue(why.getMessage().contains("forbidden"), why.getMessage());
        closed.future().await(10, TimeUnit.SECONDS);
    }
}
