package io.skein.protocol.http;

import io.skein.account.AccountName;
import io.skein.broker.ConnectionInfo;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** {@code /v1/connections}: who stays connected to this node, and how it does. */
final class ConnectionRoutes {
    void list(Exchange exchange) {
        Query query = exchange.query().allow(List.of("limit", "after"));
        exchange.broker()
                .inspection()
                .connections(query.get("after"), query.number("limit", 100, 1, ReadRoute.MAX_LIMIT))
                .onSuccess(page -> {
                    JsonArray all = new JsonArray();
                    page.connections().forEach(connection -> all.add(json(connection)));
                    exchange.noStore();
                    exchange.json(
                            200,
                            new JsonObject()
                                    .put("node", exchange.status().node())
                                    .put("connections", all)
                                    .put("next", page.next().orElse(null)));
                })
                .onFailure(exchange::fail);
    }

    private static JsonObject json(ConnectionInfo connection) {
        var sight = connection.sight();
        return new JsonObject()
                .put("id", connection.id())
                .put("door", connection.door())
                .put("peer", connection.peer())
                .put("principal", sight.principal().map(AccountName::value).orElse(null))
                .put("since", connection.since())
                .put("filters", new JsonArray(sight.filters()))
                .put("subscription", sight.subscriptions().isEmpty() ? null : String.join(", ", sight.subscriptions()))
                .put("delivered", sight.delivered())
                .put("published", sight.published())
                .put("waitingBytes", sight.waitingBytes());
    }

    void close(Exchange exchange) {
        exchange.query().allow(List.of());
        exchange.broker()
                .inspection()
                .closeConnection(Percent.decode(exchange.rest))
                .onSuccess(closed -> exchange.empty(204))
                .onFailure(exchange::fail);
    }
}
