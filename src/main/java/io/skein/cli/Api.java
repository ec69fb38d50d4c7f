package io.skein.cli;

import io.skein.node.ExitCode;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;

/**
 * The node's HTTP interface, for short questions; problems become sentences. Of several nodes the first that answers is
 * asked; whoever can do nothing now (503) is passed over, and what one took and did not answer is asked of the next only
 * when asking twice does it once.
 */
final class Api {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Optional<JsonObject> NO_ANSWER = Optional.empty();

    private static final String KEY = "Idempotency-Key";
    private static final int KEY_BYTES = 12;
    private static final int UNAVAILABLE = 503;
    private static final int OUTCOME_UNKNOWN = 504;

    private volatile List<Server> servers;
    private volatile Server server;
    private volatile String base;
    private Duration patience = TIMEOUT;
    private final HttpClient client;

    Api(Server named) {
        this.servers = named.each();
        this.server = servers.get(0);
        this.base = server.url();
        HttpClient.Builder making = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5));
        if (server.isTls()) {
            server.trust().ifPresent(making::sslContext);
        }
        this.client = making.build();
    }

    /** For a node whose answer may take so long. */
    Api patient(Duration answer) {
        patience = answer.plus(TIMEOUT);
        return this;
    }

    /** Keeps the slashes between a topic's levels. */
    static String path(String topic) {
        StringBuilder path = new StringBuilder();
        for (String level : topic.split("/", -1)) {
            path.append('/')
                    .append(URLEncoder.encode(level, StandardCharsets.UTF_8).replace("+", "%20"));
        }
        return path.toString();
    }

    /** One level, whatever is in it. */
    static String segment(String text) {
        return "/" + URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    static String query(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** The one that is asked: of several that which answered last. */
    Server server() {
        return server;
    }

    /** Others of the same cluster, which are asked when those before them are gone. */
    void know(List<String> addresses) {
        List<Server> all = new ArrayList<>(servers);
        for (String address : addresses) {
            Server other = server.other(address);
            if (all.stream().noneMatch(one -> one.url().equals(other.url()))) {
                all.add(other);
            }
        }
        servers = List.copyOf(all);
    }

    /** Empty when there is no such thing. */
    Optional<JsonObject> find(String path) {
        HttpResponse<String> response = exchange(request(path).GET());
        return response.statusCode() == 404 ? Optional.empty() : Optional.of(taken(response));
    }

    JsonObject get(String path) {
        return send(request(path).GET());
    }

    JsonObject post(String path, byte[] body, String... headers) {
        HttpRequest.Builder request = request(path).POST(BodyPublishers.ofByteArray(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        if (isCountedOnce(path) && !List.of(headers).contains(KEY)) {
            request.header(KEY, newKey());
        }
        return send(request);
    }

    /** Everything that is posted and writes, but what is told once, and what changes members. */
    private static boolean isCountedOnce(String path) {
        return !path.startsWith("/v1/sessions")
                && !path.startsWith("/v1/cluster")
                && !path.startsWith("/v1/sql")
                && !path.endsWith("/tokens");
    }

    private static String newKey() {
        byte[] bytes = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    JsonObject post(String path, JsonObject body) {
        return post(path, body.toBuffer().getBytes(), "Content-Type", "application/json");
    }

    /** What it answers, if it does so within a short time; for looking at several at once. */
    CompletableFuture<Optional<JsonObject>> look(String path, Duration within) {
        try {
            HttpRequest request = request(path).timeout(within).build();
            return client.sendAsync(request, BodyHandlers.ofString())
                    .thenApply(response -> response.statusCode() == 200 ? Optional.of(json(response)) : NO_ANSWER)
                    .exceptionally(silent -> NO_ANSWER);
        } catch (IllegalArgumentException noUrl) {
            return CompletableFuture.completedFuture(NO_ANSWER);
        }
    }

    /** The same, of what is no JSON. */
    CompletableFuture<Optional<String>> text(String path, Duration within) {
        return client.sendAsync(request(path).timeout(within).build(), BodyHandlers.ofString())
                .thenApply(response ->
                        response.statusCode() == 200 ? Optional.of(response.body()) : Optional.<String>empty())
                .exceptionally(silent -> Optional.empty());
    }

    /** Of the answer to a GET; 0 when there is none within a short time. */
    CompletableFuture<Integer> status(String path, Duration within) {
        return client.sendAsync(request(path).timeout(within).build(), BodyHandlers.discarding())
                .thenApply(HttpResponse::statusCode)
                .exceptionally(silent -> 0);
    }

    /**
     * Asks this node and no other.
     *
     * @param body empty: none
     * @return its answer, whatever it is
     * @throws IOException there was none within the time
     */
    HttpResponse<String> ask(String method, String path, Optional<JsonObject> body, Duration within, String... headers)
            throws IOException {
        HttpRequest.Builder request = request(path)
                .timeout(within)
                .method(
                        method,
                        body.map(json -> BodyPublishers.ofString(json.encode())).orElse(BodyPublishers.noBody()));
        if (body.isPresent()) {
            request.header("Content-Type", "application/json");
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        return sent(request.build(), BodyHandlers.ofString());
    }

    /**
     * An answer that does not end.
     *
     * @param begin within this it has begun
     * @throws IOException there was none, or one that says that it may be better later
     */
    InputStream open(String path, Duration begin) throws IOException {
        HttpResponse<InputStream> response = sent(request(path).timeout(begin).build(), BodyHandlers.ofInputStream());
        if (response.statusCode() == 200) {
            return response.body();
        }
        try (InputStream body = response.body()) {
            if (response.statusCode() < 500 && response.statusCode() != 429) {
                throw problem(
                        response.statusCode(), json(new String(body.readAllBytes(), StandardCharsets.UTF_8), path));
            }
        }
        throw new IOException("status " + response.statusCode());
    }

    /**
     * An answer that may be large, or its refusal as a problem.
     *
     * @param begin within this it has begun
     */
    HttpResponse<InputStream> fetch(String path, Duration begin) throws IOException {
        HttpResponse<InputStream> response =
                somewhere(request(path).timeout(begin).GET(), BodyHandlers.ofInputStream());
        if (response.statusCode() == 200) {
            return response;
        }
        try (InputStream body = response.body()) {
            throw problem(response.statusCode(), json(new String(body.readAllBytes(), StandardCharsets.UTF_8), path));
        }
    }

    private <T> HttpResponse<T> sent(HttpRequest request, HttpResponse.BodyHandler<T> handler) throws IOException {
        try {
            return client.send(request, handler);
        } catch (SSLException doubtful) {
            throw Server.doubtful(base, doubtful.getMessage());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CommandProblem(ExitCode.NO, "interrupted");
        }
    }

    JsonObject put(String path, String body) {
        return send(request(path).header("Content-Type", "application/json").PUT(BodyPublishers.ofString(body)));
    }

    JsonObject delete(String path) {
        return send(request(path).DELETE());
    }

    JsonObject delete(String path, JsonObject body) {
        return send(request(path)
                .header("Content-Type", "application/json")
                .method("DELETE", BodyPublishers.ofString(body.encode())));
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path));
        server.shown().ifPresent(token -> request.setHeader("Authorization", "Bearer " + token.secret()));
        return request;
    }

    private JsonObject send(HttpRequest.Builder request) {
        return taken(exchange(request));
    }

    private HttpResponse<String> exchange(HttpRequest.Builder request) {
        try {
            return somewhere(request.timeout(patience), BodyHandlers.ofString());
        } catch (IOException broken) {
            throw new CommandProblem(ExitCode.UNREACHABLE, base + " broke off: " + broken.getMessage());
        } catch (IllegalArgumentException malformed) {
            throw new CommandProblem(ExitCode.USAGE, malformed.getMessage());
        }
    }

    /** One after the other, from the one that answered last. */
    private <T> HttpResponse<T> somewhere(HttpRequest.Builder builder, HttpResponse.BodyHandler<T> handler)
            throws IOException {
        HttpRequest request = builder.build();
        boolean canRepeat = !request.method().equals("POST")
                || request.headers().firstValue(KEY).isPresent();
        boolean isSafe = request.method().equals("GET");
        List<Server> all = servers;
        int first = Math.max(0, all.indexOf(server));
        boolean isMute = false;
        HttpResponse<T> refusal = null;
        for (int i = 0; i < all.size(); i++) {
            goTo(all.get((first + i) % all.size()));
            try {
                HttpResponse<T> answer = sent(at(request), handler);
                if (answer.statusCode() != UNAVAILABLE || all.size() == 1) {
                    return answer;
                }
                refusal = answer;
            } catch (ConnectException | HttpConnectTimeoutException nobody) {
                continue;
            } catch (HttpTimeoutException | EOFException silent) {
                isMute = isMute || !isSafe;
            } catch (IOException broken) {
                if (isSafe && all.size() == 1) {
                    throw broken;
                }
                isMute = isMute || !isSafe;
            }
            if (isMute && !canRepeat) {
                break;
            }
        }
        if (isMute) {
            throw Server.mute(base);
        }
        if (refusal != null) {
            return refusal;
        }
        throw Server.silent(all.stream().map(Server::url).collect(Collectors.joining(", ")));
    }

    private void goTo(Server next) {
        server = next;
        base = next.url();
    }

    /** The same question to the node that is asked now. */
    private HttpRequest at(HttpRequest request) {
        URI uri = request.uri();
        String path = uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
        if (request.uri().toString().equals(base + path)) {
            return request;
        }
        HttpRequest.Builder moved = HttpRequest.newBuilder(request, (name, value) -> !name.equals("Authorization"))
                .uri(URI.create(base + path));
        server.shown().ifPresent(token -> moved.setHeader("Authorization", "Bearer " + token.secret()));
        return moved.build();
    }

    /** What an answer holds, unless it is a refusal. */
    JsonObject taken(HttpResponse<String> response) {
        JsonObject body = json(response);
        if (response.statusCode() >= 400) {
            throw problem(response.statusCode(), body);
        }
        return body;
    }

    /** What a refusal says, as a sentence. */
    private CommandProblem problem(int status, JsonObject body) {
        String detail = body.getString("detail", body.getString("title", "status " + status));
        String code = body.getString("code", "" + status);
        boolean isUnknown = "unknown".equals(body.getString("outcome", status == OUTCOME_UNKNOWN ? "unknown" : ""));
        boolean canAskAgain = body.getBoolean("retryable", status == UNAVAILABLE);
        int exitCode = isUnknown ? ExitCode.UNKNOWN : canAskAgain ? ExitCode.UNREACHABLE : ExitCode.NO;
        return server.denied(code, detail)
                .orElseGet(() -> new CommandProblem(exitCode, detail + " (" + code + ")", code));
    }

    private static JsonObject json(HttpResponse<String> response) {
        return json(response.body(), response.uri().toString());
    }

    private static JsonObject json(String body, String where) {
        if (body.isEmpty()) {
            return new JsonObject();
        }
        try {
            return new JsonObject(body);
        } catch (DecodeException notJson) {
            throw new CommandProblem(ExitCode.NO, "what answers at " + where + " is no node of Skein");
        }
    }
}
