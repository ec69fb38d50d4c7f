package io.skein.metrics;

import io.skein.broker.Broker;
import io.skein.broker.BrokerConfig;
import io.skein.broker.Freshness;
import io.skein.broker.Guest;
import io.skein.broker.Refusal;
import io.skein.topic.TopicFilter;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code GET /metrics} and {@code GET /metrics/detailed?topic=<filter>} or {@code ?subscriptions}. */
public final class MetricsRoutes {
    private static final Set<String> NO = Set.of("false", "0");

    private final Vertx vertx;
    private final Metrics metrics;
    private final Broker broker;
    private final boolean open;
    private final Door door;

    /** The HTTP door before these routes: what it does for its own it does for them. */
    public interface Door {
        /** Says no. */
        void refuse(HttpServerRequest request, int status, String code, String detail);

        /** Who asks; completes only for those who may ask at all, and has answered the others. To be let go. */
        Future<Guest> enter(HttpServerRequest request);

        /** What the query says, by names in small letters; empty when that is not understood, and refused already. */
        Optional<Map<String, String>> query(HttpServerRequest request, List<String> known);
    }

    MetricsRoutes(Vertx vertx, Metrics metrics, Broker broker, boolean open, Door door) {
        this.vertx = vertx;
        this.metrics = metrics;
        this.broker = broker;
        this.open = open;
        this.door = door;
    }

    public void mount(Router router) {
        router.route("/metrics").method(HttpMethod.GET).method(HttpMethod.HEAD).handler(this::all);
        router.route("/metrics/detailed")
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .handler(this::detailed);
    }

    /** The whole registry, aggregated over topics: for everybody who is known, or for all. */
    public void all(RoutingContext context) {
        if (door.query(context.request(), List.of()).isEmpty()) {
            return;
        }
        if (open) {
            scrape(context);
        } else {
            door.enter(context.request())
                    .onSuccess(guest -> {
                        guest.leave();
                        scrape(context);
                    })
                    .onFailure(answeredAlready -> {});
        }
    }

    private void scrape(RoutingContext context) {
        String accept = accept(context);
        broker.subscriptions()
                .figures()
                .onSuccess(metrics.subscriptions()::stand)
                .transform(counted -> vertx.executeBlocking(() -> metrics.scrape(accept), false))
                .onComplete(exposition -> answer(context, exposition), context::fail);
    }

    /** Topic by topic, without a filter all but the system's; or subscription by subscription. */
    public void detailed(RoutingContext context) {
        door.query(context.request(), List.of("topic", "subscriptions"))
                .ifPresent(asked -> door.enter(context.request())
                        .onSuccess(guest -> {
                            detailed(context, guest.broker(), asked);
                            guest.leave();
                        })
                        .onFailure(answeredAlready -> {}));
    }

    private void detailed(RoutingContext context, Broker broker, Map<String, String> asked) {
        String accept = accept(context);
        if (!NO.contains(asked.getOrDefault("subscriptions", "false"))) {
            if (asked.containsKey("topic")) {
                door.refuse(context.request(), 400, "malformed", "either topic or subscriptions, not both");
                return;
            }
            answer(
                    context,
                    broker.subscriptions()
                            .list(Optional.empty(), BrokerConfig.MAX_LIMIT, Freshness.NONE)
                            .compose(first -> vertx.executeBlocking(
                                    () -> new SubscriptionDetails(
                                                    first, metrics.clock().millis())
                                            .in(accept),
                                    false)));
            return;
        }
        Optional<TopicFilter> filter;
        try {
            filter = Optional.ofNullable(asked.get("topic")).map(TopicFilter::new);
        } catch (IllegalArgumentException problem) {
            door.refuse(context.request(), 400, "malformed", problem.getMessage());
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
                int status = switch (refusal.kind()) {
                    case UNAUTHENTICATED -> 401;
                    case FORBIDDEN -> 403;
                    default -> 503;
                };
                door.refuse(context.request(), status, refusal.code(), refusal.getMessage());
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
