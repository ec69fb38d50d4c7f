package io.skein.protocol.http;

import io.skein.broker.Refusal;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Connections too many, of one door instance. Each is given one answer, if it asks soon, and closed: whoever asks how the
 * node is hears that, everybody else why he is turned away.
 *
 * <p>Who watches nodes must hear it from a full one too: no answer to {@code /livez} would be taken for a dead node, and
 * restarting it would help nobody.
 */
final class TurnedAway {
    /** Of these, the one that said nothing for the longest goes without a word when one more comes. */
    static final int MOST = 64;

    private static final long PATIENCE_MS = 2_000;
    private static final Set<String> HEALTH = Set.of("/livez", "/readyz", "/healthz", "/metrics");

    private final Vertx vertx;
    /** In the order in which they came. */
    private final Map<HttpConnection, Refusal> connections = new LinkedHashMap<>();

    TurnedAway(Vertx vertx) {
        this.vertx = vertx;
    }

    void add(HttpConnection connection, Refusal why) {
        if (connections.size() >= MOST) {
            Iterator<HttpConnection> all = connections.keySet().iterator();
            HttpConnection oldest = all.next();
            all.remove();
            cut(oldest);
        }
        connections.put(connection, why);
        long patience = vertx.setTimer(PATIENCE_MS, late -> cut(connection));
        connection.closeHandler(gone -> {
            connections.remove(connection);
            vertx.cancelTimer(patience);
        });
    }

    /**
     * Why the request is not served; empty when it is: it came by a connection of those that have a place, or asks how the
     * node is. Its answer is the last one in the latter case.
     */
    Optional<Refusal> whyNot(HttpServerRequest request) {
        Refusal why = connections.isEmpty() ? null : connections.get(request.connection());
        if (why == null) {
            return Optional.empty();
        }
        boolean reads = request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD;
        if (!reads || !HEALTH.contains(request.path())) {
            return Optional.of(why);
        }
        if (request.version() != HttpVersion.HTTP_2) { // there other streams may have an answer under way
            request.response()
                    .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)
                    .endHandler(answered -> request.connection().close().onFailure(Exchange.GONE_CLIENT));
        }
        return Optional.empty();
    }

    /** {@code close()} would wait until it has read what was written. */
    private static void cut(HttpConnection connection) {
        ((ConnectionBase) connection).channelHandlerContext().close();
    }
}
