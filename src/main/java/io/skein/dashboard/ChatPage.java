package io.skein.dashboard;

import io.skein.broker.Broker;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/**
 * The chat: {@code GET /chat} and {@code GET /chat/*}, static files of {@code src/main/resources/chat}. Everything else it
 * does goes over the public HTTP API, at whichever member answers: when this node dies, the page goes on with another.
 */
final class ChatPage {
    private static final String PATH = "/chat";

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
        Dashboard.serve(
                ctx,
                assets.index(),
                PagePolicy.of(broker.status(), ctx.request().isSSL()),
                "no-store");
    }
}
