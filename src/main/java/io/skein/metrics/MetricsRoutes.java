package io.skein.metrics;

import io.skein.broker.Broker;
import io.skein.broker.BrokerConfig;
import io.skein.broker.Freshness;
import io.skein.broker.Refusal;
import io.skein.topic.TopicFilter;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/** {@code GET /metrics} and {@code GET /metrics/detailed?topic=<filter>} or {@code ?subscriptions}. */
public final class MetricsRoutes {
    private final Vertx vertx;
    private final Metrics metrics;
    private final Broker broker;
    private final Problems problems;

    /** Says no, as the HTTP door does. */
    public interface Problems {
        void refuse(HttpServerRequest request, int status, String code, String detail);
    }

    MetricsRoutes(Vertx vertx, Metrics metrics, Broker broker, Problems problems) {
        this.vertx = vertx;
        this.metrics = metrics;
        this.broker = broker;
        this.problems = problems;
    }

    public void mount(Router router) {
        router.route("/metrics").method(HttpMethod.GET).method(HttpMethod.HEAD).handler(this::all);
        router.route("/metrics/detailed")
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .handler(this::detailed);
    }

    /** The whole registry, aggregated over topics. */
    public void all(RoutingContext context) {
        String accept = accept(context);
        broker.subscriptions()
                .figures()
                .onSuccess(metrics.subscriptions()::stand)
                .transform(counted -> vertx.executeBlocking(() -> metrics.scrape(accept), false))
                .onComplete(exposition -> answer(context, exposition), context::fail);
    }

    /** Topic by topic, without a filter all but the system's; or subscription by subscription. */
    public void detailed(RoutingContext context) {
        String accept = accept(context);
        if (context.request().params().contains("subscriptions")) {
            answer(
                    context,
                    broker.subscriptions()
                            .list(Optional.empty(), BrokerConfig.MAX_LIMIT, Freshness.NONE)
                            .compose(first ->
                                    vertx.executeBlocking(() -> new SubscriptionDetails(first).in(accept), false)));
            return;
        }
        Optional<TopicFilter> filter;
        try {
            filter = Optional.ofNullable(context.request().getParam("topic")).map(TopicFilter::new);
        } catch (IllegalArgumentException problem) {
            problems.refuse(context.request(), 400, "malformed", problem.getMessage());
            return;
        }
        answer(
                context,
                broker.topics(filter, Freshness.NONE)
                        .compose(topics -> vertx.executeBlocking(() -> new TopicFigures(topics).in(accept), false)));
    }

    private void answer(RoutingContext context, Future<Exposition> made) {
        made.onComplete(exposition -> answer(context, exposition), failure -> {
            if (failure instanceof Refusal refusal) {
                problems.refuse(context.request(), 503, refusal.code(), refusal.getMessage());
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
}
