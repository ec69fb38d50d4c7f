package io.skein.protocol.websocket;

import io.skein.broker.Allowances;
import io.skein.broker.Connection;
import io.skein.broker.Gate;
import io.skein.broker.Refusal;
import io.skein.frame.CloseCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Decides who may open a WebSocket, and knows who has. The server is made with {@link #options} and gives requests to
 * {@link #PATH} to {@link #take}. One door may serve several servers: each connection lives on the event loop that
 * accepted it.
 */
public final class WebSocketDoor {
    public static final String PATH = "/ws";
    public static final String SUBPROTOCOL = "skein.v1.json";

    private static final int CLOSING_SECONDS = 1;

    private final Vertx vertx;
    private final Gate gate;
    private final WebSocketConfig config;
    private final Allowances allowances;
    private final WebSocketListener listener;
    private final Origins origins;
    private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
    private final AtomicLong lastEpoch = new AtomicLong();
    private volatile boolean draining;

    /** @param allowances of the node, for all its doors */
    public WebSocketDoor(
            Vertx vertx, Gate gate, WebSocketConfig config, Allowances allowances, WebSocketListener listener) {
        this.vertx = vertx;
        this.gate = gate;
        this.config = config;
        this.allowances = allowances;
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

    /** Answers a request that may not become a WebSocket. */
    public interface Refusing {
        void refuse(int status, String code, String detail);
    }

    /**
     * The request's connection becomes a WebSocket, or it is told why not.
     *
     * @param token what the request shows; empty: the first command may
     * @param entered called when it did
     */
    public void take(HttpServerRequest request, Optional<String> token, Refusing refusing, Runnable entered) {
        if (!request.canUpgradeToWebSocket()) {
            request.response().putHeader(HttpHeaders.UPGRADE, HttpHeaders.WEBSOCKET);
            refusing.refuse(426, "upgrade-required", "this path speaks WebSocket (RFC 6455)");
        } else if (!mayEnter(request.getHeader(HttpHeaders.ORIGIN), request.getHeader(HttpHeaders.HOST))) {
            refusing.refuse(
                    403,
                    "foreign-origin",
                    "pages of " + request.getHeader(HttpHeaders.ORIGIN) + " may not connect; see --allowed-origins");
        } else if (!offersOurs(request.headers().getAll("Sec-WebSocket-Protocol"))) {
            refusing.refuse(400, "unknown-subprotocol", "the subprotocol is " + SUBPROTOCOL + ", or none");
        } else if (draining) {
            refusing.refuse(503, "draining", "the node is stopping");
        } else if (sessions.size() >= config.maxConnections()) {
            refusing.refuse(
                    503, "too-many-connections", "this node has " + config.maxConnections() + " open, its limit");
        } else {
            request.toWebSocket()
                    .onSuccess(socket -> {
                        entered.run();
                        enter(socket, token);
                    })
                    .onFailure(gone -> {});
        }
    }

    private boolean mayEnter(String origin, String host) {
        return origins.mayEnter(origin, host) || gate.status().isOfMember(origin);
    }

    private void enter(ServerWebSocket socket, Optional<String> token) {
        Connection counted;
        try {
            counted = gate.connected("websocket", String.valueOf(socket.remoteAddress()));
        } catch (Refusal full) {
            socket.close(CloseCode.OVERLOADED.code(), full.getMessage()).onFailure(gone -> {});
            return;
        }
        var session = new Session(this, vertx, gate, config, allowances, listener, socket, counted);
        sessions.add(session);
        session.open(token);
        if (draining) {
            session.drain().onFailure(never -> {});
        }
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
        long now = Math.max(gate.clock().millis(), gate.status().time());
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
