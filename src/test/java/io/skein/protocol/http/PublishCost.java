package io.skein.protocol.http;

import io.skein.broker.Allowances;
import io.skein.broker.FakeBroker;
import io.skein.broker.NodeStatus;
import io.skein.broker.OpenGate;
import io.skein.broker.Publish;
import io.skein.broker.PublishAck;
import io.skein.machine.Cursor;
import io.skein.machine.Lineage;
import io.skein.topic.TopicOutcome;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What {@code POST /t/x} costs the event loop, as CPU time per request, beside a bare Vert.x Web POST with a body handler
 * and a constant answer: on a busy machine a ratio of CPU times says more than one of rates. Not a test; run {@code main}.
 */
final class PublishCost {
    private static final int ROUNDS = 5;
    private static final int REQUESTS = 100_000;
    private static final int CONNECTIONS = 32;
    private static final String REQUEST = "POST /t/orders HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: cost/1\r\n"
            + "Accept: */*\r\nContent-Type: application/json\r\nContent-Length: 64\r\n\r\n" + "x".repeat(64);

    private PublishCost() {}

    public static void main(String[] arguments) throws Exception {
        Vertx bare = oneLoop();
        Vertx door = oneLoop();
        Loop bareLoop = new Loop(vertx -> {
            Router router = Router.router(vertx);
            router.post("/t/:topic")
                    .handler(BodyHandler.create(false))
                    .handler(context -> context.response()
                            .setStatusCode(201)
                            .putHeader("content-type", "application/json")
                            .end("{\"topic\":\"orders\",\"offset\":1234567,\"cursor\":\"c7.2x4k1.0\",\"term\":1,"
                                    + "\"index\":4711,\"durable\":\"quorum\"}"));
            return router;
        });
        Loop doorLoop = new Loop(vertx -> new HttpDoor(
                        vertx,
                        OpenGate.of(new Instant(vertx)),
                        HttpConfig.defaults("v", 0),
                        Allowances.ofHeap(),
                        HttpListener.NONE)
                .handler(request -> {}));
        bare.deployVerticle(bareLoop).await(10, TimeUnit.SECONDS);
        door.deployVerticle(doorLoop).await(10, TimeUnit.SECONDS);
        for (int round = 0; round < ROUNDS; round++) {
            double bareMicros = micros(bareLoop);
            double doorMicros = micros(doorLoop);
            System.out.printf(
                    "bare Vert.x Web %.2f us, door %.2f us of CPU a request: %.0f %% of bare%n",
                    bareMicros, doorMicros, 100 * bareMicros / doorMicros);
        }
        bare.close().await(10, TimeUnit.SECONDS);
        door.close().await(10, TimeUnit.SECONDS);
    }

    private static Vertx oneLoop() {
        return Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    }

    private static double micros(Loop loop) throws Exception {
        var threads = ManagementFactory.getThreadMXBean();
        long before = threads.getThreadCpuTime(loop.thread);
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            Thread client = new Thread(() -> client(loop.server.actualPort()));
            client.start();
            clients.add(client);
        }
        for (Thread client : clients) {
            client.join();
        }
        return (threads.getThreadCpuTime(loop.thread) - before) / 1_000.0 / REQUESTS;
    }

    private static void client(int port) {
        byte[] request = REQUEST.getBytes(StandardCharsets.US_ASCII);
        byte[] answer = new byte[4096];
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            OutputStream out = socket.getOutputStream();
            InputStream in = socket.getInputStream();
            for (int i = 0; i < REQUESTS / CONNECTIONS; i++) {
                out.write(request);
                int length = 0;
                do {
                    length += in.read(answer, length, answer.length - length);
                } while (answer[length - 1] != '}');
                if (answer[9] != '2') {
                    throw new IllegalStateException(new String(answer, 0, length, StandardCharsets.US_ASCII));
                }
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private interface Making {
        Handler<HttpServerRequest> handler(Vertx vertx);
    }

    private static final class Loop extends VerticleBase {
        private final Making making;
        private HttpServer server;
        private long thread;

        Loop(Making making) {
            this.making = making;
        }

        @Override
        public Future<?> start() {
            thread = Thread.currentThread().getId();
            server = vertx.createHttpServer().requestHandler(making.handler(vertx));
            return server.listen(0, "127.0.0.1");
        }
    }

    /** Answers at once: what is measured is the door. */
    private static final class Instant extends BentBroker {
        private final NodeStatus status;
        private final Lineage lineage = new Lineage(7);
        private long offset;

        Instant(Vertx vertx) {
            super(new FakeBroker(vertx));
            status = super.status();
        }

        @Override
        public NodeStatus status() {
            return status;
        }

        @Override
        public Future<PublishAck> publish(Publish publish) {
            offset++;
            return Future.succeededFuture(new PublishAck(
                    List.of(new TopicOutcome.Accepted(offset, new Cursor(offset, 0), 0)), 1, offset, false, lineage));
        }
    }
}
