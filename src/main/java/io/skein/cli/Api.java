package io.skein.cli;

import io.skein.node.ExitCode;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The node's HTTP interface, for short questions; problems become sentences. Of several nodes the first that answers is
 * asked ({@link Nodes}).
 */
final class Api {
    private static final Optional<JsonObject> NO_ANSWER = Optional.empty();

    private static final int KEY_BYTES = 12;
    private static final int UNAVAILABLE = 503;
    private static final int OUTCOME_UNKNOWN = 504;

    private final Nodes nodes;
    private final Apis others;
    private Duration patience = Nodes.TIMEOUT;

    Api(Server named) {
        nodes = new Nodes(named);
        others = new Apis(address -> nodes.server().other(address));
    }

    /** For a node whose answer may take so long. */
    Api patient(Duration answer) {
        patience = answer.plus(Nodes.TIMEOUT);
        return this;
    }

    /** Whoever does not answer within this is passed over. */
    Api brisk(Duration answer) {
        patience = answer;
        return this;
    }

    /** Another node, which is asked by itself; the same one each time. */
    Api beside(String address) {
        Server here = nodes.server();
        return here.other(address).url().equals(here.url()) ? this : others.at(address);
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
        return nodes.server();
    }

    /** Others of the same cluster, which are asked when those before them are gone. */
    void know(List<String> addresses) {
        nodes.know(addresses);
    }

    /** Empty when there is no such thing. */
    Optional<JsonObject> find(String path) {
        HttpResponse<String> response = exchange(nodes.request(path).GET());
        return response.statusCode() == 404 ? Optional.empty() : Optional.of(taken(response));
    }

    JsonObject get(String path) {
        return send(nodes.request(path).GET());
    }

    /** What is no JSON. */
    String text(String path) {
        HttpResponse<String> response = exchange(nodes.request(path).GET());
        if (response.statusCode() != 200) {
            throw problem(response.statusCode(), json(response));
        }
        return response.body();
    }

    JsonObject post(String path, byte[] body, String... headers) {
        HttpRequest.Builder request = nodes.request(path).POST(BodyPublishers.ofByteArray(body));
        put(request, headers);
        if (isCountedOnce(path) && !List.of(headers).contains(Again.KEY)) {
            request.header(Again.KEY, newKey());
        }
        return send(request);
    }

    /** Everything that is posted and writes, but what is told once, and what changes members or a simulation. */
    private static boolean isCountedOnce(String path) {
        return !path.startsWith("/v1/sessions")
                && !path.startsWith("/v1/cluster")
                && !path.startsWith("/v1/sim")
                && !path.startsWith("/v1/sql")
                && !path.endsWith("/tokens");
    }

    static String newKey() {
        byte[] bytes = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** What somebody does about something that nobody knows. */
    static String again(String key) {
        return "; to ask again without doing it twice: --idempotency-key " + key;
    }

    JsonObject post(String path, JsonObject body) {
        return post(path, body.toBuffer().getBytes(), "Content-Type", "application/json");
    }

    /** What it answers, if it does so within a short time; for looking at several at once. */
    CompletableFuture<Optional<JsonObject>> look(String path, Duration within) {
        try {
            HttpRequest request = nodes.request(path).timeout(within).build();
            return nodes.look(request, BodyHandlers.ofString(), within)
                    .thenApply(response -> response.statusCode() == 200 ? Optional.of(json(response)) : NO_ANSWER)
                    .exceptionally(silent -> NO_ANSWER);
        } catch (IllegalArgumentException noUrl) {
            return CompletableFuture.completedFuture(NO_ANSWER);
        }
    }

    /** The same, of what is no JSON. */
    CompletableFuture<Optional<String>> text(String path, Duration within) {
        return nodes.look(nodes.request(path).timeout(within).build(), BodyHandlers.ofString(), within)
                .thenApply(response ->
                        response.statusCode() == 200 ? Optional.of(response.body()) : Optional.<String>empty())
                .exceptionally(silent -> Optional.empty());
    }

    /** Of the answer to a GET; 0 when there is none within a short time. */
    CompletableFuture<Integer> status(String path, Duration within) {
        return nodes.look(nodes.request(path).timeout(within).build(), BodyHandlers.discarding(), within)
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
        HttpRequest.Builder request = nodes.request(path)
                .timeout(within)
                .method(
                        method,
                        body.map(json -> BodyPublishers.ofString(json.encode())).orElse(BodyPublishers.noBody()));
        if (body.isPresent()) {
            request.header("Content-Type", "application/json");
        }
        put(request, headers);
        return nodes.one(request.build(), BodyHandlers.ofString(), within);
    }

    /**
     * An answer that does not end.
     *
     * @param begin within this it has begun
     * @throws IOException there was none, or one that says that it may be better later
     */
    InputStream open(String path, Duration begin) throws IOException {
        HttpResponse<InputStream> response =
                nodes.one(nodes.request(path).timeout(begin).build(), BodyHandlers.ofInputStream(), begin);
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
                nodes.ask(nodes.request(path).timeout(begin).GET(), BodyHandlers.ofInputStream());
        if (response.statusCode() == 200) {
            return response;
        }
        try (InputStream body = response.body()) {
            throw problem(response.statusCode(), json(new String(body.readAllBytes(), StandardCharsets.UTF_8), path));
        }
    }

    JsonObject put(String path, String body) {
        return send(
                nodes.request(path).header("Content-Type", "application/json").PUT(BodyPublishers.ofString(body)));
    }

    JsonObject delete(String path) {
        return deleted(nodes.request(path).DELETE());
    }

    JsonObject delete(String path, JsonObject body) {
        return deleted(nodes.request(path)
                .header("Content-Type", "application/json")
                .method("DELETE", BodyPublishers.ofString(body.encode())));
    }

    private JsonObject deleted(HttpRequest.Builder request) {
        try {
            return send(request);
        } catch (Nodes.Gone already) {
            return new JsonObject();
        }
    }

    private JsonObject send(HttpRequest.Builder request) {
        return taken(exchange(request));
    }

    private HttpResponse<String> exchange(HttpRequest.Builder request) {
        return nodes.ask(request.timeout(patience), BodyHandlers.ofString());
    }

    /** @throws CommandProblem one of them is nothing that a header can hold */
    private static void put(HttpRequest.Builder request, String... headers) {
        for (int i = 0; i < headers.length; i += 2) {
            try {
                request.setHeader(headers[i], headers[i + 1]);
            } catch (IllegalArgumentException malformed) {
                throw new CommandProblem(
                        ExitCode.USAGE,
                        headers[i] + " is a header, which cannot hold \"" + Readable.oneLine(headers[i + 1]) + "\"");
            }
        }
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
        return nodes.server()
                .denied(code, detail)
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
