package io.skein.protocol.http;

import io.skein.broker.ScheduledPage;
import io.skein.machine.Lineage;
import io.skein.topic.Header;
import io.skein.topic.Message;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** {@code /v1/scheduled}: messages that wait for their time. */
final class ScheduledRoutes {

    void list(Exchange exchange) {
        Query query = exchange.query().allow(List.of("after", "limit", "level"));
        Optional<String> after = query.get("after").map(ScheduledRoutes::cursor);
        exchange.broker()
                .scheduled(after, query.number("limit", 100, 1, ReadRoute.MAX_LIMIT), exchange.freshness(query))
                .onComplete(done -> {
                    if (done.failed()) {
                        exchange.fail(done.cause());
                        return;
                    }
                    JsonArray messages = new JsonArray();
                    done.result().messages().forEach(item -> messages.add(json(item)));
                    exchange.json(
                            200,
                            new JsonObject()
                                    .put("messages", messages)
                                    .put("next", done.result().next().orElse(null)));
                });
    }

    void cancel(Exchange exchange) {
        String cursor = cursor(Percent.decode(exchange.rest));
        Optional<String> key = TopicRoutes.idempotencyKey(exchange);
        exchange.proposed();
        exchange.broker().cancel(cursor, key).onComplete(done -> {
            if (done.failed()) {
                exchange.fail(done.cause());
            } else {
                exchange.decided(204, null, done.result().index(), done.result().replayed());
            }
        });
    }

    private static String cursor(String text) {
        if (Lineage.parse(text).isEmpty()) {
            throw Query.malformed("\"" + text + "\" is no cursor");
        }
        return text;
    }

    private static JsonObject json(ScheduledPage.Item item) {
        Message message = item.publication().message();
        JsonObject json = new JsonObject()
                .put("topic", item.publication().topic().value())
                .put("cursor", item.cursor())
                .put("time", item.time());
        if (!message.key().isEmpty()) {
            json.put("key", message.key());
        }
        if (!message.headers().isEmpty()) {
            JsonObject headers = new JsonObject();
            for (Header header : message.headers()) {
                headers.put(header.name(), header.value());
            }
            json.put("headers", headers);
        }
        json.put("format", message.format().name());
        if (!message.contentType().isEmpty()) {
            json.put("contentType", message.contentType());
        }
        try {
            json.put(
                    "body",
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(message.body()))
                            .toString());
        } catch (CharacterCodingException notUtf8) {
            json.put("body64", Base64.getEncoder().encodeToString(message.body()));
        }
        return json.put("due", item.due());
    }
}
