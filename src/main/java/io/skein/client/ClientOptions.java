package io.skein.client;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * How a client talks to a cluster. Begin with {@link #of} and change what is to be otherwise.
 *
 * @param servers {@code ws://host:port} or {@code wss://host:port}, of any nodes of one cluster; tried in this order
 * @param token of an account, a program's or a session's; goes with the request that becomes the WebSocket, as {@code
 *     Authorization: Bearer}. Empty when the cluster asks for none
 * @param authority for {@code wss}: PEM of who signs the servers' certificates; empty: those that the JDK knows are
 *     believed. The name in a certificate must be the one in the server's address
 * @param learns whether members that a server tells of are tried too, after those that are named here; their addresses
 *     are those that {@code --advertise} gave them. None on this machine is tried unless the server that tells of it is,
 *     and none without TLS when that server has it
 */
public record ClientOptions(
        List<URI> servers,
        String token,
        Producer producer,
        Limits limits,
        Times times,
        String authority,
        boolean learns) {
    /**
     * @param name under which publishes are numbered and stored exactly once; empty for none. Then a publish waits over
     *     any number of reconnects until it is decided, and order is kept
     * @param epoch fences an older process of the same name; -1: the server chooses one higher than before
     */
    public record Producer(String name, long epoch) {
        public static final Producer NONE = new Producer("", -1);
    }

    /**
     * @param window messages sent and not answered, at most
     * @param maxPending messages not answered, sent or not; above: a publish fails at once as {@code client-full}, or is
     *     waited with, see {@link SkeinClient#room}
     * @param maxPendingBytes of those: bodies, topics, keys and headers
     * @param batchMessages messages that are sent as one command
     * @param batchBytes of those: bodies, topics, keys and headers. A server takes 8 MiB as JSON, which may be several times
     *     as long
     */
    public record Limits(int window, int maxPending, long maxPendingBytes, int batchMessages, int batchBytes) {
        public static final Limits DEFAULT = new Limits(4096, 65_536, 64 << 20, 1000, 1 << 20);

        public Limits {
            check(window >= 1 && maxPending >= window && batchMessages >= 1 && batchBytes >= 1);
        }
    }

    /**
     * In milliseconds.
     *
     * @param request after this a request without an answer fails; not those of a producer
     * @param connect how long to look for a server that lets one in, at {@link SkeinClient#connect}
     * @param reconnect pause before the second try; doubles
     * @param maxReconnect where it stops doubling
     * @param ping between pings; two without a sign of life and the connection is given up
     * @param ill a server that says for so long that it knows no leader, by its health or in answer to every publish, is
     *     left for another one
     */
    public record Times(long request, long connect, long reconnect, long maxReconnect, long ping, long ill) {
        public static final Times DEFAULT = new Times(30_000, 10_000, 50, 2000, 10_000, 3000);

        public Times {
            check(reconnect >= 1 && ping >= 1 && ill >= 1);
        }
    }

    public ClientOptions {
        servers = List.copyOf(servers);
        if (servers.isEmpty()) {
            throw new IllegalArgumentException("no server is named");
        }
        servers.forEach(Addresses::checked);
    }

    private static void check(boolean holds) {
        if (!holds) {
            throw new IllegalArgumentException("limits are above 0, and maxPending is not below window");
        }
    }

    public static ClientOptions of(List<URI> servers) {
        return new ClientOptions(servers, "", Producer.NONE, Limits.DEFAULT, Times.DEFAULT, "", true);
    }

    /** @param servers {@code http://host:port}, {@code https://}, {@code ws://}, {@code wss://}, or {@code host:port} */
    public static ClientOptions of(String... servers) {
        List<URI> uris = new ArrayList<>();
        for (String server : servers) {
            uris.add(Addresses.parse(server, "ws"));
        }
        return of(uris);
    }

    public static ClientOptions of(String host, int port) {
        return of(List.of(URI.create("ws://" + host + ":" + port)));
    }

    /** Without what is secret in it. */
    @Override
    public String toString() {
        return "ClientOptions[" + servers + ", " + producer + ", " + limits + ", " + times + "]";
    }

    public ClientOptions withToken(String secret) {
        return new ClientOptions(servers, secret, producer, limits, times, authority, learns);
    }

    public ClientOptions withAuthority(String pem) {
        return new ClientOptions(servers, token, producer, limits, times, pem, learns);
    }

    /** @param epoch -1: the server chooses */
    public ClientOptions withProducer(String name, long epoch) {
        return new ClientOptions(servers, token, new Producer(name, epoch), limits, times, authority, learns);
    }

    public ClientOptions withLimits(Limits other) {
        return new ClientOptions(servers, token, producer, other, times, authority, learns);
    }

    public ClientOptions withTimes(Times other) {
        return new ClientOptions(servers, token, producer, limits, other, authority, learns);
    }

    /** No other server is tried than those that are named. */
    public ClientOptions onlyThese() {
        return new ClientOptions(servers, token, producer, limits, times, authority, false);
    }

    public ClientOptions withWindow(int window, int maxPending) {
        return withLimits(
                new Limits(window, maxPending, limits.maxPendingBytes, limits.batchMessages, limits.batchBytes));
    }

    public ClientOptions withBatch(int messages, int bytes) {
        return withLimits(new Limits(limits.window, limits.maxPending, limits.maxPendingBytes, messages, bytes));
    }

    public ClientOptions withRequestMs(long ms) {
        return withTimes(new Times(ms, times.connect, times.reconnect, times.maxReconnect, times.ping, times.ill));
    }

    public ClientOptions withConnectMs(long ms) {
        return withTimes(new Times(times.request, ms, times.reconnect, times.maxReconnect, times.ping, times.ill));
    }

    public ClientOptions withReconnectMs(long ms, long maxMs) {
        return withTimes(new Times(times.request, times.connect, ms, maxMs, times.ping, times.ill));
    }

    public ClientOptions withPingMs(long ms) {
        return withTimes(new Times(times.request, times.connect, times.reconnect, times.maxReconnect, ms, times.ill));
    }
}
