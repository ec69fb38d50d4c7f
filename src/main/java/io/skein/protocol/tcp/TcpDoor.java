package io.skein.protocol.tcp;

import io.skein.broker.Allowances;
import io.skein.broker.Connection;
import io.skein.broker.Gate;
import io.skein.broker.Refusal;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.core.net.SocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The PAD port on one event loop; deploy it once for each, they share the port. Everything inside is touched by this
 * instance's event loop only.
 */
public final class TcpDoor extends VerticleBase {
    static final String NAME = "tcp";

    private static final Logger LOG = LoggerFactory.getLogger(TcpDoor.class);

    private static final long STOP_MS = 2000;

    private final Gate gate;
    private final TcpConfig config;
    private final Allowances allowances;
    private final TcpListener listener;
    private final Documents documents = new Documents();
    private final DeliveryLines deliveryLines = new DeliveryLines();
    private final HeldBytes held;
    private final HeldBytes heldAside;
    private final Set<Session> sessions = new HashSet<>();

    private int connections;
    private volatile Optional<ServerSSLOptions> shown = Optional.empty();
    private volatile Optional<NetServer> server = Optional.empty();

    /** @param allowances of the node, for all its doors */
    public TcpDoor(Gate gate, TcpConfig config, Allowances allowances, TcpListener listener) {
        this.gate = gate;
        this.config = config;
        this.allowances = allowances;
        this.listener = listener;
        this.held = new HeldBytes(config.maxHeldBytes());
        this.heldAside = new HeldBytes(config.maxHeldBytes() / 2);
    }

    @Override
    public Future<?> start() {
        NetServerOptions options = new NetServerOptions()
                .setHost(config.host())
                .setPort(config.port())
                .setTcpKeepAlive(true);
        shown.ifPresent(tls -> options.setSsl(true)
                .setKeyCertOptions(tls.getKeyCertOptions())
                .setEnabledSecureTransportProtocols(tls.getEnabledSecureTransportProtocols())
                .setSslHandshakeTimeout(tls.getSslHandshakeTimeout())
                .setSslHandshakeTimeoutUnit(tls.getSslHandshakeTimeoutUnit()));
        NetServer listening = vertx.createNetServer(options);
        server = Optional.of(listening);
        return listening
                .connectHandler(this::accept)
                .exceptionHandler(failure -> LOG.debug("a connection failed before it began", failure))
                .listen();
    }

    /** Takes nothing more, stores what was read (for a short while), then closes every connection. */
    @Override
    public Future<?> stop() {
        List<Future<Void>> rest =
                List.copyOf(sessions).stream().map(Session::stop).toList();
        return Future.join(rest)
                .timeout(STOP_MS, TimeUnit.MILLISECONDS)
                .onFailure(late -> LOG.warn("messages of PAD publishers were not stored before the end"))
                .transform(any -> server.map(NetServer::close).orElseGet(Future::succeededFuture));
    }

    /** Before the door is deployed: it speaks TLS. Later: what is shown to clients from the next connection on. */
    public Future<Void> show(ServerSSLOptions tls) {
        shown = Optional.of(tls);
        return server.map(listening -> listening.updateSSLOptions(tls).<Void>mapEmpty())
                .orElseGet(Future::succeededFuture);
    }

    /** The port it listens on, once started. */
    public int port() {
        return server.map(NetServer::actualPort).orElse(0);
    }

    private void accept(NetSocket socket) {
        SocketAddress from = socket.remoteAddress();
        String peer = from == null ? "?" : from.toString();
        if (connections >= config.maxConnections()) {
            turnAway(socket, peer, connections + " connections are open here");
            return;
        }
        Connection counted;
        try {
            counted = gate.connected(NAME, peer);
        } catch (Refusal full) {
            turnAway(socket, peer, full.getMessage());
            return;
        }
        connections++;
        RoleReader role = new RoleReader(this, socket, peer, counted);
        HalfClose.allow(socket);
        socket.handler(role::data);
        socket.exceptionHandler(failure -> LOG.debug("connection of {} failed", peer, failure));
        socket.closeHandler(end -> {
            connections--;
            role.closed();
        });
        socket.endHandler(end -> role.ended());
        socket.drainHandler(again -> role.drained());
    }

    /** Without a word: whether it publishes or subscribes is not known yet, and to a publisher nothing is said. */
    private static void turnAway(NetSocket socket, String peer, String why) {
        LOG.warn("{} is closed: {}", peer, why);
        socket.close().onFailure(ignored -> {});
    }

    Session enter(Session session) {
        sessions.add(session);
        return session;
    }

    void left(Session session) {
        sessions.remove(session);
    }

    Gate gate() {
        return gate;
    }

    TcpConfig settings() {
        return config;
    }

    TcpListener listener() {
        return listener;
    }

    Allowances allowances() {
        return allowances;
    }

    Context context() {
        return context;
    }

    Vertx vertx() {
        return vertx;
    }

    Documents documents() {
        return documents;
    }

    DeliveryLines deliveryLines() {
        return deliveryLines;
    }

    /** Messages read and not yet stored. */
    HeldBytes held() {
        return held;
    }

    /** Those of publishers that wait for a limit; half as many more. */
    HeldBytes heldAside() {
        return heldAside;
    }
}
