package io.skein.protocol.http;

import io.skein.broker.Settlement;
import io.skein.subscription.Leases;
import io.skein.subscription.SubscriptionName;
import io.skein.subscription.SubscriptionOutcome.Refused;
import io.skein.wire.Limits;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Ack, nack and extend: what workers say of messages that they were lent. */
final class LeaseRoutes {
    /** {@link Limits#MAX_LEASES} of them, as long as they may be. */
    private static final int MAX_BODY_BYTES = 1 << 20;

    /** What one of the three makes of its body. */
    private interface Said {
        Future<Settlement> say(JsonObject json, List<Leases> leases, Optional<String> key);
    }

    LeaseRoutes() {}

    void ack(Exchange exchange) {
        SubscriptionName name = SubscriptionRoutes.name(exchange);
        take(
                exchange,
                List.of("leases"),
                (json, leases, key) -> exchange.broker().subscriptions().ack(name, leases, key));
    }

    void nack(Exchange exchange) {
        SubscriptionName name = SubscriptionRoutes.name(exchange);
        take(
                exchange,
                List.of("leases", "delay", "reason"),
                (json, leases, key) ->
                        exchange.broker().subscriptions().nack(name, leases, delay(json), reason(json), key));
    }

    void extend(Exchange exchange) {
        SubscriptionName name = SubscriptionRoutes.name(exchange);
        take(
                exchange,
                List.of("leases", "lease"),
                (json, leases, key) -> exchange.broker()
                        .subscriptions()
                        .extend(name, leases, TopicConfigJson.duration("lease", json.getValue("lease")), key));
    }

    /** -1 when it is not said. */
    static long delay(JsonObject json) {
        Object delay = json.getValue("delay");
        return delay == null ? -1 : TopicConfigJson.duration("delay", delay);
    }

    static String reason(JsonObject json) {
        Object reason = json.getValue("reason");
        if (reason == null || reason instanceof String) {
            return reason == null ? "" : (String) reason;
        }
        throw Query.malformed("reason is a text, not " + reason);
    }

    private static void take(Exchange exchange, List<String> known, Said said) {
        Optional<String> key = TopicRoutes.idempotencyKey(exchange);
        if (!TopicRoutes.isJson(exchange)) {
            return;
        }
        RequestBody.read(exchange, "a list of leases", MAX_BODY_BYTES, body -> {
            JsonObject json = SubscriptionRoutes.object(body, known);
            List<Leases> leases = leases("leases", json.getValue("leases"));
            exchange.proposed();
            SubscriptionRoutes.answer(exchange, said.say(json, leases, key), LeaseRoutes::answer);
        });
    }

    /** @param name of the member, for the sentence of a refusal */
    static List<Leases> leases(String name, Object value) {
        if (!(value instanceof JsonArray texts) || texts.isEmpty()) {
            throw Query.malformed(name + " is a list of leases as they came with their messages");
        }
        if (texts.size() > Limits.MAX_LEASES) {
            throw Query.malformed(
                    name + " has " + texts.size() + " leases; at most " + Limits.MAX_LEASES + " are taken");
        }
        List<Leases> leases = new ArrayList<>(texts.size());
        for (int i = 0; i < texts.size(); i++) {
            String text = String.valueOf(texts.getValue(i));
            int place = i;
            leases.add(Leases.parse(text)
                    .orElseThrow(() -> Query.malformed(name + '[' + place + "]: \"" + text + "\" is no lease")));
        }
        return leases;
    }

    private static void answer(Exchange exchange, Settlement settlement) {
        JsonObject json = new JsonObject().put("done", settlement.done()).put("refused", refused(settlement.refused()));
        exchange.decided(200, json, settlement.index(), settlement.replayed());
    }

    static JsonArray refused(List<Refused> refused) {
        JsonArray all = new JsonArray();
        refused.forEach(one -> all.add(new JsonObject()
                .put("lease", one.leases().text())
                .put("code", one.reason().code())));
        return all;
    }
}
