package io.skein.protocol.http;

import io.skein.broker.From;
import io.skein.broker.SubscriptionInfo;
import io.skein.frame.Durations;
import io.skein.subscription.SubscriptionConfig;
import io.skein.subscription.SubscriptionConfig.Order;
import io.skein.subscription.SubscriptionView;
import io.skein.topic.TopicName;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A subscription's configuration as users write it: {@code {"filter":"orders/#","from":"latest","lease":"30s",
 * "maxDeliveries":5,"backoff":["1s","10s"],"deadLetter":"topic","order":"topic"|"key","paused":false}}. Strict: a key that
 * is not known is refused by name. What is left out or {@code null} is as usual, so that a PUT says all there is.
 */
final class SubscriptionConfigJson {
    private static final List<String> KNOWN =
            List.of("filter", "from", "lease", "maxDeliveries", "backoff", "deadLetter", "order", "paused");
    /** What GET says beside the configuration; PUT passes over it, so that what was got can be put. */
    private static final Set<String> FIGURES = Set.of(
            "subscription",
            "lag",
            "inFlight",
            "waiting",
            "ready",
            "delayed",
            "paced",
            "dying",
            "dead",
            "delivered",
            "redelivered",
            "acknowledged",
            "oldest",
            "topics",
            "waitingPulls",
            "created");

    /** @param from where it begins */
    record Asked(SubscriptionConfig config, From from) {}

    private SubscriptionConfigJson() {}

    static Asked read(byte[] body) {
        JsonObject json = TopicConfigJson.object(body);
        for (String name : json.fieldNames()) {
            if (!KNOWN.contains(name) && !FIGURES.contains(name)) {
                throw TopicConfigJson.unknown(name, "", KNOWN);
            }
        }
        if (!(json.getValue("filter") instanceof String filter)) {
            throw Query.malformed("filter is missing: the topics that the subscription follows, like \"orders/#\"");
        }
        long lease = TopicConfigJson.duration("lease", json.getValue("lease"));
        SubscriptionConfig config = new SubscriptionConfig(
                Query.filter(filter),
                lease == 0 ? SubscriptionConfig.LEASE_MS : lease,
                maxDeliveries(json.getValue("maxDeliveries")),
                backoff(json.getValue("backoff")),
                deadLetter(json.getValue("deadLetter")),
                order(json.getValue("order")),
                paused(json.getValue("paused")));
        Object from = json.getValue("from");
        return new Asked(config, from == null ? From.LATEST : place("from", from));
    }

    /** A place in the log; a number is an offset. */
    static From place(String name, Object value) {
        if (!(value instanceof String) && !(value instanceof Integer) && !(value instanceof Long)) {
            throw Query.malformed(name + " is a text or an offset, not " + value);
        }
        try {
            return From.parse(value.toString());
        } catch (IllegalArgumentException notAPlace) {
            throw Query.malformed(name + ": " + notAPlace.getMessage());
        }
    }

    private static int maxDeliveries(Object value) {
        if (value == null) {
            return SubscriptionConfig.MAX_DELIVERIES;
        }
        if (value instanceof Integer number && number >= 0) {
            return number;
        }
        throw Query.malformed("maxDeliveries is a whole number from 0 (no limit), not " + value);
    }

    private static List<Long> backoff(Object value) {
        if (value == null) {
            return SubscriptionConfig.BACKOFF_MS;
        }
        if (!(value instanceof JsonArray steps)) {
            throw Query.malformed("backoff is a list of durations like [\"1s\",\"10s\"], not " + value);
        }
        List<Long> backoff = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            if (steps.getValue(i) == null) {
                throw Query.malformed("backoff[" + i + "] is a duration like \"1s\", not null");
            }
            backoff.add(TopicConfigJson.duration("backoff[" + i + "]", steps.getValue(i)));
        }
        return backoff;
    }

    private static Optional<TopicName> deadLetter(Object value) {
        return value == null ? Optional.empty() : Optional.of(PublishRoute.topic(String.valueOf(value)));
    }

    private static Order order(Object value) {
        if (value == null) {
            return Order.TOPIC;
        }
        return switch (String.valueOf(value)) {
            case "topic" -> Order.TOPIC;
            case "key" -> Order.KEY;
            default -> throw Query.malformed("order is \"topic\" or \"key\", not \"" + value + '"');
        };
    }

    private static boolean paused(Object value) {
        if (value == null || value instanceof Boolean) {
            return Boolean.TRUE.equals(value);
        }
        throw Query.malformed("paused is true or false, not " + value);
    }

    /** Adds the configuration's members. */
    static JsonObject write(JsonObject json, SubscriptionConfig config) {
        JsonArray backoff = new JsonArray();
        config.backoffMs().forEach(ms -> backoff.add(Durations.text(ms)));
        return json.put("filter", config.filter().value())
                .put("lease", Durations.text(config.leaseMs()))
                .put("maxDeliveries", config.maxDeliveries())
                .put("backoff", backoff)
                .put("deadLetter", config.deadLetter().map(TopicName::value).orElse(null))
                .put("order", config.order().name().toLowerCase(Locale.ROOT))
                .put("paused", config.paused());
    }

    /** Configuration and figures. */
    static JsonObject write(SubscriptionInfo info) {
        SubscriptionView view = info.view();
        JsonObject json = new JsonObject().put("subscription", view.name().value());
        return write(json, view.config())
                .put("lag", view.lag())
                .put("inFlight", view.leased())
                .put("waiting", view.waiting())
                .put("ready", view.ready())
                .put("delayed", view.delayed())
                .put("paced", view.paced())
                .put("dying", view.marked())
                .put("dead", view.dead())
                .put("delivered", view.delivered())
                .put("redelivered", view.redelivered())
                .put("acknowledged", view.acknowledged())
                .put("oldest", info.oldest().isPresent() ? info.oldest().getAsLong() : null)
                .put("topics", view.followed())
                .put("waitingPulls", info.waitingPulls())
                .put("created", view.createdTime());
    }
}
