package io.skein.client;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** A server without a broker behind it: each test says what it answers. */
public final class StubServer {
    /** What a server does with a command. */
    public interface Script {
        void on(ServerWebSocket socket, JsonObject command);
    }

    /** As a server of ours. */
    private static final int MOST = 8 << 20;

    private final HttpServer http;
    /** Of {@code GET /v1/cluster}. */
    private volatile JsonArray members = new JsonArray();
    /** In the order of their coming. */
    public final List<JsonObject> commands = new CopyOnWriteArrayList<>();

    public final List<ServerWebSocket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicLong offset = new AtomicLong();

    public StubServer(Vertx vertx, Script script) {
        HttpServerOptions how = new HttpServerOptions()
                .setWebSocketSubProtocols(List.of("skein.v1.json"))
                .setMaxWebSocketFrameSize(MOST)
                .setMaxWebSocketMessageSize(MOST);
        http = vertx.createHttpServer(how)
                .requestHandler(request -> request.response()
                        .end(new JsonObject().put("members", members).toBuffer()))
                .webSocketHandler(socket -> {
                    sockets.add(socket);
                    socket.textMessageHandler(text -> text.lines().forEach(line -> {
                        JsonObject command = new JsonObject(line);
                        commands.add(command);
                        script.on(socket, command);
                    }));
                })
                .listen(0, "127.0.0.1")
                .await();
    }

    public URI at() {
        return URI.create("ws://127.0.0.1:" + http.actualPort());
    }

    void tells(String... httpAddresses) {
        JsonArray all = new JsonArray();
        for (String address : httpAddresses) {
            all.add(new JsonObject().put("id", "n").put("httpAddress", address));
        }
        members = all;
    }

    /** The connection of before. */
    public ServerWebSocket last() {
        return sockets.get(sockets.size() - 1);
    }

    List<JsonObject> commands(String op) {
        return commands.stream()
                .filter(command -> command.getString("op").equals(op))
                .toList();
    }

    static void say(ServerWebSocket socket, JsonObject words) {
        socket.writeTextMessage(words.encode()).onFailure(gone -> {});
    }

    static JsonObject reply(JsonObject command) {
        return new JsonObject().put("id", command.getValue("id"));
    }

    public static void refuse(
            ServerWebSocket socket, JsonObject command, String code, boolean retryable, boolean unknown) {
        say(socket, refusal(command, code, retryable, unknown));
    }

    static JsonObject refusal(JsonObject command, String code, boolean retryable, boolean unknown) {
        return reply(command)
                .put(
                        "error",
                        new JsonObject()
                                .put("code", code)
                                .put("message", "so it is written")
                                .put("retryable", retryable)
                                .put("outcome", unknown ? "unknown" : "not-executed"));
    }

    /** Says to a producer that he may begin. */
    static void welcome(ServerWebSocket socket, JsonObject hello) {
        say(socket, reply(hello).put("ok", true).put("producer", "p").put("epoch", 1));
    }

    /** Says to a subscriber, or a worker, that he has begun. */
    public static void begin(ServerWebSocket socket, JsonObject command) {
        say(socket, reply(command).put("ok", true).put("sub", "s1").put("cursor", "c0"));
    }

    /** Hands out a message; to a worker under this lease. */
    public static void deliver(ServerWebSocket socket, long offset, String lease) {
        JsonObject message = new JsonObject()
                .put("topic", "a")
                .put("offset", offset)
                .put("cursor", "c" + offset)
                .put("body", "" + offset);
        if (!lease.isEmpty()) {
            message.put("lease", lease).put("delivery", 1);
        }
        say(socket, new JsonObject().put("sub", "s1").put("messages", new JsonArray().add(message)));
    }

    /** Goes away for a moment, without a word. */
    public void lose() {
        last().close((short) 1001).onFailure(gone -> {});
    }

    /** Says of a publish that it is stored. */
    public void store(ServerWebSocket socket, JsonObject command) {
        JsonObject reply = reply(command).put("ok", true);
        if (command.containsKey("messages")) {
            JsonArray results = new JsonArray();
            command.getJsonArray("messages").forEach(message -> results.add(place()));
            say(socket, reply.put("results", results));
        } else {
            say(socket, reply.mergeIn(place()));
        }
    }

    private JsonObject place() {
        long at = offset.getAndIncrement();
        return new JsonObject().put("offset", at).put("cursor", "c" + at);
    }
}
