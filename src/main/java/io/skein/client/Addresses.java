package io.skein.client;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/**
 * Where servers are: those that were named, and the members that one of them told of. When a connection is lost the named
 * are tried first, the lost one last of them, then the others: what a member is told to be called may be reached by its
 * peers only, and each wrong address costs the time of a try.
 */
final class Addresses {
    /** A cluster has not more, and nobody fills the memory with names. */
    private static final int MOST = 32;

    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private final List<URI> named;
    private volatile List<URI> all;
    private volatile URI current;
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
    }

    URI next() {
        if (round.isEmpty()) {
            from(named);
            from(all.subList(named.size(), all.size()));
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
                URI address = address(member.getString("httpAddress", ""), current.getScheme());
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

    /** @return null when it is none */
    private static URI address(Object told, String scheme) {
        String text = String.valueOf(told);
        if (text.isEmpty()) {
            return null;
        }
        try {
            URI uri = URI.create(text.contains("://") ? text.replaceFirst("^http", "ws") : scheme + "://" + text);
            return uri.getHost() == null ? null : uri;
        } catch (IllegalArgumentException noAddress) {
            return null;
        }
    }

    /** The same door, perhaps under another of its names. */
    private static boolean isSame(URI one, URI other) {
        return port(one) == port(other)
                && (one.getHost().equalsIgnoreCase(other.getHost())
                        || LOOPBACK.contains(one.getHost()) && LOOPBACK.contains(other.getHost()));
    }

    static int port(URI uri) {
        return uri.getPort() > 0 ? uri.getPort() : uri.getScheme().equals("wss") ? 443 : 80;
    }
}
