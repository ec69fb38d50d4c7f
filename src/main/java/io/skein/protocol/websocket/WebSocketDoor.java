package io.skein.protocol.websocket;

import io.skein.broker.Broker;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocketHandshake;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Decides who may open a WebSocket, and knows who has. To be mounted with {@code
 * server.webSocketHandshakeHandler(door)} on a server made with {@link #options}. One door may serve several servers:
 * each connection lives on the event loop that accepted it.
 */
public final class WebSocketDoor implements Handler<ServerWebSocketHandshake> {
    public static final String PATH = "/ws";
    public static final String SUBPROTOCOL = "skein.v1.json";

    private static final int CLOSING_SECONDS = 1;

    private final Vertx vertx;
    private final Broker broker;
    private final WebSocketConfig config;
    private final WebSocketListener listener;
    private final Origins origins;
    private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
    private final AtomicLong lastEpoch = new AtomicLong();
    private volatile boolean draining;

    public WebSocketDoor(Vertx vertx, Broker broker, WebSocketConfig config, WebSocketListener listener) {
        this.vertx = vertx;
        this.broker = broker;
        this.config = config;
        this.listener = listener;
        this.origins = new Origins(config.origins());
    }

    /** What the server must know before it listens; changes and returns its argument. No compression: it is off. */
    public HttpServerOptions options(HttpServerOptions options) {
        return options.setMaxWebSocketFrameSize(config.maxMessageBytes())
                .setMaxWebSocketMessageSize(config.maxMessageBytes())
                .setWebSocketSubProtocols(List.of(SUBPROTOCOL))
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false)
                .setRegisterWebSocketWriteHandlers(false)
                .setWebSocketClosingTimeout(CLOSING_SECONDS);
    }

    @Override
    public void handle(ServerWebSocketHandshake handshake) {
        int refused = refused(handshake);
        if (refused != 0) {
            handshake.reject(refused).onFailure(gone -> {});
            return;
        }
        handshake
                .accept()
                .onSuccess(socket -> {
                    var session = new Session(this, vertx, broker, config, listener, socket);
                    sessions.add(session);
                    session.open();
                    if (draining) {
                        session.drain().onFailure(never -> {});
                    }
                })
                .onFailure(gone -> {});
    }

    /** The HTTP status to refuse with; 0: come in. */
    private int refused(ServerWebSocketHandshake handshake) {
        MultiMap headers = handshake.headers();
        if (!handshake.path().equals(PATH)) {
            return 404;
        }
        if (!origins.mayEnter(headers.get(HttpHeaders.ORIGIN), headers.get(HttpHeaders.HOST))) {
            return 403;
        }
        if (!offersOurs(headers.getAll("Sec-WebSocket-Protocol"))) {
            return 400;
        }
        return draining || sessions.size() >= config.maxConnections() ? 503 : 0;
    }

    /** No subprotocol, or ours among them. */
    private static boolean offersOurs(List<String> offers) {
        if (offers.isEmpty()) {
            return true;
        }
        for (String offer : offers) {
            for (String protocol : offer.split(",")) {
                if (protocol.trim().equals(SUBPROTOCOL)) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * An epoch for a producer that did not choose one: higher than any that this node gave, and than any other node gave
     * before as far as clocks agree. It is the wall clock in milliseconds, not below the log's own time, which all nodes
     * share and which no single wrong clock moves far.
     */
    long nextEpoch() {
        long now = Math.max(System.currentTimeMillis(), broker.status().time());
        return lastEpoch.updateAndGet(last -> Math.max(last + 1, now));
    }

    void gone(Session session) {
        sessions.remove(session);
    }

    /** Open connections. */
    public int connections() {
        return sessions.size();
    }

    /**
     * The node stops: no new connections; open ones get the answers under way and are sent elsewhere with close code
     * 4000. Completes when all are gone; never fails.
     */
    public Future<Void> drain() {
        draining = true;
        List<Future<Void>> gone = new ArrayList<>();
        for (Session session : sessions) {
            gone.add(session.drain());
        }
        return Future.join(gone).mapEmpty();
    }
}
