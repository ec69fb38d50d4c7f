package io.skein.protocol.http;

import io.skein.broker.Trace;
import io.skein.broker.Trace.Stand;
import io.skein.frame.TraceContext;
import io.skein.subscription.Standing;
import io.skein.subscription.Trail.Delivery;
import io.skein.subscription.Trail.End;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Locale;

/** What happened to one message, as users read it. What is not known, or does not apply, is left out. */
final class TraceJson {
    private TraceJson() {}

    static JsonObject write(Trace trace) {
        JsonArray stands = new JsonArray();
        trace.standings().forEach(stand -> stands.add(write(stand)));
        JsonObject json = new JsonObject().put("cursor", trace.cursor()).put("topic", trace.topic());
        if (trace.offset() >= 0) {
            json.put("offset", trace.offset());
        }
        json.put("index", trace.index()).put("time", trace.time());
        putTime(json, "due", trace.due());
        trace.scheduled().ifPresent(cursor -> json.put("scheduled", cursor));
        trace.traceparent().filter(TraceContext::isValid).ifPresent(parent -> json.put("traceparent", parent));
        trace.door().ifPresent(door -> json.put("door", door));
        return json.put("complete", trace.isWhole()).put("subscriptions", stands);
    }

    private static JsonObject write(Stand stand) {
        Standing standing = stand.standing();
        JsonObject json = new JsonObject()
                .put("subscription", standing.subscription().value())
                .put("status", name(standing.status()));
        putTime(json, "until", standing.until());
        if (standing.deliveries() > 0) {
            json.put("deliveries", standing.deliveries());
        }
        putText(json, "consumer", standing.consumer());
        stand.copy().ifPresent(cursor -> json.put("deadLetter", cursor));
        JsonArray history = new JsonArray();
        stand.deliveries().forEach(delivery -> history.add(write(delivery)));
        return history.isEmpty() ? json : json.put("history", history);
    }

    private static JsonObject write(Delivery delivery) {
        JsonObject json = new JsonObject();
        if (delivery.number() > 0) {
            json.put("delivery", delivery.number());
        }
        putText(json, "consumer", delivery.consumer());
        putTime(json, "leased", delivery.leased());
        putTime(json, "until", delivery.until());
        json.put("end", delivery.end() == End.OPEN ? null : name(delivery.end()));
        putText(json, "reason", delivery.reason());
        putTime(json, "ended", delivery.ended());
        return json;
    }

    private static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static void putTime(JsonObject json, String name, long time) {
        if (time > 0) {
            json.put(name, time);
        }
    }

    private static void putText(JsonObject json, String name, String text) {
        if (!text.isEmpty()) {
            json.put(name, text);
        }
    }
}
