package io.skein.protocol.http;

import io.skein.account.AccountName;
import io.skein.account.AccountView;
import io.skein.account.NameGlob;
import io.skein.account.Role;
import io.skein.broker.Accounts;
import io.skein.broker.ChangeAck;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** {@code /v1/accounts}: who there is. */
final class AccountRoutes {
    /** What members of a cluster may know of each other is the name; an admin sees the rest. */
    void create(Exchange exchange) {
        Optional<String> key = TopicRoutes.idempotencyKey(exchange);
        JsonFields.read(exchange, List.of("username", "password", "role"), fields -> {
            AccountName name = name(fields.text("username"));
            String password = fields.text("password");
            Role role = role(fields.find("role").orElse("member"));
            exchange.proposed();
            exchange.guest().accounts().create(name, password, role, key).onComplete(done -> {
                if (done.failed()) {
                    exchange.fail(done.cause());
                    return;
                }
                exchange.response.headers().set("Location", "/v1/accounts/" + name);
                exchange.decided(
                        201,
                        new JsonObject().put("username", name.value()),
                        done.result().index(),
                        done.result().replayed());
            });
        });
    }

    void list(Exchange exchange) {
        Query query = exchange.query().allow(List.of("match", "limit", "after", "level"));
        NameGlob glob = query.get("match").map(text -> of(NameGlob::new, text)).orElse(NameGlob.ALL);
        Optional<AccountName> after = query.get("after").map(AccountRoutes::name);
        int limit = query.number("limit", 100, 1, ReadRoute.MAX_LIMIT);
        boolean isAdmin = exchange.guest().isAdmin();
        accounts(exchange)
                .list(glob, after, limit, exchange.freshness(query))
                .onSuccess(page -> {
                    JsonArray all = new JsonArray();
                    page.accounts().forEach(view -> all.add(json(view, isAdmin)));
                    exchange.json(
                            200,
                            new JsonObject()
                                    .put("accounts", all)
                                    .put(
                                            "next",
                                            page.next().map(AccountName::value).orElse(null)));
                })
                .onFailure(exchange::fail);
    }

    void get(Exchange exchange) {
        Query query = exchange.query().allow(List.of("level"));
        boolean isAdmin = exchange.guest().isAdmin();
        accounts(exchange)
                .account(name(exchange), exchange.freshness(query))
                .onSuccess(view -> exchange.json(200, json(view, isAdmin)))
                .onFailure(exchange::fail);
    }

    void delete(Exchange exchange) {
        exchange.query().allow(List.of());
        AccountName name = name(exchange);
        JsonFields.read(
                exchange,
                List.of("password"),
                fields -> changed(exchange, accounts(exchange).delete(name, fields.find("password"), peer(exchange))));
    }

    void password(Exchange exchange) {
        exchange.query().allow(List.of());
        AccountName name = name(exchange);
        JsonFields.read(
                exchange,
                List.of("old", "new"),
                fields -> changed(
                        exchange,
                        accounts(exchange)
                                .changePassword(name, fields.find("old"), fields.text("new"), peer(exchange))));
    }

    void role(Exchange exchange) {
        exchange.query().allow(List.of());
        AccountName name = name(exchange);
        JsonFields.read(
                exchange,
                List.of("role"),
                fields -> changed(exchange, accounts(exchange).setRole(name, role(fields.text("role")))));
    }

    /** All sessions of the account end. */
    void logOutAll(Exchange exchange) {
        exchange.query().allow(List.of());
        changed(exchange, accounts(exchange).logOutAll(name(exchange)));
    }

    static Accounts accounts(Exchange exchange) {
        return exchange.guest().accounts();
    }

    static void changed(Exchange exchange, Future<ChangeAck> change) {
        exchange.proposed();
        change.onSuccess(ack -> exchange.decided(204, null, ack.index(), ack.replayed()))
                .onFailure(exchange::fail);
    }

    static AccountName name(Exchange exchange) {
        return name(Percent.decode(exchange.rest));
    }

    static AccountName name(String text) {
        return of(AccountName::new, text);
    }

    /** @throws io.skein.broker.Refusal with what the kind of value says of a text that is none */
    static <T> T of(Function<String, T> kind, String text) {
        try {
            return kind.apply(text);
        } catch (IllegalArgumentException none) {
            throw Query.malformed(none.getMessage());
        }
    }

    private static Role role(String text) {
        return switch (text) {
            case "member" -> Role.MEMBER;
            case "admin" -> Role.ADMIN;
            default -> throw Query.malformed("role is member or admin");
        };
    }

    static String text(Role role) {
        return role.name().toLowerCase(Locale.ROOT);
    }

    /** Where a request comes from, for slowing down who guesses. */
    static String peer(Exchange exchange) {
        return String.valueOf(exchange.request.remoteAddress());
    }

    private static JsonObject json(AccountView view, boolean whole) {
        JsonObject json = new JsonObject().put("username", view.name().value());
        return whole
                ? json.put("role", text(view.role()))
                        .put("created", view.time())
                        .put("hasPassword", view.hasPassword())
                        .put("sessions", view.sessions())
                        .put("tokens", view.tokens())
                : json;
    }
}
