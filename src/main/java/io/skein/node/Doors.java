package io.skein.node;

import io.skein.broker.Broker;
import io.skein.dashboard.ConsoleFigures;
import io.skein.dashboard.ConsoleLimits;
import io.skein.dashboard.Dashboard;
import io.skein.protocol.http.HttpConfig;
import io.skein.protocol.http.HttpDoor;
import io.skein.protocol.http.HttpListener;
import io.skein.protocol.tcp.TcpConfig;
import io.skein.protocol.tcp.TcpDoor;
import io.skein.protocol.tcp.TcpListener;
import io.skein.protocol.websocket.WebSocketConfig;
import io.skein.protocol.websocket.WebSocketDoor;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The node's doors: as many instances of each as there are cores, on one port each. */
final class Doors {
    private final Vertx vertx;
    private final NodeConfig config;
    private final Broker broker;
    private final HttpConfig http;
    private final WebSocketDoor webSocket;
    private final Dashboard dashboard;
    private final int instances = Runtime.getRuntime().availableProcessors();
    private final List<String> deployments = new ArrayList<>();
    private volatile int httpPort;
    private volatile int tcpPort;

    Doors(Vertx vertx, NodeConfig config, Broker broker, String version, ConsoleFigures figures) {
        this.vertx = vertx;
        this.config = config;
        this.broker = broker;
        this.http = HttpConfig.defaults(version, config.tcpPort())
                .withMaxMessageBytes(config.maxMessageBytes())
                .withAllowedOrigins(Set.copyOf(config.allowedOrigins()));
        this.webSocket = new WebSocketDoor(
                vertx, broker, WebSocketConfig.DEFAULT.withOrigins(Set.copyOf(config.allowedOrigins())));
        this.dashboard = new Dashboard(version, broker, figures, ConsoleLimits.DEFAULT);
    }

    /** One event loop's HTTP server, shared by everything that speaks HTTP. */
    private final class HttpVerticle extends VerticleBase {
        private HttpDoor door;

        @Override
        public Future<?> start() {
            door = new HttpDoor(vertx, broker, http, HttpListener.NONE);
            Router router = Router.router(vertx);
            dashboard.mount(router);
            router.route().handler(context -> door.notFound(context.request()));
            HttpServerOptions options =
                    webSocket.options(HttpDoor.serverOptions(http)).setHost(config.host());
            HttpServer server = vertx.createHttpServer(options)
                    .connectionHandler(door::connected)
                    .webSocketHandshakeHandler(webSocket)
                    .requestHandler(door.handler(router));
            return server.listen(httpPort == 0 ? config.httpPort() : httpPort)
                    .onSuccess(up -> httpPort = up.actualPort());
        }

        @Override
        public Future<?> stop() {
            door.close();
            return Future.succeededFuture();
        }
    }

    /** The first instance takes the port, which may be any; the others share it. */
    Future<Void> open() {
        return deploy(dashboard)
                .compose(v -> deploy(new HttpVerticle()))
                .compose(v -> {
                    List<Future<Void>> others = new ArrayList<>();
                    for (int i = 1; i < instances; i++) {
                        others.add(deploy(new HttpVerticle()));
                    }
                    return Future.all(others);
                })
                .compose(v -> config.tcpPort() == 0 ? Future.succeededFuture() : openTcp());
    }

    private Future<Void> openTcp() {
        TcpDoor first = new TcpDoor(broker, TcpConfig.of(config.host(), config.tcpPort()), TcpListener.NONE);
        return deploy(first).compose(v -> {
            tcpPort = first.port();
            List<Future<Void>> others = new ArrayList<>();
            for (int i = 1; i < instances; i++) {
                others.add(deploy(new TcpDoor(broker, TcpConfig.of(config.host(), tcpPort), TcpListener.NONE)));
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

    Future<Void> close() {
        List<Future<Void>> closing = new ArrayList<>();
        closing.add(webSocket.drain());
        deployments.forEach(id -> closing.add(vertx.undeploy(id)));
        deployments.clear();
        return Future.join(closing).mapEmpty();
    }
}
