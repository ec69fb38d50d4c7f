package io.skein.protocol.http;

import io.skein.broker.SqlAnswer;
import io.skein.broker.SqlOffer;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** {@code /v1/sql}: what this node keeps, asked in SQL. */
final class SqlRoutes {
    private static final int MAX_BODY_BYTES = 128 << 10;
    private static final int USUAL_LIMIT = 1_000;
    private static final List<String> FIELDS = List.of("sql", "limit");

    void offer(Exchange exchange) {
        exchange.query().allow(List.of());
        exchange.broker()
                .inspection()
                .sqlOffer()
                .onSuccess(offer -> exchange.json(200, json(offer)))
                .onFailure(exchange::fail);
    }

    private static JsonObject json(SqlOffer offer) {
        JsonArray views = new JsonArray();
        for (SqlOffer.View view : offer.views()) {
            views.add(new JsonObject().put("name", view.name()).put("columns", new JsonArray(view.columns())));
        }
        return new JsonObject()
                .put("allowed", offer.allowed())
                .put("views", views)
                .put(
                        "limits",
                        new JsonObject()
                                .put("rows", offer.rows())
                                .put("bytes", offer.bytes())
                                .put("ms", offer.ms())
                                .put("steps", offer.steps())
                                .put("valueBytes", offer.valueBytes())
                                .put("characters", offer.characters()));
    }

    void ask(Exchange exchange) {
        Query query = exchange.query().allow(List.of("level"));
        if (!TopicRoutes.isJson(exchange)) {
            return;
        }
        RequestBody.read(exchange, "a statement", MAX_BODY_BYTES, body -> {
            JsonObject json = JsonBody.object(new String(body, StandardCharsets.UTF_8));
            for (String name : json.fieldNames()) {
                if (!FIELDS.contains(name)) {
                    throw Query.malformed("there is no field " + name + " here" + Spelling.among(name, FIELDS));
                }
            }
            if (!(json.getValue("sql") instanceof String sql)) {
                throw Query.malformed("sql is a text, and needed");
            }
            int limit = json.getValue("limit") == null ? USUAL_LIMIT : limit(json.getValue("limit"));
            exchange.await();
            exchange.broker()
                    .inspection()
                    .sql(sql, limit, exchange.freshness(query))
                    .onSuccess(answer -> {
                        exchange.noStore();
                        exchange.answer(
                                200,
                                Exchange.JSON,
                                json(answer, exchange.status().node()),
                                -1);
                    })
                    .onFailure(exchange::fail);
        });
    }

    private static int limit(Object said) {
        long limit = TopicConfigJson.number("limit", said);
        if (limit < 1 || limit > Integer.MAX_VALUE) {
            throw Query.malformed("limit is a number of rows, 1 or more");
        }
        return (int) limit;
    }

    /** The rows are JSON already: megabytes of them are not written on the door's loop. */
    private static Buffer json(SqlAnswer answer, String node) {
        return Buffer.buffer("{\"node\":\"" + node + "\",\"columns\":")
                .appendBuffer(new JsonArray(answer.columns()).toBuffer())
                .appendString(",\"rows\":")
                .appendBytes(answer.rows())
                .appendString(",\"truncated\":" + answer.truncated() + ",\"ms\":" + answer.ms() + "}");
    }
}
