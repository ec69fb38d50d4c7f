package io.skein.node;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Somebody outside of a node who comes in by its doors, with a token or without one. */
public final class Stranger {
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    private static final int LONG = 20;

    private final int httpPort;
    private final int tcpPort;
    private final Optional<String> token;

    private Stranger(int httpPort, int tcpPort, Optional<String> token) {
        this.httpPort = httpPort;
        this.tcpPort = tcpPort;
        this.token = token;
    }

    static Stranger at(RunningNode node) {
        return new Stranger(node.httpPort(), node.tcpPort(), Optional.empty());
    }

    Stranger with(String shown) {
        return new Stranger(httpPort, tcpPort, Optional.of(shown));
    }

    /** The same, at another node. */
    Stranger going(RunningNode node) {
        return new Stranger(node.httpPort(), node.tcpPort(), token);
    }

    String token() {
        return token.orElseThrow();
    }

    /** For a node's TCP door, which takes 0 for none. */
    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException none) {
            throw new UncheckedIOException(none);
        }
    }

    // HTTP.

    record Answer(int status, HttpHeaders headers, String body) {
        JsonObject json() {
            return new JsonObject(body);
        }

        String header(String name) {
            return headers.firstValue(name).orElse("");
        }
    }

    /** @param headers name, value, name, value... */
    Answer ask(String method, String path, String body, String... headers) {
        return answer(request(method, path, body, headers).build());
    }

    Answer get(String path, String... headers) {
        return ask("GET", path, "", headers);
    }

    Answer post(String path, String body, String... headers) {
        return ask("POST", path, body, headers);
    }

    CompletableFuture<Answer> asking(String method, String path, String body) {
        return CLIENT.sendAsync(request(method, path, body).build(), BodyHandlers.ofString())
                .thenApply(response -> new Answer(response.statusCode(), response.headers(), response.body()));
    }

    private HttpRequest.Builder request(String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + path))
                .timeout(Duration.ofSeconds(2 * LONG))
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        if (body.startsWith("{")) {
            request.setHeader("Content-Type", "application/json");
        }
        token.ifPresent(shown -> request.setHeader("Authorization", "Bearer " + shown));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return request;
    }

    private static Answer answer(HttpRequest request) {
        try {
            HttpResponse<InputStream> response = CLIENT.send(request, BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                // Streams stay open: of them the head is the answer.
                boolean isWhole =
                        response.headers().firstValue("Content-Length").isPresent();
                String text = isWhole ? new String(body.readAllBytes(), StandardCharsets.UTF_8) : "";
                return new Answer(response.statusCode(), response.headers(), text);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(request.toString(), failed);
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    /** With a session: the token that logging in gave. */
    Stranger loggedIn(String name, String password) {
        Answer in = post(
                "/v1/sessions",
                new JsonObject().put("username", name).put("password", password).encode());
        if (in.status() != 201) {
            throw new AssertionError(in.toString());
        }
        return with(in.json().getString("token"));
    }

    /** With a token for a program that this one, or who it is an admin of, has made. */
    Stranger program(String owner, String name, String... scopes) {
        JsonObject order = new JsonObject().put("name", name);
        if (scopes.length > 0) {
            order.put("scopes", new JsonArray(List.of(scopes)));
        }
        Answer made = post("/v1/accounts/" + owner + "/tokens", order.encode());
        if (made.status() != 201) {
            throw new AssertionError(made.toString());
        }
        return with(made.json().getString("token"));
    }

    /** As an admin. */
    void rule(String account, String filter, String action, boolean allow) {
        JsonObject rule =
                new JsonObject().put("filter", filter).put("action", action).put("allow", allow);
        if (!account.isEmpty()) {
            rule.put("account", account);
        }
        expect(201, ask("PUT", "/v1/access", rule.encode()));
    }

    void noRule(String account, String filter, String action) {
        expect(
                204,
                ask(
                        "DELETE",
                        "/v1/access?account=" + account + "&filter=" + escaped(filter) + "&action=" + action,
                        ""));
    }

    /** As an admin. */
    void create(String name, String password) {
        expect(
                201,
                post(
                        "/v1/accounts",
                        new JsonObject()
                                .put("username", name)
                                .put("password", password)
                                .encode()));
    }

    static String escaped(String text) {
        return text.replace("#", "%23").replace("+", "%2B").replace("/", "%2F").replace("$", "%24");
    }

    static Answer expect(int status, Answer answer) {
        if (answer.status() != status) {
            throw new AssertionError("not " + status + " but " + answer.status() + " " + answer.body());
        }
        return answer;
    }

    // Streams.

    /** An answer that stays open, line by line. */
    static final class Lines implements AutoCloseable {
        private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        private static final String END = "(the end)";
        private final InputStream body;

        Lines(InputStream body) {
            this.body = body;
            Thread reader = new Thread(() -> {
                try (BufferedReader in = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
                    for (String line = in.readLine(); line != null; line = in.readLine()) {
                        lines.add(line);
                    }
                } catch (IOException over) {
                    // The end, too.
                }
                lines.add(END);
            });
            reader.setDaemon(true);
            reader.start();
        }

        /** What comes until a line that holds this, or until the end. */
        List<String> until(String text) throws InterruptedException {
            List<String> seen = new ArrayList<>();
            while (true) {
                String line = lines.poll(LONG, TimeUnit.SECONDS);
                if (line == null) {
                    throw new AssertionError("neither " + text + " nor the end after " + seen);
                }
                seen.add(line);
                if (line.contains(text) || line.equals(END)) {
                    return seen;
                }
            }
        }

        /** What comes until the end. */
        List<String> rest() throws InterruptedException {
            return until(END);
        }

        @Override
        public void close() throws IOException {
            body.close();
        }
    }

    Lines open(String path, String... headers) throws Exception {
        HttpResponse<InputStream> response =
                CLIENT.send(request("GET", path, "", headers).build(), BodyHandlers.ofInputStream());
        if (response.statusCode() != 200) {
            throw new AssertionError(response.toString());
        }
        return new Lines(response.body());
    }

    // WebSocket.

    static final class Talk implements WebSocket.Listener, AutoCloseable {
        private final BlockingQueue<JsonObject> heard = new LinkedBlockingQueue<>();
        private final CompletableFuture<Integer> closed = new CompletableFuture<>();
        private final StringBuilder text = new StringBuilder();
        private WebSocket socket;
        private int lastId;

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                text.toString().lines().forEach(line -> heard.add(new JsonObject(line)));
                text.setLength(0);
            }
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            closed.complete(code);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            closed.completeExceptionally(error);
        }

        /** Its reply; or what was pushed last and the code, when it is closed instead. */
        JsonObject say(JsonObject command) throws Exception {
            String id = String.valueOf(++lastId);
            socket.sendText(command.put("id", id).encode(), true);
            for (long begun = System.nanoTime(); !isLong(begun); ) {
                JsonObject next = heard.poll(50, TimeUnit.MILLISECONDS);
                if (next != null && id.equals(String.valueOf(next.getValue("id")))) {
                    return next;
                }
                if (next == null && closed.isDone()) {
                    return new JsonObject().put("closed", closed.get());
                }
            }
            throw new AssertionError("no reply to " + command.getString("op"));
        }

        private static boolean isLong(long begun) {
            return System.nanoTime() - begun > TimeUnit.SECONDS.toNanos(LONG);
        }

        /** Whatever it is, as well as UTF-8 can say it; nothing once the connection is closed. */
        void text(String text) {
            String sayable = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
            socket.sendText(sayable, true).exceptionally(closed -> null).join();
        }

        /** {@code ok}, the code of the error, or that of the close. */
        String brief(JsonObject command) throws Exception {
            JsonObject reply = say(command);
            if (reply.containsKey("closed")) {
                return "closed " + reply.getInteger("closed");
            }
            return reply.containsKey("error") ? reply.getJsonObject("error").getString("code") : "ok";
        }

        /** The next push, or null when the connection is closed before one comes. */
        JsonObject push() throws Exception {
            for (long begun = System.nanoTime(); !isLong(begun); ) {
                JsonObject next = heard.poll(50, TimeUnit.MILLISECONDS);
                if (next != null || closed.isDone() && heard.isEmpty()) {
                    return next;
                }
            }
            throw new AssertionError("neither a push nor the end");
        }

        int code() throws Exception {
            return closed.get(LONG, TimeUnit.SECONDS);
        }

        @Override
        public void close() {
            socket.abort();
        }
    }

    /** A WebSocket that shows the token in its head, if there is one. */
    Talk talk(String query, String... headers) throws Exception {
        WebSocket.Builder builder = CLIENT.newWebSocketBuilder().connectTimeout(Duration.ofSeconds(LONG));
        token.ifPresent(shown -> builder.header("Authorization", "Bearer " + shown));
        for (int i = 0; i < headers.length; i += 2) {
            builder.header(headers[i], headers[i + 1]);
        }
        Talk talk = new Talk();
        talk.socket = builder.buildAsync(URI.create("ws://127.0.0.1:" + httpPort + "/ws" + query), talk)
                .get(LONG, TimeUnit.SECONDS);
        return talk;
    }

    static JsonObject op(String op) {
        return new JsonObject().put("op", op);
    }

    // TCP.

    static final class Wire implements AutoCloseable {
        private final Socket socket;
        private final BufferedReader in;

        Wire(int port) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(LONG * 1_000);
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        }

        Wire send(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            return this;
        }

        /** The next line; "closed" at the end. */
        String line() throws IOException {
            try {
                String line = in.readLine();
                return line == null ? "closed" : line;
            } catch (java.net.SocketException reset) {
                return "closed";
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** Says who it is, if it knows a token. */
    Wire wire() throws IOException {
        Wire wire = new Wire(tcpPort);
        return token.isPresent() ? wire.send("AUTH " + token.get() + "\n") : wire;
    }
}
