package io.skein.bench;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketBase;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.parsetools.RecordParser;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** The doors of a node without a node behind them: it acknowledges everything and delivers to everybody. */
final class StubNode {
    enum Mood {
        WILLING,
        /** Refuses every publish with {@code no-leader}. */
        REFUSING,
        /** Takes everything and answers nothing. */
        SILENT
    }

    private final Mood mood;
    private final AtomicLong offset = new AtomicLong();
    private final CopyOnWriteArrayList<ServerWebSocket> subscribers = new CopyOnWriteArrayList<>();
    private final HttpServer http;
    private final NetServer tcp;

    StubNode(Vertx vertx, Mood mood) throws TimeoutException {
        this.mood = mood;
        http = vertx.createHttpServer(new HttpServerOptions().setWebSocketSubProtocols(List.of("skein.v1.json")))
                .requestHandler(this::request)
                .webSocketHandler(this::webSocket)
                .listen(0, "127.0.0.1")
                .await(10, TimeUnit.SECONDS);
        tcp = vertx.createNetServer()
                .connectHandler(this::tcp)
                .listen(0, "127.0.0.1")
                .await(10, TimeUnit.SECONDS);
    }

    String url() {
        return "http://127.0.0.1:" + http.actualPort();
    }

    int tcpPort() {
        return tcp.actualPort();
    }

    long published() {
        return offset.get();
    }

    private void request(HttpServerRequest request) {
        request.body().onSuccess(body -> {
            if (mood == Mood.SILENT) {
                return;
            }
            if (mood == Mood.REFUSING) {
                end(request, 503, error());
            } else if (request.path().startsWith("/t/")) {
                end(request, 201, deliver(body.toString()));
            } else {
                JsonArray results = new JsonArray();
                for (Object message : body.toJsonObject().getJsonArray("messages")) {
                    results.add(deliver(((JsonObject) message).getString("body")));
                }
                end(request, 200, new JsonObject().put("results", results));
            }
        });
    }

    private static void end(HttpServerRequest request, int status, JsonObject body) {
        request.response().setStatusCode(status).end(body.toBuffer());
    }

    private void webSocket(ServerWebSocket socket) {
        socket.textMessageHandler(text -> text.lines().forEach(line -> {
            JsonObject command = new JsonObject(line);
            JsonObject reply = new JsonObject().put("id", command.getLong("id"));
            if (command.getString("op").equals("subscribe")) {
                subscribers.add(socket);
                write(socket, reply.put("ok", true).put("sub", "s1").encode());
            } else if (mood == Mood.REFUSING) {
                write(socket, reply.put("error", error()).encode());
            } else if (mood == Mood.WILLING && command.containsKey("messages")) {
                JsonArray results = new JsonArray();
                for (Object message : command.getJsonArray("messages")) {
                    results.add(deliver(((JsonObject) message).getString("body")));
                }
                write(socket, reply.put("ok", true).put("results", results).encode());
            } else if (mood == Mood.WILLING) {
                write(
                        socket,
                        reply.put("ok", true)
                                .mergeIn(deliver(command.getString("body")))
                                .encode());
            }
        }));
    }

    private void tcp(NetSocket socket) {
        boolean[] greeted = {false};
        RecordParser lines = RecordParser.newDelimited("\n", line -> {
            String frame = line.toString();
            if (!greeted[0]) {
                greeted[0] = frame.startsWith("PUBLISH");
                frame = frame.substring(7);
            }
            String head = "FORMAT:JSON;ACK|";
            if (!frame.startsWith(head)) {
                socket.write("ERR malformed " + frame + "\n");
            } else if (mood == Mood.REFUSING) {
                socket.write("ERR no-leader try again\n");
            } else if (mood == Mood.WILLING) {
                JsonObject message = new JsonObject(frame.substring(head.length()));
                long at = deliver(message.getString("Value")).getLong("offset");
                socket.write("OK " + message.getString("Topic") + " " + at + "\n");
            }
        });
        socket.handler(lines);
    }

    private JsonObject deliver(String body) {
        long at = offset.getAndIncrement();
        JsonObject message =
                new JsonObject().put("topic", "bench/0").put("offset", at).put("body", body);
        String push = new JsonObject()
                .put("sub", "s1")
                .put("messages", new JsonArray().add(message))
                .encode();
        subscribers.forEach(subscriber -> write(subscriber, push));
        return new JsonObject().put("offset", at).put("cursor", "c" + at);
    }

    private static JsonObject error() {
        return new JsonObject()
                .put("code", "no-leader")
                .put("message", "no leader")
                .put("retryable", true);
    }

    private static void write(WebSocketBase socket, String text) {
        Future<Void> written = socket.writeTextMessage(text);
        written.onFailure(ignored -> {});
    }
}
