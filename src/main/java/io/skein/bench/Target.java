package io.skein.bench;

import java.net.URI;

/**
 * Where a node listens.
 *
 * @param base path before every route; empty or {@code /...} without a slash at the end
 * @param token for nodes that ask for one; empty when there is none
 */
record Target(String host, int port, String base, String token) {

    Target {
        if (!token.chars().allMatch(c -> c > ' ' && c < 127 && c != '"' && c != '\\')) {
            throw new IllegalArgumentException("a token is of printable ASCII without quotes");
        }
    }

    /** Of {@code http://host:port[/path]}. */
    static Target of(String url, String token) {
        URI uri = URI.create(url.contains("://") ? url : "http://" + url);
        if (uri.getHost() == null || !"http".equals(uri.getScheme())) {
            throw new IllegalArgumentException("not an http://host:port: " + url);
        }
        String path = uri.getPath() == null ? "" : uri.getPath();
        return new Target(
                uri.getHost(),
                uri.getPort() < 0 ? 80 : uri.getPort(),
                path.endsWith("/") ? path.substring(0, path.length() - 1) : path,
                token);
    }

    Target withPort(int other) {
        return new Target(host, other, base, token);
    }

    String path(String route) {
        return base + route;
    }
}
