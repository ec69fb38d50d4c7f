package io.skein.protocol.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.skein.broker.Allowances;
import io.skein.broker.Connection;
import io.skein.broker.FakeBroker;
import io.skein.broker.Gate;
import io.skein.broker.Guest;
import io.skein.broker.LongLived;
import io.skein.broker.NodeStatus;
import io.skein.broker.OpenGate;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Somebody who is gone before it is known who it is. */
@Timeout(60)
class GoneVisitorTest {
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final FakeBroker broker = new FakeBroker(vertx);
    private final Gate open = OpenGate.of(broker);
    private final Promise<Void> asked = Promise.promise();
    private final Promise<Guest> found = Promise.promise();

    @AfterEach
    void close() {
        vertx.close().await();
    }

    /** A gate that takes its time. */
    private final class SlowGate implements Gate {
        @Override
        public Future<Guest> enter(Optional<String> token, String peer) {
            asked.tryComplete();
            return found.future();
        }

        @Override
        public Guest stranger() {
            return open.stranger();
        }

        @Override
        public boolean isLocked() {
            return true;
        }

        @Override
        public NodeStatus status() {
            return open.status();
        }

        @Override
        public Future<Void> caughtUp() {
            return open.caughtUp();
        }

        @Override
        public Connection connected(String door, String peer) {
            return open.connected(door, peer);
        }

        @Override
        public Runnable show(String door, String peer, LongLived connection) {
            return () -> {};
        }
    }

    @Test
    void nothingIsBegunForWhomNobodyWouldEnd() throws Exception {
        Promise<HttpServer> listening = Promise.promise();
        Context loop = vertx.getOrCreateContext();
        loop.runOnContext(v -> {
            HttpDoor door = new HttpDoor(
                    vertx, new SlowGate(), HttpConfig.defaults("1", 0), Allowances.ofHeap(), HttpListener.NONE);
            vertx.createHttpServer(HttpDoor.serverOptions(HttpConfig.defaults("1", 0)))
                    .connectionHandler(door::connected)
                    .requestHandler(door.handler(request -> {}))
                    .listen(0, "127.0.0.1")
                    .onComplete(listening);
        });
        int port = listening.future().await(10, TimeUnit.SECONDS).actualPort();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream()
                    .write("GET /v1/stream?topic=a HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer t\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            asked.future().await(10, TimeUnit.SECONDS);
        }
        Awaitility.await().until(() -> broker.connections() == 0);
        loop.runOnContext(v -> found.complete(open.stranger()));
        // What a stream would begin with is done in the turn of its request; a look at the loop after that is enough.
        Promise<Void> later = Promise.promise();
        loop.runOnContext(v -> loop.runOnContext(again -> later.complete()));
        later.future().await(10, TimeUnit.SECONDS);
        assertEquals(List.of(), broker.subscribers(10).await(10, TimeUnit.SECONDS));
    }
}
