package io.skein.dashboard;

import io.skein.broker.Allowances;
import io.skein.broker.Broker;
import io.skein.broker.OpenGate;
import io.skein.broker.Publish;
import io.skein.broker.PublishAck;
import io.skein.broker.Refusal;
import io.skein.protocol.websocket.WebSocketConfig;
import io.skein.protocol.websocket.WebSocketDoor;
import io.skein.protocol.websocket.WebSocketListener;
import io.skein.topic.Format;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicName;
import io.skein.topic.TopicOutcome;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The console on a loopback port, beside the least of the doors that its publish box and its tests need. */
final class ConsoleServer implements AutoCloseable {
    private final Vertx vertx;
    private final Broker broker;
    private final WebSocketDoor webSocket;
    private final String deployment;
    final Dashboard dashboard;
    private HttpServer server;
    /** What the stream asks for; empty: nothing. */
    volatile String token = "";

    ConsoleServer(Vertx vertx, Broker broker, ConsoleFigures figures, ConsoleLimits limits, int port)
            throws TimeoutException {
        this.vertx = vertx;
        this.broker = broker;
        webSocket = new WebSocketDoor(
                vertx, OpenGate.of(broker), WebSocketConfig.DEFAULT, Allowances.ofHeap(), WebSocketListener.NONE);
        dashboard = new Dashboard("0.1.0-test", broker, figures, limits);
        deployment = vertx.deployVerticle(dashboard).await(10, TimeUnit.SECONDS);
        open(port);
    }

    int port() {
        return server.actualPort();
    }

    String url(String path) {
        return "http://127.0.0.1:" + port() + path;
    }

    /** Every connection is cut, nobody listens any more. */
    void shut() throws TimeoutException {
        server.close().await(10, TimeUnit.SECONDS);
    }

    void open(int port) throws TimeoutException {
        Router router = Router.router(vertx);
        router.get("/console/stream").handler(ctx -> {
            String given = Optional.ofNullable(ctx.request().getHeader("Authorization"))
                    .orElse("");
            if (token.isEmpty() || given.equals("Bearer " + token)) {
                ctx.next();
            } else {
                ctx.response().setStatusCode(401).end();
            }
        });
        dashboard.mount(
                router,
                (request, status, code, detail) ->
                        request.response().setStatusCode(status).end(code + ": " + detail),
                request -> Future.succeededFuture(OpenGate.of(broker).stranger()));
        router.post("/t/*").handler(this::publish);
        server = vertx.createHttpServer(webSocket.options(new HttpServerOptions()))
                .requestHandler(request -> {
                    if (request.path().equals(WebSocketDoor.PATH)) {
                        webSocket.take(
                                request,
                                Optional.empty(),
                                (status, code, detail) ->
                                        request.response().setStatusCode(status).end(code + ": " + detail),
                                () -> {});
                    } else {
                        router.handle(request);
                    }
                })
                .listen(port, "127.0.0.1")
                .await(10, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws TimeoutException {
        vertx.undeploy(deployment).await(10, TimeUnit.SECONDS);
        server.close().await(10, TimeUnit.SECONDS);
    }

    private void publish(RoutingContext ctx) {
        String path = ctx.request().path().substring(3);
        String type =
                Optional.ofNullable(ctx.request().getHeader("Content-Type")).orElse("");
        Format format =
                type.startsWith("application/json") ? Format.JSON : type.endsWith("/xml") ? Format.XML : Format.RAW;
        ctx.request()
                .body()
                .compose(body -> {
                    var topic = new TopicName(URLDecoder.decode(path, StandardCharsets.UTF_8));
                    String key = Optional.ofNullable(ctx.request().getHeader("Skein-Key"))
                            .orElse(ctx.request().getParam("Skein-Key", ""));
                    var message = new Message(key, List.of(), format, type, body.getBytes());
                    return broker.publish(Publish.of("http", Publication.of(topic, message)))
                            .map(ack -> answer(topic, ack));
                })
                .onSuccess(json -> ctx.response().setStatusCode(201).end(json.toBuffer()))
                .onFailure(failure -> {
                    boolean refused = failure instanceof Refusal;
                    String code = refused ? ((Refusal) failure).code() : "malformed";
                    ctx.response()
                            .setStatusCode(refused ? 503 : 400)
                            .putHeader("Content-Type", "application/problem+json")
                            .end(new JsonObject()
                                    .put("title", code.replace('-', ' '))
                                    .put("code", code)
                                    .put("detail", failure.getMessage())
                                    .toBuffer());
                });
    }

    private static JsonObject answer(TopicName topic, PublishAck ack) {
        var stored = (TopicOutcome.Accepted) ack.results().get(0);
        return new JsonObject()
                .put("topic", topic.value())
                .put("offset", stored.offset())
                .put("cursor", ack.text(stored.cursor()));
    }
}
