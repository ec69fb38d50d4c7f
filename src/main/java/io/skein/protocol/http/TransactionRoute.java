package io.skein.protocol.http;

import io.skein.broker.Transaction;
import io.skein.broker.TransactionAck;
import io.skein.frame.Malformed;
import io.skein.frame.PublishItem;
import io.skein.frame.PublishJson;
import io.skein.frame.TraceContext;
import io.skein.subscription.SubscriptionCommand.Acks;
import io.skein.subscription.SubscriptionCommand.Nacks;
import io.skein.subscription.SubscriptionName;
import io.skein.topic.Publication;
import io.skein.wire.Limits;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code POST /v1/transactions}: publishes, acknowledges and gives back, all or nothing. */
final class TransactionRoute {
    private static final List<String> KNOWN = List.of("publish", "ack", "nack");

    private final HttpConfig config;

    TransactionRoute(HttpConfig config) {
        this.config = config;
    }

    void transact(Exchange exchange) {
        Optional<String> key = TopicRoutes.idempotencyKey(exchange);
        if (!TopicRoutes.isJson(exchange)) {
            return;
        }
        RequestBody.read(exchange, "a transaction", config.maxBatchBytes(), body -> {
            JsonObject json = SubscriptionRoutes.object(body, KNOWN);
            Transaction transaction =
                    new Transaction(messages(exchange, json), acks(json), nacks(json), "http", "/v1/transactions", key);
            exchange.proposed();
            SubscriptionRoutes.answer(
                    exchange,
                    exchange.broker().subscriptions().transact(transaction),
                    (to, ack) -> answer(to, transaction.messages(), ack));
        });
    }

    private List<Publication> messages(Exchange exchange, JsonObject json) {
        JsonArray list = list("publish", json);
        if (list.isEmpty()) {
            return List.of();
        }
        // Read by the same rules as any other list of messages.
        byte[] batch = new JsonObject().put("messages", list).encode().getBytes(StandardCharsets.UTF_8);
        List<Publication> messages = new ArrayList<>();
        try {
            for (PublishItem item :
                    PublishJson.batch(batch, Limits.MAX_BATCH_MESSAGES).items()) {
                if (!item.id().isEmpty()) {
                    throw Query.malformed(
                            "an id makes a message a command of its own; it does not go with a transaction");
                }
                messages.add(BatchRoute.publication(
                        item.withHeaders(TraceContext.carried(
                                item.headers(),
                                exchange.header(TraceContext.PARENT),
                                exchange.header(TraceContext.STATE))),
                        config.maxMessageBytes()));
            }
        } catch (Malformed wrong) {
            throw Query.malformed("publish: " + wrong.getMessage());
        }
        return messages;
    }

    private static JsonArray list(String name, JsonObject json) {
        Object value = json.getValue(name);
        if (value == null) {
            return new JsonArray();
        }
        if (value instanceof JsonArray list) {
            return list;
        }
        throw Query.malformed(name + " is a list, not " + value);
    }

    private static List<Acks> acks(JsonObject json) {
        List<Acks> acks = new ArrayList<>();
        JsonArray list = list("ack", json);
        for (int i = 0; i < list.size(); i++) {
            JsonObject one = item("ack[" + i + ']', list.getValue(i), List.of("subscription", "leases"));
            acks.add(new Acks(name(one), LeaseRoutes.leases("ack[" + i + "].leases", one.getValue("leases"))));
        }
        return acks;
    }

    private static List<Nacks> nacks(JsonObject json) {
        List<Nacks> nacks = new ArrayList<>();
        JsonArray list = list("nack", json);
        for (int i = 0; i < list.size(); i++) {
            JsonObject one =
                    item("nack[" + i + ']', list.getValue(i), List.of("subscription", "leases", "delay", "reason"));
            nacks.add(new Nacks(
                    name(one),
                    LeaseRoutes.leases("nack[" + i + "].leases", one.getValue("leases")),
                    LeaseRoutes.delay(one),
                    LeaseRoutes.reason(one)));
        }
        return nacks;
    }

    private static JsonObject item(String name, Object value, List<String> known) {
        if (!(value instanceof JsonObject json)) {
            throw Query.malformed(name + " is an object, not " + value);
        }
        for (String member : json.fieldNames()) {
            if (!known.contains(member)) {
                throw TopicConfigJson.unknown(member, name + '.', known);
            }
        }
        return json;
    }

    private static SubscriptionName name(JsonObject json) {
        if (json.getValue("subscription") instanceof String name) {
            return SubscriptionRoutes.name(name);
        }
        throw Query.malformed("subscription is missing: whose leases these are");
    }

    private static void answer(Exchange exchange, List<Publication> messages, TransactionAck ack) {
        if (!ack.isDone()) {
            exchange.problem(Problem.of(
                    409,
                    ack.refused().get(0).reason().code(),
                    ack.refused().size() + " leases do not hold any more; nothing was done",
                    Map.of("refused", LeaseRoutes.refused(ack.refused()))));
            return;
        }
        if (ack.replayed()) {
            exchange.replayed();
        }
        JsonArray results = new JsonArray();
        for (int i = 0; i < messages.size(); i++) {
            results.add(BatchRoute.result(messages.get(i), ack.results().get(i), ack::text));
        }
        JsonObject json = new JsonObject()
                .put("results", results)
                .put("acknowledged", ack.acknowledged())
                .put("returned", ack.returned());
        exchange.answer(200, Exchange.JSON, json.toBuffer(), ack.index());
    }
}
