package io.skein.client;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Where servers are: those that were named, and the members that one of them told of. The next is tried in turn. */
final class Addresses {
    /** A cluster has not more, and nobody fills the memory with names. */
    private static final int MOST = 32;

    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private final List<URI> named;
    private volatile List<URI> all;
    private volatile int at = -1;

    Addresses(List<URI> named) {
        this.named = named;
        this.all = named;
    }

    /** Where the connection stands, or the next try goes. */
    URI current() {
        List<URI> now = all;
        return now.get(Math.floorMod(at, now.size()));
    }

    URI next() {
        at = (at + 1) % all.size();
        return current();
    }

    int count() {
        return all.size();
    }

    /** @param cluster the answer to {@code GET /v1/cluster} of the server that is the current one */
    void learn(JsonObject cluster) {
        URI current = current();
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
        at = found.indexOf(current);
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
