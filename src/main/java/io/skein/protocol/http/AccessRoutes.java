package io.skein.protocol.http;

import io.skein.account.AccessFilter;
import io.skein.account.AccessRule;
import io.skein.account.AccountName;
import io.skein.account.Action;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;

/** {@code /v1/access}: who may do what with which topics. Without an account: what holds for every member. */
final class AccessRoutes {
    void list(Exchange exchange) {
        Query query = exchange.query().allow(List.of("account"));
        Optional<AccountName> whom = query.get("account").map(AccountRoutes::name);
        AccountRoutes.accounts(exchange)
                .rules(whom)
                .onSuccess(rules -> {
                    JsonArray all = new JsonArray();
                    rules.forEach(rule -> all.add(json(rule)));
                    exchange.json(
                            200,
                            new JsonObject()
                                    .put("account", whom.map(AccountName::value).orElse(null))
                                    .put("rules", all));
                })
                .onFailure(exchange::fail);
    }

    /** {@code {"account","filter","action":"publish"|"subscribe"|"manage","allow":true}}. */
    void set(Exchange exchange) {
        exchange.query().allow(List.of());
        JsonFields.read(exchange, List.of("account", "filter", "action", "allow"), fields -> {
            AccessRule rule = new AccessRule(
                    fields.find("account").map(AccountRoutes::name),
                    AccountRoutes.of(AccessFilter::new, fields.text("filter")),
                    TokenRoutes.action(fields.text("action")),
                    fields.flag("allow", true));
            exchange.proposed();
            AccountRoutes.accounts(exchange)
                    .setRule(rule)
                    .onSuccess(ack -> exchange.decided(
                            ack.made() ? 201 : 200,
                            json(rule)
                                    .put(
                                            "account",
                                            rule.whom().map(AccountName::value).orElse(null)),
                            ack.index(),
                            ack.replayed()))
                    .onFailure(exchange::fail);
        });
    }

    void remove(Exchange exchange) {
        Query query = exchange.query().allow(List.of("account", "filter", "action"));
        Optional<AccountName> whom = query.get("account").map(AccountRoutes::name);
        AccessFilter filter = AccountRoutes.of(AccessFilter::new, said(query, "filter"));
        Action action = TokenRoutes.action(said(query, "action"));
        AccountRoutes.changed(exchange, AccountRoutes.accounts(exchange).removeRule(whom, filter, action));
    }

    private static String said(Query query, String name) {
        return query.get(name).orElseThrow(() -> Query.malformed("?" + name + "= is missing"));
    }

    private static JsonObject json(AccessRule rule) {
        return new JsonObject()
                .put("filter", rule.filter().value())
                .put("action", rule.action().text())
                .put("allow", rule.allow());
    }
}
