package io.skein.node;

import io.skein.broker.Allowances;
import io.skein.broker.Broker;
import io.skein.broker.Gate;
import io.skein.broker.Guest;
import io.skein.broker.Refusal;
import io.skein.dashboard.ClientScript;
import io.skein.dashboard.ConsoleFigures;
import io.skein.dashboard.ConsoleLimits;
import io.skein.dashboard.Dashboard;
import io.skein.metrics.Metrics;
import io.skein.metrics.MetricsRoutes;
import io.skein.protocol.http.HttpConfig;
import io.skein.protocol.http.HttpDoor;
import io.skein.protocol.http.HttpListener;
import io.skein.protocol.http.LogLevels;
import io.skein.protocol.tcp.TcpConfig;
import io.skein.protocol.tcp.TcpDoor;
import io.skein.protocol.tcp.TcpListener;
import io.skein.protocol.websocket.WebSocketConfig;
import io.skein.protocol.websocket.WebSocketDoor;
import io.skein.protocol.websocket.WebSocketListener;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The node's doors: as many instances of each as there are cores, as a rule, on one port each. */
final class Doors {
    private static final Logger LOG = LoggerFactory.getLogger(Doors.class);

    /** Paths of the pages, and of who is always there; both only answer what they are asked. */
    private static final List<String> PAGES = List.of("/", "/console/stream", "/chat");

    private static final List<String> ELSEWHERE = List.of(ClientScript.PATH, "/metrics", "/metrics/detailed");

    private static final List<String> GETS = List.of("GET", "HEAD", "OPTIONS");

    private final Vertx vertx;
    private final NodeConfig config;
    private final Gate gate;
    private final Broker broker;
    private final Allowances allowances;
    private final Metrics metrics;
    private final Optional<World.Pages> more;
    private final LogLevels logLevels;
    private final HttpConfig http;
    private final WebSocketDoor webSocket;
    private final Optional<Dashboard> dashboard;
    private final int instances;
    private final List<String> deployments = Collections.synchronizedList(new ArrayList<>());
    private final List<HttpServer> httpServers = new CopyOnWriteArrayList<>();
    private final List<TcpDoor> tcpDoors = new CopyOnWriteArrayList<>();
    private volatile Optional<Certificates> certificates = Optional.empty();
    private volatile int httpPort;
    private volatile int tcpPort;

    Doors(
            Vertx vertx,
            NodeConfig config,
            Gate gate,
            Broker broker,
            Allowances allowances,
            String version,
            ConsoleFigures figures,
            Metrics metrics,
            World world) {
        this.more = world.pages();
        this.instances = world.doors();
        this.vertx = vertx;
        this.metrics = metrics;
        this.config = config;
        this.gate = gate;
        this.broker = broker;
        this.logLevels = LiveLevels.ofThisProcess(config.log(), (ms, then) -> {
            long timer = vertx.setTimer(ms, fired -> then.run());
            return () -> vertx.cancelTimer(timer);
        });
        this.allowances = allowances;
        this.http = HttpConfig.defaults(version, config.tcpPort())
                .withMaxMessageBytes(config.maxMessageBytes())
                .withAllowedOrigins(Set.copyOf(config.allowedOrigins()))
                .withRrmqProfile(config.rrmqProfile());
        this.webSocket = new WebSocketDoor(
                vertx,
                gate,
                WebSocketConfig.DEFAULT.withOrigins(Set.copyOf(config.allowedOrigins())),
                allowances,
                new WebSocketListener() {
                    @Override
                    public void received(int bytes) {
                        metrics.doors().webSocketReceived(bytes);
                    }

                    @Override
                    public void sent(int bytes) {
                        metrics.doors().webSocketSent(bytes);
                    }
                });
        this.dashboard = world.console()
                ? Optional.of(new Dashboard(version, broker, figures, ConsoleLimits.DEFAULT, world.clock()))
                : Optional.empty();
    }

    /** One event loop's HTTP server, shared by everything that speaks HTTP. */
    private final class HttpVerticle extends VerticleBase {
        private HttpDoor door;

        @Override
        public Future<?> start() {
            HttpListener listener = new HttpListener() {
                @Override
                public void answered(String route, String method, int status, long nanos) {
                    metrics.http().answered(route, method, status, nanos);
                }
            };
            door = new HttpDoor(vertx, gate, http, allowances, listener, logLevels, config.inForce());
            Router router = Router.router(vertx);
            new ClientScript(door::share).mount(router);
            dashboard.ifPresent(pages -> pages.mount(router, door::refuse, door::enter));
            metrics.routes(vertx, broker, config.metricsOpen(), asMetricsSee(door))
                    .mount(router);
            more.ifPresent(other -> other.mount(router, asMetricsSee(door)));
            ELSEWHERE.forEach(path -> getsOnly(router, path));
            if (dashboard.isPresent()) {
                PAGES.forEach(path -> getsOnly(router, path));
            }
            router.route().handler(context -> door.notFound(context.request()));
            HttpServerOptions options = webSocket.options(HttpDoor.serverOptions(http));
            HttpServer server = vertx.createHttpServer(
                            certificates.map(shown -> shown.show(options)).orElse(options))
                    .connectionHandler(door::connected)
                    .requestHandler(door.handler(orWebSocket(router)));
            // Servers of one Vertx that listen on the same negative port share one that the system chooses.
            return server.listen(
                            config.httpPort() == 0 ? -1 : config.httpPort(),
                            config.listen().bound())
                    .onSuccess(up -> {
                        httpPort = up.actualPort();
                        httpServers.add(up);
                    });
        }

        private void getsOnly(Router router, String path) {
            router.route(path).handler(context -> door.notAllowed(context.request(), GETS));
        }

        private static MetricsRoutes.Door asMetricsSee(HttpDoor door) {
            return new MetricsRoutes.Door() {
                @Override
                public void refuse(HttpServerRequest request, int status, String code, String detail) {
                    door.refuse(request, status, code, detail);
                }

                @Override
                public Future<Guest> enter(HttpServerRequest request) {
                    return door.enter(request);
                }

                @Override
                public Optional<Map<String, String>> query(HttpServerRequest request, List<String> known) {
                    return door.query(request, known);
                }
            };
        }

        private Handler<HttpServerRequest> orWebSocket(Handler<HttpServerRequest> next) {
            return request -> {
                if (!WebSocketDoor.PATH.equals(request.path())) {
                    next.handle(request);
                    return;
                }
                Optional<String> token;
                try {
                    token = door.token(request);
                } catch (Refusal malformed) {
                    door.refuse(request, 400, malformed.code(), malformed.getMessage());
                    return;
                }
                webSocket.take(
                        request,
                        token,
                        (status, code, detail) -> door.refuse(request, status, code, detail),
                        () -> door.upgraded(request.remoteAddress()));
            };
        }

        @Override
        public Future<?> stop() {
            door.close();
            return Future.succeededFuture();
        }
    }

    /**
     * All doors speak TLS; before they open, and with others of the same when these are renewed. Fails when one of them goes
     * on with those it had.
     */
    Future<Void> show(Certificates shown) {
        certificates = Optional.of(shown);
        List<Future<?>> shows = new ArrayList<>();
        httpServers.forEach(
                server -> shows.add(server.updateSSLOptions(shown.door().setUseAlpn(true))));
        tcpDoors.forEach(door -> shows.add(door.show(shown.door())));
        return Future.join(shows).mapEmpty();
    }

    private static void notRenewed(Throwable why) {
        LOG.warn("a door goes on with the certificate it had: {}", why.getMessage());
    }

    Future<Void> open() {
        return dashboard
                .map(this::deploy)
                .orElseGet(Future::succeededFuture)
                .compose(v ->
                        PortTaken.said(deployAll(HttpVerticle::new), "--http-port", config.host(), config.httpPort()))
                .compose(v -> deployAll(metrics::eventLoopLag))
                .compose(v -> config.tcpPort() == 0
                        ? Future.succeededFuture()
                        : PortTaken.said(deployAll(this::tcpDoor), "--tcp-port", config.host(), config.tcpPort()));
    }

    private TcpDoor tcpDoor() {
        tcpPort = config.tcpPort();
        TcpDoor door = new TcpDoor(
                gate,
                TcpConfig.of(config.listen().bound(), config.tcpPort()).withMaxMessageBytes(config.maxMessageBytes()),
                allowances,
                new TcpListener() {
                    @Override
                    public void refused(String code, int frames) {
                        metrics.doors().rejected(code, frames);
                    }
                });
        certificates.ifPresent(shown -> door.show(shown.door()).onFailure(Doors::notRenewed));
        tcpDoors.add(door);
        return door;
    }

    private Future<Void> deployAll(Supplier<VerticleBase> door) {
        // The first alone: of several that cannot have their port together Vert.x logs one as a defect of its own.
        return deploy(door.get()).compose(first -> {
            List<Future<Void>> others = new ArrayList<>();
            for (int i = 1; i < instances; i++) {
                others.add(deploy(door.get()));
            }
            return Future.all(others).mapEmpty();
        });
    }

    private Future<Void> deploy(VerticleBase door) {
        return vertx.deployVerticle(door, new DeploymentOptions())
                .onSuccess(deployments::add)
                .mapEmpty();
    }

    int httpPort() {
        return httpPort;
    }

    int tcpPort() {
        return tcpPort;
    }

    /** Sockets hear that they should come back elsewhere before their doors go. */
    Future<Void> close() {
        return webSocket.drain().eventually(() -> {
            List<Future<Void>> closing = new ArrayList<>();
            deployments.forEach(id -> closing.add(vertx.undeploy(id)));
            deployments.clear();
            return Future.join(closing);
        });
    }
}
