package io.skein.protocol.websocket;

import java.net.URI;
import java.util.Locale;
import java.util.Set;

/**
 * Which pages may open a WebSocket. A browser lets any page connect anywhere and sends its cookies along; only the server
 * can refuse, by the {@code Origin} header (RFC 6455 §10.2). Programs that are no browsers send none.
 */
final class Origins {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private final Set<String> allowed;

    Origins(Set<String> allowed) {
        this.allowed = allowed;
    }

    /**
     * @param origin the header, null when there is none
     * @param host the host that the client asked for, with its port, as in the header {@code Host}
     */
    boolean mayEnter(String origin, String host) {
        if (origin == null || allowed.contains("*") || allowed.contains(origin)) {
            return true;
        }
        URI uri;
        try {
            uri = URI.create(origin);
        } catch (IllegalArgumentException notAnOrigin) {
            return false;
        }
        // "null" (files, sandboxed frames) has no host.
        if (uri.getHost() == null || host == null) {
            return false;
        }
        int defaultPort = "https".equals(uri.getScheme()) ? 443 : 80;
        String asked = host.toLowerCase(Locale.ROOT);
        String page = uri.getHost().toLowerCase(Locale.ROOT);
        int pagePort = uri.getPort() < 0 ? defaultPort : uri.getPort();
        if (page.equals(name(asked)) && pagePort == port(asked, defaultPort)) {
            return true;
        }
        // A page of another program on this very machine, such as a development server.
        return LOOPBACK.contains(page) && LOOPBACK.contains(name(asked));
    }

    private static String name(String hostAndPort) {
        int colon = hostAndPort.lastIndexOf(':');
        return colon < 0 || hostAndPort.endsWith("]") ? hostAndPort : hostAndPort.substring(0, colon);
    }

    private static int port(String hostAndPort, int defaultPort) {
        String name = name(hostAndPort);
        if (name.length() == hostAndPort.length()) {
            return defaultPort;
        }
        try {
            return Integer.parseInt(hostAndPort.substring(name.length() + 1));
        } catch (NumberFormatException notAPort) {
            return -1;
        }
    }
}
