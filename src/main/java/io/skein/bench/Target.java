package io.skein.bench;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.TCPSSLOptions;
import java.net.URI;

/**
 * Where a node listens.
 *
 * @param isTls on all its doors
 * @param base path before every route; empty or {@code /...} without a slash at the end
 * @param token for nodes that ask for one; empty when there is none
 * @param authority PEM of who signed the node's certificate; empty: those that the JDK knows are believed
 */
record Target(boolean isTls, String host, int port, String base, String token, String authority) {

    Target {
        if (!token.chars().allMatch(c -> c > ' ' && c < 127 && c != '"' && c != '\\')) {
            throw new IllegalArgumentException("a token is of printable ASCII without quotes");
        }
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "Target[" + webSocket() + base + "]";
    }

    /** Of {@code http://host:port[/path]}, or {@code https}. */
    static Target of(String url, String token, String authority) {
        URI uri = URI.create(url.contains("://") ? url : "http://" + url);
        boolean tls = "https".equals(uri.getScheme());
        if (uri.getHost() == null || !tls && !"http".equals(uri.getScheme())) {
            throw new IllegalArgumentException("not an http://host:port or https://host:port: " + url);
        }
        String path = uri.getPath() == null ? "" : uri.getPath();
        return new Target(
                tls,
                uri.getHost(),
                uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80,
                path.endsWith("/") ? path.substring(0, path.length() - 1) : path,
                token,
                authority);
    }

    Target withPort(int other) {
        return new Target(isTls, host, other, base, token, authority);
    }

    String path(String route) {
        return base + route;
    }

    URI webSocket() {
        return URI.create((isTls ? "wss://" : "ws://") + host + ":" + port);
    }

    /** For a client that speaks with it. */
    <T extends TCPSSLOptions> T secure(T options) {
        if (isTls) {
            options.setSsl(true);
            if (!authority.isEmpty()) {
                options.setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(authority)));
            }
        }
        return options;
    }
}
