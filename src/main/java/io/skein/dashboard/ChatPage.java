package io.skein.dashboard;

import io.skein.broker.Broker;
import io.skein.broker.NodeStatus.MemberStatus;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The chat: {@code GET /chat} and {@code GET /chat/*}, static files of {@code src/main/resources/chat}. Everything else it
 * does goes over the public HTTP API, at whichever member answers: when this node dies, the page goes on with another.
 */
final class ChatPage {
    private static final String PATH = "/chat";

    /** As a host source of a content security policy can say it (CSP 3 §2.3.1); IPv6 literals it cannot. */
    private static final Pattern DOOR = Pattern.compile("(?:(https?)://)?([A-Za-z0-9.-]{1,253}):([0-9]{1,5})");

    private static final List<String> LOOPBACK = List.of("127.0.0.1", "localhost");

    private final Broker broker;
    private final Assets assets = new Assets("chat", Assets.CHAT);

    ChatPage(Broker broker) {
        this.broker = broker;
    }

    void mount(Router router) {
        reading(router.route(PATH)).handler(this::page);
        reading(router.route(PATH + "/*"))
                .handler(ctx -> assets.find(ctx.request().path().substring(PATH.length() + 1))
                        .ifPresentOrElse(asset -> Dashboard.serve(ctx, asset), ctx::next));
    }

    private static Route reading(Route route) {
        return route.method(HttpMethod.GET).method(HttpMethod.HEAD);
    }

    private void page(RoutingContext ctx) {
        if (ctx.request().path().endsWith("/")) {
            // The page names its files relative to where it is.
            ctx.response()
                    .setStatusCode(308)
                    .putHeader(HttpHeaders.LOCATION, "../chat")
                    .end()
                    .onFailure(ignored -> {});
            return;
        }
        Asset index = assets.index();
        List<String> doors = broker.status().members().stream()
                .map(MemberStatus::httpAddress)
                .toList();
        HttpServerResponse response = Dashboard.guard(ctx.response())
                .putHeader(
                        "Content-Security-Policy", policy(doors, ctx.request().isSSL()))
                .putHeader(HttpHeaders.CONTENT_TYPE, index.contentType())
                // Kept, it would go on with a policy that knows members of long ago.
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        if (ctx.request().method() == HttpMethod.HEAD) {
            response.putHeader(
                    HttpHeaders.CONTENT_LENGTH, String.valueOf(index.content().length()));
            response.end().onFailure(ignored -> {});
        } else {
            response.end(index.content()).onFailure(ignored -> {});
        }
    }

    /**
     * The console's policy, and the other members may be asked too.
     *
     * @param doors HTTP addresses of members, {@code host:port}, perhaps with their scheme; what is neither is left out
     * @param isSecure the scheme of those that name none
     */
    static String policy(Collection<String> doors, boolean isSecure) {
        Set<String> sources = new TreeSet<>();
        for (String door : doors) {
            Matcher parts = DOOR.matcher(door);
            if (parts.matches()) {
                String scheme = parts.group(1) != null ? parts.group(1) : isSecure ? "https" : "http";
                String host = parts.group(2);
                // Names of this machine for itself; a page from elsewhere has no business on its reader's machine.
                for (String name : LOOPBACK.contains(host) ? LOOPBACK : List.of(host)) {
                    sources.add(scheme + "://" + name + ":" + parts.group(3));
                    sources.add(scheme.replace("http", "ws") + "://" + name + ":" + parts.group(3));
                }
            }
        }
        String others = sources.isEmpty() ? "" : " " + String.join(" ", sources);
        return Dashboard.CONTENT_SECURITY_POLICY + "; connect-src 'self'" + others;
    }
}
