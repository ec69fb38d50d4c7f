package io.skein.client;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where servers are: those that were named, and the members that one of them told of. When a connection is lost the named
 * are tried first, the lost one last of them, then the others: what a member is told to be called may be reached by its
 * peers only, and each wrong address costs the time of a try. One that was left though it can be reached (it knows no
 * leader, is silent, has no place) comes after all others.
 */
final class Addresses {
    /** A cluster has not more, and nobody fills the memory with names. */
    private static final int MOST = 32;

    private static final int MAX_PORT = 65_535;
    private static final Pattern NUMBERS = Pattern.compile("[0-9.]+");
    private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private final List<URI> named;
    private volatile List<URI> all;
    private volatile URI current;
    /** Those that were given up or sent us away, the last one last; a subset of {@link #all}. */
    private final Set<URI> left = new LinkedHashSet<>();

    private boolean leaving;
    /** Still to be tried in this round. */
    private final Deque<URI> round = new ArrayDeque<>();

    Addresses(List<URI> named) {
        this.named = named;
        this.all = named;
        this.current = named.get(0);
        round.addAll(named);
    }

    /** Where the connection stands, or the next try goes. */
    URI current() {
        return current;
    }

    /** The current one has let the client in: when it is lost a new round begins. */
    void entered() {
        round.clear();
        leaving = false;
    }

    /**
     * The current one is given up, or has sent the client away, though it can be reached: in the next round it comes last of
     * all, after those that were left before it.
     */
    void leave() {
        left.remove(current);
        left.add(current);
        leaving = true;
    }

    URI next() {
        if (round.isEmpty()) {
            from(named);
            from(all.subList(named.size(), all.size()));
            if (leaving) {
                leaving = false;
                left.retainAll(all);
                round.removeAll(left);
                round.addAll(left);
            }
        }
        current = round.poll();
        return current;
    }

    /** These from the one after the current, which comes last. */
    private void from(List<URI> some) {
        int at = some.indexOf(current);
        round.addAll(some.subList(at + 1, some.size()));
        round.addAll(some.subList(0, at + 1));
    }

    int count() {
        return all.size();
    }

    List<URI> all() {
        return all;
    }

    /** @param cluster the answer to {@code GET /v1/cluster} of the server that is the current one */
    void learn(JsonObject cluster) {
        List<URI> found = new ArrayList<>(named);
        for (Object one : cluster.getJsonArray("members", new JsonArray())) {
            if (one instanceof JsonObject member && found.size() < MOST) {
                Object httpAddress = member.getValue("httpAddress");
                URI address = httpAddress == null ? null : told(httpAddress);
                if (address != null && found.stream().noneMatch(known -> isSame(known, address))) {
                    found.add(address);
                }
            }
        }
        if (!found.contains(current)) {
            found.add(current);
        }
        all = List.copyOf(found);
    }

    /**
     * A member's address as it tells it itself. What it says of its own machine ({@code 127.0.0.1}, {@code 0.0.0.0}) is
     * another program here, unless the current server is on this machine too; and no member talks a client out of TLS.
     *
     * @return null when it is none that is to be tried
     */
    private URI told(Object httpAddress) {
        try {
            URI address = parse(String.valueOf(httpAddress), current.getScheme());
            boolean isWeaker = isTls(current) && !isTls(address);
            return isWeaker || isOwnMachine(address) && !isOwnMachine(current) ? null : address;
        } catch (IllegalArgumentException noAddress) {
            return null;
        }
    }

    /**
     * @param text {@code http://host:port}, {@code https://}, {@code ws://}, {@code wss://}, or {@code host:port}
     * @param scheme of the last of these
     * @throws IllegalArgumentException when it is none of these
     */
    static URI parse(String text, String scheme) {
        return checked(URI.create(text.contains("://") ? text.replaceFirst("^http", "ws") : scheme + "://" + text));
    }

    /** @throws IllegalArgumentException when no server can be there */
    static URI checked(URI server) {
        String scheme = String.valueOf(server.getScheme());
        if (server.getHost() == null
                || !(scheme.equals("ws") || scheme.equals("wss"))
                || server.getPort() == 0
                || server.getPort() > MAX_PORT) {
            throw new IllegalArgumentException("a server is ws://host:port or wss://host:port, not " + server);
        }
        return server;
    }

    private static boolean isTls(URI server) {
        return server.getScheme().equals("wss");
    }

    /** Names are not looked up: whoever rules the names of a network rules more than this. */
    private static boolean isOwnMachine(URI server) {
        String host = server.getHost().toLowerCase(Locale.ROOT).replaceFirst("\\.$", "");
        if (host.equals("localhost")
                || host.endsWith(".localhost")
                || NUMBERS.matcher(host).matches()) {
            // "0", "127.1": short for the same, and nobody means anything else by them.
            return !IPV4.matcher(host).matches() || host.startsWith("127.") || host.startsWith("0.");
        }
        if (!host.startsWith("[")) {
            return false;
        }
        try {
            InetAddress address = InetAddress.getByName(host);
            return address.isLoopbackAddress() || address.isAnyLocalAddress();
        } catch (UnknownHostException noLiteral) {
            return true;
        }
    }

    /** The same door, perhaps under another of its names. */
    private static boolean isSame(URI one, URI other) {
        return port(one) == port(other)
                && (one.getHost().equalsIgnoreCase(other.getHost())
                        || LOOPBACK.contains(one.getHost()) && LOOPBACK.contains(other.getHost()));
    }

    static int port(URI uri) {
        return uri.getPort() > 0 ? uri.getPort() : isTls(uri) ? 443 : 80;
    }
}
