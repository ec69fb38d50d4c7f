package io.skein.protocol.http;

import io.skein.account.AccessFilter;
import io.skein.account.AccountName;
import io.skein.account.Limit;
import io.skein.account.LimitName;
import io.skein.account.Quota;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;

/**
 * {@code /v1/limits}: how much may be published, and how often somebody may be connected:
 * {@code {"account","topic","per":"account"|"all","messagesPerSecond":1000,"bytesPerSecond":"10MiB","connections":50}}.
 */
final class LimitRoutes {
    /** The name, which GET says, may be put again. */
    private static final List<String> KNOWN =
            List.of("name", "account", "topic", "per", "messagesPerSecond", "bytesPerSecond", "connections");

    void list(Exchange exchange) {
        Query query = exchange.query().allow(List.of("limit", "after"));
        Optional<LimitName> after = query.get("after").map(LimitRoutes::name);
        AccountRoutes.accounts(exchange)
                .limits(after, query.number("limit", 100, 1, ReadRoute.MAX_LIMIT))
                .onSuccess(page -> {
                    JsonArray all = new JsonArray();
                    page.limits().forEach(limit -> all.add(json(limit)));
                    exchange.json(
                            200,
                            new JsonObject()
                                    .put("limits", all)
                                    .put(
                                            "next",
                                            page.next().map(LimitName::value).orElse(null)));
                })
                .onFailure(exchange::fail);
    }

    void get(Exchange exchange) {
        exchange.query().allow(List.of());
        AccountRoutes.accounts(exchange)
                .limit(name(exchange))
                .onSuccess(limit -> exchange.json(200, json(limit)))
                .onFailure(exchange::fail);
    }

    void set(Exchange exchange) {
        exchange.query().allow(List.of());
        LimitName name = name(exchange);
        JsonFields.read(exchange, KNOWN, fields -> {
            if (fields.find("name").map(said -> !said.equals(name.value())).orElse(false)) {
                throw Query.malformed("name is that of the path, or is left out");
            }
            Limit limit = limit(name, fields);
            exchange.proposed();
            AccountRoutes.accounts(exchange)
                    .setLimit(limit)
                    .onSuccess(
                            ack -> exchange.decided(ack.made() ? 201 : 200, json(limit), ack.index(), ack.replayed()))
                    .onFailure(exchange::fail);
        });
    }

    void drop(Exchange exchange) {
        exchange.query().allow(List.of());
        AccountRoutes.changed(exchange, AccountRoutes.accounts(exchange).dropLimit(name(exchange)));
    }

    private static Limit limit(LimitName name, JsonFields fields) {
        Optional<AccountName> whom = fields.find("account").map(AccountRoutes::name);
        Optional<AccessFilter> topic = fields.find("topic").map(text -> AccountRoutes.of(AccessFilter::new, text));
        boolean shared = fields.find("per").map(LimitRoutes::isShared).orElse(false);
        long messages = figure(fields, "messagesPerSecond", Quota.MAX_MESSAGES);
        long bytes = figure(fields, "bytesPerSecond", Quota.MAX_BYTES);
        long connections = figure(fields, "connections", Quota.MAX_CONNECTIONS);
        return AccountRoutes.of(
                said -> new Limit(name, whom, topic, shared, new Quota(messages, bytes, (int) connections)), "");
    }

    private static boolean isShared(String per) {
        return switch (per) {
            case "account" -> false;
            case "all" -> true;
            default -> throw Query.malformed("per is account or all");
        };
    }

    /** 0: it is not said. */
    private static long figure(JsonFields fields, String name, long most) {
        if (!fields.has(name)) {
            return 0;
        }
        long figure = name.equals("bytesPerSecond")
                ? TopicConfigJson.size(name, fields.value(name))
                : TopicConfigJson.number(name, fields.value(name));
        if (figure < 1 || figure > most) {
            throw Query.malformed(name + " is 1 to " + most + "; what is not to be limited is left out");
        }
        return figure;
    }

    private static LimitName name(Exchange exchange) {
        return name(Percent.decode(exchange.rest));
    }

    private static LimitName name(String text) {
        return AccountRoutes.of(LimitName::new, text);
    }

    private static JsonObject json(Limit limit) {
        return new JsonObject()
                .put("name", limit.name().value())
                .put("account", limit.whom().map(AccountName::value).orElse(null))
                .put("topic", limit.topic().map(AccessFilter::value).orElse(null))
                .put("per", limit.shared() ? "all" : "account")
                .put("messagesPerSecond", said(limit.quota().messagesPerSecond()))
                .put("bytesPerSecond", said(limit.quota().bytesPerSecond()))
                .put("connections", said(limit.quota().connections()));
    }

    private static Long said(long figure) {
        return figure == 0 ? null : figure;
    }
}
