package io.skein.bench;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What a server in this technology costs that does nothing: a Vert.x Web route that reads a body and answers 201, and a
 * WebSocket that pours texts to whoever connects, a frame for each, as fast as the client takes them. As many event
 * loops as cores, like a node's doors. It runs in a process of its own that ends when its standard input does.
 */
final class BareServer extends VerticleBase {
    static final String FANOUT = "/fanout";
    /** Frames written before the other connections of the event loop have their turn. */
    private static final int BURST = 64;

    private static final Buffer CREATED = Buffer.buffer(
            "{\"topic\":\"bench/0\",\"offset\":0,\"cursor\":\"c0\",\"term\":1,\"index\":1,\"durable\":\"memory\"}");

    private final int port;
    private HttpServer server;

    /** @param port the same for all instances, which share it; a negative one is a random one that they share */
    private BareServer(int port) {
        this.port = port;
    }

    /** Deploys one instance for each core. @return the port */
    static Future<Integer> deploy(Vertx vertx) {
        // One after the other would give each port 0 its own; a negative port is one random port for all.
        BareServer[] first = new BareServer[1];
        DeploymentOptions options =
                new DeploymentOptions().setInstances(Runtime.getRuntime().availableProcessors());
        return vertx.deployVerticle(
                        () -> {
                            BareServer instance = new BareServer(-1);
                            first[0] = first[0] == null ? instance : first[0];
                            return instance;
                        },
                        options)
                .map(deployed -> first[0].server.actualPort());
    }

    @Override
    public Future<?> start() {
        Router router = Router.router(vertx);
        router.post("/t/*")
                .handler(BodyHandler.create(false))
                .handler(context -> context.response()
                        .setStatusCode(201)
                        .putHeader("Content-Type", "application/json")
                        .end(context.body().buffer() == null ? Buffer.buffer() : CREATED)
                        .onFailure(ignored -> {}));
        server = vertx.createHttpServer(
                new HttpServerOptions().setHost("127.0.0.1").setPort(port));
        server.requestHandler(router);
        server.webSocketHandler(this::pour);
        return server.listen();
    }

    /** {@code /fanout/256}: texts of 256 bytes. */
    private void pour(ServerWebSocket socket) {
        String path = socket.path();
        int bytes = Integer.parseInt(path.substring(path.lastIndexOf('/') + 1));
        StringBuilder text = new StringBuilder();
        new Stamp(bytes).append(text, System.nanoTime());
        String message = text.toString();
        socket.exceptionHandler(gone -> {});
        burst(socket, message);
    }

    private void burst(ServerWebSocket socket, String message) {
        // Known before the close handler is called, and then even asking for the queue throws.
        if (socket.isClosed()) {
            return;
        }
        for (int i = 0; i < BURST; i++) {
            if (socket.writeQueueFull()) {
                socket.drainHandler(drained -> burst(socket, message));
                return;
            }
            socket.writeTextMessage(message).onFailure(ignored -> {});
        }
        vertx.runOnContext(next -> burst(socket, message));
    }

    /** A process with this server. */
    static final class Child implements AutoCloseable {
        private final Process process;
        private final int port;

        private Child(Process process, int port) {
            this.process = process;
            this.port = port;
        }

        static Child start() throws IOException {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx512m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            BareServer.class.getName())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            // Not closed: closing it would not end anything that ending the process does not.
            BufferedReader output =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            String line = output.readLine();
            if (line == null || !line.startsWith("port ")) {
                process.destroyForcibly();
                throw new IOException("the bare server did not start: " + line);
            }
            return new Child(process, Integer.parseInt(line.substring(5)));
        }

        int port() {
            return port;
        }

        @Override
        public void close() {
            process.destroy();
            try {
                if (!process.waitFor(5, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Prints {@code port n} and runs until its input ends: whoever started it is then gone. */
    public static void main(String[] none) throws IOException, TimeoutException {
        try {
            System.out.println("port " + deploy(Vertx.vertx()).await(30, TimeUnit.SECONDS));
            while (System.in.read() >= 0) {
                // Nothing is said to it.
            }
        } finally {
            System.exit(0);
        }
    }
}
