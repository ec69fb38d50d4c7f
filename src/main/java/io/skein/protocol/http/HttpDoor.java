package io.skein.protocol.http;

import io.skein.broker.Allowances;
import io.skein.broker.Connection;
import io.skein.broker.Gate;
import io.skein.broker.Guest;
import io.skein.broker.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.Router;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The HTTP door of a node, for one event loop: make it on the context of the verticle that owns the {@code HttpServer},
 * give the server {@link #handler} and {@link #connected}, and {@link #close} it before the server.
 *
 * <p>The door's own routes are found by a table of its own, before any router: {@code POST /t/...} is the hot path.
 * Whatever is not in the table goes to the handler behind (a {@code Router} with the dashboard, {@code /ws}, {@code
 * /metrics}); {@link #notFound} is its last word.
 */
public final class HttpDoor {
    private final Vertx vertx;
    private final Gate gate;
    private final HttpConfig config;
    private final Allowances allowances;
    private final HttpListener listener;
    private final Origins origins;
    private final RouteTable table;
    private final Visitors visitors;
    /** Open ones, by their peer. */
    private final Map<String, Connection> connections = new HashMap<>();

    private final TurnedAway turnedAway;

    private final Beat beat;
    private final Route nowhere = Route.of(HttpMethod.GET, "none", exchange -> {});

    /** Whoever sets levels by it sets nothing. */
    public HttpDoor(Vertx vertx, Gate gate, HttpConfig config, Allowances allowances, HttpListener listener) {
        this(vertx, gate, config, allowances, listener, LogLevels.NONE, List.of());
    }

    /**
     * @param allowances of the node, for all its doors
     * @param settings of the node, to be shown
     */
    public HttpDoor(
            Vertx vertx,
            Gate gate,
            HttpConfig config,
            Allowances allowances,
            HttpListener listener,
            LogLevels logLevels,
            List<SettingInForce> settings) {
        this.vertx = vertx;
        this.gate = gate;
        this.config = config;
        this.allowances = allowances;
        this.listener = listener;
        this.origins =
                new Origins(config.allowedOrigins(), origin -> gate.status().isOfMember(origin));
        this.turnedAway = new TurnedAway(vertx);
        this.visitors = new Visitors(gate);
        this.beat = new Beat(vertx, gate, config, listener);
        this.table = new RouteTable(Routes.of(config, allowances, logLevels, settings, beat::publishedPerMinute));
    }

    /**
     * What the door needs of its server: nothing is unpacked or continued behind its back, idle sockets go, and every
     * connection is told of when it is accepted. Where clear-text HTTP/2 is offered, Vert.x first waits for what the client
     * speaks: a socket that says nothing would be counted by nobody.
     */
    public static HttpServerOptions serverOptions(HttpConfig config) {
        long idleMs = Math.max(config.maxWaitMs(), 4 * config.heartbeatMs()) + 60_000;
        return new HttpServerOptions()
                .setHandle100ContinueAutomatically(false)
                .setDecompressionSupported(false)
                .setCompressionSupported(false)
                .setHttp2ClearTextEnabled(false)
                .setMaxInitialLineLength(16 << 10)
                .setMaxHeaderSize(40 << 10)
                .setIdleTimeout((int) (idleMs / 1000))
                .setIdleTimeoutUnit(TimeUnit.SECONDS);
    }

    /** {@code METHOD /template} of every route, for the contract's test. */
    public List<String> templates() {
        List<String> templates = new ArrayList<>();
        for (Route route : table.routes()) {
            templates.add(route.method() + " " + route.template());
        }
        return templates;
    }

    /**
     * The server's handler, before any other: what comes by a connection too many must reach nobody who would keep it.
     *
     * @param next takes what is not the door's, for example a {@code Router}
     */
    public Handler<HttpServerRequest> handler(Handler<HttpServerRequest> next) {
        return request -> {
            if (!take(request)) {
                Exchange.sign(request.response().headers(), gate.status());
                next.handle(request);
            }
        };
    }

    /** The other way round: the door's routes as part of a router, for those who need one in front. */
    public void mount(Router router) {
        router.route().handler(context -> {
            if (!take(context.request())) {
                context.next();
            }
        });
    }

    /** Answers a path that nobody has. */
    public void notFound(HttpServerRequest request) {
        Exchange exchange = new Exchange(this, request, nowhere, "");
        exchange.problem(Problem.of(404, "not-found", "there is nothing at this path; GET /v1 says what there is"));
    }

    /** An answer for whoever serves beside this door, so that every answer of the node is alike. */
    public void refuse(HttpServerRequest request, int status, String code, String detail) {
        new Exchange(this, request, nowhere, "").problem(Problem.of(status, code, detail));
    }

    /** For whoever serves beside this door: pages of allowed origins may read the answer. */
    public void share(HttpServerRequest request) {
        origins.answer(request, request.response().headers());
    }

    /**
     * For whoever serves beside this door: what the query says, read by the rules of the door's own routes.
     *
     * @param known in small letters
     * @return by those names; empty when it says something else or says it twice, which is refused already
     */
    public Optional<Map<String, String>> query(HttpServerRequest request, List<String> known) {
        try {
            Query query = Query.parse(request.query()).allow(known);
            Map<String, String> said = new HashMap<>();
            known.forEach(name -> query.get(name).ifPresent(value -> said.put(name, value)));
            return Optional.of(said);
        } catch (Refusal refusal) {
            new Exchange(this, request, nowhere, "").problem(Problem.of(refusal));
            return Optional.empty();
        }
    }

    /** For a path that others serve, but only with these methods. */
    public void notAllowed(HttpServerRequest request, List<String> allowed) {
        Exchange exchange = new Exchange(this, request, nowhere, "");
        if (request.method() == HttpMethod.OPTIONS) {
            options(exchange, allowed);
        } else {
            exchange.methodNotAllowed(allowed);
        }
    }

    /** {@code OPTIONS *}, or nonsense. */
    private void noPath(HttpServerRequest request) {
        Exchange exchange = new Exchange(this, request, nowhere, "");
        if (request.method() == HttpMethod.OPTIONS) {
            exchange.empty(204);
        } else {
            exchange.problem(Problem.of(400, "malformed", "the request's target is no path"));
        }
    }

    /** For {@code HttpServer.connectionHandler}: counts the connection as long as it is open. */
    public void connected(HttpConnection connection) {
        String peer = String.valueOf(connection.remoteAddress());
        Connection counted;
        try {
            counted = gate.connected("http", peer);
        } catch (Refusal full) {
            turnedAway.add(connection, full);
            return;
        }
        connections.put(peer, counted);
        connection.closeHandler(gone -> {
            connections.remove(peer, counted);
            counted.close();
        });
    }

    /** The connection is a WebSocket from now on: another door counts it, and its end is not told here. */
    public void upgraded(SocketAddress peer) {
        Connection counted = connections.remove(String.valueOf(peer));
        if (counted != null) {
            counted.close();
        }
    }

    /** @return false when no route of the door matches */
    private boolean take(HttpServerRequest request) {
        Optional<Refusal> full = turnedAway.whyNot(request);
        if (full.isPresent()) {
            Exchange exchange = new Exchange(this, request, nowhere, "");
            exchange.problem(Problem.of(full.get()));
            exchange.close();
            return true;
        }
        String path = request.path();
        if (path == null || path.isEmpty() || path.charAt(0) != '/') {
            noPath(request);
            return true;
        }
        RouteTable.Match match = table.match(path);
        if (match == null) {
            return false;
        }
        HttpMethod method = request.method();
        Route route = match.path().routes().get(method == HttpMethod.HEAD ? HttpMethod.GET : method);
        if (route == null) {
            Exchange exchange = new Exchange(this, request, match.path().any(), match.rest());
            if (method == HttpMethod.OPTIONS) {
                options(exchange, match.path().allowed());
            } else {
                exchange.methodNotAllowed(match.path().allowed());
            }
            return true;
        }
        Exchange exchange = new Exchange(this, request, route, match.rest());
        if (!route.isOpen() && isForeignWrite(exchange)) {
            return true;
        }
        enter(exchange, route);
        return true;
    }

    /** Then it is refused already. */
    private boolean isForeignWrite(Exchange exchange) {
        if (!origins.isForeignWrite(exchange.request)) {
            return false;
        }
        exchange.problem(Problem.of(
                403,
                "foreign-origin",
                "pages of " + exchange.header("Origin") + " may not write here; see --allowed-origins"));
        return true;
    }

    /** Who is it? */
    private void enter(Exchange exchange, Route route) {
        Optional<String> token;
        Guest known;
        try {
            token = route.entrance() == Route.Entrance.OPEN
                    ? Optional.empty()
                    : Credentials.of(exchange.request, origins);
            known = route.entrance() == Route.Entrance.KNOWN
                            || route.entrance() == Route.Entrance.ADMIN
                            || token.isPresent()
                    ? visitors.remembered(token)
                    : visitors.stranger();
        } catch (RuntimeException thrown) {
            exchange.fail(thrown);
            return;
        }
        if (known != null) {
            take(exchange, route, known);
            return;
        }
        exchange.request.pause();
        // What is thrown here would leave the request paused, and its client without an answer.
        Future<Guest> entering =
                Future.succeededFuture().compose(v -> visitors.enter(token, AccountRoutes.peer(exchange)));
        entering.onComplete(entered -> {
            if (exchange.response.closed()) {
                // Whoever asked is gone, and nothing would say so again.
                exchange.abandoned();
                return;
            }
            if (entered.succeeded()) {
                take(exchange, route, entered.result());
            } else if (isNotGood(entered.cause())
                    && (route.entrance() == Route.Entrance.ALL || isPassedOver(exchange.request))) {
                take(exchange, route, visitors.stranger());
            } else {
                notIn(exchange, route, entered.cause());
            }
            exchange.request.resume();
        });
    }

    private static void notIn(Exchange exchange, Route route, Throwable why) {
        try {
            Optional<Framing> framing = route.stays().how(exchange);
            if (framing.isPresent() && OpenAnswer.isPassing(why)) {
                OpenAnswer.passing(exchange, framing.get(), why);
                return;
            }
        } catch (Refusal malformed) {
            exchange.fail(malformed);
            return;
        }
        exchange.fail(why);
    }

    /** A cookie of a session that is over asks for nothing where nobody is asked. */
    private boolean isPassedOver(HttpServerRequest request) {
        return !gate.isLocked() && Credentials.areByCookie(request);
    }

    private static boolean isNotGood(Throwable cause) {
        return cause instanceof Refusal refusal && refusal.kind() == Refusal.Kind.UNAUTHENTICATED;
    }

    private static void take(Exchange exchange, Route route, Guest guest) {
        exchange.of(guest);
        if (route.entrance() == Route.Entrance.ADMIN && !guest.mayAdminister()) {
            exchange.fail(Refusal.onlyAdmins());
            return;
        }
        try {
            route.action().take(exchange);
        } catch (RuntimeException thrown) {
            exchange.fail(thrown);
        }
    }

    /**
     * For whoever serves beside this door: who asks. A request that nobody may make, or that a foreign page makes to write,
     * is refused already, and then this never completes; the request is paused until it does. Whoever serves lets the guest
     * go in the end.
     */
    public Future<Guest> enter(HttpServerRequest request) {
        Exchange exchange = new Exchange(this, request, nowhere, "");
        Promise<Guest> promise = Promise.promise();
        if (isForeignWrite(exchange)) {
            return promise.future();
        }
        request.pause();
        Future.succeededFuture()
                .compose(v -> gate.enter(token(request), AccountRoutes.peer(exchange)))
                .onComplete(entered -> {
                    if (exchange.response.closed()) {
                        if (entered.succeeded()) {
                            entered.result().leave();
                        }
                    } else if (entered.succeeded()) {
                        promise.complete(entered.result());
                    } else if (isNotGood(entered.cause()) && isPassedOver(request)) {
                        promise.complete(gate.stranger());
                    } else {
                        exchange.fail(entered.cause());
                    }
                    request.resume();
                });
        return promise.future();
    }

    /**
     * What the request shows of who sends it.
     *
     * @throws Refusal when its query is malformed
     */
    public Optional<String> token(HttpServerRequest request) {
        return Credentials.of(request, origins);
    }

    private static void options(Exchange exchange, List<String> allowed) {
        String allow = String.join(", ", allowed);
        exchange.response.headers().set("Allow", allow);
        Origins.preflight(exchange.request, exchange.response.headers(), allow);
        exchange.empty(204);
    }

    /** Ends every stream with a status that sends its client elsewhere, and stops the beat. */
    public void close() {
        visitors.close();
        beat.close();
    }

    Gate gate() {
        return gate;
    }

    /** The node's, as of the last beat: what every stream looks at with each. */
    String health() {
        return beat.health();
    }

    HttpConfig config() {
        return config;
    }

    Allowances allowances() {
        return allowances;
    }

    Origins origins() {
        return origins;
    }

    void after(long ms, Runnable then) {
        vertx.setTimer(ms, fired -> then.run());
    }

    /** The beat will look whether the exchange takes too long. */
    void awaiting(Exchange exchange) {
        beat.awaiting(exchange);
    }

    void answered(Exchange exchange, String route, int status) {
        beat.answered();
        long nanos = System.nanoTime() - exchange.begunNanos();
        listener.answered(route, exchange.request.method().name(), status, nanos);
    }

    /** @return false when there are too many */
    boolean opened(Lasting stream) {
        return beat.opened(stream);
    }

    void closed(Lasting stream) {
        beat.closed(stream);
    }
}
