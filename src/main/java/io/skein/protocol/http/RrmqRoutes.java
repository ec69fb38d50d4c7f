package io.skein.protocol.http;

import io.skein.broker.Refusal;
import io.skein.machine.Rejection;
import io.skein.topic.Format;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicName;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The routes of the Raft REST message queue (API.md section 4): exact bodies, no extra keys. Its {@code GET /status} is
 * with the {@link PadRoutes}. A topic here is a queue; a message is taken for good by whoever gets it.
 */
final class RrmqRoutes {
    private final HttpConfig config;
    private final boolean strict;

    RrmqRoutes(HttpConfig config) {
        this.config = config;
        this.strict = config.rrmqProfile() == RrmqProfile.STRICT;
    }

    void create(Exchange exchange) {
        read(exchange, body -> {
            TopicName topic = PublishRoute.topic(text(body, "topic"));
            exchange.proposed();
            answer(exchange, exchange.broker().queues().create(topic), 404, nothing -> success());
        });
    }

    void put(Exchange exchange) {
        read(exchange, body -> {
            TopicName topic = PublishRoute.topic(text(body, "topic"));
            byte[] text = text(body, "message").getBytes(StandardCharsets.UTF_8);
            if (text.length > config.maxMessageBytes()) {
                exchange.problem(Problem.tooLarge("a message", config.maxMessageBytes()));
                return;
            }
            exchange.proposed();
            Message message = new Message("", List.of(), Format.RAW, "", text);
            answer(exchange, exchange.broker().queues().put(Publication.of(topic, message)), 404, nothing -> success());
        });
    }

    private static JsonObject success() {
        return new JsonObject().put("success", true);
    }

    void list(Exchange exchange) {
        if (strict && hasBody(exchange)) {
            exchange.json(400, new JsonObject().put("success", false).put("topics", new JsonArray()));
            return;
        }
        answer(exchange, exchange.broker().queues().names(strict), 404, names -> {
            JsonArray topics = new JsonArray();
            names.forEach(name -> topics.add(name.value()));
            return success().put("topics", topics);
        });
    }

    /** A GET that takes: not for those who only want to look, and not for other people's web pages. */
    void take(Exchange exchange) {
        if (exchange.request.method() == HttpMethod.HEAD) {
            exchange.methodNotAllowed(List.of("GET", "OPTIONS"));
            return;
        }
        if (exchange.door.origins().isForeign(exchange.request)) {
            exchange.problem(Problem.of(403, "foreign-origin", "pages of other origins may not take messages"));
            return;
        }
        if (strict && hasBody(exchange)) {
            fail(exchange, 400);
            return;
        }
        TopicName topic = PublishRoute.topic(Percent.decode(exchange.rest));
        exchange.proposed();
        int nothing = strict ? 404 : 200;
        exchange.broker().queues().take(topic).onComplete(done -> {
            if (done.failed()) {
                fail(exchange, done.cause(), nothing);
            } else if (done.result().isEmpty()) {
                fail(exchange, nothing);
            } else {
                String message = new String(done.result().get(), StandardCharsets.UTF_8);
                exchange.json(200, success().put("message", message));
            }
        });
    }

    private static boolean hasBody(Exchange exchange) {
        String length = exchange.request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return exchange.request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
                || length != null && RequestBody.length(length) > 0;
    }

    private interface Then {
        void take(JsonObject body);
    }

    /** Escapes may make a text six times as long. */
    private void read(Exchange exchange, Then then) {
        int limit = (int) Math.min(Integer.MAX_VALUE, 6L * config.maxMessageBytes() + 4096);
        RequestBody.read(exchange, "a request", limit, bytes -> then.take(TopicConfigJson.object(bytes)));
    }

    private static String text(JsonObject body, String name) {
        if (body.getValue(name) instanceof String text) {
            return text;
        }
        throw Query.malformed(name + " is a text");
    }

    private interface Shape<T> {
        JsonObject of(T result);
    }

    private <T> void answer(Exchange exchange, Future<T> future, int unknown, Shape<T> shape) {
        future.onComplete(done -> {
            if (done.failed()) {
                fail(exchange, done.cause(), unknown);
            } else {
                exchange.json(200, shape.of(done.result()));
            }
        });
    }

    /** @param unknown status when there is no such topic */
    private void fail(Exchange exchange, Throwable failure, int unknown) {
        if (!(failure instanceof Refusal refusal)) {
            exchange.fail(failure);
            return;
        }
        switch (refusal.kind()) {
            case UNAUTHENTICATED, FORBIDDEN, TOO_MANY -> exchange.problem(Problem.of(refusal));
            case UNAVAILABLE, INDETERMINATE -> fail(exchange, strict ? 503 : 408);
            case CONFLICT -> fail(exchange, 400);
            case REJECTED -> {
                Rejection reason = refusal.rejected().reason();
                fail(
                        exchange,
                        reason == Rejection.UNKNOWN_TOPIC
                                ? unknown
                                : reason == Rejection.TOPIC_EXISTS ? 400 : Problem.status(reason));
            }
            case MALFORMED, NOT_FOUND, GONE, TOO_LARGE, DISK_FULL -> fail(exchange, Problem.status(refusal.kind()));
        }
    }

    private static void fail(Exchange exchange, int status) {
        exchange.json(status, new JsonObject().put("success", false));
    }
}
