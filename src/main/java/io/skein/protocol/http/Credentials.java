package io.skein.protocol.http;

import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;

/**
 * What a request shows of who sends it: {@code Authorization: Bearer} (RFC 6750 §2.1), {@code ?access_token=} where a
 * browser can set no header (§2.3; an EventSource, a WebSocket), or the console's cookie. None is ever logged.
 */
final class Credentials {
    /** Set by a log in that asks for it. */
    static final String COOKIE = "skein-session";

    static final String PARAMETER = "access_token";

    private static final String SCHEME = "Bearer ";

    private Credentials() {}

    /** Whether nobody showed it on purpose: a browser sends its cookie with all it asks. Of a request that shows something. */
    static boolean areByCookie(HttpServerRequest request) {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        boolean bearer = header != null && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
        return !bearer && Query.parse(request.query()).get(PARAMETER).isEmpty();
    }

    /** @param origins a page of a foreign origin does not speak with the cookie of whoever looks at it */
    static Optional<String> of(HttpServerRequest request, Origins origins) {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (header != null && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return Optional.of(header.substring(SCHEME.length()).trim());
        }
        String query = request.query();
        if (query != null && query.contains(PARAMETER) && request.method() == HttpMethod.GET) {
            Optional<String> shown = Query.parse(query).get(PARAMETER);
            if (shown.isPresent()) {
                return shown;
            }
        }
        if (request.getHeader(HttpHeaders.COOKIE) == null || origins.isForeign(request)) {
            return Optional.empty();
        }
        return Optional.ofNullable(request.getCookie(COOKIE)).map(Cookie::getValue);
    }
}
