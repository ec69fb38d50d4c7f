package io.skein.client;

import java.net.URI;
import java.util.List;

/**
 * @param servers {@code ws://host:port} or {@code wss://host:port}, of any nodes of one cluster; tried in this order
 * @param token empty when the cluster asks for none
 * @param producer name under which publishes are numbered and stored exactly once; empty for none. Then a publish waits
 *     over any number of reconnects until it is decided, and order is kept
 * @param epoch fences an older process of the same producer name; -1: the server chooses one higher than before
 * @param window messages sent and not answered, at most
 * @param maxPending messages not answered, sent or not; above: a publish fails at once
 * @param maxPendingBytes bodies of those
 * @param batchMessages messages that are sent as one command
 * @param batchBytes bodies of those
 * @param requestMs after this a request without an answer fails; not those of a producer
 * @param connectMs how long to look for a server that lets one in, at {@code connect}
 * @param reconnectMs pause before the second try; doubles
 * @param maxReconnectMs where it stops doubling
 * @param pingMs between pings; two without a sign of life and the connection is given up
 */
public record ClientOptions(
        List<URI> servers,
        String token,
        String producer,
        long epoch,
        int window,
        int maxPending,
        long maxPendingBytes,
        int batchMessages,
        int batchBytes,
        long requestMs,
        long connectMs,
        long reconnectMs,
        long maxReconnectMs,
        long pingMs) {
    public ClientOptions {
        servers = List.copyOf(servers);
        if (servers.isEmpty()) {
            throw new IllegalArgumentException("no server is named");
        }
        for (URI server : servers) {
            String scheme = String.valueOf(server.getScheme());
            if (server.getHost() == null || !(scheme.equals("ws") || scheme.equals("wss"))) {
                throw new IllegalArgumentException("a server is ws://host:port or wss://host:port, not " + server);
            }
        }
        if (window < 1 || maxPending < window || batchMessages < 1 || batchBytes < 1 || reconnectMs < 1 || pingMs < 1) {
            throw new IllegalArgumentException("limits are above 0, and maxPending is not below window");
        }
    }

    public static ClientOptions of(List<URI> servers) {
        return new ClientOptions(
                servers, "", "", -1, 4096, 65_536, 64 << 20, 1000, 1 << 20, 30_000, 10_000, 50, 2000, 10_000);
    }

    public static ClientOptions of(String host, int port) {
        return of(List.of(URI.create("ws://" + host + ":" + port)));
    }

    public ClientOptions withToken(String token) {
        return new ClientOptions(
                servers,
                token,
                producer,
                epoch,
                window,
                maxPending,
                maxPendingBytes,
                batchMessages,
                batchBytes,
                requestMs,
                connectMs,
                reconnectMs,
                maxReconnectMs,
                pingMs);
    }

    /** @param epoch -1: the server chooses */
    public ClientOptions withProducer(String producer, long epoch) {
        return new ClientOptions(
                servers,
                token,
                producer,
                epoch,
                window,
                maxPending,
                maxPendingBytes,
                batchMessages,
                batchBytes,
                requestMs,
                connectMs,
                reconnectMs,
                maxReconnectMs,
                pingMs);
    }

    public ClientOptions withWindow(int window, int maxPending) {
        return new ClientOptions(
                servers,
                token,
                producer,
                epoch,
                window,
                maxPending,
                maxPendingBytes,
                batchMessages,
                batchBytes,
                requestMs,
                connectMs,
                reconnectMs,
                maxReconnectMs,
                pingMs);
    }

    public ClientOptions withBatch(int messages, int bytes) {
        return new ClientOptions(
                servers,
                token,
                producer,
                epoch,
                window,
                maxPending,
                maxPendingBytes,
                messages,
                bytes,
                requestMs,
                connectMs,
                reconnectMs,
                maxReconnectMs,
                pingMs);
    }

    public ClientOptions withRequestMs(long requestMs) {
        return new ClientOptions(
                servers,
                token,
                producer,
                epoch,
                window,
                maxPending,
                maxPendingBytes,
                batchMessages,
                batchBytes,
                requestMs,
                connectMs,
                reconnectMs,
                maxReconnectMs,
                pingMs);
    }

    public ClientOptions withConnectMs(long connectMs) {
        return new ClientOptions(
                servers,
                token,
                producer,
                epoch,
                window,
                maxPending,
                maxPendingBytes,
                batchMessages,
                batchBytes,
                requestMs,
                connectMs,
                reconnectMs,
                maxReconnectMs,
                pingMs);
    }

    public ClientOptions withReconnectMs(long reconnectMs, long maxReconnectMs) {
        return new ClientOptions(
                servers,
                token,
                producer,
                epoch,
                window,
                maxPending,
                maxPendingBytes,
                batchMessages,
                batchBytes,
                requestMs,
                connectMs,
                reconnectMs,
                maxReconnectMs,
                pingMs);
    }

    public ClientOptions withPingMs(long pingMs) {
        return new ClientOptions(
                servers,
                token,
                producer,
                epoch,
                window,
                maxPending,
                maxPendingBytes,
                batchMessages,
                batchBytes,
                requestMs,
                connectMs,
                reconnectMs,
                maxReconnectMs,
                pingMs);
    }
}
