package io.skein.dashboard;

import io.skein.broker.Allowances;
import io.skein.broker.Hall;
import io.skein.broker.OpenGate;
import io.skein.protocol.http.HttpConfig;
import io.skein.protocol.http.HttpDoor;
import io.skein.protocol.http.HttpListener;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.concurrent.TimeoutException;

/** The console beside the whole HTTP door, with a real broker below both; and a client that uses that door. */
final class RealConsole implements AutoCloseable {
    final Hall hall;
    private final Verticle verticle = new Verticle();
    private final HttpClient client = HttpClient.newHttpClient();

    RealConsole(Path directory, ConsoleLimits limits) throws TimeoutException {
        hall = new Hall(directory, 1 << 20, 10_000);
        var dashboard = new Dashboard("0.1.0-test", hall.broker, ConsoleFigures.NONE, limits);
        Hall.await(hall.vertx.deployVerticle(dashboard));
        verticle.dashboard = dashboard;
        Hall.await(hall.vertx.deployVerticle(verticle));
    }

    private final class Verticle extends VerticleBase {
        private Dashboard dashboard;
        private HttpServer server;

        @Override
        public Future<?> start() {
            HttpConfig config = HttpConfig.defaults("0.1.0-test", 0);
            HttpDoor door =
                    new HttpDoor(vertx, OpenGate.of(hall.broker), config, Allowances.ofHeap(), new HttpListener() {});
            Router router = Router.router(vertx);
            dashboard.mount(router, door::refuse, door::enter);
            router.route().handler(context -> door.notFound(context.request()));
            server = vertx.createHttpServer(HttpDoor.serverOptions(config))
                    .connectionHandler(door::connected)
                    .requestHandler(door.handler(router));
            return server.listen(0, "127.0.0.1");
        }
    }

    String url(String path) {
        return "http://127.0.0.1:" + verticle.server.actualPort() + path;
    }

    /** @return the answer's JSON; empty when it has none */
    JsonObject send(String method, String path, JsonObject body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url(path)))
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body == null ? "" : body.encode()))
                .build();
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() >= 400) {
            throw new AssertionError(method + " " + path + ": " + answer.statusCode() + " " + answer.body());
        }
        return answer.body().isEmpty() ? new JsonObject() : new JsonObject(answer.body());
    }

    @Override
    public void close() throws TimeoutException {
        hall.close();
    }
}
