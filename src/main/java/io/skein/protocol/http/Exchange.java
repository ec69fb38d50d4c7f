package io.skein.protocol.http;

import io.skein.account.AccountName;
import io.skein.broker.Allowance;
import io.skein.broker.Broker;
import io.skein.broker.Freshness;
import io.skein.broker.Guest;
import io.skein.broker.NodeStatus;
import io.skein.broker.Refusal;
import io.skein.frame.TraceContext;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request and its one answer. Every answer of the door leaves here, so that each carries the node's headers, is
 * counted once, and never leaves twice.
 */
final class Exchange {
    static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
    static final CharSequence PROBLEM = HttpHeaders.createOptimized("application/problem+json");
    static final CharSequence TEXT = HttpHeaders.createOptimized("text/plain; charset=utf-8");
    static final Handler<Throwable> GONE_CLIENT = ignored -> {};

    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    private static final CharSequence NODE = HttpHeaders.createOptimized("Skein-Node");
    private static final CharSequence LEADER = HttpHeaders.createOptimized("Skein-Leader");
    private static final CharSequence LEADER_ADDRESS = HttpHeaders.createOptimized("Skein-Leader-Address");
    private static final CharSequence INDEX = HttpHeaders.createOptimized("Skein-Index");
    private static final CharSequence RETRY_AFTER = HttpHeaders.createOptimized("Retry-After");
    private static final CharSequence CHALLENGE = HttpHeaders.createOptimized("WWW-Authenticate");
    private static final CharSequence REPLAYED = HttpHeaders.createOptimized("Idempotency-Replayed");

    /** Above this much unread body a refused request's connection is closed instead of read to its end. */
    private static final long MAX_UNREAD_BYTES = 64 << 10;
    /** How much and how long a refused body is read, so that the client sees the answer before the reset. */
    private static final long MAX_LINGER_BYTES = 4 << 20;

    private static final long LINGER_MS = 2_000;

    final HttpDoor door;
    final HttpServerRequest request;
    final HttpServerResponse response;
    /** The part of the path that stands for {@code {topic}} or {@code {cursor}}, as it came. */
    final String rest;

    private final Route route;
    /** Who asks; set before the route takes the exchange. */
    private Guest guest;

    private final long begunNanos = System.nanoTime();
    private boolean answered;
    /** Handed to the broker: from here on a failure may have happened. */
    private boolean proposed;

    private boolean patient;
    private boolean awaited;
    private NodeStatus status;

    Exchange(HttpDoor door, HttpServerRequest request, Route route, String rest) {
        this.door = door;
        this.request = request;
        this.response = request.response();
        this.route = route;
        this.rest = rest;
    }

    void of(Guest asking) {
        guest = asking;
    }

    Guest guest() {
        return guest;
    }

    /** As far as it is open to whoever asks. */
    Broker broker() {
        return guest.broker();
    }

    boolean isAnswered() {
        return answered;
    }

    /** From here on the beat looks whether it takes too long. */
    void await() {
        if (!awaited) {
            awaited = true;
            door.awaiting(this);
        }
    }

    void proposed() {
        proposed = true;
        await();
    }

    /** It has happened; the answer waits for what its client asked to wait for. */
    void patient() {
        patient = true;
    }

    boolean isPatient() {
        return patient;
    }

    boolean isProposed() {
        return proposed;
    }

    long begunNanos() {
        return begunNanos;
    }

    /** Epoch milliseconds, by the node's clock. */
    long nowMs() {
        return door.gate().clock().millis();
    }

    /** The node's word at the time of the answer. */
    NodeStatus status() {
        if (status == null) {
            status = door.gate().status();
        }
        return status;
    }

    String label() {
        return route.template();
    }

    Query query() {
        return Query.parse(request.query());
    }

    /** By {@code level} and {@code Skein-Min-Index}. */
    Freshness freshness(Query query) {
        return new Freshness(query.level(), minIndex());
    }

    private long minIndex() {
        String text = header("Skein-Min-Index");
        if (text.isEmpty()) {
            return 0;
        }
        try {
            long index = Long.parseLong(text.trim());
            if (index >= 0) {
                return index;
            }
        } catch (NumberFormatException notANumber) {
            // the same sentence
        }
        throw Query.malformed("Skein-Min-Index is a whole number from 0, not \"" + text + "\"");
    }

    /** The header as text, or empty. */
    String header(CharSequence name) {
        String value = request.getHeader(name);
        return value == null ? "" : Percent.headerText(value);
    }

    void json(int status, JsonObject json) {
        answer(status, JSON, json.toBuffer(), -1);
    }

    void text(int status, String text) {
        answer(status, TEXT, Buffer.buffer(text), -1);
    }

    void empty(int status) {
        answer(status, null, null, -1);
    }

    /**
     * @param type null without a body
     * @param index for {@code Skein-Index}: what the client's next read must see; -1: what this node has applied
     */
    void answer(int status, CharSequence type, Buffer body, long index) {
        if (answered) {
            return;
        }
        answered = true;
        response.setStatusCode(status);
        head(type, index);
        if (body != null && isHead()) {
            // What GET would send; Vert.x counts only what it writes.
            response.headers().set(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
        }
        if (body == null) {
            response.end().onFailure(GONE_CLIENT);
        } else if (body.length() <= Allowance.UNCOUNTED) {
            response.end(body).onFailure(GONE_CLIENT);
        } else {
            Allowance.Share unsent = unsent(this::cut);
            unsent.hold(body.length());
            response.end(body).onComplete(taken -> unsent.end());
        }
        door.answered(this, route.template(), status);
    }

    boolean isHead() {
        return request.method() == HttpMethod.HEAD;
    }

    /** Sends the head of an answer that stays open. */
    void stream(CharSequence type) {
        assert !answered : "a stream after an answer";
        answered = true;
        response.setStatusCode(200);
        response.setChunked(true);
        head(type, -1);
        MultiMap headers = response.headers();
        headers.set(HttpHeaders.CACHE_CONTROL, "no-cache, no-transform");
        headers.set("X-Accel-Buffering", "no");
        door.answered(this, route.template(), 200);
    }

    /**
     * Sends the head of an answer whose body follows, or is left out.
     *
     * @param length of the body; -1: unknown
     * @param index for {@code Skein-Index}
     */
    void begin(CharSequence type, long length, long index) {
        assert !answered : "a body after an answer";
        answered = true;
        response.setStatusCode(200);
        head(type, index);
        if (length >= 0) {
            response.headers().set(HttpHeaders.CONTENT_LENGTH, Long.toString(length));
        }
        response.headers().set(HttpHeaders.ACCEPT_RANGES, "none");
        noStore();
        door.answered(this, route.template(), 200);
    }

    /** The client went away before its request was whole. */
    void abandoned() {
        answered = true;
    }

    /**
     * To a command.
     *
     * @param json null without a body
     * @param index of the entry that decided it; -1 when none was needed
     * @param replayed an earlier request with the same key got this answer
     */
    void decided(int status, JsonObject json, long index, boolean replayed) {
        if (replayed) {
            replayed();
        }
        answer(status, json == null ? null : JSON, json == null ? null : json.toBuffer(), index);
    }

    /** It holds what nobody else is to see. */
    void noStore() {
        response.headers().set(HttpHeaders.CACHE_CONTROL, "no-store");
    }

    void replayed() {
        response.headers().set(REPLAYED, "true");
    }

    /** What every answer of the node carries, whoever gives it. */
    static void sign(MultiMap headers, NodeStatus now) {
        headers.set(NODE, now.node());
        if (!now.leader().isEmpty()) {
            headers.set(LEADER, now.leader());
        }
        if (!now.leaderAddress().isEmpty()) {
            headers.set(LEADER_ADDRESS, now.leaderAddress());
        }
        headers.set(INDEX, Long.toString(now.appliedIndex()));
    }

    private void head(CharSequence type, long index) {
        MultiMap headers = response.headers();
        NodeStatus now = status();
        if (type != null) {
            headers.set(HttpHeaders.CONTENT_TYPE, type);
        }
        sign(headers, now);
        if (index >= 0) {
            headers.set(INDEX, Long.toString(index));
        }
        if (route.isOpen()) {
            headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        } else {
            door.origins().answer(request, headers);
        }
    }

    void problem(Problem problem) {
        if (answered) {
            return;
        }
        if (problem.retryAfter() > 0) {
            response.headers().set(RETRY_AFTER, Integer.toString(problem.retryAfter()));
        }
        challenge(problem);
        boolean linger = !request.isEnded() && hasMuchUnread();
        if (linger && request.version() != HttpVersion.HTTP_2) {
            response.headers().set(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        if (route.speaksRrmq()) {
            answer(
                    problem.status(),
                    JSON,
                    new JsonObject().put("success", false).toBuffer(),
                    -1);
        } else if (route.speaksPad()) {
            JsonObject json = new JsonObject().put("success", false).put("error", problem.detail());
            answer(problem.status(), JSON, json.toBuffer(), -1);
        } else {
            JsonObject json = problem.json(status().leader(), status().leaderAddress());
            String parent = header(TraceContext.PARENT);
            if (TraceContext.isValid(parent)) {
                json.put("trace", TraceContext.traceId(parent));
            }
            answer(problem.status(), PROBLEM, json.toBuffer(), -1);
        }
        if (linger) {
            linger();
        }
    }

    /** RFC 6750 §3. */
    private void challenge(Problem problem) {
        if (problem.status() == 401) {
            boolean shown = Credentials.of(request, door.origins()).isPresent();
            response.headers().set(CHALLENGE, "Bearer realm=\"skein\"" + (shown ? ", error=\"invalid_token\"" : ""));
        } else if (problem.code().equals("forbidden")) {
            response.headers().set(CHALLENGE, "Bearer realm=\"skein\", error=\"insufficient_scope\"");
        }
    }

    /** The failure of a broker's future, or what a handler threw. */
    void fail(Throwable failure) {
        if (failure instanceof Refusal refusal) {
            problem(Problem.of(refusal));
            return;
        }
        String parent = header(TraceContext.PARENT);
        LOG.atError()
                .addKeyValue("trace", TraceContext.isValid(parent) ? TraceContext.traceId(parent) : null)
                .addKeyValue(
                        "principal",
                        guest == null
                                ? null
                                : guest.name().map(AccountName::value).orElse(null))
                .setCause(failure)
                .log("{} {} failed", request.method(), route.template());
        problem(Problem.internal(proposed));
    }

    void methodNotAllowed(List<String> allowed) {
        String allow = String.join(", ", allowed);
        response.headers().set(HttpHeaders.ALLOW, allow);
        problem(Problem.of(405, "method-not-allowed", request.method() + " is not for this path; allowed: " + allow));
    }

    private boolean hasMuchUnread() {
        HttpMethod method = request.method();
        if (method == HttpMethod.GET || method == HttpMethod.HEAD) {
            return request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
        }
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length == null) {
            return request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
        }
        return RequestBody.length(length) > MAX_UNREAD_BYTES;
    }

    /** Closing at once would reset the connection, and the client would not read why. */
    private void linger() {
        long[] read = {0};
        request.handler(chunk -> {
            read[0] += chunk.length();
            if (read[0] > MAX_LINGER_BYTES) {
                close();
            }
        });
        request.endHandler(ended -> close());
        door.after(LINGER_MS, this::close);
    }

    /** This answer's part of what the node holds for clients that do not read. */
    Allowance.Share unsent(Runnable giveWay) {
        return door.allowances().unsent().share(Vertx.currentContext(), giveWay);
    }

    /** Ends what its client does not read: {@link #close} would wait until it has read all before. */
    void cut() {
        if (request.version() == HttpVersion.HTTP_2) {
            response.reset().onFailure(GONE_CLIENT);
        } else {
            ((ConnectionBase) request.connection()).channelHandlerContext().close();
        }
    }

    /** Ends what cannot be ended well: the connection, or of an HTTP/2 connection only this stream. */
    void close() {
        if (request.version() == HttpVersion.HTTP_2) {
            response.reset().onFailure(GONE_CLIENT);
        } else {
            request.connection().close().onFailure(GONE_CLIENT);
        }
    }
}
