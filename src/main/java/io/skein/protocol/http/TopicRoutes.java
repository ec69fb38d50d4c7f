package io.skein.protocol.http;

import io.skein.broker.ChangeAck;
import io.skein.broker.TopicInfo;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicName;
import io.skein.topic.TopicView;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;

/** {@code /v1/topics}: what there is, and how each topic keeps its messages. */
final class TopicRoutes {
    private static final int MAX_CONFIG_BYTES = 64 << 10;

    void list(Exchange exchange) {
        Query query = exchange.query().allow(List.of("match", "level"));
        Optional<TopicFilter> filter = query.get("match").map(Query::filter);
        exchange.broker().topics(filter, exchange.freshness(query)).onComplete(done -> {
            if (done.failed()) {
                exchange.fail(done.cause());
                return;
            }
            JsonArray topics = new JsonArray();
            done.result().forEach(info -> topics.add(json(info)));
            exchange.json(200, new JsonObject().put("topics", topics));
        });
    }

    void get(Exchange exchange) {
        Query query = exchange.query().allow(List.of("level"));
        exchange.broker().topic(name(exchange), exchange.freshness(query)).onComplete(done -> {
            if (done.failed()) {
                exchange.fail(done.cause());
            } else {
                exchange.json(200, json(done.result()));
            }
        });
    }

    void put(Exchange exchange) {
        TopicName name = name(exchange);
        Optional<String> key = idempotencyKey(exchange);
        if (!isJson(exchange)) {
            return;
        }
        RequestBody.read(exchange, "a topic's configuration", MAX_CONFIG_BYTES, body -> {
            TopicConfig config = TopicConfigJson.read(body);
            exchange.proposed();
            exchange.broker().configure(name, config, key).onComplete(done -> {
                if (done.failed()) {
                    exchange.fail(done.cause());
                    return;
                }
                JsonObject json = new JsonObject().put("topic", name.value());
                ChangeAck ack = done.result();
                exchange.decided(
                        ack.made() ? 201 : 200, TopicConfigJson.write(json, config), ack.index(), ack.replayed());
            });
        });
    }

    void delete(Exchange exchange) {
        TopicName name = name(exchange);
        Optional<String> key = idempotencyKey(exchange);
        exchange.proposed();
        exchange.broker().delete(name, key).onComplete(done -> {
            if (done.failed()) {
                exchange.fail(done.cause());
            } else {
                exchange.decided(204, null, done.result().index(), done.result().replayed());
            }
        });
    }

    private static TopicName name(Exchange exchange) {
        return PublishRoute.topic(Percent.decode(exchange.rest));
    }

    /** Of a route that knows no other parameter; the header wins. */
    static Optional<String> idempotencyKey(Exchange exchange) {
        Optional<String> parameter =
                exchange.query().allow(List.of("idempotency-key")).get("idempotency-key");
        return Optional.ofNullable(exchange.request.getHeader("Idempotency-Key"))
                .or(() -> parameter)
                .map(PublishOptions::idempotencyKey);
    }

    /** A form's type is what curl says unasked. */
    static boolean isJson(Exchange exchange) {
        String type = exchange.header(HttpHeaders.CONTENT_TYPE);
        int semicolon = type.indexOf(';');
        String plain = (semicolon < 0 ? type : type.substring(0, semicolon)).trim();
        if (plain.isEmpty()
                || plain.equalsIgnoreCase("application/json")
                || plain.equalsIgnoreCase("application/x-www-form-urlencoded")) {
            return true;
        }
        exchange.problem(Problem.of(415, "unsupported-media-type", "this route reads application/json, not " + plain));
        return false;
    }

    private static JsonObject json(TopicInfo info) {
        TopicView view = info.view();
        JsonObject json = new JsonObject().put("topic", view.name().value());
        TopicConfigJson.write(json, view.config())
                .put("messages", view.count())
                .put("bytes", view.bytes())
                .put("firstOffset", view.lowWater())
                .put("nextOffset", view.nextOffset());
        info.earliest().ifPresent(cursor -> json.put("earliest", cursor));
        return json.put("created", view.createdTime())
                .put("lastTime", view.lastTime())
                .put("publishedPerSecond", info.publishedPerSecond());
    }
}
