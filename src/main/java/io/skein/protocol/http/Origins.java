package io.skein.protocol.http;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which web pages may use this door (Fetch standard: CORS). A browser names the page's origin; programs name none and
 * are not meant. A page of a foreign origin may not change anything unless it is allowed: without this check any page
 * that a person visits could publish to the broker on their machine.
 */
final class Origins {
    private static final String EXPOSED = "Skein-Node, Skein-Leader, Skein-Leader-Address, Skein-Index, Location,"
            + " Retry-After, Idempotency-Replayed, Allow";
    private static final String MAX_AGE_SECONDS = "600";

    private static final Set<String> ELSEWHERE = Set.of("cross-site", "same-site");

    private final Set<String> allowed;
    private final boolean all;
    private final Predicate<String> members;

    /** @param members whether an origin is that of a member's pages */
    Origins(Set<String> allowed, Predicate<String> members) {
        this.allowed = allowed;
        this.members = members;
        this.all = allowed.contains("*");
    }

    /** Whether the request changes something on behalf of a page that may not. */
    boolean isForeignWrite(HttpServerRequest request) {
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        if (origin == null) {
            return false;
        }
        HttpMethod method = request.method();
        return method != HttpMethod.GET
                && method != HttpMethod.HEAD
                && method != HttpMethod.OPTIONS
                && !isAllowed(origin)
                && !isOwn(origin, request);
    }

    /**
     * Whether the request comes from a page that may not write, whatever its method. What a page only shows (an image, a
     * link) names no origin; then the browser says how far it is (Fetch Metadata): a page at another port of this host is
     * of the same site, and yet another.
     */
    boolean isForeign(HttpServerRequest request) {
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        return origin == null
                ? ELSEWHERE.contains(String.valueOf(request.getHeader("Sec-Fetch-Site")))
                : !isAllowed(origin) && !isOwn(origin, request);
    }

    private boolean isAllowed(String origin) {
        return all || allowed.contains(origin) || members.test(origin);
    }

    /** The page came from this very host and port. */
    private static boolean isOwn(String origin, HttpServerRequest request) {
        var authority = request.authority();
        if (authority == null) {
            return false;
        }
        String own = authority.port() < 0
                ? request.scheme() + "://" + authority.host()
                : request.scheme() + "://" + authority.host() + ":" + authority.port();
        // A browser leaves out the scheme's own port.
        String full = authority.port() < 0 ? own + (request.isSSL() ? ":443" : ":80") : own;
        return origin.equalsIgnoreCase(own) || origin.equalsIgnoreCase(full);
    }

    /** Headers by which a browser lets an allowed page read the answer. */
    void answer(HttpServerRequest request, MultiMap headers) {
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        if (!allowed.isEmpty() || origin != null) {
            headers.add(HttpHeaders.VARY, HttpHeaders.ORIGIN);
        }
        if (origin != null && isAllowed(origin)) {
            headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.set(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
            if (members.test(origin)) {
                // The console goes on with another member when its node dies, and its session is a cookie of this host.
                headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
            }
        }
    }

    /** The further headers of an answer to OPTIONS; the browser looks at them only when the origin is allowed. */
    static void preflight(HttpServerRequest request, MultiMap headers, String methods) {
        headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, methods);
        String asked = request.getHeader(HttpHeaders.ACCESS_CONTROL_REQUEST_HEADERS);
        headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, asked == null ? "Content-Type" : asked);
        headers.set(HttpHeaders.ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECONDS);
    }
}
