package io.skein.protocol.websocket;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.Allowances;
import io.skein.broker.AskedGate;
import io.skein.broker.FakeBroker;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.WebSocket;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Somebody's token ends while what he published is not answered. */
@Timeout(60)
class LastAnswersTest {
    private final Vertx vertx = Vertx.vertx();
    private final FakeBroker broker = new FakeBroker(vertx);
    private final AskedGate gate = new AskedGate(broker);
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private volatile Context context;
    private WebSocket socket;

    @BeforeEach
    void connect() {
        var door = new WebSocketDoor(vertx, gate, WebSocketConfig.DEFAULT, Allowances.ofHeap(), WebSocketListener.NONE);
        HttpServer server = vertx.createHttpServer(door.options(
                        new HttpServerOptions().setHost("127.0.0.1").setPort(0)))
                .requestHandler(request -> {
                    context = vertx.getOrCreateContext();
                    door.take(request, Optional.of("t"), (status, code, detail) -> {}, () -> {});
                })
                .listen()
                .await();
        socket = vertx.createWebSocketClient()
                .connect(server.actualPort(), "127.0.0.1", "/ws")
                .map(opened -> opened.textMessageHandler(heard::add))
                .await();
        gate.letIn(null, null);
        broker.hold();
        say("{'id':1,'op':'publish','topic':'a','body':'mine'}");
        await().until(() -> broker.heldPublishes() == 1);
    }

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    private void say(String singleQuoted) {
        socket.writeTextMessage(singleQuoted.replace('\'', '"')).await();
    }

    @Test
    void heHearsWhatWasStoredBeforeHisConnectionIsClosed() {
        context.runOnContext(v -> gate.turnOut());
        context.runOnContext(v -> broker.release());

        await().atMost(20, TimeUnit.SECONDS).until(socket::isClosed);

        assertEquals(1, heard.size(), heard.toString());
        assertTrue(heard.get(0).startsWith("{\"id\":1,\"ok\":true,"), heard.get(0));
        assertEquals(4504, (int) socket.closeStatusCode());
    }

    @Test
    void heIsNotWaitedForWhereNoAnswerComes() {
        context.runOnContext(v -> gate.turnOut());

        await().atMost(20, TimeUnit.SECONDS).until(socket::isClosed);

        assertEquals(List.of(), heard);
        assertEquals(4504, (int) socket.closeStatusCode());
    }

    @Test
    void nothingMoreIsTakenOfHim() {
        context.runOnContext(v -> gate.turnOut());
        say("{'id':2,'op':'publish','topic':'a','body':'no longer'}");

        await().atMost(20, TimeUnit.SECONDS).until(socket::isClosed);

        assertEquals(1, broker.publishes().size());
    }
}
