package io.skein.dashboard;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Speaks the WebSocket protocol as badly as a test has it, and remembers what it was told. It lets everybody in. */
final class FakeNode implements AutoCloseable {
    /** What it does on a command, on its event loop. */
    interface Answers {
        void to(Heard command);
    }

    private final HttpServer server;
    private final List<JsonObject> heard = new CopyOnWriteArrayList<>();

    /** @param hello what it does when somebody comes; then {@code others} */
    FakeNode(Vertx vertx, Answers hello, Answers others) throws Exception {
        server = vertx.createHttpServer(new HttpServerOptions().setWebSocketSubProtocols(List.of("skein.v1.json")))
                .requestHandler(request -> request.response().setStatusCode(404).end())
                .webSocketHandler(socket -> socket.textMessageHandler(frame -> {
                    for (String line : frame.split("\n")) {
                        Heard command = new Heard(new JsonObject(line), socket);
                        heard.add(command.json);
                        (command.is("hello") ? hello : others).to(command);
                    }
                }))
                .listen(0, "127.0.0.1")
                .await(10, TimeUnit.SECONDS);
    }

    FakeNode(Vertx vertx, Answers others) throws Exception {
        this(vertx, Heard::ok, others);
    }

    /** One command, and whom to answer. */
    static final class Heard {
        final JsonObject json;
        private final ServerWebSocket socket;

        Heard(JsonObject json, ServerWebSocket socket) {
            this.json = json;
            this.socket = socket;
        }

        boolean is(String op) {
            return json.getString("op").equals(op);
        }

        void ok() {
            ok(new JsonObject());
        }

        void ok(JsonObject more) {
            say(new JsonObject().put("id", json.getValue("id")).put("ok", true).mergeIn(more));
        }

        void refuse(String code, boolean isPassing) {
            say(new JsonObject()
                    .put("id", json.getValue("id"))
                    .put(
                            "error",
                            new JsonObject()
                                    .put("code", code)
                                    .put("message", "a node says " + code)
                                    .put("retryable", isPassing)));
        }

        void say(JsonObject what) {
            socket.writeTextMessage(what.encode());
        }

        void hangUp() {
            socket.close();
        }
    }

    String url() {
        return "http://127.0.0.1:" + server.actualPort();
    }

    List<JsonObject> heard(String op) {
        return heard.stream().filter(one -> op.equals(one.getString("op"))).toList();
    }

    @Override
    public void close() throws TimeoutException {
        server.close().await(10, TimeUnit.SECONDS);
    }
}
