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
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;

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
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;
    private static final int UNAVAILABLE = 503;
    /** Whoever asks, too much is asked, or not now. */
    private static final Set<Integer> NOT_ASKED = Set.of(401, 403, 429);

    private static final int OUTCOME_UNKNOWN = 504;

    private volatile List<Server> servers;
    private volatile Server server;
    private volatile String base;
    private Duration patience = TIMEOUT;
    private final HttpClient client;
    /** Others of the same cluster, by URL: each has threads and connections of its own. */
    private final Map<String, Api> beside = new ConcurrentHashMap<>();

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

    /** Whoever does not answer within this is passed over. */
    Api brisk(Duration answer) {
        patience = answer;
        return this;
    }

    /** Another node, which is asked by itself; the same one each time. */
    Api beside(String address) {
        Server other = server.other(address);
        return other.url().equals(base) ? this : beside.computeIfAbsent(other.url(), url -> new Api(other));
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
            if (server.isAsSafe(other)
                    && all.stream().noneMatch(one -> one.url().equals(other.url()))) {
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

    /** Everything that is posted and writes, but what is told once, and what changes members or a simulation. */
    private static boolean isCountedOnce(String path) {
        return !path.startsWith("/v1/sessions")
                && !path.startsWith("/v1/cluster")
                && !path.startsWith("/v1/sim")
                && !path.startsWith("/v1/sql")
                && !path.endsWith("/tokens");
    }

    /** A question in SQL is posted and changes nothing. */
    private static boolean isSafe(HttpRequest request) {
        return request.method().equals("GET") || request.uri().getPath().equals("/v1/sql");
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
            HttpRequest request = request(path).timeout(within).build();
            return whole(request, BodyHandlers.ofString(), within)
                    .thenApply(response -> response.statusCode() == 200 ? Optional.of(json(response)) : NO_ANSWER)
                    .exceptionally(silent -> NO_ANSWER);
        } catch (IllegalArgumentException noUrl) {
            return CompletableFuture.completedFuture(NO_ANSWER);
        }
    }

    /** The same, of what is no JSON. */
    CompletableFuture<Optional<String>> text(String path, Duration within) {
        return whole(request(path).timeout(within).build(), BodyHandlers.ofString(), within)
                .thenApply(response ->
                        response.statusCode() == 200 ? Optional.of(response.body()) : Optional.<String>empty())
                .exceptionally(silent -> Optional.empty());
    }

    /** Of the answer to a GET; 0 when there is none within a short time. */
    CompletableFuture<Integer> status(String path, Duration within) {
        return whole(request(path).timeout(within).build(), BodyHandlers.discarding(), within)
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
        return sent(request.build(), BodyHandlers.ofString(), within);
    }

    /**
     * An answer that does not end.
     *
     * @param begin within this it has begun
     * @throws IOException there was none, or one that says that it may be better later
     */
    InputStream open(String path, Duration begin) throws IOException {
        HttpResponse<InputStream> response =
                sent(request(path).timeout(begin).build(), BodyHandlers.ofInputStream(), begin);
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

    /** The JDK's own limit ends with the answer's head; this one holds for all that the handler waits for. */
    private <T> CompletableFuture<HttpResponse<T>> whole(
            HttpRequest request, HttpResponse.BodyHandler<T> handler, Duration within) {
        CompletableFuture<HttpResponse<T>> asked = client.sendAsync(request, handler);
        return asked.copy().orTimeout(within.toMillis(), TimeUnit.MILLISECONDS).whenComplete((answer, failure) -> {
            if (failure != null) {
                asked.cancel(true);
            }
        });
    }

    private <T> HttpResponse<T> sent(HttpRequest request, HttpResponse.BodyHandler<T> handler, Duration within)
            throws IOException {
        CompletableFuture<HttpResponse<T>> asked = whole(request, handler, within);
        try {
            return asked.get();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof TimeoutException) {
                throw new HttpTimeoutException("no whole answer within " + within.toMillis() + " ms");
            }
            if (failed.getCause().getCause() instanceof SSLException doubtful) {
                throw doubtful; // The JDK wraps it when the other side was quicker.
            }
            throw failed.getCause() instanceof IOException broken ? broken : new IOException(failed.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CommandProblem(ExitCode.NO, "interrupted");
        }
    }

    /** Nothing was asked: there was nobody, or nobody who is believed to be the node. */
    static boolean isBeforeAsking(IOException failure) {
        return failure instanceof ConnectException
                || failure instanceof HttpConnectTimeoutException
                || failure instanceof SSLHandshakeException
                || failure instanceof SSLPeerUnverifiedException
                || failure instanceof SSLException
                        && String.valueOf(failure.getMessage()).contains("SSL message");
    }

    JsonObject put(String path, String body) {
        return send(request(path).header("Content-Type", "application/json").PUT(BodyPublishers.ofString(body)));
    }

    JsonObject delete(String path) {
        return deleted(request(path).DELETE());
    }

    JsonObject delete(String path, JsonObject body) {
        return deleted(request(path)
                .header("Content-Type", "application/json")
                .method("DELETE", BodyPublishers.ofString(body.encode())));
    }

    private JsonObject deleted(HttpRequest.Builder request) {
        try {
            return send(request);
        } catch (Gone already) {
            return new JsonObject();
        }
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
        } catch (SSLException doubtful) {
            throw Server.doubtful(base, doubtful.getMessage());
        } catch (IOException broken) {
            throw new CommandProblem(ExitCode.UNREACHABLE, base + " broke off: " + broken.getMessage());
        } catch (IllegalArgumentException malformed) {
            throw new CommandProblem(ExitCode.USAGE, malformed.getMessage());
        }
    }

    /**
     * One after the other, from the one that answered last.
     *
     * @throws IOException of the only one that was named, and only when nothing was changed there
     */
    private <T> HttpResponse<T> somewhere(HttpRequest.Builder builder, HttpResponse.BodyHandler<T> handler)
            throws IOException {
        HttpRequest request = builder.build();
        boolean isSafe = isSafe(request);
        boolean isKeyed = request.headers().firstValue(KEY).isPresent();
        boolean canRepeat = isSafe || isKeyed || !request.method().equals("POST");
        Duration within = request.timeout().orElse(TIMEOUT);
        List<Server> all = servers;
        int first = Math.max(0, all.indexOf(server));
        boolean isMute = false;
        HttpResponse<T> refusal = null;
        for (int i = 0; i < all.size() && (!isMute || canRepeat); i++) {
            goTo(all.get((first + i) % all.size()));
            try {
                HttpResponse<T> answer = sent(at(request), handler, within);
                if (isMute && !tells(answer.statusCode(), isKeyed)) {
                    if (request.method().equals("DELETE") && answer.statusCode() == NOT_FOUND) {
                        throw new Gone();
                    }
                    throw Server.mute(base);
                }
                if (answer.statusCode() != UNAVAILABLE || all.size() == 1) {
                    return answer;
                }
                refusal = answer;
            } catch (IOException failed) {
                boolean hasAsked = !isBeforeAsking(failed);
                isMute |= hasAsked && !isSafe;
                boolean isWorthSaying = failed instanceof SSLException
                        || hasAsked && !(failed instanceof HttpTimeoutException) && !(failed instanceof EOFException);
                if (all.size() == 1 && !isMute && isWorthSaying) {
                    throw failed;
                }
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

    /**
     * Whether an answer is about what was asked, when another node took the same before and may have done it. A refusal may
     * be about what that one made of it, unless a key has the first answer given again; and who is refused at the door, or
     * for now, does not hear it.
     */
    private static boolean tells(int status, boolean isKeyed) {
        return status < BAD_REQUEST || isKeyed && !NOT_ASKED.contains(status);
    }

    /** Of what was to be deleted, and another node was asked before. */
    private static final class Gone extends RuntimeException {
        private static final long serialVersionUID = 1;

        Gone() {
            super(null, null, false, false);
        }
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
