package io.skein.metrics;

import io.skein.broker.Broker;
import io.skein.broker.Freshness;
import io.skein.broker.Refusal;
import io.skein.topic.TopicFilter;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/** {@code GET /metrics} and {@code GET /metrics/detailed?topic=<filter>}. */
public final class MetricsRoutes {
    private final Vertx vertx;
    private final Metrics metrics;
    private final Broker broker;

    MetricsRoutes(Vertx vertx, Metrics metrics, Broker broker) {
        this.vertx = vertx;
        this.metrics = metrics;
        this.broker = broker;
    }

    public void mount(Router router) {
        router.get("/metrics").handler(this::all);
        router.get("/metrics/detailed").handler(this::detailed);
    }

    /** The whole registry, aggregated over topics. */
    public void all(RoutingContext context) {
        String accept = accept(context);
        vertx.executeBlocking(() -> metrics.scrape(accept), false)
                .onComplete(exposition -> answer(context, exposition), context::fail);
    }

    /** Topic by topic; without a filter all but the system's. */
    public void detailed(RoutingContext context) {
        String accept = accept(context);
        Optional<TopicFilter> filter;
        try {
            filter = Optional.ofNullable(context.request().getParam("topic")).map(TopicFilter::new);
        } catch (IllegalArgumentException problem) {
            refuse(context, 400, problem.getMessage());
            return;
        }
        broker.topics(filter, Freshness.NONE)
                .compose(topics -> vertx.executeBlocking(() -> new TopicFigures(topics).in(accept), false))
                .onComplete(exposition -> answer(context, exposition), failure -> {
                    if (failure instanceof Refusal refusal) {
                        refuse(context, 503, refusal.code() + ": " + refusal.getMessage());
                    } else {
                        context.fail(failure);
                    }
                });
    }

    private static String accept(RoutingContext context) {
        return String.join(",", context.request().headers().getAll(HttpHeaders.ACCEPT));
    }

    private static void answer(RoutingContext context, Exposition exposition) {
        context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, exposition.contentType())
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(exposition.text())
                .onFailure(gone -> {}); // the asker has gone
    }

    private static void refuse(RoutingContext context, int status, String why) {
        context.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; charset=utf-8")
                .end(why + "\n")
                .onFailure(gone -> {});
    }
}
