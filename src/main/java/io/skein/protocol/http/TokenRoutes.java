package io.skein.protocol.http;

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

/** {@code /v1/accounts/{username}/tokens}: what programs show. */
final class TokenRoutes {
    private static final String ALL = "all";

    /** {@code {"name","scopes":["publish:orders/#"],"lifetime":"90d"}}; without scopes for all that its owner may. */
    void make(Exchange exchange) {
        exchange.query().allow(List.of());
        if (!exchange.header("Idempotency-Key").isEmpty()) {
            throw Query.malformed(
                    "a token is shown once, so no repeat could be told the first answer: there is no"
                            + " Idempotency-Key here; after an answer that got lost revoke the token of this name and make another");
        }
        AccountName owner = AccountRoutes.name(exchange);
        JsonFields.read(exchange, List.of("name", "scopes", "lifetime"), fields -> {
            TokenName name = AccountRoutes.of(TokenName::new, fields.text("name"));
            Scopes scopes = fields.has("scopes") ? scopes(fields.list("scopes")) : Scopes.WHOLE;
            long lifetimeMs = fields.find("lifetime")
                    .map(text -> Query.duration("lifetime", text))
                    .orElse(0L);
            exchange.proposed();
            AccountRoutes.accounts(exchange)
                    .makeToken(owner, name, scopes, lifetimeMs)
                    .onSuccess(made -> {
                        exchange.noStore();
                        exchange.decided(
                                201,
                                new JsonObject()
                                        .put("name", name.value())
                                        .put("token", made.token())
                                        .put("scopes", texts(scopes)),
                                made.index(),
                                false);
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
        if (texts.equals(List.of(ALL))) {
            return Scopes.WHOLE;
        }
        List<Grant> grants = new ArrayList<>();
        for (Object text : texts) {
            if (!(text instanceof String scope)) {
                throw Query.malformed("a scope is a text like \"publish:orders/#\", or \"all\" alone");
            }
            grants.add(AccountRoutes.of(Grant::parse, scope));
        }
        return AccountRoutes.of(text -> new Scopes(false, grants), "");
    }

    static Action action(String text) {
        return AccountRoutes.of(Action::parse, text);
    }

    private static JsonArray texts(Scopes scopes) {
        JsonArray texts = new JsonArray();
        if (scopes.whole()) {
            texts.add(ALL);
        }
        scopes.grants().forEach(grant -> texts.add(grant.text()));
        return texts;
    }
}
