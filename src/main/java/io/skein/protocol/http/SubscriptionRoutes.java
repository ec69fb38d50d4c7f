package io.skein.protocol.http;

import io.skein.broker.ChangeAck;
import io.skein.broker.DeadLetterFilter;
import io.skein.broker.From;
import io.skein.broker.LettersAck;
import io.skein.broker.SubscriptionHistory;
import io.skein.broker.Why;
import io.skein.subscription.Holder;
import io.skein.subscription.SubscriptionName;
import io.skein.topic.TopicFilter;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/** {@code /v1/subscriptions} as operators use it: what there is, where it stands, its dead letters, why nothing flows. */
final class SubscriptionRoutes {
    private static final int MAX_BODY_BYTES = 64 << 10;
    private static final List<String> FILTER = List.of("topic", "headers");

    void list(Exchange exchange) {
        Query query = exchange.query().allow(List.of("after", "limit", "level"));
        int limit = query.number("limit", 100, 1, ReadRoute.MAX_LIMIT);
        answer(
                exchange,
                exchange.broker().subscriptions().list(query.get("after"), limit, exchange.freshness(query)),
                (to, page) -> {
                    JsonArray all = new JsonArray();
                    page.subscriptions().forEach(info -> all.add(SubscriptionConfigJson.write(info)));
                    to.json(
                            200,
                            new JsonObject()
                                    .put("subscriptions", all)
                                    .put("next", page.next().orElse(null)));
                });
    }

    void get(Exchange exchange) {
        Query query = exchange.query().allow(List.of("level"));
        answer(
                exchange,
                exchange.broker().subscriptions().subscription(name(exchange), exchange.freshness(query)),
                (to, info) -> to.json(200, SubscriptionConfigJson.write(info)));
    }

    void put(Exchange exchange) {
        SubscriptionName name = name(exchange);
        withBody(exchange, "a subscription's configuration", (body, key) -> {
            SubscriptionConfigJson.Asked asked = SubscriptionConfigJson.read(body);
            exchange.proposed();
            answer(
                    exchange,
                    exchange.broker().subscriptions().configure(name, asked.config(), asked.from(), key),
                    (to, ack) -> to.decided(
                            ack.made() ? 201 : 200,
                            SubscriptionConfigJson.write(
                                    new JsonObject().put("subscription", name.value()), asked.config()),
                            ack.index(),
                            ack.replayed()));
        });
    }

    void delete(Exchange exchange) {
        SubscriptionName name = name(exchange);
        Optional<String> key = TopicRoutes.idempotencyKey(exchange);
        exchange.proposed();
        answer(exchange, exchange.broker().subscriptions().delete(name, key), SubscriptionRoutes::done);
    }

    void seek(Exchange exchange) {
        SubscriptionName name = name(exchange);
        withBody(exchange, "a seek", (body, key) -> {
            JsonObject json = object(body, List.of("to"));
            if (json.getValue("to") == null) {
                throw Query.malformed("to is missing: earliest, latest, a cursor, an offset, a time or a duration");
            }
            From to = SubscriptionConfigJson.place("to", json.getValue("to"));
            exchange.proposed();
            answer(exchange, exchange.broker().subscriptions().seek(name, to, key), SubscriptionRoutes::done);
        });
    }

    void redrive(Exchange exchange) {
        SubscriptionName name = name(exchange);
        withBody(exchange, "a redrive", (body, key) -> {
            JsonObject json = object(body, List.of("filter", "rate"));
            Optional<DeadLetterFilter> filter = filter(json.getValue("filter"));
            int rate = rate(json.getValue("rate"));
            exchange.proposed();
            answer(
                    exchange,
                    exchange.broker().subscriptions().redrive(name, filter, rate, key),
                    SubscriptionRoutes::done);
        });
    }

    void discard(Exchange exchange) {
        SubscriptionName name = name(exchange);
        withBody(exchange, "a discard", (body, key) -> {
            JsonObject json = object(body, List.of("filter"));
            Optional<DeadLetterFilter> filter = filter(json.getValue("filter"));
            exchange.proposed();
            answer(exchange, exchange.broker().subscriptions().discard(name, filter, key), SubscriptionRoutes::done);
        });
    }

    private static void done(Exchange exchange, ChangeAck ack) {
        exchange.decided(204, null, ack.index(), ack.replayed());
    }

    private static void done(Exchange exchange, LettersAck ack) {
        exchange.decided(200, new JsonObject().put("done", ack.done()), ack.index(), ack.replayed());
    }

    /** A text is a filter on the topics that letters came from; an object may ask for headers too. */
    private static Optional<DeadLetterFilter> filter(Object value) {
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof String text) {
            return Optional.of(new DeadLetterFilter(Optional.of(Query.filter(text)), Map.of()));
        }
        if (!(value instanceof JsonObject json)) {
            throw Query.malformed("filter is a topic filter, or {\"topic\",\"headers\"}, not " + value);
        }
        for (String name : json.fieldNames()) {
            if (!FILTER.contains(name)) {
                throw TopicConfigJson.unknown(name, "filter.", FILTER);
            }
        }
        Optional<TopicFilter> topic =
                Optional.ofNullable(json.getValue("topic")).map(text -> Query.filter(text.toString()));
        Map<String, String> headers = new HashMap<>();
        Object wanted = json.getValue("headers");
        if (wanted != null && !(wanted instanceof JsonObject)) {
            throw Query.malformed("filter.headers is an object of names and values, not " + wanted);
        }
        if (wanted instanceof JsonObject all) {
            all.forEach(header -> headers.put(header.getKey(), String.valueOf(header.getValue())));
        }
        return Optional.of(new DeadLetterFilter(topic, headers));
    }

    private static int rate(Object value) {
        if (value == null) {
            return 0;
        }
        if (value instanceof Integer rate && rate >= 0) {
            return rate;
        }
        throw Query.malformed("rate is a whole number of messages a second, from 0 (at once), not " + value);
    }

    void why(Exchange exchange) {
        Query query = exchange.query().allow(List.of("level"));
        answer(
                exchange,
                exchange.broker().subscriptions().why(name(exchange), exchange.freshness(query)),
                (to, why) -> to.json(200, json(why)));
    }

    private static JsonObject json(Why why) {
        JsonArray reasons = new JsonArray();
        for (Why.Reason reason : why.reasons()) {
            JsonObject json = new JsonObject().put("code", reason.code()).put("detail", reason.detail());
            reasons.add(reason.until() > 0 ? json.put("until", reason.until()) : json);
        }
        JsonArray holders = new JsonArray();
        for (Holder holder : why.holders()) {
            holders.add(new JsonObject()
                    .put("consumer", holder.consumer())
                    .put("messages", holder.messages())
                    .put("until", holder.until()));
        }
        return SubscriptionConfigJson.write(why.info())
                .put("time", why.time())
                .put("flowing", why.isFlowing())
                .put("reasons", reasons)
                .put("holders", holders);
    }

    void history(Exchange exchange) {
        exchange.query().allow(List.of());
        exchange.broker()
                .subscriptions()
                .history(name(exchange))
                .onSuccess(history -> {
                    JsonArray points = new JsonArray();
                    for (SubscriptionHistory.Point point : history.points()) {
                        points.add(new JsonObject()
                                .put("time", point.time())
                                .put("lag", point.lag())
                                .put("inFlight", point.inFlight())
                                .put("dead", point.dead()));
                    }
                    exchange.json(
                            200,
                            new JsonObject().put("everyMs", history.everyMs()).put("points", points));
                })
                .onFailure(exchange::fail);
    }

    void trace(Exchange exchange) {
        Query query = exchange.query().allow(List.of("level", "history"));
        boolean withDeliveries = query.get("history").isEmpty() || query.is("history");
        answer(
                exchange,
                exchange.broker()
                        .subscriptions()
                        .trace(Percent.decode(exchange.rest), exchange.freshness(query), withDeliveries),
                (to, trace) -> to.json(200, TraceJson.write(trace)));
    }

    static SubscriptionName name(Exchange exchange) {
        return name(Percent.decode(exchange.rest));
    }

    /** @throws io.skein.broker.Refusal with the name's own sentence when it is none */
    static SubscriptionName name(String text) {
        try {
            return new SubscriptionName(text);
        } catch (IllegalArgumentException notAName) {
            throw Query.malformed(notAName.getMessage());
        }
    }

    /** The body as an object of which every member is known. */
    static JsonObject object(byte[] body, List<String> known) {
        JsonObject json = TopicConfigJson.object(body);
        for (String name : json.fieldNames()) {
            if (!known.contains(name)) {
                throw TopicConfigJson.unknown(name, "", known);
            }
        }
        return json;
    }

    private static void withBody(Exchange exchange, String what, BiConsumer<byte[], Optional<String>> then) {
        Optional<String> key = TopicRoutes.idempotencyKey(exchange);
        if (TopicRoutes.isJson(exchange)) {
            RequestBody.read(exchange, what, MAX_BODY_BYTES, body -> then.accept(body, key));
        }
    }

    static <T> void answer(Exchange exchange, Future<T> future, BiConsumer<Exchange, T> then) {
        future.onComplete(done -> {
            if (done.failed()) {
                exchange.fail(done.cause());
            } else {
                then.accept(exchange, done.result());
            }
        });
    }
}
