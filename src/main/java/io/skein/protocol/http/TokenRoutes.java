package io.skein.protocol.http;

import io.skein.account.AccessFilter;
import io.skein.account.AccountName;
import io.skein.account.Action;
import io.skein.account.Grant;
import io.skein.account.Scopes;
import io.skein.account.TokenName;
import io.skein.account.TokenView;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** {@code /v1/accounts/{username}/tokens}: what programs show. */
final class TokenRoutes {
    private static final String ALL = "all";

    /** {@code {"name","scopes":["publish:orders/#"],"lifetime":"90d"}}; without scopes for all that its owner may. */
    void make(Exchange exchange) {
        AccountName owner = AccountRoutes.name(exchange);
        JsonFields.read(exchange, List.of("name", "scopes", "lifetime"), fields -> {
            TokenName name = AccountRoutes.of(TokenName::new, fields.text("name"));
            Scopes scopes = scopes(fields.list("scopes"));
            long lifetimeMs = fields.find("lifetime")
                    .map(text -> Query.duration("lifetime", text))
                    .orElse(0L);
            exchange.proposed();
            AccountRoutes.accounts(exchange)
                    .makeToken(owner, name, scopes, lifetimeMs)
                    .onSuccess(token -> {
                        exchange.noStore();
                        exchange.json(
                                201,
                                new JsonObject()
                                        .put("name", name.value())
                                        .put("token", token)
                                        .put("scopes", texts(scopes)));
                    })
                    .onFailure(exchange::fail);
        });
    }

    void list(Exchange exchange) {
        exchange.query().allow(List.of());
        AccountRoutes.accounts(exchange)
                .tokens(AccountRoutes.name(exchange))
                .onSuccess(tokens -> {
                    JsonArray all = new JsonArray();
                    tokens.forEach(token -> all.add(json(token)));
                    exchange.json(200, new JsonObject().put("tokens", all));
                })
                .onFailure(exchange::fail);
    }

    void revoke(Exchange exchange) {
        Query query = exchange.query().allow(List.of("name"));
        TokenName name = AccountRoutes.of(
                TokenName::new,
                query.get("name").orElseThrow(() -> Query.malformed("?name= says which token is revoked")));
        AccountRoutes.changed(
                exchange, AccountRoutes.accounts(exchange).revokeToken(AccountRoutes.name(exchange), name));
    }

    private static JsonObject json(TokenView token) {
        return new JsonObject()
                .put("name", token.name().value())
                .put("scopes", texts(token.scopes()))
                .put("created", token.time())
                .put("expires", token.expires() == 0 ? null : token.expires());
    }

    private static Scopes scopes(List<?> texts) {
        if (texts.isEmpty() || texts.equals(List.of(ALL))) {
            return Scopes.WHOLE;
        }
        List<Grant> grants = new ArrayList<>();
        for (Object text : texts) {
            if (!(text instanceof String scope) || scope.indexOf(':') < 0) {
                throw Query.malformed("a scope is a text like \"publish:orders/#\", or \"all\" alone");
            }
            int colon = scope.indexOf(':');
            grants.add(new Grant(
                    action(scope.substring(0, colon)),
                    AccountRoutes.of(AccessFilter::new, scope.substring(colon + 1))));
        }
        return AccountRoutes.of(text -> new Scopes(false, grants), "");
    }

    static Action action(String text) {
        return switch (text) {
            case "publish" -> Action.PUBLISH;
            case "subscribe" -> Action.SUBSCRIBE;
            case "manage" -> Action.MANAGE;
            default -> throw Query.malformed("an action is publish, subscribe or manage");
        };
    }

    static String text(Action action) {
        return action.name().toLowerCase(Locale.ROOT);
    }

    private static JsonArray texts(Scopes scopes) {
        JsonArray texts = new JsonArray();
        if (scopes.whole()) {
            texts.add(ALL);
        }
        scopes.grants()
                .forEach(grant ->
                        texts.add(text(grant.action()) + ":" + grant.filter().value()));
        return texts;
    }
}
