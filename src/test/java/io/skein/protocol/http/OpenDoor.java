package io.skein.protocol.http;

import io.skein.broker.Allowances;
import io.skein.broker.Broker;
import io.skein.broker.FakeBroker;
import io.skein.broker.OpenGate;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** A door with a real server on loopback, a fake broker behind it, and a client in front. */
final class OpenDoor implements AutoCloseable {
    final Vertx vertx;
    final FakeBroker broker;
    final List<String> answered = new CopyOnWriteArrayList<>();
    final int port;
    private final Verticle verticle;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    /** What came back. */
    record Answer(int status, HttpHeaders headers, String body) {
        JsonObject json() {
            return new JsonObject(body);
        }

        String header(String name) {
            return headers.firstValue(name).orElse("");
        }
    }

    OpenDoor() {
        this(config -> config, fake -> fake);
    }

    OpenDoor(UnaryOperator<HttpConfig> config, Function<FakeBroker, Broker> bend) {
        this(Vertx.vertx(), config, bend);
    }

    OpenDoor(UnaryOperator<HttpConfig> config, Function<FakeBroker, Broker> bend, Allowances allowances) {
        this(Vertx.vertx(), config, bend, allowances);
    }

    static OpenDoor withServer(Function<FakeBroker, Broker> bend, UnaryOperator<HttpServerOptions> server) {
        return new OpenDoor(Vertx.vertx(), config -> config, bend, Allowances.ofHeap(), server);
    }

    /** @param vertx of the broker that bend gives, when that is another one; closed with the door */
    OpenDoor(Vertx vertx, UnaryOperator<HttpConfig> config, Function<FakeBroker, Broker> bend) {
        this(vertx, config, bend, Allowances.ofHeap());
    }

    /** Speaks HTTP/2 too, in clear text: the same routes as over TLS. */
    static OpenDoor ofHttp2() {
        return new OpenDoor(
                Vertx.vertx(),
                config -> config,
                fake -> fake,
                Allowances.ofHeap(),
                options -> options.setHttp2ClearTextEnabled(true));
    }

    private OpenDoor(
            Vertx vertx, UnaryOperator<HttpConfig> config, Function<FakeBroker, Broker> bend, Allowances allowances) {
        this(vertx, config, bend, allowances, options -> options);
    }

    private OpenDoor(
            Vertx vertx,
            UnaryOperator<HttpConfig> config,
            Function<FakeBroker, Broker> bend,
            Allowances allowances,
            UnaryOperator<HttpServerOptions> server) {
        this.vertx = vertx;
        this.broker = new FakeBroker(vertx);
        HttpListener listener = new HttpListener() {
            @Override
            public void answered(String route, String method, int status, long nanos) {
                answered.add(method + " " + route + " " + status);
            }

            @Override
            public void streamClosed(String route) {
                answered.add("closed " + route);
            }
        };
        verticle = new Verticle(
                bend.apply(broker), config.apply(HttpConfig.defaults("1.2.3", 5000)), allowances, listener, server);
        await(vertx.deployVerticle(verticle));
        port = verticle.server.actualPort();
    }

    private static final class Verticle extends VerticleBase {
        private final Broker broker;
        private final HttpConfig config;
        private final Allowances allowances;
        private final HttpListener listener;
        private final UnaryOperator<HttpServerOptions> options;
        private HttpDoor door;
        private HttpServer server;

        Verticle(
                Broker broker,
                HttpConfig config,
                Allowances allowances,
                HttpListener listener,
                UnaryOperator<HttpServerOptions> options) {
            this.broker = broker;
            this.config = config;
            this.allowances = allowances;
            this.listener = listener;
            this.options = options;
        }

        Context context() {
            return context;
        }

        @Override
        public Future<?> start() {
            door = new HttpDoor(vertx, OpenGate.of(broker), config, allowances, listener);
            Router router = Router.router(vertx);
            router.get("/elsewhere").handler(context -> context.end("elsewhere"));
            router.route().last().handler(context -> door.notFound(context.request()));
            server = vertx.createHttpServer(options.apply(HttpDoor.serverOptions(config)))
                    .connectionHandler(door::connected)
                    .requestHandler(door.handler(router));
            return server.listen(0, "127.0.0.1");
        }
    }

    static <T> T await(Future<T> future) {
        try {
            return future.await(10, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            throw new AssertionError("no answer within 10 s", late);
        }
    }

    List<String> templates() {
        return verticle.door.templates();
    }

    /** Closes the door, not the server. */
    void leave() {
        Promise<Void> done = Promise.promise();
        verticle.context().runOnContext(v -> {
            verticle.door.close();
            done.complete();
        });
        await(done.future());
    }

    Answer get(String path, String... headers) {
        return send("GET", path, new byte[0], headers);
    }

    Answer post(String path, String body, String... headers) {
        return send("POST", path, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    Answer send(String method, String path, byte[] body, String... headers) {
        HttpRequest request = request(method, path, body, headers);
        try {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.headers(), response.body());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    private HttpRequest request(String method, String path, byte[] body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(10))
                .method(
                        method,
                        body.length == 0
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return request.build();
    }

    /** An answer that stays open, to be read line by line. */
    Live live(String path, String... headers) {
        try {
            return new Live(
                    client.send(request("GET", path, new byte[0], headers), HttpResponse.BodyHandlers.ofInputStream()));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    static final class Live implements AutoCloseable {
        final HttpResponse<InputStream> response;
        private final BufferedReader reader;

        Live(HttpResponse<InputStream> response) {
            this.response = response;
            this.reader = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
        }

        /** The next line, null at the end. */
        String line() {
            try {
                return reader.readLine();
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }

        /** The next block of lines up to an empty one: a server-sent event, comments too. */
        String event() {
            StringBuilder event = new StringBuilder();
            for (String line = line(); line != null && !line.isEmpty(); line = line()) {
                event.append(line).append('\n');
            }
            return event.toString();
        }

        /** The next event that has data; comments, ids and hints alone are passed over. */
        String dataEvent() {
            String event = event();
            while (!event.contains("data:") && !event.isEmpty()) {
                event = event();
            }
            return event;
        }

        @Override
        public void close() throws IOException {
            reader.close();
        }
    }

    /** A bare socket, for what no client library would send. */
    Socket socket() {
        try {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(10_000);
            return socket;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Sends bytes as they are and reads all that comes until the door closes. */
    String raw(String request) {
        try (Socket socket = socket()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public void close() {
        await(vertx.close());
    }
}
