package io.skein.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.Allowances;
import io.skein.broker.FakeBroker;
import io.skein.broker.OpenGate;
import io.skein.protocol.websocket.WebSocketConfig;
import io.skein.protocol.websocket.WebSocketDoor;
import io.skein.protocol.websocket.WebSocketListener;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The generator speaks what the real doors understand. */
@Timeout(60)
class DoorsTest {
    private final Vertx vertx = Vertx.vertx();
    private final FakeBroker broker = new FakeBroker(vertx);

    @AfterEach
    void close() {
        vertx.close().await();
    }

    @Test
    void theWebSocketDoorAcknowledgesAndDelivers() throws Exception {
        WebSocketDoor door = new WebSocketDoor(
                vertx, OpenGate.of(broker), WebSocketConfig.DEFAULT, Allowances.ofHeap(), WebSocketListener.NONE);
        HttpServer server = vertx.createHttpServer(door.options(new HttpServerOptions().setHost("127.0.0.1")))
                .requestHandler(request -> door.take(request, Optional.empty(), (status, code, detail) -> {}, () -> {}))
                .listen(0)
                .await(10, TimeUnit.SECONDS);
        LoadConfig config = LoadConfig.defaults("http://127.0.0.1:" + server.actualPort())
                .withTopics("bench", 3)
                .withSubscribers(2, 0)
                .withRate(2000)
                .withTimes(Duration.ZERO, Duration.ofMillis(500));

        LoadReport batches = Load.run(config.withDoor(LoadConfig.Door.WS, 2, 64, 8), line -> {});
        LoadReport singles = Load.run(config.withDoor(LoadConfig.Door.WS, 2, 64, 1), line -> {});

        LoadReport library = Load.run(config.withDoor(LoadConfig.Door.CLIENT, 2, 64, 8), line -> {});

        for (LoadReport report : new LoadReport[] {batches, singles, library}) {
            assertEquals(0, report.failed(), report.errors().toString());
            assertEquals(1000, report.ack().count());
            assertEquals(0, report.unanswered());
            assertTrue(report.endToEnd().count() > 1900, report.toJson().encode());
        }
    }
}
